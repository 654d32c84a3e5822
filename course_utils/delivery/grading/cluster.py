"""The same marking as a task for a cluster: `course grade --scheduler ADDRESS` hands submissions to Dask.

Every worker of the cluster needs the course, in the same state and at the same path, and a sandbox of its own that
holds. What travels is a submission and a recipe; the assignment is laid out once in each worker process.
"""

from __future__ import annotations

import atexit
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_utils.delivery.grading.examining import examination_of
from course_utils.delivery.grading.marking_submissions import mark_submission
from course_utils.delivery.grading.results import SubmissionResult
from course_utils.delivery.grading.sandbox import choose
from course_utils.delivery.grading.workers import Examination
from course_utils.delivery.moodle.archive import Submission
from course_utils.delivery.release import assignment_of

PATIENCE = 20
"""Seconds in which a scheduler must answer."""


@dataclass(frozen=True)
class Recipe:
    """All that decides a mark, as plain data: what a worker elsewhere makes its examination from."""

    root: str
    notebook: str
    only: tuple[str, ...]
    points: tuple[tuple[str, int], ...]
    release: str
    draw: int
    reduced_isolation: bool = False


def mark_elsewhere(submission: Submission, key: str, recipe: Recipe, handed_out: str) -> SubmissionResult:
    """Mark one submission in a process that may be on another machine."""
    examination = _examination(recipe)
    assignment = assignment_of(Path(recipe.root), recipe.notebook, recipe.only, dict(recipe.points))
    if assignment.release != recipe.release:
        raise RuntimeError(
            f"this worker's course makes release {assignment.release} of assignment {recipe.notebook}, and "
            f"{recipe.release} is graded: bring {recipe.root} there to the same state"
        )
    return mark_submission(submission, key, examination, assignment, handed_out)


@cache
def _examination(recipe: Recipe) -> Examination:
    """Lay the assignment out once in this process, with the sandbox that holds on this machine."""
    kept = ExitStack()
    atexit.register(kept.close)
    points: Mapping[str, int] = dict(recipe.points)
    return kept.enter_context(
        examination_of(
            Path(recipe.root),
            recipe.notebook,
            level=choose(recipe.reduced_isolation).level,
            draw=recipe.draw,
            only=recipe.only,
            points=points,
        )
    )


@contextmanager
def executor_of(address: str) -> Iterator[Executor]:
    """Connect to a Dask scheduler, such as tcp://10.0.0.1:8786.

    Raises
    ------
    RuntimeError
        If the package is not installed, or nobody answers there.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise RuntimeError("--scheduler needs the package distributed: pip install 'xai-course[cluster]'") from None
    try:
        client = Client(address, timeout=PATIENCE)
    except OSError as error:
        raise RuntimeError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        yield client.get_executor(pure=False, retries=1)
