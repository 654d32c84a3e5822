"""KernelSHAP: Shapley values as the coefficients of a line, so that a sample of the coalitions can do."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from course_utils.attribution.baselines import Baselines, as_baselines
from course_utils.attribution.batches import Progress, check_count
from course_utils.attribution.coalitions import all_coalitions, coalition_scores
from course_utils.attribution.feature_masks import as_feature_mask, on_values
from course_utils.attribution.linear_surrogates import LinearSurrogate, fidelity
from course_utils.attribution.scores import Model, Target, scores
from course_utils.seeds import generator


def kernel_shap(
    model: Model,
    inputs: Tensor,
    target: Target = None,
    *,
    baselines: Baselines = 0.0,
    feature_mask: Tensor | None = None,
    n_samples: int = 1000,
    seed: int = 0,
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> LinearSurrogate:
    r"""Attribute a score to features by a weighted regression whose coefficients are the Shapley values.

    .. math:: \min_\phi \sum_z \pi(z) \, \bigl(v(z) - \phi_0 - \phi \cdot z\bigr)^2, \qquad
              \pi(z) = \frac{K - 1}{\binom{K}{|z|} \, |z| \, (K - |z|)}

    It is LIME with another kernel. The kernel is infinite for no feature and for all, so the line meets both scores:
    :math:`\phi_0 = F(x')` and :math:`\sum_j \phi_j = F(x) - F(x')`.

    Parameters
    ----------
    model, inputs, target, baselines, feature_mask, batch_size, progress
        As in `shapley_values`, with any number of features; over a list of baselines the scores are averaged.
    n_samples
        Coalitions that are asked for, besides none and all. When this is enough for all 2^K − 2, all are taken, once
        each, and the result is exact. Otherwise they are drawn by the kernel, each with its complement.
    seed
        For the draws: the same at each call. All inputs meet the same coalitions.

    Returns
    -------
    LinearSurrogate
        `attributions` (N, …) hold for each value what its feature gets; `coefficients` are the features' values.
        `samples` start with the coalitions of no feature and of all, whose weight is infinite; `r2` leaves them out.

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when the coalitions drawn are too few to tell the features apart.

    Notes
    -----
    Cost: min(n_samples, 2^K − 2) + 2 forward passes per input and baseline.
    Pitfall: completeness holds by construction, however few coalitions were drawn, so it is no sign of convergence.
    Source: Lundberg & Lee 2017, theorem 2, arXiv:1705.07874.

    Examples
    --------
    >>> kernel_shap(lambda x: x[:, 0] + x[:, 0] * x[:, 1], torch.tensor([[2.0, 3.0]])).coefficients
    tensor([[5., 3.]])
    """
    F, x = scores(model, inputs, target), inputs.detach()
    check_count("n_samples", n_samples)
    x0s = as_baselines(baselines, x)
    mask, counts = as_feature_mask(feature_mask, x)
    K = max(counts)
    if n_samples < K - 1:  # said before anything is drawn or asked
        raise _too_few(n_samples, K)
    z, pi = _coalitions(K, n_samples, seed)  # (n, K), (n,); the first two are none and all
    every = z.to(x.device).expand(len(x), -1, -1)
    v = coalition_scores(F, x, x0s, mask, every, batch_size=batch_size, progress=progress).cpu()
    nothing, change = v[:, :1], v[:, 1:2] - v[:, :1]  # (N, 1)
    phi = _meeting_both_ends(z[2:].double(), v[:, 2:] - nothing, change, pi[2:])
    fitted = nothing + phi @ z.double().T
    r2 = [fidelity(y[2:], g[2:], pi[2:]) for y, g in zip(v, fitted, strict=True)]
    return LinearSurrogate(
        attributions=on_values(phi.to(x.device), mask).to(x),
        coefficients=phi.to(x),
        intercept=nothing[:, 0].to(x),
        r2=torch.tensor(r2).to(x),
        samples=every,
        scores=v.to(x),
        weights=pi.to(x).expand(len(x), -1),
        feature_mask=mask,
    )


def _coalitions(K: int, n_samples: int, seed: int) -> tuple[Tensor, Tensor]:
    """Return coalitions (n, K) and their weights (n,): first none and all, with infinite weight, then the others."""
    ends = torch.stack([torch.zeros(K), torch.ones(K)]).bool()
    sizes = torch.arange(1, K, dtype=torch.float64)
    if K < 63 and n_samples >= 2**K - 2:
        z = all_coalitions(K)[1:-1]
        pi = torch.tensor(
            [(K - 1) / (math.comb(K, s) * s * (K - s)) for s in z.sum(dim=1).tolist()], dtype=torch.float64
        )
    else:
        # The kernel of all coalitions of one size is ∝ 1 / (s (K − s)): draw the size by it, then who is in.
        random = generator("kernel_shap", seed=seed)
        half = math.ceil(n_samples / 2)
        drawn = 1 + torch.multinomial(1 / (sizes * (K - sizes)), half, replacement=True, generator=random)
        places = torch.rand(half, K, generator=random, dtype=torch.float64).argsort(dim=1).argsort(dim=1)
        members = places < drawn[:, None]
        z = torch.stack([members, ~members], dim=1).flatten(0, 1)[:n_samples]
        pi = torch.ones(len(z), dtype=torch.float64)
    return torch.cat([ends, z]), torch.cat([torch.full((2,), math.inf, dtype=torch.float64), pi])


def _meeting_both_ends(z: Tensor, v: Tensor, change: Tensor, pi: Tensor) -> Tensor:
    """Return the coefficients (N, K) of the weighted fit v ≈ φ · z whose sum is `change` (N, 1).

    The last coefficient is what the others leave of the change: φ_K = change − Σ φ_j. That turns a fit with a condition
    into one without.
    """
    K = z.shape[1]
    root, last = pi.sqrt()[:, None], z[:, -1:]
    others, _, rank, _ = np.linalg.lstsq(
        (root * (z[:, :-1] - last)).numpy(), (root * (v.T - last * change.T)).numpy(), rcond=None
    )
    if rank < K - 1:
        raise _too_few(len(z), K)
    phi = torch.from_numpy(others).T  # (N, K − 1)
    return torch.cat([phi, change - phi.sum(dim=1, keepdim=True)], dim=1)


def _too_few(n: int, K: int) -> ValueError:
    return ValueError(f"n_samples: {n} coalitions do not tell {K} features apart; expected more, such as {10 * K}")
