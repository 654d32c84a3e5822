"""One assignment, laid out once, and notebooks that are marked in the sandbox of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from course_utils.delivery.grading.marking import Mark, Marked, mark
from course_utils.delivery.grading.sandbox import choose
from course_utils.delivery.grading.workers import Examination, Seconds

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def level() -> str:
    """The sandbox that holds here; without one, these tests would prove nothing."""
    return choose().level


@pytest.fixture(scope="session")
def examination(level: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examination]:
    """Assignment 04, with the time limits of a patient test."""
    from course_utils.delivery.grading.examining import examination_of

    with examination_of(ROOT, "04", level=level, draw=20_260) as made:
        yield replace(made, seconds=Seconds(exercise=20))


def solution_cells(number: str = "04") -> dict[int, str]:
    """The code cells of a solution notebook by number."""
    path = next((ROOT / "solutions").glob(f"{number}_*.ipynb"))
    cells = nbformat.read(path, as_version=4).cells
    return {i: cell.source for i, cell in enumerate(cells) if cell.cell_type == "code"}


RIGHT = """
def completeness_gap(F, x, baseline, attributions):
    return attributions.sum() - (F(x) - F(baseline)).sum()
"""
"""An honest answer to 04.3."""
WRONG = """
def integrated_gradients(F, x, baseline, m):
    return torch.zeros_like(x)
"""
"""A wrong one to 04.2."""


@pytest.fixture
def submit(examination: Examination) -> Callable[..., tuple[Mapping[str, Mark], Marked]]:
    """Mark cells, given one after the other; returns the marks by exercise, and all that was found."""

    def submitted(*cells: str, **settings: object) -> tuple[Mapping[str, Mark], Marked]:
        wanted = [e for e in examination.exercises if e.id in ("04.2", "04.3")]
        changed = replace(examination, exercises=tuple(wanted), **settings)  # type: ignore[arg-type]
        marked = mark(dict(enumerate(cells)), changed)
        return {one.outcome.exercise: one for one in marked.marks}, marked

    return submitted
