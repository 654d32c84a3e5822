"""Answers as plain arrays: how they are taken from what a student returns, and when two of them agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Arrays = dict[str, np.ndarray]
"""An answer as plain arrays, by name; a single array has the name ""."""


class NotAnAnswer(TypeError):
    """What came back cannot be read as numbers, booleans or words."""


def as_arrays(answer: Any) -> Arrays:
    """Turn an answer into arrays by name.

    A tensor, an array, a number or a word is one array with the name "". A tuple of several is named by position, and
    so is a list of words; a mapping is named by key, a network (`torch.nn.Module`) by its parameters.

    Examples
    --------
    >>> as_arrays(3.0)
    {'': array(3.)}
    >>> sorted(as_arrays({"slope": 1, "value": 0.5}))
    ['slope', 'value']
    """
    if hasattr(answer, "state_dict"):
        answer = answer.state_dict()
    if isinstance(answer, Mapping):
        return {str(key): _array(value) for key, value in answer.items()}
    several = isinstance(answer, tuple) or (isinstance(answer, list) and all(isinstance(part, str) for part in answer))
    if several and answer and not all(_is_number(part) for part in answer):
        return {str(i): _array(part) for i, part in enumerate(answer)}
    return {"": _array(answer)}


def _is_number(value: Any) -> bool:
    return isinstance(value, bool | int | float | np.number)


def _array(value: Any) -> np.ndarray:
    if hasattr(value, "detach"):
        value = value.detach().cpu().resolve_conj().numpy()
    elif isinstance(value, list | tuple) and any(hasattr(part, "detach") for part in value):
        value = [_array(part) for part in value]
    try:
        array = np.asarray(value)
    except ValueError as error:  # a ragged list
        raise NotAnAnswer(f"a {type(value).__name__} whose parts have different shapes") from error
    if array.dtype.kind in "fiub":
        return array.astype(np.float64 if array.dtype.kind in "fiu" else bool)
    if array.dtype.kind == "U":
        return array
    raise NotAnAnswer(f"a {type(value).__name__}")


def describe(arrays: Arrays) -> str:
    """Say what an answer is made of, for a message: "shape (2, 28, 28)"."""
    if list(arrays) == [""]:
        array = arrays[""]
        if array.dtype.kind == "U":
            return f"{str(array)!r}"
        if array.ndim == 0:
            return "a single number"
        count = f"{array.size} number{'s' if array.size != 1 else ''}, " if array.ndim == 1 else ""
        return f"{count}shape {tuple(array.shape)}"
    if all(name.isdigit() and array.ndim == 0 for name, array in arrays.items()):
        return f"{len(arrays)} values, one after the other"
    return ", ".join(f"{name}: shape {tuple(a.shape)}" for name, a in arrays.items())


def same_form(a: Arrays, b: Arrays) -> bool:
    """Whether two answers have the same names and shapes; a single number may also stand in an array of one."""
    if a.keys() != b.keys():
        return False
    return all(a[k].shape == b[k].shape or (a[k].size == b[k].size == 1) for k in a)


def distance(a: Arrays, b: Arrays, floor: float) -> float:
    """Return max|a − b| / max(max|b|, floor) over all arrays; infinite when form, words or NaN differ."""
    if not same_form(a, b):
        return float("inf")
    worst = 0.0
    for name, expected in b.items():
        got = a[name].reshape(expected.shape)
        if got.dtype.kind == "U" or expected.dtype.kind == "U":
            worst = max(worst, 0.0 if np.array_equal(got, expected) else float("inf"))
            continue
        x, y = got.astype(np.float64), expected.astype(np.float64)
        if not np.isfinite(x).all():
            return float("inf")
        if y.size:
            worst = max(worst, float(np.abs(x - y).max()) / max(float(np.abs(y).max()), floor))
    return worst
