"""Quiz records: what is asked, which options are right, and why. The screen is in `course_utils.explorers`.

A quiz is a self-test without points. It lies in one file for each notebook, `qNN.py`, which defines `QUIZ`. Every
option has a reason, which is shown after answering: a wrong option is worth its place only if the reason helps the
student who chose it. Texts are plain. JupyterLab does not typeset mathematics inside a widget, so it is written in
Unicode (∂F/∂x, x′, α, Σ, ², ≈), and a text with TeX in it is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module

TEX = re.compile(r"\\[a-zA-Z(\[]|\$")


@dataclass(frozen=True)
class Option:
    """One answer to choose, and the sentence that is shown once it was chosen or could have been.

    Raises
    ------
    ValueError
        If the text or the reason is blank, or one of them holds TeX.
    """

    text: str
    right: bool
    reason: str

    def __post_init__(self) -> None:
        _plain("text of an option", self.text)
        _plain(f"reason of the option {self.text!r}", self.reason)
        if not isinstance(self.right, bool):
            raise ValueError(f"right of the option {self.text!r}: expected True or False, got {self.right!r}")


@dataclass(frozen=True)
class Question:
    """A question with its options; where several are right, all of them must be chosen.

    Raises
    ------
    ValueError
        If there are fewer than two options, none or all of them are right, or two have the same text.

    Examples
    --------
    >>> question = Question(
    ...     "What is the gradient of 1 − ReLU(1 − x) at x = 2?",
    ...     (Option("0", True, "The function is flat there."), Option("1", False, "That is its value, not its slope.")),
    ... )
    >>> question.several, question.right
    (False, (0,))
    """

    text: str
    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        _plain("text of a question", self.text)
        texts = [option.text for option in self.options]
        if len(texts) < 2:
            raise ValueError(f"question {self.text!r}: expected two options or more, got {len(texts)}")
        if len(set(texts)) < len(texts):
            raise ValueError(f"question {self.text!r}: two options have the same text")
        if not 0 < len(self.right) < len(texts):
            raise ValueError(f"question {self.text!r}: {len(self.right)} of {len(texts)} options are right")

    @property
    def right(self) -> tuple[int, ...]:
        """Positions of the right options."""
        return tuple(index for index, option in enumerate(self.options) if option.right)

    @property
    def several(self) -> bool:
        """Whether more than one option is right; the screen then offers boxes to tick."""
        return len(self.right) > 1


@dataclass(frozen=True)
class Quiz:
    """The questions of one notebook.

    Raises
    ------
    ValueError
        If the number of the notebook has not two digits, there is no question, or two have the same text.
    """

    notebook: str
    questions: tuple[Question, ...]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d\d", self.notebook):
            raise ValueError(f"notebook: expected two digits, such as '04', got {self.notebook!r}")
        texts = [question.text for question in self.questions]
        if not texts or len(set(texts)) < len(texts):
            raise ValueError(f"quiz {self.notebook}: expected questions with different texts, got {len(texts)}")


def load_quiz(notebook: str) -> Quiz:
    """Return the quiz of a notebook.

    Raises
    ------
    ValueError
        If the notebook has no quiz.
    """
    if not isinstance(notebook, str) or not re.fullmatch(r"\d\d", notebook):
        raise ValueError(f"notebook: expected two digits, such as '04', got {notebook!r}")
    name = f"{__name__}.q{notebook}"
    try:
        quiz: Quiz = import_module(name).QUIZ
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise
        raise ValueError(f"notebook: there is no quiz for notebook {notebook!r}") from None
    return quiz


def _plain(name: str, text: str) -> None:
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"{name}: expected words, got {text!r}")
    if TEX.search(text):
        raise ValueError(f"{name}: holds TeX, which is not typeset in a quiz; write Unicode instead: {text!r}")
