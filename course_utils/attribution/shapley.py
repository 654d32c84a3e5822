"""Shapley values, exactly: what a feature adds, averaged over all orders in which features can arrive."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from course_utils.attribution.baselines import Baselines, as_baselines
from course_utils.attribution.batches import Progress
from course_utils.attribution.coalitions import all_coalitions, coalition_scores
from course_utils.attribution.feature_masks import as_feature_mask, on_values
from course_utils.attribution.scores import Model, Target, scores

MOST_FEATURES = 16
"""With 16 features there are 65,536 coalitions; with each more, twice as many."""


def shapley_values(
    model: Model,
    inputs: Tensor,
    target: Target = None,
    *,
    baselines: Baselines = 0.0,
    feature_mask: Tensor | None = None,
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> Tensor:
    r"""Attribute a score to features by what each adds to every coalition of the others.

    .. math:: \phi_j = \sum_{S \not\ni j} \frac{|S|! \, (K - |S| - 1)!}{K!} \, \bigl(v(S \cup j) - v(S)\bigr)

    Parameters
    ----------
    model
        Any callable from (N, …) to (N, classes), or to (N,) with `target=None`.
    inputs
        (N, …), floating point.
    target
        The class to explain: an int, an integer tensor (N,), or None.
    baselines
        What stands in the place of an absent feature: a number, a tensor that broadcasts to (N, …), `"mean"` or
        `"blur"` for images, or a list of these, over which the attributions are averaged.
    feature_mask
        The feature, 0 … K − 1, that each value belongs to; integers that broadcast to (N, …). None: each its own.
    batch_size
        Coalitions that go through the model at once; None takes the default for inputs of this size.
    progress
        Called as `progress(done, total)` after each batch.

    Returns
    -------
    Tensor
        (N, …) like the inputs, signed, in units of score; all values of a feature hold what the feature gets. Over the
        features they sum to F(x) − F(x′).

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when there are more than 16 features, or the mask does not fit.

    Notes
    -----
    Cost: 2^K forward passes per input and baseline.
    Pitfall: most coalitions are inputs that cannot occur. The values are right for the game; whether the game is the
    right question is another matter.
    Source: Shapley 1953, A value for n-person games, eq. 12; Lundberg & Lee 2017, eq. 4, arXiv:1705.07874.

    Examples
    --------
    The product needs both features, so they share it equally.

    >>> shapley_values(lambda x: x[:, 0] + x[:, 0] * x[:, 1], torch.tensor([[2.0, 3.0]]))
    tensor([[5., 3.]])
    """
    F, x = scores(model, inputs, target), inputs.detach()
    x0s = as_baselines(baselines, x)
    mask, counts = as_feature_mask(feature_mask, x)
    K = max(counts)
    if K > MOST_FEATURES:
        raise ValueError(
            f"feature_mask: {K} features have 2^{K} coalitions; expected at most {MOST_FEATURES} features. Group them, "
            "or use kernel_shap, which samples"
        )
    z = all_coalitions(K).to(x.device)
    v = coalition_scores(F, x, x0s, mask, z.expand(len(x), -1, -1), batch_size=batch_size, progress=progress)
    numbers, sizes = torch.arange(2**K, device=x.device), z.sum(dim=1)
    share = [math.factorial(s) * math.factorial(K - s - 1) / math.factorial(K) for s in range(K)]
    phi = torch.zeros(len(x), K, dtype=v.dtype, device=x.device)
    for j in range(K):
        S = numbers[~z[:, j]]  # the coalitions without j; with it, bit j is 1
        weights = torch.tensor(share, dtype=v.dtype, device=x.device)[sizes[S]]
        phi[:, j] = (weights * (v[:, S + 2**j] - v[:, S])).sum(dim=1)
    return on_values(phi, mask).to(x)
