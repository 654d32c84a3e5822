"""Completeness: do the attributions add up to the score that they explain?"""

from __future__ import annotations

import torch
from torch import Tensor

from course_utils.attribution.baselines import Baselines, as_baselines
from course_utils.attribution.batches import in_batches
from course_utils.attribution.scores import Model, Scores, Target, check_values, scores


def convergence_delta(
    model: Model, inputs: Tensor, attributions: Tensor, target: Target = None, *, baselines: Baselines = 0.0
) -> Tensor:
    r"""Return how far attributions are from adding up to the difference of scores.

    .. math:: \delta(x) = \sum_i a_i(x) - \bigl(F(x) - F(x')\bigr)

    Parameters
    ----------
    model, inputs, target
        As in `integrated_gradients`.
    attributions
        (N, …) like the inputs.
    baselines
        The same as for the attributions; for a list, F(x′) is the mean of the scores.

    Returns
    -------
    Tensor
        (N,), in units of score. Negative: the attributions sum to less than the difference.

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when `attributions` has another shape than `inputs`.

    Notes
    -----
    Cost: one forward pass per input, and one per input and baseline.
    Pitfall: a delta of 0 says that the sum is right. It says nothing about how the sum is shared out.
    Source: Sundararajan et al. 2017, proposition 1, arXiv:1703.01365.

    Examples
    --------
    >>> x = torch.tensor([[1.0, 2.0]])
    >>> convergence_delta(lambda x: x.sum(1), x, attributions=torch.tensor([[1.0, 1.5]]))
    tensor([-0.5000])
    """
    F, x = scores(model, inputs, target), inputs.detach()
    check_values("attributions", attributions)
    if attributions.shape != x.shape:
        raise ValueError(f"attributions: shape {tuple(attributions.shape)}; inputs are {tuple(x.shape)}")
    at_baselines = [_score(F, x0) for x0 in as_baselines(baselines, x)]
    difference = _score(F, x) - torch.stack(at_baselines).mean(dim=0)
    return attributions.detach().flatten(1).sum(dim=1) - difference


def _score(F: Scores, x: Tensor) -> Tensor:
    with torch.no_grad():
        return in_batches(F, x)
