"""Lays out what all submissions of one run have in common: the exercises, what is right, and the sandbox's folders."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from course_utils.delivery.grading.sandbox import Tree
from course_utils.delivery.grading.workers import INSIDE, Examination
from course_utils.delivery.release import released_tree
from course_utils.delivery.source import read_source, sources, tags
from course_utils.delivery.withholding import is_ours
from course_utils.exercises.catalogue import exercises_of, private_half
from course_utils.exercises.record import Exercise, Private
from course_utils.exercises.truth import LiveTruth


class Unhelpful(LiveTruth):
    """The private half for a grader: what is right, without the words that are for whoever grades by hand."""

    def rubric(self) -> None:
        """Say nothing: what is said here goes to the student."""


@contextmanager
def examination_of(
    root: Path,
    notebook: str,
    *,
    level: str,
    draw: int,
    only: Sequence[str] = (),
    points: Mapping[str, int] | None = None,
) -> Iterator[Examination]:
    """Lay out an assignment for grading in a folder of its own, and remove it afterwards.

    Parameters
    ----------
    root
        The folder of the course.
    notebook
        Its number, "04".
    level
        The sandbox, from `sandbox.choose`.
    draw
        Which inputs are drawn: any number, the same for all submissions of a run.
    only, points
        As the assignment was released.
    """
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "release"
        assignment = released_tree(root, notebook, tree, only, points, for_grading=True)
        exercises = tuple(
            assignment.worth(e) for e in exercises_of(notebook) if e.id in assignment.only and e.kind != "predict"
        )
        halves = {e.id: _private(e) for e in exercises}
        absent = {name.split(".")[0] for half in halves.values() for name in half.forbids if not is_ours(name)}
        yield Examination(
            exercises=exercises,
            truths={e.id: Unhelpful(e, halves[e.id]) for e in exercises},
            tree=Tree(tree, INSIDE, absent=tuple(sorted(absent))),
            level=level,
            draw=draw,
            setup=_setup(root, notebook),
        )


def _private(exercise: Exercise) -> Private:
    half = private_half(exercise.id)
    if half is None:
        raise ValueError(f"{exercise.id} has no private half here, so nothing can be graded")
    return half


def _setup(root: Path, notebook: str) -> str:
    """Return the set-up cell as it was handed out."""
    cells = read_source(sources(root, [notebook])[0]).cells
    return next((str(cell.source) for cell in cells if "setup" in tags(cell)), "")
