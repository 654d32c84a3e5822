r"""Occlusion: cover a part of the input, and see how much of the score goes with it.

Nothing is assumed about the model, not even a gradient. The price is one forward pass for each place of the window.
"""

from __future__ import annotations

import functools
import itertools
import math
import numbers
from typing import TypeAlias

import torch
from torch import Tensor

from course_utils.attribution.asking import ask, ask_inputs
from course_utils.attribution.baselines import Baselines, as_baselines
from course_utils.attribution.batches import Progress, check_count
from course_utils.attribution.scores import Model, Target, scores

Window: TypeAlias = tuple[slice, ...]
"""The part of one input that is covered: a slice for each of its axes."""


def occlusion(
    model: Model,
    inputs: Tensor,
    target: Target = None,
    *,
    sliding_window_shapes: tuple[int, ...],
    strides: int | tuple[int, ...],
    baselines: Baselines = 0.0,
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> Tensor:
    r"""Attribute a score to the inputs by what is lost when a window covers them.

    .. math::
        \text{attribution}_i = \frac1{|W_i|} \sum_{w \in W_i} \bigl(F(x) - F(x \text{ with } w \text{ covered})\bigr),
        \qquad W_i = \text{the windows that cover } x_i

    Parameters
    ----------
    model
        Any callable from (N, …) to (N, classes), or to (N,) with `target=None`.
    inputs
        (N, …), floating point.
    target
        The class to explain: an int, an integer tensor (N,), or None.
    sliding_window_shapes
        The window's length on each axis of an input: (C, h, w) for images (N, C, H, W), (1,) for single features.
    strides
        How far the window moves on each axis; an int holds for all. At most the window, so that nothing stays
        uncovered.
    baselines
        What the window is filled with: a number, a tensor that broadcasts to (N, …), `"mean"` or `"blur"` for images,
        or a list of these, over which the attributions are averaged.
    batch_size
        Covered copies that go through the model at once; None takes the default for inputs of this size.
    progress
        Called as `progress(done, total)` after each batch of covered copies.

    Returns
    -------
    Tensor
        (N, …) like the inputs, signed, in units of score. Positive: without this part the score is lower.

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when a window is larger than the input, or a stride larger than the window.

    Notes
    -----
    Cost: one forward pass per input, and one per input, window and baseline. On an axis of n values a window of w that
    moves by s has ⌈(n − w) / s⌉ + 1 places; the last one is clipped at the border when s does not divide n − w.
    Pitfall: the covered copy is an input that the model may never have seen, and its score may fall for that reason.
    The attributions do not add up: each window is judged alone, and a value shared by two windows counts in both.
    Source: Zeiler & Fergus 2014, section 4.2, arXiv:1311.2901; overlaps are averaged as in Captum's `Occlusion`.

    Examples
    --------
    >>> x = torch.tensor([[5.0, 7.0, 1.0]])
    >>> occlusion(lambda x: 3 * x[:, 0] - 2 * x[:, 1], x, sliding_window_shapes=(1,), strides=1)
    tensor([[ 15., -14.,   0.]])
    """
    F, x = scores(model, inputs, target), inputs.detach()
    windows = sliding_windows(tuple(x.shape[1:]), sliding_window_shapes, strides)
    inside = covered_places(windows, tuple(x.shape[1:]), x.device)
    x0 = torch.stack(as_baselines(baselines, x))  # (baselines, N, …)
    n, m = len(x), len(windows)

    def covered(rows: Tensor) -> tuple[Tensor, Tensor]:
        b, i, w = rows // (n * m), rows // m % n, rows % m  # row = input i with window w covered by baseline b
        in_window = functools.reduce(torch.logical_and, [at_axis[w] for at_axis in inside])
        return torch.where(in_window, x0[b, i], x[i]), i

    whole = ask_inputs(F, x, batch_size).double()
    remaining = ask(F, x, len(x0) * n * m, covered, batch_size=batch_size, progress=progress).double()
    lost = (whole[:, None] - remaining.reshape(len(x0), n, m)).mean(dim=0)  # (N, windows)
    times_covered = sum_over_windows(torch.ones_like(lost[:1]), inside)
    return (sum_over_windows(lost, inside) / times_covered).to(x)


def sliding_windows(
    shape: tuple[int, ...], sliding_window_shapes: tuple[int, ...], strides: int | tuple[int, ...]
) -> list[Window]:
    """Return every place of a window on an input of this shape, clipped at the far border.

    Raises
    ------
    TypeError, ValueError
        When the window or the strides do not fit the shape.

    Examples
    --------
    A window of 2 that moves by 2 on 5 values: the last place is clipped to one value.

    >>> [window[0].indices(5)[:2] for window in sliding_windows((5,), (2,), 2)]
    [(0, 2), (2, 4), (4, 5)]
    """
    lengths = _one_per_axis("sliding_window_shapes", sliding_window_shapes, shape)
    steps = _one_per_axis(
        "strides", (strides,) * len(shape) if isinstance(strides, numbers.Integral) else strides, shape
    )
    places_per_axis = []
    for axis, (size, length, step) in enumerate(zip(shape, lengths, steps, strict=True)):
        if length > size:
            raise ValueError(f"sliding_window_shapes: {length} on axis {axis} of inputs that have {size} values there")
        if step > length and length < size:
            raise ValueError(
                f"strides: {step} on axis {axis} is larger than the window, {length}, so some values would never be "
                f"covered; expected at most {length}"
            )
        n_places = math.ceil((size - length) / step) + 1
        places_per_axis.append([slice(k * step, min(k * step + length, size)) for k in range(n_places)])
    return list(itertools.product(*places_per_axis))


def covered_places(windows: list[Window], shape: tuple[int, ...], device: torch.device) -> list[Tensor]:
    """Return, for each axis, which of its places each window covers: bool, (windows, 1, …, size, …, 1).

    A window covers a value when it covers the value's place on every axis, so the logical and of these is the window.

    Examples
    --------
    >>> rows, columns = covered_places([(slice(0, 2), slice(1, 3))], (3, 3), torch.device("cpu"))
    >>> (rows & columns).int()
    tensor([[[0, 1, 1],
             [0, 1, 1],
             [0, 0, 0]]], dtype=torch.int32)
    """
    inside = []
    for axis, size in enumerate(shape):
        places = torch.arange(size, device=device)
        first, last = (
            torch.tensor([getattr(w[axis], end) for w in windows], device=device) for end in ("start", "stop")
        )
        at_axis = (places >= first[:, None]) & (places < last[:, None])
        inside.append(at_axis.reshape(-1, *[1] * axis, size, *[1] * (len(shape) - axis - 1)))
    return inside


def sum_over_windows(lost: Tensor, inside: list[Tensor]) -> Tensor:
    """Return, for each value of N inputs, the sum of what was lost with the windows over it: (N, …) from (N, windows).

    Examples
    --------
    Two windows on three values; the one in the middle is under both.

    >>> windows = [(slice(0, 2),), (slice(1, 3),)]
    >>> sum_over_windows(torch.tensor([[5.0, 7.0]]), covered_places(windows, (3,), torch.device("cpu")))
    tensor([[ 5., 12.,  7.]])
    """
    # A window is a product over the axes, so this is a product of matrices, one axis after the other: no mask of every
    # window is made.
    n, window, first_axis = 0, 1, 2  # names of the dimensions, as einsum wants them
    factors: list[Tensor | list[int]] = []
    for axis, at_axis in enumerate(inside, start=first_axis):
        factors += [at_axis.flatten(1).to(lost), [window, axis]]
    return torch.einsum(lost, [n, window], *factors, [n, *range(first_axis, first_axis + len(inside))])


def _one_per_axis(name: str, lengths: object, shape: tuple[int, ...]) -> tuple[int, ...]:
    expected = f"one int for each axis of an input, {len(shape)} for inputs (N, {', '.join(map(str, shape))})"
    if not isinstance(lengths, tuple | list):
        raise TypeError(f"{name}: {lengths!r}; expected {expected}")
    if len(lengths) != len(shape):
        raise ValueError(f"{name}: {tuple(lengths)}; expected {expected}")
    for length in lengths:
        check_count(name, length)
    return tuple(int(length) for length in lengths)
