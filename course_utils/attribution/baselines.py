"""Baselines: the input that stands for "nothing there". An attribution explains the difference to it."""

from __future__ import annotations

import math
import numbers
from typing import Literal, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from course_utils.attribution.scores import check_values

Baseline: TypeAlias = float | Tensor | Literal["mean", "blur"]
Baselines: TypeAlias = Baseline | list[Baseline]


def as_baselines(baselines: Baselines, x: Tensor) -> list[Tensor]:
    """Return the baselines as a list of tensors, each of the shape and dtype of the inputs x.

    Parameters
    ----------
    baselines
        - a number: the same value everywhere, 0 for black;
        - a tensor that broadcasts to (N, …);
        - `"mean"`: each image's own mean colour; `"blur"`: each image, blurred (both for (N, C, H, W));
        - a list of these: one result for each, to be averaged.
    x
        (N, …), the inputs.

    Raises
    ------
    TypeError, ValueError
        When a baseline is none of these, does not broadcast, or is not finite.

    Examples
    --------
    >>> as_baselines([0.0, torch.tensor([1.0, 2.0])], torch.zeros(1, 2))
    [tensor([[0., 0.]]), tensor([[1., 2.]])]
    """
    if isinstance(baselines, list):
        if not baselines:
            raise ValueError("baselines: an empty list; expected at least one baseline")
        return [_as_tensor(baseline, x) for baseline in baselines]
    return [_as_tensor(baselines, x)]


def _as_tensor(baseline: Baseline, x: Tensor) -> Tensor:
    if isinstance(baseline, str):
        if baseline not in _OF_IMAGES:
            raise ValueError(f"baselines: {baseline!r}; the named ones are {', '.join(_OF_IMAGES)}")
        if x.ndim != 4:
            raise ValueError(f"baselines: {baseline!r} is for images (N, C, H, W); inputs are {tuple(x.shape)}")
        return _OF_IMAGES[baseline](x)
    if isinstance(baseline, Tensor):
        # Integers are welcome here, since 0 and 1 are usual baselines.
        values = baseline.detach().to(x)
    elif isinstance(baseline, numbers.Real) and not isinstance(baseline, bool):
        values = torch.tensor(float(baseline), dtype=x.dtype, device=x.device)
    else:
        raise TypeError(
            f"baselines: {type(baseline).__name__}; expected a number, a tensor, 'mean', 'blur', or a list of these"
        )
    check_values("baselines", values)
    try:
        return torch.broadcast_to(values, x.shape).clone()
    except RuntimeError:
        raise ValueError(
            f"baselines: shape {tuple(values.shape)} does not broadcast to inputs {tuple(x.shape)}; "
            "to average several baselines pass a list of tensors"
        ) from None


def mean_colour(images: Tensor) -> Tensor:
    """Return, for images (N, C, H, W), each one's mean value per channel, as an image of that one colour."""
    return images.mean(dim=(2, 3), keepdim=True).expand_as(images).clone()


def blurred(images: Tensor) -> Tensor:
    """Return images (N, C, H, W) after a Gaussian blur with σ = a tenth of the shorter side, mirrored at the border.

    Colours of large areas remain, edges and texture go: 2.8 pixels for a digit of 28, 22.4 for a photograph of 224.
    """
    height, width = images.shape[2:]
    sigma = min(height, width) / 10
    result = images.flatten(0, 1).unsqueeze(1)  # (N C, 1, H, W): every channel on its own
    for size, shape in ((height, (-1, 1)), (width, (1, -1))):  # a Gaussian is separable: columns, then rows
        radius = min(math.ceil(3 * sigma), size - 1)
        offsets = torch.arange(-radius, radius + 1, dtype=images.dtype, device=images.device)
        kernel = torch.exp(-(offsets**2) / (2 * sigma**2))
        kernel = (kernel / kernel.sum()).reshape(1, 1, *shape)
        border = (0, 0, radius, radius) if shape == (-1, 1) else (radius, radius, 0, 0)
        result = functional.conv2d(functional.pad(result, border, mode="reflect"), kernel)
    return result.reshape(images.shape)


_OF_IMAGES = {"mean": mean_colour, "blur": blurred}
