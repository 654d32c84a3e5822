"""Notebook 04, integrated gradients by hand: the private halves of its exercises."""

from __future__ import annotations

from typing import Any

from course_utils.exercises.record import Mistake, Private


def _gap(F: Any, x: Any, baseline: Any, attributions: Any) -> float:
    return float(attributions.sum() - F(x).sum() + F(baseline).sum())


PRIVATE = {
    "04.3": Private(
        reference=_gap,
        alternatives=(
            lambda F, x, baseline, attributions: attributions.flatten(1).sum(dim=1) - (F(x) - F(baseline)),
            lambda F, x, baseline, attributions: (attributions.double().sum() - F(x) + F(baseline)).item(),
        ),
        mistakes=(
            Mistake(
                "the sum alone",
                lambda F, x, baseline, attributions: attributions.sum(),
                "Your gap is the sum of the attributions alone: F(x) and F(baseline) do not enter. "
                "Completeness compares the sum with a difference of scores. Next: which two scores?",
                also=(lambda F, x, baseline, attributions: sum(float(a) for a in attributions.flatten()),),
            ),
            Mistake(
                "forgot the baseline's score",
                lambda F, x, baseline, attributions: attributions.sum() - F(x),
                "Your gap compares the sum with F(x) alone. The baseline has a score too, and it is not zero here.",
            ),
            Mistake(
                "sign of the baseline's score",
                lambda F, x, baseline, attributions: attributions.sum() - (F(x) + F(baseline)),
                "You add F(baseline) where the difference F(x) − F(baseline) is meant. Check the brackets and the sign.",
            ),
        ),
    ),
}
