"""The four outcomes of a check, and how a student sees them."""

from __future__ import annotations

import html
import textwrap
from dataclasses import dataclass
from typing import Literal

Status = Literal["PASS", "NOT YET", "NOT STARTED", "ERROR"]

WIDTH = 110
# Okabe-Ito colours of the bar at the left; the word says the same, so nothing depends on them.
BAR = {"PASS": "#009E73", "NOT YET": "#E69F00", "NOT STARTED": "#999999", "ERROR": "#D55E00"}


@dataclass(frozen=True)
class Outcome:
    """What a check found.

    Attributes
    ----------
    exercise
        The id, "04.3".
    status
        PASS, NOT YET, NOT STARTED or ERROR.
    lines
        The sentences for the student, the most helpful one first.
    earned, points
        Points of the properties that hold, and of all.
    misconception
        The name of the mistake that explains a wrong answer, where exactly one does.
    effects
        Names of side effects that were found beside the call.
    """

    exercise: str
    status: Status
    lines: tuple[str, ...]
    earned: int = 0
    points: int = 0
    misconception: str | None = None
    effects: tuple[str, ...] = ()

    @property
    def score(self) -> str:
        """The points in words; empty where they would only puzzle: nothing done, or all earned and still not right."""
        puzzles = self.status == "NOT STARTED" or (self.status == "NOT YET" and self.earned == self.points)
        return "" if puzzles or not self.points else f"{self.earned} of {self.points} points"

    @property
    def text(self) -> str:
        """The outcome as plain text: the word, then the sentences beside it."""
        score = f"   ({self.score})" if self.score else ""
        gutter = " " * 13
        body: list[str] = []
        for line in self.lines:
            for part in line.split("\n"):
                body += textwrap.wrap(part, WIDTH - len(gutter)) or [""]
        body[-1] += score
        return "\n".join((self.status.ljust(13) if i == 0 else gutter) + line for i, line in enumerate(body))

    def __str__(self) -> str:
        return self.text

    @property
    def html(self) -> str:
        """The outcome for the notebook, announced by screen readers; everything is escaped."""
        score = f" · {self.score}" if self.score else ""
        paragraphs = "".join(
            f'<div style="margin:.2em 0;white-space:pre-wrap">{html.escape(line)}</div>' for line in self.lines
        )
        return (
            f'<div role="status" style="border-left:.4em solid {BAR[self.status]};padding:.2em .8em;max-width:60em">'
            f"<strong>{self.exercise} {self.status}</strong>{score}{paragraphs}</div>"
        )


def show(text: str, markup: str) -> None:
    """Show text with its HTML form in a notebook, and as plain text everywhere else."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        print(text)
        return
    if get_ipython() is None or not hasattr(get_ipython(), "kernel"):
        print(text)
    else:
        display({"text/plain": text, "text/html": markup}, raw=True)
