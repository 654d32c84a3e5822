"""The reader's own function: the newest one of its name, and what it may return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


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
    if returned is None:
        raise TypeError(f"{name} returned None; expected a tensor of shape {tuple(like.shape)}")
    result = torch.as_tensor(returned).detach()
    if result.shape != like.shape:
        raise ValueError(
            f"{name} returned shape {tuple(result.shape)}; expected that of the input, {tuple(like.shape)}"
        )
    return result
