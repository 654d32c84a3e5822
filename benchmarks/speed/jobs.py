"""What each method has to do: the same amount of work for everybody, in passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from course_utils.attribution.occluding import sliding_windows

from .subjects import Subject

Kind = Literal["forward", "gradient", "layer"]


@dataclass(frozen=True)
class Amount:
    """How many samples, steps and masks, and which batch sizes are tried; `FULL` is what the goals are stated for."""

    smooth: int
    steps: int
    masks: int
    lime: int
    photo_stride: int
    digit_stride: int
    photo_sizes: tuple[int, ...] = (4, 8, 12)
    """Rows at once that the floor and everybody may choose from; more take memory that a laptop may not have."""
    digit_sizes: tuple[int, ...] = (32, 64, 128)


FULL = Amount(smooth=25, steps=50, masks=500, lime=1000, photo_stride=8, digit_stride=1)
PART = Amount(smooth=12, steps=24, masks=48, lime=96, photo_stride=20, digit_stride=1)
SHORT = Amount(6, 12, 16, 32, photo_stride=38, digit_stride=2, photo_sizes=(8,), digit_sizes=(64,))
TRIAL = Amount(smooth=24, steps=24, masks=24, lime=24, photo_stride=45, digit_stride=1)
"""Enough to find the best batch size by, on photographs; digits take the whole."""

AMOUNTS = {"full": FULL, "part": PART, "short": SHORT}


@dataclass(frozen=True)
class Job:
    """One method on one subject."""

    method: str
    kind: Kind
    """forward: passes alone; gradient: with a backward pass to the input; layer: with one to the layer."""
    passes: int
    """How many rows must go through the model."""


METHODS = ("vanilla gradient", "SmoothGrad", "integrated gradients", "occlusion", "RISE", "Grad-CAM", "LIME")


def job_for(method: str, subject: Subject, amount: Amount) -> Job | None:
    """Return the job, or None where the method does not go with the model."""
    if method == "Grad-CAM" and subject.layer is None:
        return None
    side = subject.image.shape[-1]
    windows = sliding_windows((side, side), (subject.window, subject.window), subject.stride)
    work: dict[str, tuple[Kind, int]] = {
        "vanilla gradient": ("gradient", 1),
        "SmoothGrad": ("gradient", amount.smooth),
        "integrated gradients": ("gradient", amount.steps),
        "occlusion": ("forward", len(windows)),
        "RISE": ("forward", amount.masks),
        "Grad-CAM": ("layer", 1),
        "LIME": ("forward", amount.lime),
    }
    kind, passes = work[method]
    return Job(method, kind, passes)
