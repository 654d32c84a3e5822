"""A picture that is cut into regions: enlarged, with the borders drawn, and hatched where a region is off."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.explorers.frame import Panel, encoded
from course_utils.plots.pictures import as_picture

WIDE = 432
"""About as many pixels on the screen: wide enough to hit a small region."""
LIGHT, DARK = (240, 228, 66), (0, 0, 0)
"""Yellow beside black: one of them stands out from any picture."""
HATCH = 24
"""Pixels between the lines in a region that is off."""


class RegionPicture:
    """Draws one picture after the other with the same regions.

    Parameters
    ----------
    regions : array of int, (H, W)

    Examples
    --------
    >>> halves = RegionPicture(np.array([[0, 1], [0, 1]]))
    >>> halves.panel("halves", np.zeros((1, 2, 2)), (True, False), "Black.", picks="on").width
    432
    """

    def __init__(self, regions: np.ndarray) -> None:
        self._factor = max(1, round(WIDE / regions.shape[1]))
        self._regions = self._enlarged(regions)
        rows, columns = np.indices(self._regions.shape)
        self._hatched = (rows + columns) % HATCH
        across = self._regions[:, 1:] != self._regions[:, :-1]
        down = self._regions[1:] != self._regions[:-1]
        self._dark = np.pad(across, ((0, 0), (0, 1))) | np.pad(down, ((0, 1), (0, 0)))  # the pixel before a border
        self._light = np.pad(across, ((0, 0), (1, 0))) | np.pad(down, ((1, 0), (0, 0)))  # and the one behind it

    def _enlarged(self, array: np.ndarray) -> np.ndarray:
        return array.repeat(self._factor, axis=0).repeat(self._factor, axis=1)

    def panel(self, title: str, picture: Any, on: tuple[bool, ...], alt: str, picks: str) -> Panel:
        """Return the picture (C, H, W) with its borders; `picks` names the switches that a click moves."""
        array = as_picture(title, picture).clip(0, 1)
        grey = array if array.ndim == 3 else array[..., None].repeat(3, axis=2)
        pixels = self._enlarged((grey * 255).round().astype(np.uint8))
        off = ~np.array(on)[self._regions]
        pixels[off & (self._hatched == 0) | self._dark] = DARK
        pixels[off & (self._hatched == 1) | self._light] = LIGHT
        return Panel(title, alt, encoded(pixels), width=pixels.shape[1], picks=picks)
