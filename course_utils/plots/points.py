"""Named points in the plane, such as models by size and accuracy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from course_utils.plots.arrays import as_series
from course_utils.plots.canvas import style
from course_utils.plots.palette import identity


def named_points(
    ax: Axes,
    points: Mapping[str, tuple[float, float]],
    *,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    log_x: bool = False,
) -> None:
    """Draw one marker for each name, with the name beside it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    points : mapping from name to (x, y)
    xlabel, ylabel, title : str
    log_x : bool
        Logarithmic x, for sizes that differ by orders of magnitude; every x must be positive.

    Raises
    ------
    TypeError, ValueError
        If there is no point, a coordinate is not finite, or x is not positive on a logarithmic axis.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> named_points(ax, {"linear": (31, 0.97), "forest": (9000, 0.96)}, xlabel="parameters", log_x=True)
    """
    if not isinstance(points, Mapping) or not points:
        raise TypeError(f"points: expected a dict from name to (x, y), got {type(points).__name__}")
    places = {name: as_series(f"points[{name!r}]", place, 2) for name, place in points.items()}
    if log_x and min(x for x, _ in places.values()) <= 0:
        raise ValueError("points: every x must be positive on a logarithmic axis")
    ends = [min(x for x, _ in places.values()), max(x for x, _ in places.values())]
    middle = np.sqrt(ends[0] * ends[1]) if log_x else sum(ends) / 2
    with style():
        if log_x:
            ax.set_xscale("log")
        for index, (name, (x, y)) in enumerate(places.items()):
            colour, _, marker = identity(index)
            ax.plot(x, y, marker=marker, color=colour, linestyle="none", markersize=11)
            offset, side = ((10, 0), "left") if x <= middle else ((-10, 0), "right")  # names stay inside
            ax.annotate(name, (x, y), xytext=offset, textcoords="offset points", ha=side, va="center")
        ax.margins(0.12)
        ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
