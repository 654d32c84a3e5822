"""Ask the model about many changed copies of the inputs, a batch at a time.

Occlusion, RISE, LIME and Shapley values need no gradient. They change the input, ask for the score, and ask again,
hundreds of times. The changed copies are made when their batch is due, so memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor

from course_utils.attribution.batches import Progress, batches
from course_utils.attribution.scores import Scores

Points: TypeAlias = Callable[[Tensor], tuple[Tensor, Tensor]]
"""From row numbers (M,) to the points (M, …) and to the numbers (M,) of the inputs that they are copies of."""


def ask(
    F: Scores,
    x: Tensor,
    n_rows: int,
    points_of: Points,
    *,
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> Tensor:
    """Return the scores (n_rows,) of points that `points_of` makes, a batch of rows at a time.

    Parameters
    ----------
    F, x
        The score, and the inputs (N, …), whose size decides the default batch.
    n_rows
        How many points there are in all.
    points_of
        Makes the points of some rows.
    batch_size
        Points that go through the model at once; None takes the default for inputs of this size.
    progress
        Called as `progress(rows_done, n_rows)` after each batch; None is silent.

    Examples
    --------
    Four copies of one input, each with more added.

    >>> from course_utils.attribution.scores import scores
    >>> x = torch.tensor([[10.0]])
    >>> F = scores(lambda x: x[:, 0], x)
    >>> ask(F, x, 4, lambda rows: (x + rows[:, None], 0 * rows), batch_size=2, progress=lambda *rows: print(*rows))
    2 4
    4 4
    tensor([10., 11., 12., 13.])
    """
    answers = []
    for rows in batches(n_rows, x, batch_size, progress):
        with torch.no_grad():
            answers.append(F(*points_of(rows)))
    return torch.cat(answers)


def ask_inputs(F: Scores, x: Tensor, batch_size: int | None = None) -> Tensor:
    """Return the scores (N,) of the points x (N, …) themselves."""
    return ask(F, x, len(x), lambda rows: (x[rows], rows), batch_size=batch_size)
