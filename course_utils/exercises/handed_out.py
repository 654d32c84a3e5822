"""What was handed out: in a release, which exercises of a notebook form the assignment, and what each is worth.

A release for students carries a small file, `release.json`, beside this one. In the repository there is none: every
exercise counts, with the points of its record.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path

from .record import Exercise

FILE = Path(__file__).parent / "release.json"
WITHHELD = "{id}: {function} is what you write in this assignment"
"""What a function of the course raises in a release that asks for it by hand."""


@dataclass(frozen=True)
class Assignment:
    """An assignment as it was handed out.

    Attributes
    ----------
    assignment
        The number of its notebook, "04".
    release
        A short hash of all that decides the grading.
    version
        The version of the course that it was made from.
    only
        The exercises that count.
    points
        What an exercise is worth, where that is not what its record says.
    graded
        Whether this copy is the one in which answers are graded: there the checks in the notebook are silent.
    """

    assignment: str
    release: str
    version: str
    only: tuple[str, ...]
    points: Mapping[str, int] = field(default_factory=dict)
    graded: bool = False

    def as_json(self) -> str:
        """Write it as it stands in `release.json`."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"

    def worth(self, exercise: Exercise) -> Exercise:
        """Return the exercise with the points that it has in this assignment."""
        return worth(exercise, self.points.get(exercise.id, exercise.points))


@cache
def assignment() -> Assignment | None:
    """Return the assignment that this copy of the course was made for; None in the repository."""
    if not FILE.is_file():
        return None
    said = json.loads(FILE.read_text(encoding="utf-8"))
    return Assignment(**{**said, "only": tuple(said["only"])})


def withheld_function(message: str) -> str | None:
    """Return the name of the function whose call was answered with `WITHHELD`, if that is what a message says.

    Examples
    --------
    >>> withheld_function(WITHHELD.format(id="04.2", function="integrated_gradients"))
    'integrated_gradients'
    """
    said = re.fullmatch(WITHHELD.format(id=r"\d\d\.\d+", function=r"(\w+)"), message)
    return said and said.group(1)


def counts(exercise: Exercise) -> bool:
    """Whether an exercise is part of the assignment, as every one is in the repository."""
    handed_out = assignment()
    return handed_out is None or exercise.id in handed_out.only


def worth(exercise: Exercise, points: int) -> Exercise:
    """Return the exercise with its points shared out anew, in the proportions of its properties.

    The parts are whole numbers of at least 1 and sum to `points`.

    Raises
    ------
    ValueError
        If there are fewer points than properties, or the exercise is a prediction, which earns none.
    """
    if points == exercise.points:
        return exercise
    least = len(exercise.properties)
    if not least:
        raise ValueError(f"{exercise.id} is a prediction and earns no points, got {points}")
    if points < least:
        raise ValueError(f"{exercise.id} has {least} properties, each worth 1 point at least, got {points} in all")
    total, shares, parts = exercise.points, [p.points for p in exercise.properties], [1] * least
    for _ in range(points - least):
        missing = [points * share - part * total for share, part in zip(shares, parts, strict=True)]
        parts[missing.index(max(missing))] += 1
    shared = zip(exercise.properties, parts, strict=True)
    return replace(exercise, properties=tuple(replace(p, points=n) for p, n in shared))
