"""Rules for an integral from 0 to 1: where to look, and how much each look counts."""

from __future__ import annotations

import functools
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from course_utils.attribution.batches import check_count

Rule = Literal["left", "right", "midpoint", "trapezoid", "gausslegendre"]


def quadrature(rule: Rule, n_steps: int) -> tuple[Tensor, Tensor]:
    r"""Return nodes and weights with which a sum approximates an integral.

    .. math:: \int_0^1 g(\alpha) \, d\alpha \approx \sum_{k=1}^{m} w_k \, g(\alpha_k)

    Parameters
    ----------
    rule
        With m = `n_steps` nodes:

        - `"left"`, `"right"`, `"midpoint"`: m equal intervals, each sampled at its start, end or middle;
        - `"trapezoid"`: m points from 0 to 1, both ends included, so m − 1 intervals; the ends count half;
        - `"gausslegendre"`: exact for polynomials up to degree 2m − 1.
    n_steps
        At least 1; at least 2 for the trapezoid.

    Returns
    -------
    tuple of Tensor
        `alphas` (m,) in [0, 1] and `weights` (m,) that sum to 1, both float64.

    Raises
    ------
    TypeError, ValueError
        When the rule is none of the five, or there are too few steps for it.

    Notes
    -----
    The weights of Captum's `riemann_trapezoid` sum to (m − 1)/m, so it is 2 % short at 50 steps on a linear model.
    Source: Davis & Rabinowitz 1984, Methods of Numerical Integration, chapter 2.

    Examples
    --------
    >>> quadrature("trapezoid", 3)
    (tensor([0.0000, 0.5000, 1.0000], dtype=torch.float64), tensor([0.2500, 0.5000, 0.2500], dtype=torch.float64))
    """
    if rule not in get_args(Rule):
        raise ValueError(f"rule: {rule!r}; expected one of {', '.join(get_args(Rule))}")
    m = n_steps
    check_count("n_steps", m, at_least=2 if rule == "trapezoid" else 1)
    k = torch.arange(m, dtype=torch.float64)
    equal = torch.full((m,), 1 / m, dtype=torch.float64)
    if rule == "left":
        return k / m, equal
    if rule == "right":
        return (k + 1) / m, equal
    if rule == "midpoint":
        return (k + 0.5) / m, equal
    if rule == "trapezoid":
        weights = torch.full((m,), 1 / (m - 1), dtype=torch.float64)
        weights[[0, -1]] /= 2
        return k / (m - 1), weights
    nodes, weights_on_two = _gauss_legendre(m)  # on [−1, 1], an interval of length 2
    return torch.from_numpy((1 + nodes) / 2), torch.from_numpy(weights_on_two / 2)


@functools.cache
def _gauss_legendre(m: int) -> tuple[np.ndarray, np.ndarray]:
    """Compute nodes and weights once for each m: they are eigenvalues, and take as long as some passes of a digit."""
    return np.polynomial.legendre.leggauss(m)
