"""What comes in at the door of a plot: tensors and arrays become NumPy arrays, or a clear error."""

from __future__ import annotations

from typing import Any

import numpy as np


def as_array(name: str, value: Any) -> np.ndarray:
    """Return `value` (tensor, array, list, number) as a float64 array that holds finite numbers only.

    Raises
    ------
    TypeError
        If `value` does not consist of numbers.
    ValueError
        If it is empty, or contains NaN or infinity.

    Examples
    --------
    >>> as_array("steps", [20, 50])
    array([20., 50.])
    """
    if hasattr(value, "detach"):  # a tensor, whose graph and device do not concern a picture
        value = value.detach().cpu().numpy()
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name}: expected numbers (a tensor, array or list), got {type(value).__name__}") from error
    if array.size == 0:
        raise ValueError(f"{name}: is empty, shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: {int((~np.isfinite(array)).sum())} of {array.size} values are NaN or infinite")
    return array


def as_series(name: str, value: Any, length: int | None = None) -> np.ndarray:
    """Return `value` as a one-dimensional array, of the given length where one is given.

    Raises
    ------
    ValueError
        If the shape is another.

    Examples
    --------
    >>> as_series("y", [1, 2, 3], length=3)
    array([1., 2., 3.])
    """
    array = as_array(name, value)
    if array.ndim != 1 or (length is not None and len(array) != length):
        expected = "a list of numbers" if length is None else f"{length} numbers"
        raise ValueError(f"{name}: expected {expected}, got shape {array.shape}")
    return array


def as_map(name: str, value: Any) -> np.ndarray:
    """Return one map, (H, W) or (1, H, W), as an array of shape (H, W).

    Raises
    ------
    ValueError
        If there is a batch, or more than one channel.

    Examples
    --------
    >>> as_map("attributions", np.zeros((1, 2, 3))).shape
    (2, 3)
    """
    array = as_array(name, value)
    if array.ndim == 4:
        raise ValueError(f"{name}: got a batch of shape {array.shape}; choose one of them, such as {name}[0]")
    if array.ndim == 3 and array.shape[0] == 1:
        array = array[0]
    if array.ndim == 3:
        raise ValueError(
            f"{name}: got {array.shape[0]} channels, shape {array.shape}; a map has one value a pixel, "
            f"so reduce the channels first, for example {name}.sum(0) or {name}.abs().amax(0)"
        )
    if array.ndim != 2:
        raise ValueError(f"{name}: expected (H, W) or (1, H, W), got shape {array.shape}")
    return array
