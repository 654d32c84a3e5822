"""What a reader can move: a slider for numbers, a choice among names."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Slider:
    """A number between `low` and `high`.

    Attributes
    ----------
    name : str
        The argument under which the drawing function gets the value.
    label : str
        What stands beside the slider and is read aloud.
    low, high, step, value : int or float
        With four ints the value is an int, else a float.
    unit : str
        Stands behind the value.
    words : tuple of str
        Stand in place of the values, one for each: the names of layers, from early to late. None for numbers.

    Raises
    ------
    ValueError
        If the value lies outside, the step is not positive, or there are not as many words as values.

    Examples
    --------
    >>> Slider("alpha", "α", 0.0, 1.0, 0.05, 0.5).accept(2)
    1.0
    """

    name: str
    label: str
    low: float
    high: float
    step: float
    value: float
    unit: str = ""
    words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.step <= 0 or not self.low <= self.value <= self.high:
            raise ValueError(
                f"slider {self.name!r}: expected low ≤ value ≤ high and step > 0, "
                f"got {self.low}, {self.value}, {self.high}, step {self.step}"
            )
        values = round((self.high - self.low) / self.step) + 1
        if self.words and len(self.words) != values:
            raise ValueError(f"slider {self.name!r}: expected {values} words, one for each value, got {self.words}")

    def accept(self, value: Any) -> float:
        """Return the value as the drawing function gets it: within the bounds, of the right type.

        Raises
        ------
        TypeError
            If it is no number.
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{self.name}: expected a number, got {value!r}")
        inside = min(max(value, self.low), self.high)
        whole = all(isinstance(part, int) for part in (self.low, self.high, self.step, self.value))
        return round(inside) if whole else float(inside)

    def described(self) -> dict[str, Any]:
        """Return what the browser needs to know."""
        return {"kind": "slider", **asdict(self)}


@dataclass(frozen=True)
class Choice:
    """One of several names.

    Raises
    ------
    ValueError
        If the value is none of the options.

    Examples
    --------
    >>> Choice("baseline", "Baseline", ("black", "white"), "black").accept("white")
    'white'
    """

    name: str
    label: str
    options: tuple[str, ...]
    value: str

    def __post_init__(self) -> None:
        self.accept(self.value)

    def accept(self, value: Any) -> str:
        """Return the value, which must be one of the options.

        Raises
        ------
        ValueError
            If it is not.
        """
        if value not in self.options:
            raise ValueError(f"{self.name}: expected one of {', '.join(self.options)}, got {value!r}")
        return str(value)

    def described(self) -> dict[str, Any]:
        """Return what the browser needs to know."""
        return {"kind": "choice", **asdict(self), "options": list(self.options)}


class Control(Protocol):
    """What an explorer asks of whatever can be moved."""

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def value(self) -> Any: ...

    def accept(self, value: Any) -> Any: ...

    def described(self) -> dict[str, Any]: ...
