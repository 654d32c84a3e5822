"""Strokes of a pen as a picture, and the picture placed as MNIST places its digits.

The network has only seen digits in a 20 × 20 box whose centre of mass lies in the middle of 28 × 28 pixels. A digit
that is drawn small in a corner means nothing to it until it is placed in the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

SIDE, BOX = 28, 20
"""Pixels of a digit, and of the box that its ink fills."""
FINE = 10
"""Pixels of the pad for one of the digit."""
PEN = 22 / 280
"""Width of the pen as a part of the pad: about that of the pens that wrote MNIST."""
ERASER = 1.5 * PEN
"""A little more than the pen, so that a stroke can be wiped away without a trace."""


class Stroke(NamedTuple):
    """A line through points, (x, y) from the upper left corner (0, 0) to (1, 1); without ink it is the eraser."""

    points: Sequence[Sequence[float]]
    ink: bool = True


def drawn(strokes: Iterable[Stroke], paper: np.ndarray | None = None) -> np.ndarray:
    """Return the ink of the strokes on a paper, (280, 280) in [0, 1].

    Parameters
    ----------
    strokes
        In the order in which they were drawn.
    paper
        A digit (28, 28) to start from; by default empty.

    Examples
    --------
    >>> drawn([Stroke(((0.5, 0.2), (0.5, 0.8)))]).shape
    (280, 280)
    """
    paper = np.zeros((SIDE, SIDE)) if paper is None else paper
    pixels = (paper * 255).round().astype(np.uint8).repeat(FINE, axis=0).repeat(FINE, axis=1)
    picture = Image.fromarray(pixels)
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        half = (PEN if stroke.ink else ERASER) * SIDE * FINE / 2
        colour, points = 255 * stroke.ink, [(x * SIDE * FINE, y * SIDE * FINE) for x, y in stroke.points]
        pen.line(points, fill=colour, width=round(2 * half))
        for x, y in points:  # round ends and joints
            pen.ellipse((x - half, y - half, x + half, y + half), fill=colour)
    return np.asarray(picture, dtype=np.float64) / 255


def as_drawn(ink: np.ndarray) -> np.ndarray:
    """Return the ink as a digit (28, 28), where and as large as it is.

    Examples
    --------
    >>> bool((as_drawn(drawn([], np.eye(28))) == np.eye(28)).all())
    True
    """
    return ink.reshape(SIDE, FINE, SIDE, FINE).mean(axis=(1, 3))


def as_in_mnist(ink: np.ndarray) -> np.ndarray:
    """Return the ink as a digit (28, 28) placed as in MNIST: in a 20 × 20 box, its centre of mass in the middle.

    Notes
    -----
    The middle is the pixel (14, 14), counted from 0: so the digits of MNIST itself stay as they are.
    Source: LeCun, Cortes and Burges 1998, http://yann.lecun.com/exdb/mnist/.

    Examples
    --------
    >>> small = drawn([Stroke(((0.1, 0.1), (0.1, 0.3)))])
    >>> np.flatnonzero(as_in_mnist(small).any(axis=1)).tolist() == list(range(4, 24))
    True
    """
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    digit = np.zeros((SIDE, SIDE))
    if not len(rows):
        return digit
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    size = [max(1, round(length * BOX / max(cut.shape))) for length in cut.shape]
    small = Image.fromarray(cut.astype(np.float32)).resize(size[::-1], Image.Resampling.BOX)
    box = np.asarray(small, dtype=np.float64)
    middle = [np.arange(n) @ box.sum(axis=1 - axis) / box.sum() for axis, n in enumerate(size)]
    top, left = (min(max(round(SIDE / 2 - m), 0), SIDE - n) for m, n in zip(middle, size, strict=True))
    digit[top : top + size[0], left : left + size[1]] = box
    return digit
