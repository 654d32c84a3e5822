"""Many switches at once, one for each region of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Switches:
    """A row of switches; a panel with `picks=name` lets the reader click the regions instead.

    Attributes
    ----------
    name : str
        The argument under which the drawing function gets K booleans, a tuple.
    label : str
        What stands beside the switches and is read aloud.
    regions : array of int, (H, W)
        The number of each pixel's region, 0 … K − 1.

    Raises
    ------
    ValueError
        If the regions are not numbered 0 to K − 1, or K exceeds 65,536.

    Examples
    --------
    >>> halves = Switches("on", "Halves", np.array([[0, 1], [0, 1]]))
    >>> halves.value, halves.accept([True, False])
    ((True, True), (True, False))
    """

    name: str
    label: str
    regions: np.ndarray

    def __post_init__(self) -> None:
        numbers = np.unique(self.regions)
        if self.regions.ndim != 2 or not np.array_equal(numbers, np.arange(len(numbers))) or len(numbers) > 2**16:
            raise ValueError(
                f"switches {self.name!r}: expected regions (H, W) with the numbers 0 to K − 1, "
                f"got shape {self.regions.shape} with {len(numbers)} numbers from {numbers[0]} to {numbers[-1]}"
            )

    @property
    def value(self) -> tuple[bool, ...]:
        """All on, as at first."""
        return (True,) * (int(self.regions.max()) + 1)

    def accept(self, value: Any) -> tuple[bool, ...]:
        """Return the value as the drawing function gets it.

        Raises
        ------
        TypeError, ValueError
            If it is no list of K booleans.
        """
        if not isinstance(value, list | tuple) or not all(isinstance(one, bool) for one in value):
            raise TypeError(f"{self.name}: expected a list of True and False, got {value!r}")
        if len(value) != len(self.value):
            raise ValueError(f"{self.name}: expected {len(self.value)} values, got {len(value)}")
        return tuple(value)

    def described(self) -> dict[str, Any]:
        """Return what the browser needs to know: the regions too, so that it finds the one below the pointer."""
        height, width = self.regions.shape
        return {
            "kind": "switches",
            "name": self.name,
            "label": self.label,
            "regions": np.ascontiguousarray(self.regions, dtype="<u2").tobytes(),
            "height": height,
            "width": width,
            "words": [f"{number}, {self.place(number)}" for number in range(len(self.value))],
        }

    def place(self, number: int) -> str:
        """Say where in the picture the middle of a region lies.

        Examples
        --------
        >>> Switches("on", "Halves", np.array([[0, 1], [0, 1]])).place(1)
        'right'
        """
        inside = np.argwhere(self.regions == number).mean(0) + 0.5
        row, column = (3 * inside / self.regions.shape).astype(int)
        words = (("top", "", "bottom")[row], ("left", "", "right")[column])
        return " ".join(filter(None, words)) or "middle"
