"""Quiz records: what an author can get wrong is refused when the file is read."""

import pkgutil

import pytest

from course_utils.exercises import quizzes
from course_utils.exercises.quizzes import Option, Question, Quiz, load_quiz

YES, NO = Option("yes", True, "It is."), Option("no", False, "It is not.")


def test_an_option_needs_a_reason():
    with pytest.raises(ValueError, match="reason of the option 'yes': expected words"):
        Option("yes", True, " ")


def test_tex_is_refused_since_it_would_not_be_typeset():
    for text in (r"\(x\)", "$x$", r"\alpha"):
        with pytest.raises(ValueError, match="Unicode"):
            Option(text, True, "reason")


@pytest.mark.parametrize("options", [(YES,), (NO, Option("never", False, "No.")), (YES, YES)])
def test_a_question_has_right_and_wrong_options_that_differ(options):
    with pytest.raises(ValueError, match="question 'Is it\\?'"):
        Question("Is it?", options)


def test_several_right_options_are_known():
    question = Question("Which?", (YES, Option("also", True, "It is."), NO))
    assert question.several
    assert question.right == (0, 1)


def test_questions_of_a_quiz_differ():
    with pytest.raises(ValueError, match="different texts"):
        Quiz("04", (Question("Is it?", (YES, NO)),) * 2)


def test_a_notebook_without_a_quiz_is_named():
    with pytest.raises(ValueError, match="no quiz for notebook '99'"):
        load_quiz("99")
    with pytest.raises(ValueError, match="two digits"):
        load_quiz(4)


@pytest.mark.parametrize("name", [m.name for m in pkgutil.iter_modules(quizzes.__path__)])
def test_every_quiz_of_the_course_can_be_read(name):
    quiz = load_quiz(name.removeprefix("q"))
    assert quiz.notebook == name.removeprefix("q")
