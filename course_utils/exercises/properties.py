"""Properties that many exercises share, so that their words are the same everywhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .record import Property, Run


def agrees(says: str, points: int, *, cases: tuple[str, ...] | None = None) -> Property:
    """The values are those of the definition, to the exercise's tolerance."""

    def holds(run: Run) -> str | None:
        if run.agrees:
            return None
        if any(array.dtype.kind == "U" for array in run.values.values()):
            return f"Your answer is {str(run.value)!r}. Expected: {says}."
        if not all(np.isfinite(array).all() for array in run.values.values()):
            return f"On “{run.case.name}”: your values contain NaN or infinity. Expected: {says}."
        if list(run.values) == [""] and run.value.size == 1:
            return f"On “{run.case.name}”: your value is {run.number:.4g}. Expected: {says}."
        percent = 100 * run.error
        share = f"{percent:.0f} %" if percent >= 1 else f"{percent:.1g} %"
        return f"On “{run.case.name}”: your values are off by up to {share} of the largest. Expected: {says}."

    return Property(says, points, holds, cases)


def holds_when(
    says: str,
    points: int,
    test: Callable[[Run], bool],
    measured: Callable[[Run], str],
    *,
    cases: tuple[str, ...] | None = None,
) -> Property:
    """A property that is a yes-or-no test, with a sentence on what was measured where the answer is no."""

    def holds(run: Run) -> str | None:
        return None if test(run) else f"On “{run.case.name}”: {measured(run)} Expected: {says}."

    return Property(says, points, holds, cases)


def between(low: float, high: float, says: str, points: int) -> Property:
    """A number that was read off a figure lies within bounds."""

    def holds(run: Run) -> str | None:
        if run.value.dtype.kind != "f":  # the form of a word is that of a single number, so it comes this far
            return f"Your answer is {run.value.tolist()!r}. Give a number, without quotes: {says}."
        if run.value.size == 1 and low <= run.number <= high:
            return None
        return f"You read {run.value}. Look again: {says}."

    return Property(says, points, holds)
