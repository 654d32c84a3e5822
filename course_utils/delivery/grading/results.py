"""The result of one submission, as it is kept on disk: written whole, read back on resume."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from course_utils.delivery.workspace import write_whole


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise of one submission.

    Attributes
    ----------
    result
        right, wrong, missing, crashed or unclear; see `marking`.
    status, lines
        What the student is told.
    misconception
        The name of the mistake that explains a wrong answer.
    reason
        The student's words, where a person grades them; the points of such an exercise wait for that person.
    by_hand
        Points that a person gave; None where none did.
    """

    exercise: str
    title: str
    result: str
    status: str
    lines: tuple[str, ...]
    earned: int
    points: int
    misconception: str | None = None
    reason: str = ""
    by_hand: float | None = None

    @property
    def waits(self) -> bool:
        """Whether a person must grade this before there is a grade."""
        return self.by_hand is None and (self.result == "unclear" or bool(self.reason and self.earned))

    @property
    def counted(self) -> Fraction:
        """The points that count."""
        return Fraction(self.earned) if self.by_hand is None else Fraction(str(self.by_hand))


@dataclass(frozen=True)
class SubmissionResult:
    """One submission: graded, or why not.

    Attributes
    ----------
    key
        What a resumed run recognises a submission by: its content and all that decides its result.
    status
        graded, missing, unreadable, several, another assignment, another release, unknown person, or failed.
    why
        For a teacher: why it was not graded.
    """

    id: str
    name: str
    folder: str
    key: str
    status: str
    why: str = ""
    notebook: str = ""
    exercises: tuple[ExerciseResult, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    workers: int = 0
    whole: bool = False
    rows: tuple[str, ...] = field(default_factory=tuple)

    @property
    def points(self) -> int:
        """What can be reached."""
        return sum(one.points for one in self.exercises)

    @property
    def counted(self) -> Fraction:
        """What was reached, with the points that a person gave."""
        return sum((one.counted for one in self.exercises), Fraction(0))

    @property
    def waits(self) -> tuple[str, ...]:
        """The exercises that a person must grade before there is a grade."""
        return tuple(one.exercise for one in self.exercises if one.waits)

    @property
    def score(self) -> Fraction | None:
        """The share of all points; None where there is no grade, or none yet."""
        if self.status != "graded" or self.waits or not self.points:
            return None
        return self.counted / self.points

    def save(self, path: Path) -> None:
        """Write the result, whole or not at all."""
        write_whole(path, (json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n").encode())

    @classmethod
    def load(cls, path: Path) -> SubmissionResult | None:
        """Read a result; None where there is none, or the file is of another version of this tool."""
        try:
            return cls.from_data(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> SubmissionResult:
        """Build a result from what JSON holds."""
        exercises = tuple(ExerciseResult(**{**one, "lines": tuple(one["lines"])}) for one in data["exercises"])
        lists = {name: tuple(data[name]) for name in ("notes", "rows")}
        return cls(**{**data, **lists, "exercises": exercises})
