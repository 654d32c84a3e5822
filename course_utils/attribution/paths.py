r"""Gradients along a path from a baseline to the input.

For any path :math:`\gamma` with :math:`\gamma(0) = x'` and :math:`\gamma(1) = x`, the parts that the inputs contribute

.. math:: \text{PathIG}_i(x) = \int_0^1 \partial_i F(\gamma(\alpha)) \, \gamma_i'(\alpha) \, d\alpha

add up to :math:`F(x) - F(x')`. Integrated gradients take the straight path.
"""

from __future__ import annotations

import torch
from torch import Tensor

from course_utils.attribution.batches import Progress, batches
from course_utils.attribution.gradients import gradient
from course_utils.attribution.scores import Model, Scores, Target, check_values, scores


def path_integrated_gradients(
    model: Model,
    inputs: Tensor,
    target: Target = None,
    *,
    path: Tensor,
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> Tensor:
    r"""Attribute a score to the inputs: gradients, integrated on a path that is given by its points.

    Between two points the path is straight, and the gradient is taken in the middle:

    .. math:: \sum_{k=1}^{m} \partial_i F\!\left(\tfrac{\gamma_{k-1} + \gamma_k}{2}\right) (\gamma_k - \gamma_{k-1})_i

    Parameters
    ----------
    model, inputs, target
        As in `vanilla_gradient`; inputs are (N, …).
    path
        (m + 1, N, …): the points γ₀ … γ_m from the baseline to the inputs, for each input; (m + 1, 1, …) is shared.
        The last point must be the input.
    batch_size
        Points that go through the model at once; None takes the default for inputs of this size.
    progress
        Called as `progress(done, total)` after each batch.

    Returns
    -------
    Tensor
        (N, …) like the inputs, signed, in units of score. Their sum is nearly F(γ_m) − F(γ₀).

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when the path has fewer than two points, another shape, or does not end at the inputs.

    Notes
    -----
    Cost: m forward and m backward passes per input.
    Pitfall: two paths between the same ends give different attributions with the same sum.
    Source: Sundararajan et al. 2017, section 4, eq. 2, arXiv:1703.01365.

    Examples
    --------
    First along one axis, then along the other: the product is credited to the axis that moves last.

    >>> corner = torch.tensor([[[0.0, 0.0]], [[1.0, 0.0]], [[1.0, 1.0]]])
    >>> path_integrated_gradients(lambda x: x[:, 0] * x[:, 1], torch.tensor([[1.0, 1.0]]), path=corner)
    tensor([[0., 1.]])
    """
    F, x = scores(model, inputs, target), inputs.detach()
    points = _as_path(path, x)
    middles, steps = (points[1:] + points[:-1]) / 2, points[1:] - points[:-1]  # both (m, N, …)
    n, m = len(x), len(steps)
    attributions = torch.zeros_like(x)
    for rows in batches(n * m, x, batch_size, progress):
        i, k = rows // m, rows % m  # row = point k on the path of input i
        attributions.index_add_(0, i, gradient(F, middles[k, i], i) * steps[k, i])
    return attributions


def weighted_path_gradient(
    F: Scores,
    x0: Tensor,
    x: Tensor,
    alphas: Tensor,
    weights: Tensor,
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> Tensor:
    r"""Return the weighted sum of gradients on the straight path from each x0, (B, N, …), to x, (N, …).

    .. math:: \sum_k w_k \, \nabla F(x_0 + \alpha_k (x - x_0))
    """
    alphas, weights = alphas.to(x), weights.to(x)
    column = (-1, *[1] * (x.ndim - 1))
    starts, n, m = x0.flatten(0, 1), len(x), len(alphas)
    total = torch.zeros_like(starts)
    for rows in batches(len(starts) * m, x, batch_size, progress):
        j, k = rows // m, rows % m  # row = point k on the path from start j
        i, alpha, w = j % n, alphas[k].reshape(column), weights[k].reshape(column)
        total.index_add_(0, j, w * gradient(F, starts[j] + alpha * (x[i] - starts[j]), i))
    return total.reshape(x0.shape)


def _as_path(path: Tensor, x: Tensor) -> Tensor:
    """Return the path as (m + 1, N, …) of the dtype of x, after checking that it leads to x."""
    check_values("path", path)
    expected = f"(points, {', '.join(map(str, x.shape))})"
    if path.ndim != x.ndim + 1 or path.shape[2:] != x.shape[1:] or path.shape[1] not in (1, len(x)):
        raise ValueError(f"path: shape {tuple(path.shape)}; expected {expected}, or 1 in place of {len(x)}")
    if len(path) < 2:
        raise ValueError(f"path: {len(path)} point; expected at least two, a baseline and the inputs")
    points = path.detach().to(x).expand(-1, *x.shape)
    if not torch.allclose(points[-1], x, rtol=1e-5, atol=1e-6):
        gap = float((points[-1] - x).abs().max())
        raise ValueError(f"path: its last point differs from inputs by up to {gap:.3g}; it must end at inputs")
    return points
