"""The quiz without a browser: what is right is known to Python, and reasons come with the answer."""

import pytest

from course_utils.exercises.quizzes import Option, Question, Quiz
from course_utils.explorers.questions import QuizWidget

QUIZ = Quiz(
    "04",
    (
        Question("One?", (Option("a", True, "because a"), Option("b", False, "because not b"))),
        Question("Two?", (Option("c", True, "yes c"), Option("d", True, "yes d"), Option("e", False, "not e"))),
    ),
)


@pytest.fixture
def widget():
    return QuizWidget(QUIZ)


def test_the_browser_does_not_know_the_answers_before_they_are_checked(widget):
    state = widget.get_state()
    assert all(set(question) == {"text", "several", "options"} for question in state["questions"])
    assert state["feedback"] == [{}, {}]
    assert "because" not in str(state)


def test_a_right_answer_shows_every_reason(widget):
    widget.check(0, [0])
    assert widget.feedback[0] == {"right": True, "verdict": "Right.", "reasons": ["because a", "because not b"]}
    assert widget.score == "1 of 2 questions answered rightly"


def test_a_wrong_answer_shows_its_own_reason_only(widget):
    widget.check(0, [1])
    assert widget.feedback[0]["verdict"] == "Not yet. Why not stands below what you chose."
    assert widget.feedback[0]["reasons"] == ["", "because not b"]


def test_all_right_options_are_wanted(widget):
    widget.check(1, [0])
    assert widget.feedback[1]["verdict"] == "Not yet. What you chose is right, but it is not all."
    widget.check(1, [1, 0])
    assert widget.feedback[1]["right"]


def test_an_empty_answer_is_asked_for(widget):
    widget.check(0, [])
    assert widget.feedback[0]["verdict"] == "Not yet. Choose an option first."


def test_an_answer_may_be_changed_and_the_score_follows(widget):
    widget.set_state({"asked": {"question": 0, "chosen": [0], "count": 1}})
    assert widget.score.startswith("1 of 2")
    widget.set_state({"asked": {"question": 0, "chosen": [1], "count": 2}})
    assert widget.score.startswith("0 of 2")
    assert widget.answers == [[1], []]


@pytest.mark.parametrize(("question", "chosen"), [(2, [0]), (-1, [0]), (0, [2])])
def test_what_does_not_exist_cannot_be_answered(widget, question, chosen):
    with pytest.raises(ValueError, match="expected"):
        widget.check(question, chosen)


def test_without_a_browser_the_questions_can_be_read_and_the_answers_cannot(widget):
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"].splitlines() == [
        "Quiz 04 (run the notebook to answer)",
        "",
        "1. One?",
        "   ( ) a",
        "   ( ) b",
        "",
        "2. Two? (several are right)",
        "   ( ) c",
        "   ( ) d",
        "   ( ) e",
    ]
