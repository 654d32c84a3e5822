"""The reader's own function: the newest one of its name, and what it may return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_utils.exercises.arrays import NotAnAnswer, as_arrays


def newest(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function that its module now knows under this name.

    An explorer is made before the reader mends a function; running its cell again makes a new function of the same
    name, and that one is meant.

    Examples
    --------
    >>> newest(len) is len
    True
    """
    known = getattr(function, "__globals__", {}).get(getattr(function, "__name__", ""), function)
    return known if callable(known) else function


def as_attributions(name: str, returned: Any, like: Tensor) -> Tensor:
    """Return what the reader's function gave, detached, or say why it is no attribution of `like`.

    Raises
    ------
    TypeError, ValueError
        If it is no tensor or array, or has another shape.

    Examples
    --------
    >>> as_attributions("f", [[1.0]], torch.zeros(1, 1))
    tensor([[1.]])
    """
    result = _as_tensor(name, returned, f"a tensor of shape {tuple(like.shape)}")
    if result.shape != like.shape:
        raise ValueError(
            f"{name} returned shape {tuple(result.shape)}; expected that of the input, {tuple(like.shape)}"
        )
    return result.to(like)


def as_pixels(name: str, returned: Any, like: Tensor) -> Tensor:
    """Return what the reader's function gave for one picture as one value a pixel, (H, W): the sum over the channels.

    Raises
    ------
    TypeError, ValueError
        If it is neither shaped like the picture (1, C, H, W) nor (1, 1, H, W).

    Examples
    --------
    >>> as_pixels("f", torch.ones(1, 3, 2, 2), torch.zeros(1, 3, 2, 2))
    tensor([[3., 3.],
            [3., 3.]])
    """
    one = (1, 1, *like.shape[2:])
    expected = f"that of the input, {tuple(like.shape)}" + (f", or {one}" if like.shape[1] > 1 else "")
    result = _as_tensor(name, returned, f"numbers, their shape {expected}")
    if tuple(result.shape) not in (tuple(like.shape), one):
        raise ValueError(f"{name} returned shape {tuple(result.shape)}; expected {expected}")
    return result[0].sum(0).to(like)


def as_places(name: str, returned: Any) -> Tensor:
    """Return what the reader's function gave for one picture as a map of places (h, w), however coarse.

    Raises
    ------
    TypeError, ValueError
        If it is not (1, 1, h, w).

    Examples
    --------
    >>> as_places("f", [[[[1.0, 2.0]]]]).tolist()
    [[1.0, 2.0]]
    """
    result = _as_tensor(name, returned, "a tensor of shape (1, 1, h, w)")
    if result.ndim != 4 or result.shape[:2] != (1, 1) or result.numel() == 0:
        raise ValueError(f"{name} returned shape {tuple(result.shape)}; expected (1, 1, h, w): one map, one picture")
    return result[0, 0]


def name_of(function: Callable[..., Any]) -> str:
    """Return the function's name as messages use it.

    Examples
    --------
    >>> name_of(len)
    'len'
    """
    return getattr(function, "__name__", "your function")


def _as_tensor(name: str, returned: Any, expected: str) -> Tensor:
    """Return numbers in whichever form they came, tensor with a graph, array or list, as float64 without a graph."""
    if returned is None:
        raise TypeError(f"{name} returned None; expected {expected}")
    try:
        arrays = as_arrays(returned)
    except NotAnAnswer as error:
        raise TypeError(f"{name} returned {error}; expected {expected}") from None
    if list(arrays) != [""] or arrays[""].dtype.kind == "U":
        raise TypeError(f"{name} returned a {type(returned).__name__}; expected {expected}")
    return torch.as_tensor(arrays[""], dtype=torch.float64)


def as_numbers(name: str, returned: Any, shape: tuple[int, ...]) -> Tensor:
    """Return numbers in whichever form they came (tensor, array, list), as float64 of a shape, or say what is wrong.

    Axes of length 1 are let pass: (1, 2) for (2,).

    Raises
    ------
    TypeError, ValueError
        If they are no numbers, do not fit the shape, or one of them is NaN or infinite.

    Examples
    --------
    >>> as_numbers("intercept", [0.5], ())
    tensor(0.5000, dtype=torch.float64)
    """
    try:
        arrays = as_arrays(returned)
    except NotAnAnswer as error:
        raise TypeError(f"{name}: {error}; expected numbers of shape {shape}") from None
    if list(arrays) != [""] or arrays[""].dtype.kind == "U":
        raise TypeError(f"{name}: {type(returned).__name__}; expected numbers of shape {shape}")
    numbers = torch.as_tensor(arrays[""], dtype=torch.float64)
    if [n for n in numbers.shape if n != 1] != [n for n in shape if n != 1]:
        raise ValueError(f"{name}: shape {tuple(numbers.shape)}; expected {shape}")
    if not numbers.isfinite().all():
        raise ValueError(f"{name}: contains NaN or infinity")
    return numbers.reshape(shape)
