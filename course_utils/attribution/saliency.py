"""From one number per channel to one number per pixel, so that an attribution can be drawn as a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import torch
from torch import Tensor

from course_utils.attribution.scores import check_values

Reduction = Literal["max_abs", "sum_abs", "norm", "sum"]

_REDUCE: dict[str, Callable[[Tensor], Tensor]] = {
    "max_abs": lambda w: w.abs().amax(dim=1),
    "sum_abs": lambda w: w.abs().sum(dim=1),
    "norm": lambda w: torch.linalg.vector_norm(w, dim=1),
    "sum": lambda w: w.sum(dim=1),
}


def saliency_map(attributions: Tensor, reduce: Reduction = "max_abs") -> Tensor:
    r"""Reduce the channels of an attribution to one value per pixel.

    .. math:: M_{ij} = \max_k |w_{kij}|

    Parameters
    ----------
    attributions
        (N, C, H, W), for example from `vanilla_gradient`.
    reduce
        - `"max_abs"`: the largest absolute value of the channels, as in the paper;
        - `"sum_abs"`: the sum of the absolute values;
        - `"norm"`: the Euclidean length;
        - `"sum"`: the signed sum. The only one that keeps the sign, and the sum over all pixels: use it for
          attributions that should add up, such as integrated gradients.

    Returns
    -------
    Tensor
        (N, H, W). At least 0, except for `"sum"`.

    Raises
    ------
    TypeError, ValueError
        When `attributions` is not (N, C, H, W) with finite values, or `reduce` is none of the four.

    Notes
    -----
    Source: Simonyan et al. 2014, section 3.1, arXiv:1312.6034.

    Examples
    --------
    >>> w = torch.tensor([3.0, -4.0]).reshape(1, 2, 1, 1)
    >>> [saliency_map(w, reduce).item() for reduce in ("max_abs", "sum_abs", "norm", "sum")]
    [4.0, 7.0, 5.0, -1.0]
    """
    check_values("attributions", attributions)
    if attributions.ndim != 4:
        raise ValueError(f"attributions: shape {tuple(attributions.shape)}; expected (N, C, H, W)")
    if reduce not in _REDUCE:
        raise ValueError(f"reduce: {reduce!r}; expected one of {', '.join(get_args(Reduction))}")
    return _REDUCE[reduce](attributions.detach())
