"""The quiz on the screen: choose, check, and read why — also why the other options are wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from course_utils.exercises.quizzes import Question, Quiz, load_quiz

HERE = Path(__file__).parent


class QuizWidget(anywidget.AnyWidget):
    """Questions with options; after "Check" every option shows its reason, and a question may be answered again.

    The right answers stay in Python until a question is checked.

    Attributes
    ----------
    answers : list of list of int
        The options chosen in each question, as far as it was checked.
    feedback : list of dict
        For each question {} until it is checked, then "right" (bool), "verdict" (str) and "reasons" (list of str).

    Examples
    --------
    >>> from course_utils.exercises.quizzes import Option
    >>> options = (Option("0", True, "It is flat there."), Option("1", False, "That is the value, not the slope."))
    >>> widget = QuizWidget(Quiz("03", (Question("The slope of 1 − ReLU(1 − x) at 2?", options),)))
    >>> widget.check(0, [1])
    >>> widget.feedback[0]["verdict"]
    'Not yet. Why not stands below what you chose.'
    """

    _esm = HERE / "quiz.js"
    _css = HERE / "quiz.css"

    title = traitlets.Unicode().tag(sync=True)
    questions = traitlets.List(traitlets.Dict()).tag(sync=True)
    answers = traitlets.List(traitlets.List(traitlets.Int())).tag(sync=True)
    feedback = traitlets.List(traitlets.Dict()).tag(sync=True)
    score = traitlets.Unicode().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)  # from the browser: {"question": 0, "chosen": [1], "count": 3}

    def __init__(self, quiz: Quiz) -> None:
        self._quiz = quiz
        n = len(quiz.questions)
        super().__init__(
            title=f"Quiz {quiz.notebook}",
            questions=[
                {"text": q.text, "several": q.several, "options": [option.text for option in q.options]}
                for q in quiz.questions
            ],
            answers=[[] for _ in range(n)],
            feedback=[{} for _ in range(n)],
            score=f"0 of {n} questions answered rightly",
        )
        self.layout.width = "100%"

    @traitlets.observe("asked")
    def _asked(self, change: dict[str, Any]) -> None:
        self.check(int(change["new"]["question"]), [int(option) for option in change["new"]["chosen"]])

    def check(self, question: int, chosen: list[int]) -> None:
        """Check the answer to one question, counted from 0, and show the reasons.

        Raises
        ------
        ValueError
            If there is no such question or option.
        """
        if not 0 <= question < len(self._quiz.questions):
            raise ValueError(f"question: expected 0 to {len(self._quiz.questions) - 1}, got {question}")
        asked = self._quiz.questions[question]
        if any(not 0 <= option < len(asked.options) for option in chosen):
            raise ValueError(f"chosen: expected options from 0 to {len(asked.options) - 1}, got {chosen}")
        answers, feedback = list(self.answers), list(self.feedback)
        answers[question], feedback[question] = sorted(set(chosen)), judged(asked, set(chosen))
        right = sum(bool(given.get("right")) for given in feedback)
        with self.hold_sync():
            self.answers, self.feedback = answers, feedback
            self.score = f"{right} of {len(feedback)} questions answered rightly"

    def __repr__(self) -> str:
        """The questions and options as text, without the answers, the same in every run."""
        lines = [f"{self.title} (run the notebook to answer)"]
        for number, question in enumerate(self._quiz.questions, start=1):
            lines.append(f"\n{number}. {question.text}" + (" (several are right)" if question.several else ""))
            lines += [f"   ( ) {option.text}" for option in question.options]
        return "\n".join(lines)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        view = {"version_major": 2, "version_minor": 1, "model_id": self.model_id}
        return {"text/plain": repr(self), "application/vnd.jupyter.widget-view+json": view}, {}


def judged(question: Question, chosen: set[int]) -> dict[str, Any]:
    """Return whether the chosen options are exactly the right ones, a verdict in words, and all reasons."""
    right = chosen == set(question.right)
    if right:
        verdict = "Right."
    elif not chosen:
        verdict = "Not yet. Choose an option first."
    elif chosen - set(question.right):
        verdict = "Not yet. Why not stands below what you chose."
    else:
        verdict = "Not yet. What you chose is right, but it is not all."
    # Before the answer is right, only the reasons of what was chosen are told: the rest can still be found.
    told = range(len(question.options)) if right else chosen
    reasons = [option.reason if index in told else "" for index, option in enumerate(question.options)]
    return {"right": right, "verdict": verdict, "reasons": reasons}


def quiz(notebook: str) -> QuizWidget:
    """Show the quiz of a notebook, a self-test without points.

    Parameters
    ----------
    notebook : str
        Two digits, such as "04".

    Raises
    ------
    ValueError
        If the notebook has no quiz.
    """
    return QuizWidget(load_quiz(notebook))
