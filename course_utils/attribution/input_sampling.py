r"""RISE: look at the image through random holes; a pixel matters if the score is high when one sees it."""

from __future__ import annotations

import torch
from torch import Tensor

from course_utils.attribution.batches import Progress, batches
from course_utils.attribution.channels import images_only
from course_utils.attribution.random_masks import SmoothMasks, check_probability, smooth_masks
from course_utils.attribution.scores import Model, Target, check_values, scores


def rise(
    model: Model,
    inputs: Tensor,
    target: Target = None,
    *,
    masks: Tensor | None = None,
    n_masks: int = 1000,
    probability: float = 0.5,
    seed: int = 0,
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> Tensor:
    r"""Attribute a score to pixels: the mean of random masks, weighted by the score that they leave.

    .. math:: S(\lambda) = \frac{1}{p \, n} \sum_{i=1}^{n} F(x \odot M_i) \, M_i(\lambda)

    Parameters
    ----------
    model
        A callable from (N, C, H, W) to (N, classes), or to (N,) with `target=None`.
    inputs
        (N, C, H, W), floating point. What is masked becomes 0, black.
    target
        The class to explain: an int, an integer tensor (N,), or None.
    masks
        (n, H, W) or (n, 1, H, W), in [0, 1]: the same for all inputs. None draws smooth ones, see `smooth_masks`.
    n_masks
        How many masks to draw.
    probability
        p, the mean of a mask: how much of the image is to be seen. With masks of your own, give theirs.
    seed
        For the draws: the same at each call.
    batch_size
        Masked images that go through the model at once, and masks that are made at once; None takes the default for
        inputs of this size.
    progress
        Called as `progress(done, total)` after each batch.

    Returns
    -------
    Tensor
        (N, 1, H, W), in units of score: nearly the mean score when the pixel is to be seen.

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when a setting is out of its range, or the masks do not fit the images.

    Notes
    -----
    Cost: one forward pass per input and mask.
    Pitfall: the map has no zero. A constant added to F is added to the map, together with the noise of the mean of the
    masks, and a score that is high for every mask drowns the differences. The paper takes probabilities, not logits.
    Source: Petsiuk et al. 2018, eq. 6, arXiv:1806.07421.

    Examples
    --------
    The score is the upper pixel; the mask that hides it counts for nothing.

    >>> masks = torch.tensor([[[1.0], [0.0]], [[0.0], [1.0]]])
    >>> rise(lambda x: x[:, 0, 0, 0], torch.tensor([[[[5.0], [7.0]]]]), masks=masks)[0, 0, :, 0]
    tensor([5., 0.])
    """
    F, x = scores(model, inputs, target), images_only(inputs)
    M: Tensor | SmoothMasks  # either way M[k] are the masks with the numbers k
    if masks is None:
        M = smooth_masks(n_masks, (x.shape[2], x.shape[3]), probability, seed)
    else:
        M = _as_masks(masks, x)
        check_probability(probability)
    N, n = len(x), len(M)

    total = torch.zeros(N, 1, *x.shape[2:], dtype=torch.float64, device=x.device)
    for rows in batches(N * n, x, batch_size, progress):
        i, k = rows // n, rows % n  # row = input i behind mask k
        seen = M[k].to(x)
        with torch.no_grad():
            weights = F(x[i] * seen, i)
        # Row j counts for its input alone: a matrix (inputs, rows) with one weight in each column.
        of_input = torch.zeros(N, len(rows), dtype=torch.float64, device=x.device)
        of_input[i, torch.arange(len(rows))] = weights.double()
        total += torch.einsum("nr,rchw->nchw", of_input, seen.double())
    return (total / (probability * n)).to(x)


def _as_masks(masks: Tensor, x: Tensor) -> Tensor:
    check_values("masks", masks)
    size = tuple(x.shape[2:])
    with_channel = masks.unsqueeze(1) if masks.ndim == 3 else masks
    if with_channel.ndim != 4 or with_channel.shape[1] != 1 or with_channel.shape[2:] != size:
        raise ValueError(f"masks: shape {tuple(masks.shape)}; expected (n, {size[0]}, {size[1]})")
    if masks.min() < 0 or masks.max() > 1:
        raise ValueError(f"masks: values from {masks.min():.3g} to {masks.max():.3g}; expected 0 (hidden) to 1 (seen)")
    return with_channel.detach().to(x.device)
