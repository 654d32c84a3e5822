"""How time grows with the work: twice the samples must take twice the time, and no more.

On logarithmic axes that is a line of slope 1. Below it lie small jobs, where something is paid once; above it nothing
should lie.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from course_utils import attribution
from course_utils.assets import load_digit_network, load_digits, load_imagenet_network, load_photo

from .measuring import seconds

LARGEST = 4
"""Doublings from the smallest job to the largest."""


def curves() -> dict[str, list[tuple[float, float]]]:
    """Return (amount of work, seconds) for each method, the fastest of three runs each."""
    digits, imagenet = load_digit_network(), load_imagenet_network()
    digit, photo = load_digits("validation")[0], load_photo("coffee")
    squares = torch.arange(28 * 28).reshape(28, 28) // (28 * 4)

    def ig(n: int) -> Callable[[], Any]:
        return lambda: attribution.integrated_gradients(digits, digit[:1], 3, n_steps=64 * n)

    def batch(n: int) -> Callable[[], Any]:
        return lambda: attribution.integrated_gradients(digits, digit[: 4 * n], 3, n_steps=32)

    def rise(n: int) -> Callable[[], Any]:
        return lambda: attribution.rise(digits, digit[:1], 3, n_masks=500 * n)

    def lime(n: int) -> Callable[[], Any]:
        return lambda: attribution.lime_image(digits, digit[:1], 3, feature_mask=squares, n_samples=500 * n)

    def smooth(n: int) -> Callable[[], Any]:
        return lambda: attribution.smooth_grad(digits, digit[:1], 3, n_samples=64 * n)

    def windows(n: int) -> Callable[[], Any]:
        many = digit[: 2 * n]
        return lambda: attribution.occlusion(digits, many, 3, sliding_window_shapes=(1, 5, 5), strides=(1, 2, 2))

    def pixels(n: int) -> Callable[[], Any]:
        size = 32 * round(math.sqrt(n) * 4)
        larger = torch.nn.functional.interpolate(photo, size=(size, size), mode="bilinear")
        return lambda: attribution.integrated_gradients(imagenet, larger, 967, n_steps=4)

    made = {
        "IG, steps": ig,
        "IG, digits in the batch": batch,
        "SmoothGrad, copies": smooth,
        "RISE, masks": rise,
        "LIME, samples": lime,
        "occlusion, windows": windows,
        "IG, pixels of a photograph": pixels,
    }
    return {name: [_point(job, 2**k) for k in range(LARGEST + 1)] for name, job in made.items()}


def _point(job: Callable[[int], Callable[[], Any]], n: int) -> tuple[float, float]:
    run = job(n)
    run()
    return float(n), min(seconds(run) for _ in range(3))


def slope(points: list[tuple[float, float]]) -> float:
    """Return the slope of the line through the points on logarithmic axes."""
    x, y = (torch.tensor([math.log(point[axis]) for point in points]) for axis in (0, 1))
    x, y = x - x.mean(), y - y.mean()
    return float((x * y).sum() / (x * x).sum())
