"""One signed bar for each feature of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_utils.plots.arrays import as_series
from course_utils.plots.canvas import style
from course_utils.plots.palette import COLOURS

SIZE = "0.45"
"""The grey of bars that have no sign."""


def feature_bars(
    ax: Axes,
    names: Sequence[str],
    values: Any,
    *,
    xlabel: str = "attribution (units of score)",
    title: str = "",
    signed: bool = True,
    decimals: int | None = None,
) -> None:
    """Draw a horizontal bar for each feature, in the order given, first on top; the value stands beside it.

    Bars to the right are plain, bars to the left hatched, so that the sign shows without colour.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    names : n str
    values : n numbers
    signed : bool
        Whether the values have a direction. Sizes have none: they are written without "+", and their bars are grey.
    decimals : int, optional
        Digits after the point beside every bar; by default three significant digits, and a zero as "0".

    Raises
    ------
    TypeError, ValueError
        If there are not as many values as names, a value is not finite, or a size is negative.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> feature_bars(ax, ["income", "debt"], [0.8, -0.3])
    >>> fig, (ax,) = panels()
    >>> feature_bars(ax, ["income", "debt"], [0.8, 0.25], signed=False, decimals=2)
    >>> [text.get_text() for text in ax.texts]
    ['0.80', '0.25']
    """
    lengths = as_series("values", values, len(names))
    if not signed and (lengths < 0).any():
        raise ValueError(f"values: sizes are expected where signed is False, got {lengths.min():.3g}")
    places = np.arange(len(names))
    with style():
        for place, length in zip(places, lengths, strict=True):
            colour, hatch = (COLOURS["vermilion"], "") if length >= 0 else (COLOURS["blue"], "//")
            colour = colour if signed else SIZE
            ax.barh(place, length, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
            text = _written(float(length), signed, decimals)
            side = (4, "left") if length >= 0 else (-4, "right")
            ax.annotate(text, (length, place), xytext=(side[0], 0), textcoords="offset points", ha=side[1], va="center")
        ax.set_yticks(places, labels=list(names))
        ax.invert_yaxis()
        ax.axvline(0, color="black", linewidth=1)
        ax.grid(False, axis="y")
        reach = max(float(np.abs(lengths).max()), 1e-12)
        left, right = min(float(lengths.min()), 0.0), max(float(lengths.max()), 0.0)
        ax.set_xlim(left - (0.6 * reach if left else 0), right + 0.6 * reach)  # room for the values
        ax.set(xlabel=xlabel, title=title)


def _written(value: float, signed: bool, decimals: int | None) -> str:
    """Write a value as it stands beside its bar, with a true minus; a zero has no sign."""
    kind = ".3g" if decimals is None else f".{decimals}f"
    if float(f"{value:{kind}}") == 0:
        return f"{0:{kind}}"
    return f"{value:{'+' if signed else ''}{kind}}".replace("-", "−")
