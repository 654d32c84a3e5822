"""Charts that are redrawn while a slider moves: what stands still is drawn once, and only what moves again.

Axes, ticks and legend cost ten times as much as a line and a marker, so they are kept as pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course_utils.explorers.frame import Panel, encoded
from course_utils.plots.canvas import DISPLAY_DPI, style

SHARP = 1.5
"""Pixels of the file for one on the screen."""


class Chart:
    """One pair of axes of a fixed size, for many pictures.

    Parameters
    ----------
    width, height : float
        Inches of 100 pixels on the screen.
    legend_rows : int
        Rows that the legend above the axes takes.

    Examples
    --------
    >>> chart = Chart(4, 3)
    >>> still = lambda ax: ax.set(xlim=(0, 1), ylim=(0, 1))
    >>> chart.panel("a point", "A point.", "unit square", still, lambda ax: ax.plot(0.5, 0.5, "o")).width
    400
    """

    def __init__(self, width: float, height: float, legend_rows: int = 1) -> None:
        self._figure = Figure(figsize=(width, height), dpi=DISPLAY_DPI * SHARP)
        self._canvas = FigureCanvasAgg(self._figure)
        room = 0.12 + 0.26 * legend_rows
        place = (0.8 / width, 0.65 / height, 1 - 0.95 / width, 1 - (0.65 + room) / height)
        with style():
            self._axes = self._figure.add_axes(place)
        self._scene: Hashable = None

    def panel(
        self,
        title: str,
        alt: str,
        scene: Hashable,
        still: Callable[[Axes], object],
        moving: Callable[[Axes], Iterable[Artist]],
    ) -> Panel:
        """Return the picture: `still` draws the scene when it is another than before, `moving` what lies above it.

        `still` sets the limits of the axes. `moving` returns the artists that it adds; they are taken away again.
        """
        with style():
            if scene != self._scene:
                self._axes.clear()
                still(self._axes)
                self._axes.set_autoscale_on(False)
                self._canvas.draw()
                self._kept = self._canvas.copy_from_bbox(self._figure.bbox)
                self._scene = scene
            self._canvas.restore_region(self._kept)
            for artist in list(moving(self._axes)):
                self._axes.draw_artist(artist)
                artist.remove()
        pixels = np.asarray(self._canvas.buffer_rgba())[..., :3]
        return Panel(title, alt, encoded(pixels), width=round(self._figure.get_figwidth() * DISPLAY_DPI))


def legend_above(ax: Axes, columns: int) -> None:
    """Put the legend above the axes, where it covers nothing."""
    corner = (0.02, ax.get_position().y1)  # from the left edge of the figure: a narrow chart needs the room
    where: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": corner, "bbox_transform": ax.figure.transFigure}
    ax.legend(ncols=columns, columnspacing=1.2, handlelength=1.8, labelspacing=0.2, borderaxespad=0.2, **where)


def in_words(text: str) -> str:
    """Return the text with minus signs in place of hyphens before digits.

    Examples
    --------
    >>> in_words("gap -0.5, one-hot")
    'gap −0.5, one-hot'
    """
    first, *others = text.split("-")
    return first + "".join(("−" if part[:1].isdigit() else "-") + part for part in others)
