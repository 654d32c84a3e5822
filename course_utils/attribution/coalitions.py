r"""Coalitions: the score of an input of which only some features are there.

A coalition z has one entry per feature: 1 keeps the feature, 0 puts the baseline in its place. LIME, Shapley values and
KernelSHAP all ask for the same scores, and differ in what they make of them:

.. math:: v(z) = F\bigl(z \odot x + (1 - z) \odot x'\bigr)
"""

from __future__ import annotations

import torch
from torch import Tensor

from course_utils.attribution.asking import ask
from course_utils.attribution.batches import Progress
from course_utils.attribution.feature_masks import on_values
from course_utils.attribution.scores import Scores


def coalition_scores(
    F: Scores,
    x: Tensor,
    x0s: list[Tensor],
    mask: Tensor,
    z: Tensor,
    *,
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> Tensor:
    """Return the scores (N, n), in float64, of n coalitions of each input, averaged over the baselines.

    Parameters
    ----------
    F, x
        The score, and the inputs (N, …).
    x0s
        Baselines, each (N, …).
    mask
        The feature that each value belongs to, (N, …).
    z
        Coalitions (N, n, K), bool.
    batch_size, progress
        See `ask`.

    Examples
    --------
    >>> from course_utils.attribution.scores import scores
    >>> x, z = torch.tensor([[3.0, 5.0]]), all_coalitions(2).expand(1, -1, -1)
    >>> F = scores(lambda x: x.prod(1), x)
    >>> coalition_scores(F, x, [torch.ones(1, 2)], torch.tensor([[0, 1]]), z)
    tensor([[ 1.,  3.,  5., 15.]], dtype=torch.float64)
    """
    N, n, _ = z.shape
    baselines = torch.stack(x0s)
    if mask.ndim > 2 and mask.stride(1) == 0:
        mask = mask[:, :1]  # the channels share it, and `where` spreads it: a third of the work for a photograph

    def points(rows: Tensor) -> tuple[Tensor, Tensor]:
        b, i, k = rows // (N * n), rows // n % N, rows % n  # row = coalition k of input i on baseline b
        there = on_values(z[i, k], mask[i])
        return torch.where(there, x[i], baselines[b, i]), i

    answers = ask(F, x, len(x0s) * N * n, points, batch_size=batch_size, progress=progress)
    return answers.double().reshape(len(x0s), N, n).mean(dim=0)


def all_coalitions(n_features: int) -> Tensor:
    """Return all coalitions (2^K, K), bool; feature j is in the coalition of number m when bit j of m is 1.

    Examples
    --------
    >>> all_coalitions(2).int()
    tensor([[0, 0],
            [1, 0],
            [0, 1],
            [1, 1]], dtype=torch.int32)
    """
    numbers, bits = torch.arange(2**n_features), torch.arange(n_features)
    return (numbers[:, None] >> bits & 1).bool()
