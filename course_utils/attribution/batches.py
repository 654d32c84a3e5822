"""How many rows go through the model at once: the one place that decides, for all methods."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterator
from typing import TypeAlias

import torch
from torch import Tensor

Progress: TypeAlias = Callable[[int, int], None]
"""Called after each batch with the rows done and the rows in all. What it raises stops the method."""

ROWS_AT_ONCE = (
    # values in a row, at most; rows in a batch
    (100, 1024),  # tables
    (1_000, 128),  # 28 × 28 digits
    (20_000, 32),  # 64 × 64 pictures in colour
    (200_000, 8),  # 224 × 224 photographs
    (1_000_000, 4),
)
"""Fewer rows leave the processor waiting between the layers; more gain a few per cent and take memory. On a Linux whose
allocator gives every large buffer back, photographs lose by more than 5: `make lab` tells it to keep them."""


def default_batch_size(inputs: Tensor) -> int:
    """Return the number of rows of this size that a laptop processes best at once.

    Examples
    --------
    >>> default_batch_size(torch.zeros(1, 1, 28, 28)), default_batch_size(torch.zeros(1, 3, 224, 224))
    (128, 8)
    """
    values = inputs[0].numel()
    return next((rows for largest, rows in ROWS_AT_ONCE if values <= largest), 1)


def batches(
    n_rows: int, inputs: Tensor, batch_size: int | None = None, progress: Progress | None = None
) -> Iterator[Tensor]:
    """Yield the row numbers 0 … n_rows − 1 in consecutive tensors of at most `batch_size`, as equal as can be.

    50 rows, at most 16 at once: 13, 13, 12, 12. A last batch of 2 would cost more than its share.

    Parameters
    ----------
    n_rows
        How many rows there are in all; a method with 50 points per input has 50 N.
    inputs
        (N, …); one row is as large as one input, which decides the default.
    batch_size
        Rows at once, at least 1; None takes `default_batch_size(inputs)`.
    progress
        Called as `progress(rows_done, n_rows)` when a batch has been worked on; None is silent.

    Examples
    --------
    >>> [rows.tolist() for rows in batches(5, torch.zeros(1, 3), batch_size=2)]
    [[0, 1], [2, 3], [4]]
    >>> for rows in batches(3, torch.zeros(1, 3), batch_size=2, progress=lambda *rows: print(*rows)):
    ...     print(rows)
    tensor([0, 1])
    2 3
    tensor([2])
    3 3
    """
    size = default_batch_size(inputs) if batch_size is None else batch_size
    check_count("batch_size", size)
    rows = torch.arange(n_rows, device=inputs.device)
    return _each(torch.tensor_split(rows, math.ceil(n_rows / size)), n_rows, progress)


def in_batches(of_rows: Callable[[Tensor, Tensor], Tensor], x: Tensor) -> Tensor:
    """Return `of_rows(points, row_numbers)` for all rows of x (N, …), asked for a batch at a time, as one tensor.

    Examples
    --------
    >>> in_batches(lambda points, rows: points[:, 0] * rows, torch.full((3, 1), 5.0))
    tensor([ 0.,  5., 10.])
    """
    if len(x) <= default_batch_size(x):
        return of_rows(x, torch.arange(len(x), device=x.device))
    return torch.cat([of_rows(x[rows], rows) for rows in batches(len(x), x)])


def _each(all_rows: tuple[Tensor, ...], n_rows: int, progress: Progress | None) -> Iterator[Tensor]:
    done = 0
    for rows in all_rows:
        yield rows
        done += len(rows)
        if progress is not None:
            progress(done, n_rows)


def check_count(name: str, value: object, at_least: int = 1) -> None:
    """Raise unless `value` is an int of at least `at_least`."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name}: {value!r}; expected an int")
    if int(value) < at_least:
        raise ValueError(f"{name}: {value}; expected at least {at_least}")
