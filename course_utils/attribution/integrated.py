"""Integrated gradients: the slope at one point can be 0 by saturation; the slopes on the way there are not all 0."""

from __future__ import annotations

import torch
from torch import Tensor

from course_utils.attribution.baselines import Baselines, as_baselines
from course_utils.attribution.batches import Progress
from course_utils.attribution.paths import weighted_path_gradient
from course_utils.attribution.quadrature_rules import Rule, quadrature
from course_utils.attribution.scores import Model, Target, scores


def integrated_gradients(
    model: Model,
    inputs: Tensor,
    target: Target = None,
    *,
    baselines: Baselines = 0.0,
    n_steps: int = 50,
    rule: Rule = "gausslegendre",
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> Tensor:
    r"""Attribute a score to the inputs: gradients, integrated on the straight path from a baseline.

    .. math:: IG_i(x) = (x_i - x'_i) \int_0^1 \partial_i F(x' + \alpha (x - x')) \, d\alpha

    Parameters
    ----------
    model
        Any callable from (N, …) to (N, classes), or to (N,) with `target=None`.
    inputs
        (N, …), floating point.
    target
        The class to explain: an int, an integer tensor (N,), or None.
    baselines
        The starting point x′: a number, a tensor that broadcasts to (N, …), `"mean"` or `"blur"` for images, or a list
        of these, over which the attributions are averaged (expected gradients).
    n_steps
        Points on the path.
    rule
        How the integral becomes a sum: left, right, midpoint, trapezoid or gausslegendre. See `quadrature`.
    batch_size
        Points that go through the model at once; None takes the default for inputs of this size.
    progress
        Called as `progress(done, total)` after each batch.

    Returns
    -------
    Tensor
        (N, …) like the inputs, signed, in units of score. Their sum is nearly F(x) − F(x′): completeness.

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when a setting is out of its range.

    Notes
    -----
    Cost: `n_steps` forward and backward passes per input and baseline.
    Pitfall: where x equals x′ the attribution is 0. A black baseline cannot see black pixels.
    Source: Sundararajan et al. 2017, eq. 1, arXiv:1703.01365.

    Examples
    --------
    >>> integrated_gradients(lambda x: 1 - torch.relu(1 - x[:, 0]), torch.tensor([[2.0]]), n_steps=100)
    tensor([[1.0000]])
    """
    F, x = scores(model, inputs, target), inputs.detach()
    alphas, weights = quadrature(rule, n_steps)
    x0 = torch.stack(as_baselines(baselines, x))  # (baselines, N, …)
    mean_gradient = weighted_path_gradient(F, x0, x, alphas, weights, batch_size, progress)
    return ((x - x0) * mean_gradient).mean(dim=0)
