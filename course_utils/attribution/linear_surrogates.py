r"""Linear surrogates: a line that stands in for the score, and how well it does.

LIME and KernelSHAP ask for the scores of many changed inputs and fit

.. math:: g(z) = \phi_0 + \sum_j \phi_j z_j \quad \text{by least squares of} \quad \pi(z) \, \bigl(F(z) - g(z)\bigr)^2

They differ in the weights :math:`\pi`. The coefficients are the explanation; the fidelity R² says how far to trust it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class LinearSurrogate:
    """One line for each of N inputs, and what it was fitted to."""

    attributions: Tensor
    """(N, …) like the inputs, in units of score."""
    coefficients: Tensor
    """(N, K): one for each feature. Inputs with fewer features than others have zeros at the end."""
    intercept: Tensor
    """(N,): g where all z are 0."""
    r2: Tensor
    """(N,): the weighted coefficient of determination of the fit; 1 is perfect, 0 is no better than a constant."""
    samples: Tensor
    """(N, n, K): the points z that the line was fitted to."""
    scores: Tensor
    """(N, n): the score of each."""
    weights: Tensor
    """(N, n): how much each counts."""
    feature_mask: Tensor | None = None
    """(N, …): the feature that each value of the inputs belongs to; None for tables, where column j is feature j."""


def fit_line(z: Tensor, y: Tensor, weights: Tensor, regressor: Any = None) -> tuple[Tensor, float, float]:
    """Return the coefficients (K,), the intercept and the weighted R² of a linear fit, computed in float64.

    Parameters
    ----------
    z, y, weights
        Points (n, K), scores (n,) and weights (n,).
    regressor
        A linear regressor of scikit-learn that is not fitted; a copy of it is. None is `Ridge(alpha=1.0)`.

    Raises
    ------
    TypeError
        When the regressor takes no weights or has no coefficients.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> z = torch.tensor([[0.0], [1.0], [2.0]])
    >>> coefficients, intercept, r2 = fit_line(z, 3 * z[:, 0] + 1, torch.ones(3), LinearRegression())
    >>> round(coefficients.item(), 6), round(intercept, 6), round(r2, 6)
    (3.0, 1.0, 1.0)
    """
    from sklearn.base import clone
    from sklearn.linear_model import Ridge
    from sklearn.utils.validation import has_fit_parameter

    if regressor is None:
        regressor = Ridge(alpha=1.0)
    if isinstance(regressor, type) or not has_fit_parameter(regressor, "sample_weight"):
        name = getattr(regressor, "__name__", type(regressor).__name__)
        raise TypeError(f"regressor: {name}; expected a linear one that takes weights, for example Ridge(alpha=1.0)")
    line = clone(regressor)
    points, values, pi = (part.detach().double().cpu().numpy() for part in (z, y, weights))
    line.fit(points, values, sample_weight=pi)
    if not hasattr(line, "coef_"):
        raise TypeError(f"regressor: {type(line).__name__} has no coefficients; expected a linear one, such as Ridge")
    fitted = torch.from_numpy(line.predict(points)).to(y.device)
    coefficients = torch.as_tensor(line.coef_, dtype=torch.float64, device=y.device).reshape(-1)
    return coefficients, float(line.intercept_), fidelity(y.double(), fitted, weights.double())


def fidelity(y: Tensor, fitted: Tensor, weights: Tensor | None = None) -> float:
    r"""Return R², the part of the variance of the scores that a surrogate gives back.

    .. math:: R^2 = 1 - \frac{\sum \pi \, (y - g)^2}{\sum \pi \, (y - \bar y)^2}, \qquad
              \bar y = \frac{\sum \pi \, y}{\sum \pi}

    Scores that do not vary leave it open: 1 when the surrogate is right, 0 when it is not.

    Examples
    --------
    >>> fidelity(torch.tensor([0.0, 1.0, 2.0]), torch.tensor([0.0, 1.0, 3.0]))
    0.5
    """
    pi = torch.ones_like(y) if weights is None else weights
    mean = (pi * y).sum() / pi.sum()
    residual, variation = (pi * (y - fitted) ** 2).sum(), (pi * (y - mean) ** 2).sum()
    rounding = 1e-20 * (pi * y**2).sum()
    if variation <= rounding:
        return 1.0 if residual <= 1e-12 * (pi * y**2).sum() else 0.0
    return float(1 - residual / variation)
