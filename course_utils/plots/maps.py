"""Attribution maps: signed, unsigned, and laid over the picture.

A map is drawn with its bounds in print, because two maps can look alike and differ by a factor of a hundred.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from course_utils.plots.arrays import as_map
from course_utils.plots.palette import SIGNED, UNSIGNED
from course_utils.plots.pictures import as_picture, bare


def signed_map(ax: Axes, attributions: Any, *, title: str = "", bound: float | None = None) -> None:
    """Draw a signed map on a diverging scale, symmetric around zero: red is for, blue against, white is zero.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    attributions : Tensor or array, (H, W) or (1, H, W)
        In units of score.
    title : str
    bound : float, optional
        The scale runs from −bound to bound; by default the largest absolute value of this map. Give one bound to maps
        that are to be compared. Values beyond it take the colour of the end, and the title says so.

    Raises
    ------
    TypeError, ValueError
        If there is not one value a pixel, a value is not finite, or the bound is not a positive number.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> signed_map(ax, np.zeros((28, 28)), title="gradient")
    >>> ax.get_title()
    'gradient\\n(all zero)'
    """
    values = as_map("attributions", attributions)
    bound, notes = _bound(values, bound)
    shown = ax.imshow(values, cmap=SIGNED, vmin=-bound, vmax=bound, interpolation="nearest")
    _finish(ax, shown, title, notes, ticks=[-bound, 0, bound])


def unsigned_map(ax: Axes, values: Any, *, title: str = "", bound: float | None = None) -> None:
    """Draw a map without signs, such as a saliency map, from 0 (dark) to its largest value (bright).

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : Tensor or array, (H, W) or (1, H, W)
        Not negative.
    title : str
    bound : float, optional
        The bright end of the scale; by default the largest value.

    Raises
    ------
    TypeError, ValueError
        If a value is negative or not finite, or there is not one value a pixel.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> unsigned_map(ax, np.eye(3), title="saliency")
    """
    array = as_map("values", values)
    if array.min() < 0:
        raise ValueError(f"values: the smallest is {array.min():.4g}; a map with signs belongs into signed_map")
    bound, notes = _bound(array, bound)
    shown = ax.imshow(array, cmap=UNSIGNED, vmin=0, vmax=bound, interpolation="nearest")
    _finish(ax, shown, title, notes, ticks=[0, bound])


def overlay(ax: Axes, picture: Any, attributions: Any, *, title: str = "", bound: float | None = None) -> None:
    """Draw a signed map over its picture, in grey: the stronger the attribution, the less of the picture shows.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    picture : Tensor or array, (C, H, W) or (H, W), in [0, 1]
    attributions : Tensor or array, (H, W) or (1, H, W)
    title : str
    bound : float, optional
        As in `signed_map`.

    Raises
    ------
    TypeError, ValueError
        If the map and the picture differ in height or width, or one of them cannot be drawn.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> overlay(ax, np.zeros((3, 8, 8)), np.eye(8), title="espresso")
    """
    values, below = as_map("attributions", attributions), as_picture("picture", picture)
    if values.shape != below.shape[:2]:
        raise ValueError(f"attributions: shape {values.shape} does not match the picture's {below.shape[:2]}")
    bound, notes = _bound(values, bound)
    grey = below.mean(-1) if below.ndim == 3 else below
    ax.imshow(0.25 + 0.5 * grey.clip(0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    strength = opacity(values, bound)
    shown = ax.imshow(values, cmap=SIGNED, vmin=-bound, vmax=bound, alpha=strength, interpolation="nearest")
    _finish(ax, shown, title, notes, ticks=[-bound, 0, bound])


def opacity(values: np.ndarray, bound: float) -> np.ndarray:
    """Return how much of a map covers the picture below it, from 0 to 1, in proportion to |value|.

    Values near 0 have the colour white. Any rule that rises faster lays a veil over them, and the border of the veil
    looks like evidence.

    Examples
    --------
    >>> opacity(np.array([-1.0, 0.0, 0.5, 3.0]), bound=1.0).tolist()
    [1.0, 0.0, 0.5, 1.0]
    """
    return (np.abs(values) / bound).clip(0, 1)


def _bound(values: np.ndarray, bound: float | None) -> tuple[float, str]:
    """Return the end of the scale and what the title must add about it."""
    largest = float(np.abs(values).max())
    if bound is None:
        return (largest, "") if largest > 0 else (1.0, "(all zero)")
    if not (np.isfinite(bound) and bound > 0):
        raise ValueError(f"bound: expected a positive number, got {bound!r}")
    if largest == 0:
        return float(bound), "(all zero)"
    beyond = int((np.abs(values) > bound * (1 + 1e-6)).sum())
    return float(bound), f"({beyond} beyond scale)" if beyond else ""


def _finish(ax: Axes, shown: AxesImage, title: str, notes: str, ticks: list[float]) -> None:
    ax.set_title("\n".join(line for line in (title, notes) if line))
    bare(ax)
    scale = ax.inset_axes((0.0, -0.1, 1.0, 0.05))  # as wide as the picture, whatever the layout does
    bar = ax.figure.colorbar(shown, cax=scale, orientation="horizontal")
    ticks = [0] if "(all zero)" in notes else ticks
    bar.set_ticks(ticks, labels=[f"{tick:.2g}".replace("-", "−") for tick in ticks])
    bar.outline.set_visible(False)
    scale.tick_params(length=0, labelsize=12)
    scale.grid(False)
    if len(ticks) > 1:  # the numbers stay inside the picture's width
        scale.get_xticklabels()[0].set_horizontalalignment("left")
        scale.get_xticklabels()[-1].set_horizontalalignment("right")
