"""A pad to draw on, with mouse, finger or keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.explorers.ink import ERASER, FINE, PEN, SIDE, Stroke, drawn


@dataclass(frozen=True)
class Pad:
    """A pad; its value is a mapping {"paper": −1, "strokes": [{"ink": True, "points": [[x, y], …]}, …]}.

    The paper is the number of an example to draw on, or −1 for an empty pad; the strokes are those of `ink.Stroke`.

    Attributes
    ----------
    name : str
        The argument under which the drawing function gets the value.
    label : str
    examples : array, (E, 28, 28) in [0, 1]
        Digits to start from.
    words : tuple of str
        A name for each.
    paper : int
        The example at first; −1 is an empty pad.

    Raises
    ------
    ValueError
        If the examples are no digits or have not as many names.

    Examples
    --------
    >>> pad = Pad("drawing", "Pad", np.zeros((1, 28, 28)), ("black",))
    >>> pad.accept({"paper": 0, "strokes": [{"ink": True, "points": [[0.5, 2]]}]})
    {'paper': 0, 'strokes': [{'ink': True, 'points': [[0.5, 1.0]]}]}
    """

    name: str
    label: str
    examples: np.ndarray
    words: tuple[str, ...]
    paper: int = -1

    def __post_init__(self) -> None:
        if self.examples.shape != (len(self.words), SIDE, SIDE):
            raise ValueError(
                f"pad {self.name!r}: expected examples ({len(self.words)}, {SIDE}, {SIDE}), one for each name, "
                f"got {self.examples.shape}"
            )
        self.accept(self.value)

    @property
    def value(self) -> dict[str, Any]:
        """The pad at first."""
        return {"paper": self.paper, "strokes": []}

    def accept(self, value: Any) -> dict[str, Any]:
        """Return the value; points outside the pad are moved to its edge.

        Raises
        ------
        TypeError, ValueError
            If it is no such mapping, or there is no such example.
        """
        try:
            paper = int(value["paper"])
            strokes = [
                {"ink": bool(stroke["ink"]), "points": [[_inside(x), _inside(y)] for x, y in stroke["points"]]}
                for stroke in value["strokes"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise TypeError(f"{self.name}: expected a mapping with paper and strokes, got {value!r}") from error
        if not -1 <= paper < len(self.words):
            raise ValueError(f"{self.name}: paper {paper}; expected −1 to {len(self.words) - 1}")
        return {"paper": paper, "strokes": strokes}

    def picture(self, value: dict[str, Any]) -> np.ndarray:
        """Return the ink on the pad, (280, 280) in [0, 1]."""
        paper = self.examples[value["paper"]] if value["paper"] >= 0 else None
        return drawn([Stroke(**stroke) for stroke in value["strokes"]], paper)

    def described(self) -> dict[str, Any]:
        """Return what the browser needs to know."""
        return {
            "kind": "pad",
            "name": self.name,
            "label": self.label,
            "examples": (self.examples * 255).round().astype(np.uint8).tobytes(),
            "words": list(self.words),
            "side": SIDE,
            "size": SIDE * FINE,
            "pen": PEN * SIDE * FINE,
            "eraser": ERASER * SIDE * FINE,
        }


def _inside(coordinate: float) -> float:
    return min(max(float(coordinate), 0.0), 1.0)
