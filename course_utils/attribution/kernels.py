"""Near and far: how much a sample counts for an explanation of one input."""

from __future__ import annotations

import math
import numbers

import torch
from torch import Tensor


def exponential_kernel(distances: Tensor, width: float) -> Tensor:
    r"""Return the weights :math:`\sqrt{\exp(-d^2 / \sigma^2)}` of distances d, for a kernel of width σ.

    Examples
    --------
    >>> exponential_kernel(torch.tensor([0.0, 1.0]), width=0.5)
    tensor([1.0000, 0.1353])
    """
    return torch.exp(-(distances**2) / width**2).sqrt()


def cosine_distance(z: Tensor) -> Tensor:
    r"""Return the cosine distance of each row of z (n, K) from a row of ones.

    .. math:: d(z) = 1 - \frac{z \cdot 1}{|z| \, |1|} = 1 - \sqrt{\textstyle\sum_j z_j / K}

    Examples
    --------
    >>> cosine_distance(torch.tensor([[1.0, 1.0, 1.0, 1.0], [1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]))
    tensor([0.0000, 0.5000, 1.0000])
    """
    return 1 - z.mean(dim=1).sqrt()


def check_width(kernel_width: object) -> None:
    """Raise unless the width of a kernel is a positive number."""
    if isinstance(kernel_width, bool) or not isinstance(kernel_width, numbers.Real):
        raise TypeError(f"kernel_width: {kernel_width!r}; expected a number")
    if not 0 < float(kernel_width) < math.inf:
        raise ValueError(f"kernel_width: {kernel_width!r}; expected a number above 0")
