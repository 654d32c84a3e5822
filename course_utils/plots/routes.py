"""Paths from a baseline to an input, in the plane of two features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_utils.plots.arrays import as_array
from course_utils.plots.canvas import style
from course_utils.plots.palette import identity


def paths(
    ax: Axes,
    routes: Mapping[str, Any],
    *,
    score: Callable[[Any], Any] | None = None,
    xlabel: str = "feature 1",
    ylabel: str = "feature 2",
    title: str = "",
) -> None:
    """Draw paths that start at x′ and end at x, with an arrow in the middle of each.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    routes : mapping from label to an array of shape (points, 2)
        All of them start at the same point and end at the same point.
    score : callable, optional
        (N, 2) tensor to (N,); drawn as labelled contour lines below the paths.

    Raises
    ------
    TypeError, ValueError
        If a route is not a list of at least two points in the plane, or the ends differ.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> paths(ax, {"straight": [[0, 0], [1, 1]], "first 1, then 2": [[0, 0], [1, 0], [1, 1]]})
    """
    if not isinstance(routes, Mapping) or not routes:
        raise TypeError(f"routes: expected a dict from label to points, got {type(routes).__name__}")
    points = {label: _as_route(label, route) for label, route in routes.items()}
    first = next(iter(points.values()))
    for label, route in points.items():
        if not (np.allclose(route[0], first[0]) and np.allclose(route[-1], first[-1])):
            raise ValueError(
                f"routes[{label!r}]: starts at {route[0]} and ends at {route[-1]}, the first route does not"
            )
    with style():
        if score is not None:
            _contours(ax, score, np.concatenate(list(points.values())))
        for index, (label, route) in enumerate(points.items()):
            colour, line, _ = identity(index)
            ax.plot(*route.T, color=colour, linestyle=line, label=label)
            _arrow(ax, route, colour)
        for name, end, marker in (("x′", first[0], "s"), ("x", first[-1], "o")):
            ax.plot(*end, marker=marker, color="black", markersize=9, linestyle="none", zorder=5)
            ax.annotate(name, end, xytext=(9, -16), textcoords="offset points", fontsize=15)
        ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
        ax.margins(0.12)
        ax.legend(loc="upper left", frameon=score is not None)


def _as_route(label: str, route: Any) -> np.ndarray:
    array = as_array(f"routes[{label!r}]", route)
    if array.ndim != 2 or array.shape[1] != 2 or len(array) < 2:
        raise ValueError(f"routes[{label!r}]: expected (points, 2) with two points or more, got shape {array.shape}")
    return array


def _arrow(ax: Axes, route: np.ndarray, colour: str) -> None:
    """Put an arrow head at half of the route's length, in the direction of travel."""
    lengths = np.linalg.norm(np.diff(route, axis=0), axis=1)
    half = int(np.searchsorted(np.cumsum(lengths), lengths.sum() / 2))
    start, end = route[half], route[half + 1]
    middle = (start + end) / 2
    arrow = {"arrowstyle": "-|>", "color": colour, "mutation_scale": 22}
    ax.annotate("", xy=middle + (end - start) * 1e-3, xytext=middle, arrowprops=arrow)


def _contours(ax: Axes, score: Callable[[Any], Any], points: np.ndarray) -> None:
    import torch

    low, high = points.min(0), points.max(0)
    room = 0.15 * np.where(high > low, high - low, 1.0)
    xs, ys = (np.linspace(low[i] - room[i], high[i] + room[i], 81) for i in (0, 1))
    grid = np.stack(np.meshgrid(xs, ys), -1)
    with torch.no_grad():
        values = as_array("score", score(torch.tensor(grid.reshape(-1, 2), dtype=torch.float32))).reshape(81, 81)
    lines = ax.contour(
        xs, ys, values, levels=8, colors="0.55", linewidths=1, linestyles="solid", negative_linestyles="solid"
    )
    ax.clabel(lines, fontsize=12, fmt="%.2g")
