"""How figures look: sizes that can be read on a projector, and a canvas of panels without global state."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.figure import Figure

from course_utils.plots.palette import COLOURS, LINE_STYLES

FONT_SIZE = 13
"""Points; with `DISPLAY_DPI` this is 18 pixels on the screen, a little more than the notebook's own text."""
MINIMUM_FONT_SIZE = 12
"""No text in a figure is smaller; `show` sees to it."""
DISPLAY_DPI = 100
"""Pixels an inch at which a figure appears on the screen."""
MAXIMUM_WIDTH = 8.0
"""Inches; 800 pixels on the screen, which fits beside a notebook's margin."""
TITLE_HEIGHT = 0.7
"""Inches which the title and the scale of a panel take."""


@contextmanager
def style() -> Iterator[None]:
    """Within this context, matplotlib draws in the style of the course.

    Axes made by `panels` have it already; use it for texts and legends that you add by hand.

    Examples
    --------
    >>> with style():
    ...     mpl.rcParams["font.size"]
    13.0
    """
    settings: Any = {
        "font.size": FONT_SIZE,
        "axes.titlesize": FONT_SIZE,
        "axes.labelsize": FONT_SIZE,
        "xtick.labelsize": MINIMUM_FONT_SIZE,
        "ytick.labelsize": MINIMUM_FONT_SIZE,
        "legend.fontsize": MINIMUM_FONT_SIZE,
        "axes.prop_cycle": cycler(color=list(COLOURS.values()), linestyle=list(LINE_STYLES)),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.color": "0.9",
        "axes.axisbelow": True,
        "lines.linewidth": 2.2,
        "lines.markersize": 7,
        "legend.frameon": False,
        "image.interpolation": "nearest",
        "figure.facecolor": "white",
    }
    with mpl.rc_context(settings):
        yield


def panels(
    n: int = 1, *, columns: int | None = None, width: float = MAXIMUM_WIDTH, height: float | None = None
) -> tuple[Figure, np.ndarray]:
    """Return a figure with `n` panels and the panels as a flat array of axes.

    The figure belongs to nobody but you: no pyplot, nothing to close.

    Parameters
    ----------
    n : int
        Number of panels; cells of the grid that are left over stay empty.
    columns : int, optional
        Panels in a row; by default all up to four, then rows as even as possible.
    width : float
        Inches, at most 8.
    height : float, optional
        Inches of the whole figure; by default a panel is as high as wide, and a row no more than 4.

    Raises
    ------
    ValueError
        If there are fewer than one panel or column, or the width is not in (0, 8].

    Examples
    --------
    >>> fig, (left, right) = panels(2)
    >>> fig.get_size_inches().tolist()
    [8.0, 4.0]
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise ValueError(f"n: expected a number of panels, 1 or more, got {n!r}")
    if columns is not None and not 1 <= columns <= n:
        raise ValueError(f"columns: expected 1 to {n}, got {columns!r}")
    if not 0 < width <= MAXIMUM_WIDTH:
        raise ValueError(f"width: expected inches in (0, {MAXIMUM_WIDTH}], got {width!r}")
    rows = ceil(n / (columns or 4))
    columns = columns or ceil(n / rows)
    height = min(width / columns + TITLE_HEIGHT, 4.0) * rows if height is None else height
    with style():
        fig = Figure(figsize=(width, height), layout="constrained")
        axes = fig.subplots(rows, columns, squeeze=False).ravel()
    for unused in axes[n:]:
        unused.set_axis_off()
    return fig, axes[:n]
