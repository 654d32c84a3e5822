"""The random masks of RISE: smooth holes, through which a part of the image is to be seen."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from course_utils.attribution.batches import check_count
from course_utils.seeds import generator

CELLS = 7
"""Cells of the coarse grid on each side, as in the paper."""


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
        everywhere = smooth.unfold(2, height, 1).unfold(3, width, 1)  # a view (M, 1, up, left, H, W)
        up, left = self.shifts[k].unbind(1)
        return everywhere[torch.arange(len(k), device=k.device), :, up, left]


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
