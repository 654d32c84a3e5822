r"""RISE: look at the image through random holes; a pixel matters if the score is high when one sees it."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from course_utils.attribution.asking import Progress, ask
from course_utils.attribution.batches import batches, check_count
from course_utils.attribution.channels import images_only
from course_utils.attribution.scores import Model, Target, check_values, scores
from course_utils.seeds import generator

CELLS = 7
"""Cells of the coarse grid on each side, as in the paper."""


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

    def behind_masks(rows: Tensor) -> tuple[Tensor, Tensor]:
        i, k = rows // n, rows % n  # row = input i behind mask k
        return x[i] * M[k].to(x), i

    weights = ask(F, x, N * n, behind_masks, batch_size=batch_size, progress=progress).double().reshape(N, n)
    total = torch.zeros(N, 1, *x.shape[2:], dtype=torch.float64, device=x.device)
    for k in batches(n, x, batch_size):
        total += torch.einsum("nk,kcij->ncij", weights[:, k], M[k].to(total))
    return (total / (probability * n)).to(x)


@dataclass(frozen=True)
class SmoothMasks:
    """Random masks that are made when they are asked for: a thousand of a photograph's size would take 200 MB."""

    grids: Tensor
    """(n, 1, cells, cells): which cells can be seen."""
    shifts: Tensor
    """(n, 2): by how many pixels each enlarged grid is moved up and left."""
    size: tuple[int, int]
    """Height and width of a mask."""

    def __len__(self) -> int:
        return len(self.grids)

    def __getitem__(self, k: Tensor) -> Tensor:
        """Return the masks with the numbers k (M,), as (M, 1, H, W) in [0, 1]."""
        k, (height, width) = k.to(self.grids.device), self.size
        enlarged = [(CELLS + 1) * cell for cell in _cell(self.size)]
        smooth = functional.interpolate(self.grids[k], size=enlarged, mode="bilinear", align_corners=False)
        shifts = self.shifts[k].tolist()
        return torch.stack(
            [m[:, up : up + height, left : left + width] for m, (up, left) in zip(smooth, shifts, strict=True)]
        )


def smooth_masks(n_masks: int, size: tuple[int, int], probability: float = 0.5, seed: int = 0) -> SmoothMasks:
    """Draw the masks of RISE: a coarse grid of coins, enlarged bilinearly, and moved by less than a cell.

    Parameters
    ----------
    n_masks
        How many.
    size
        Height and width in pixels.
    probability
        That a cell can be seen; the mean of the masks.
    seed
        For the coins and the moves.

    Returns
    -------
    SmoothMasks
        Index it with a tensor of numbers to get masks (M, 1, H, W).

    Raises
    ------
    TypeError, ValueError
        When a setting is out of its range.

    Notes
    -----
    Source: Petsiuk et al. 2018, section 3.2, arXiv:1806.07421.

    Examples
    --------
    >>> masks = smooth_masks(1000, (28, 28))
    >>> masks[torch.arange(3)].shape, round(masks[torch.arange(1000)].mean().item(), 1)
    (torch.Size([3, 1, 28, 28]), 0.5)
    """
    check_count("n_masks", n_masks)
    check_probability(probability)
    random = generator("rise", seed=seed)
    grids = (torch.rand(n_masks, 1, CELLS, CELLS, generator=random) < probability).float()
    moves = [torch.randint(cell, (n_masks,), generator=random) for cell in _cell(size)]
    return SmoothMasks(grids, torch.stack(moves, dim=1), size)


def check_probability(probability: object) -> None:
    """Raise unless this is a number above 0, at most 1."""
    if isinstance(probability, bool) or not isinstance(probability, numbers.Real):
        raise TypeError(f"probability: {probability!r}; expected a number above 0, at most 1")
    if not 0 < float(probability) <= 1:
        raise ValueError(f"probability: {probability!r}; expected a number above 0, at most 1")


def _cell(size: tuple[int, int]) -> list[int]:
    """Return height and width of a cell in pixels; the cells cover the image."""
    return [math.ceil(pixels / CELLS) for pixels in size]


def _as_masks(masks: Tensor, x: Tensor) -> Tensor:
    check_values("masks", masks)
    size = tuple(x.shape[2:])
    with_channel = masks.unsqueeze(1) if masks.ndim == 3 else masks
    if with_channel.ndim != 4 or with_channel.shape[1] != 1 or with_channel.shape[2:] != size:
        raise ValueError(f"masks: shape {tuple(masks.shape)}; expected (n, {size[0]}, {size[1]})")
    if masks.min() < 0 or masks.max() > 1:
        raise ValueError(f"masks: values from {masks.min():.3g} to {masks.max():.3g}; expected 0 (hidden) to 1 (seen)")
    return with_channel.detach().to(x.device)
