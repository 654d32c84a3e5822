"""What an explorer shows at one moment: some pictures, each with words, and a line that says what is to be seen.

Digits and maps are encoded pixel by pixel and enlarged by the browser, which is much faster than drawing them with
matplotlib. `Chart` draws what has axes.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
from PIL import Image

from course_utils.plots.arrays import as_map
from course_utils.plots.maps import opacity
from course_utils.plots.palette import SIGNED
from course_utils.plots.pictures import as_picture

WIDTH = 216
"""Pixels on the screen for a digit or a photograph: three fit side by side."""


FRAME_COLOUR = (230, 159, 0)
"""Orange of Okabe and Ito: it stands out on black, on white and on most photographs."""


@dataclass(frozen=True)
class Panel:
    """One picture.

    Attributes
    ----------
    title : str
        Above the picture.
    alt : str
        What a reader learns who cannot see it.
    png : bytes
    width : int
        Pixels on the screen.
    crisp : bool
        Enlarge without smoothing, so that the pixels of a digit stay squares.
    bound : float
        The ends of the signed scale that is drawn below; 0 for none.
    picks : str
        The name of the `Switches` that a click in the picture moves; none where it is empty.
    """

    title: str
    alt: str
    png: bytes
    width: int = WIDTH
    crisp: bool = False
    bound: float = 0.0
    picks: str = ""

    def __post_init__(self) -> None:
        if not self.alt.strip():
            raise ValueError(f"alt of the panel {self.title!r}: expected words for readers who cannot see it")


@dataclass(frozen=True)
class Frame:
    """Some panels and a line below them, which is read aloud when it changes."""

    panels: tuple[Panel, ...]
    summary: str


def picture_panel(title: str, picture: Any, alt: str) -> Panel:
    """Return a digit or a photograph, (C, H, W) or (H, W); values outside [0, 1] are drawn as the nearest end.

    Examples
    --------
    >>> picture_panel("digit", np.zeros((1, 28, 28)), "black").crisp
    True
    """
    array = as_picture(title, picture).clip(0, 1)
    return Panel(title, alt, encoded(as_bytes(array)), crisp=array.shape[1] < WIDTH)


def signed_panel(title: str, attributions: Any, alt: str, bound: float | None = None) -> Panel:
    """Return a signed map, (H, W) or (1, H, W): red for, blue against, white zero, the same colours as in `plots`.

    The scale ends at `bound`, by default at the largest absolute value of a digit's map, and at the 99th percentile of
    a photograph's; the title then says so.

    Examples
    --------
    >>> signed_panel("gradient", np.zeros((2, 2)), "nothing").title
    'gradient (all zero)'
    """
    values = as_map(title, attributions)
    colours, bound, note = _signed_scale(values, bound)
    return Panel(title + note, alt, encoded(as_bytes(colours)), crisp=values.shape[1] < WIDTH, bound=bound)


def overlay_panel(title: str, picture: Any, attributions: Any, alt: str, bound: float | None = None) -> Panel:
    """Return a signed map over its picture in grey: the stronger the attribution, the less of the picture shows.

    Examples
    --------
    >>> overlay_panel("over it", np.zeros((3, 2, 2)), np.eye(2), "a diagonal").bound
    1.0
    """
    values, below = as_map(title, attributions), as_picture(title, picture).clip(0, 1)
    if values.shape != below.shape[:2]:
        raise ValueError(f"{title}: a map of {values.shape} does not fit a picture of {below.shape[:2]}")
    colours, bound, note = _signed_scale(values, bound)
    grey = 0.25 + 0.5 * (below.mean(-1) if below.ndim == 3 else below)[..., None]
    strength = opacity(values, bound)[..., None] if bound else np.zeros_like(grey)
    blended = strength * colours + (1 - strength) * grey
    return Panel(title + note, alt, encoded(as_bytes(blended)), crisp=values.shape[1] < WIDTH, bound=bound)


def outlined_panel(title: str, picture: Any, rows: slice, columns: slice, alt: str) -> Panel:
    """Return a picture with an orange frame around the given rows and columns, enlarged so that the frame is thin.

    Examples
    --------
    >>> outlined_panel("covered", np.zeros((1, 28, 28)), slice(0, 4), slice(4, 8), "a square").width
    216
    """
    array = as_picture(title, picture).clip(0, 1)
    colours = array if array.ndim == 3 else np.repeat(array[..., None], 3, axis=2)
    factor = max(1, round(2 * WIDTH / array.shape[1]))
    pixels = as_bytes(colours).repeat(factor, axis=0).repeat(factor, axis=1)
    top, bottom, _ = (factor * edge for edge in rows.indices(array.shape[0]))
    left, right, _ = (factor * edge for edge in columns.indices(array.shape[1]))
    inside = pixels[top + 4 : bottom - 4, left + 4 : right - 4].copy()
    pixels[top:bottom, left:right] = FRAME_COLOUR
    pixels[top + 4 : bottom - 4, left + 4 : right - 4] = inside
    return Panel(title, alt, encoded(pixels))


def as_bytes(shares: np.ndarray) -> np.ndarray:
    """Return values in [0, 1] as bytes from 0 to 255."""
    return (shares * 255).round().astype(np.uint8)


def encoded(pixels: np.ndarray) -> bytes:
    """Return (H, W) or (H, W, 3) bytes as PNG, packed quickly rather than tightly."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, format="png", compress_level=1)
    return file.getvalue()


def _signed_scale(values: np.ndarray, bound: float | None) -> tuple[np.ndarray, float, str]:
    """Return the colours (H, W, 3) of a signed map, the end of their scale, and what the title must add about it."""
    largest, note = float(np.abs(values).max()), ""
    if bound is None and values.size > 10_000:  # a few pixels of a photograph would leave all others white
        bound = float(np.quantile(np.abs(values), 0.99))
        note = " (1 % beyond scale)" if 0 < bound < largest else ""
    elif bound and largest > bound * (1 + 1e-6):
        note = f" ({100 * (np.abs(values) > bound).mean():.2g} % beyond scale)"
    bound = bound or largest
    places = (values / bound * 127.5 + 127.5) if bound else np.full_like(values, 127.5)
    colours = _signed_colours()[places.round().clip(0, 255).astype(int)]
    return colours, bound, note if largest else " (all zero)"


def _signed_colours() -> np.ndarray:
    return mpl.colormaps[SIGNED](np.linspace(0, 1, 256))[:, :3]
