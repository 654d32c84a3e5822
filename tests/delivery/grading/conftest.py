"""One assignment, laid out once, and notebooks that are marked in the sandbox of this machine."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from course_utils.delivery.grading.marking import Mark, Marked, mark
from course_utils.delivery.grading.sandbox import choose
from course_utils.delivery.grading.workers import Examination, Seconds

ROOT = Path(__file__).resolve().parents[3]
SIGNATURES = {
    "04.2": "integrated_gradients(F, x, baseline, m)",
    "04.3": "completeness_gap(F, x, baseline, attributions)",
    "04.5": "expected_gradients(F, x, baselines, m)",
    "04.6": "blind_baseline(model, x, target)",
}


@pytest.fixture(scope="session")
def level() -> str:
    """The sandbox that holds here; without one, these tests would prove nothing."""
    return choose().level


@pytest.fixture(scope="session")
def examination(level: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examination]:
    """Assignment 04, with the time limits of a patient test.

    The set-up cell is a short one: that of the notebook brings explorers and plots, which cost each worker a second;
    `test_grading_run` runs it.
    """
    from course_utils.delivery.grading.examining import examination_of

    with examination_of(ROOT, "04", level=level, draw=20_260) as made:
        yield replace(made, setup="import torch", seconds=Seconds(exercise=20))


def solutions(number: str = "04") -> dict[str, str]:
    """The solution cells of a notebook by exercise."""
    path = next((ROOT / "solutions").glob(f"{number}_*.ipynb"))
    cells = nbformat.read(path, as_version=4).cells
    tagged = {tag: cell.source for cell in cells for tag in cell.metadata.get("tags", [])}
    return {tag.removeprefix("exercise-"): source for tag, source in tagged.items() if tag.startswith("exercise-")}


def answer(body: str, exercise: str = "04.2") -> str:
    """A cell that defines the function of an exercise, with another body."""
    return (
        f"import os, sys, time\ndef {SIGNATURES[exercise]}:\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
    )


RIGHT = answer("return attributions.sum() - (F(x) - F(baseline)).sum()", "04.3")
HALF = answer("return abs(attributions.sum() - (F(x) - F(baseline)).sum())", "04.3")
"""The sign is dropped: one point of three."""
WRONG = answer("return torch.zeros_like(x)")
ALONE = """
def expected_gradients(F, x, baselines, m):
    def slope(z):
        z = z.detach().requires_grad_()
        return torch.autograd.grad(F(z).sum(), z)[0]
    paths = [(x - b) * sum(slope(b + (k + 0.5) / m * (x - b)) for k in range(m)) / m for b in baselines.split(1)]
    return sum(paths) / len(paths)
"""
"""A right answer to 04.5 that does not build on the one to 04.2."""
POINTS = {"04.2": 5, "04.3": 1, "04.4": 1, "04.5": 3, "04.6": 3, "04.7": 1}
"""What the honest notebook of `controls` earns: full marks, and at 04.3 a part of them."""


def controls() -> dict[str, str]:
    """Honest answers by exercise: right ones, and one to 04.3 that is worth a part of its points."""
    return {**{e: solutions()[e] for e in POINTS}, "04.3": HALF, "04.5": ALONE}


Marks = Mapping[str, Mark]


@pytest.fixture(scope="session")
def submit(examination: Examination) -> Callable[..., tuple[Marks, Marked]]:
    """Mark cells, given one after the other; returns the marks by exercise, and all that was found."""

    def submitted(*cells: str, **settings: Any) -> tuple[Marks, Marked]:
        marked = mark(dict(enumerate(cells)), replace(examination, **settings))
        return {one.outcome.exercise: one for one in marked.marks}, marked

    return submitted


@pytest.fixture(scope="session")
def attack(submit: Callable[..., tuple[Marks, Marked]]) -> Callable[..., tuple[Marks, Marked]]:
    """Mark a notebook in which some answers are attacks, and all others honest.

    No attack may earn a point, and every honest answer beside it keeps its own: full marks, or a part of them.
    """

    def attacked(attacks: Mapping[str, str], *before: str, **settings: Any) -> tuple[Marks, Marked]:
        marks, found = submit(*before, *{**controls(), **attacks}.values(), **settings)
        earned = {exercise: one.outcome.earned for exercise, one in marks.items()}
        assert earned == {**POINTS, **dict.fromkeys(attacks, 0)}
        return marks, found

    return attacked


def results(marks: Marks) -> dict[str, str]:
    """Right, wrong, missing or crashed, by exercise."""
    return {exercise: one.result for exercise, one in marks.items()}
