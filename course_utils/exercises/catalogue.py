"""Finds the records: the public half always, the private half where it is at hand."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from .handed_out import assignment
from .record import Exercise, Private

RECORDS = "course_utils.exercises.records"
PRIVATE = "course_utils.exercises.private"


@cache
def notebooks() -> tuple[str, ...]:
    """Return the numbers of the notebooks that have exercises, in order: ("01", "02", …)."""
    folder = Path(__file__).parent / "records"
    return tuple(sorted(path.stem.removeprefix("nb") for path in folder.glob("nb[0-9][0-9].py")))


@cache
def exercises_of(notebook: str) -> tuple[Exercise, ...]:
    """Return the exercises of a notebook in their order, with the points that they have in this copy."""
    if notebook not in notebooks():
        raise ValueError(f"notebook must be one of {', '.join(notebooks())}, got {notebook!r}")
    found: tuple[Exercise, ...] = import_module(f"{RECORDS}.nb{notebook}").EXERCISES
    handed_out = assignment()
    return tuple(handed_out.worth(record) for record in found) if handed_out else found


def exercise(exercise_id: str) -> Exercise:
    """Return the public half of an exercise by its id; the error lists the ids that exist."""
    notebook = str(exercise_id).split(".")[0]
    known = exercises_of(notebook) if notebook in notebooks() else ()
    for record in known:
        if record.id == exercise_id:
            return record
    ids = [record.id for record in known] or [f"{n}.…" for n in notebooks()]
    raise ValueError(f"there is no exercise {exercise_id!r}; there are {', '.join(ids)}")


def private_half(exercise_id: str) -> Private | None:
    """Return the private half of an exercise, or None where it was left out, as in a release for students."""
    name = f"{PRIVATE}.nb{exercise_id.split('.')[0]}"
    if find_spec(PRIVATE) is None or find_spec(name) is None:
        return None
    halves: dict[str, Private] = import_module(name).PRIVATE
    return halves[exercise_id]
