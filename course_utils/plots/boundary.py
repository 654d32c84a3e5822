"""Two classes in the plane, and the line at which a model changes its mind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_utils.plots.arrays import as_array, as_series
from course_utils.plots.canvas import style
from course_utils.plots.palette import COLOURS, identity

TINTS = ("#CFE3F1", "#FBE7C0")
"""Light blue and light orange, the backgrounds of class 0 and class 1."""


def decision_boundary(
    ax: Axes,
    score: Callable[[Any], Any],
    points: Any,
    labels: Any,
    *,
    names: tuple[str, str] = ("class 0", "class 1"),
    xlabel: str = "feature 1",
    ylabel: str = "feature 2",
    title: str = "",
    resolution: int = 151,
) -> None:
    """Draw points of two classes, the two regions and the line score = 0 between them.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    score : callable
        (N, 2) float32 tensor to (N,); class 1 where it is positive. Called once, with resolution² points.
    points : Tensor or array, (N, 2)
    labels : N numbers, each 0 or 1
    names : two str
    resolution : int
        Points of the grid along each axis.

    Raises
    ------
    TypeError, ValueError
        If shapes do not fit, a label is neither 0 nor 1, or `score` returns another number of values.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> decision_boundary(ax, lambda x: x[:, 0] - 0.5, [[0, 0], [1, 1]], [0, 1])
    """
    import torch

    xy = as_array("points", points)
    if xy.ndim != 2 or xy.shape[1] != 2:
        raise ValueError(f"points: expected (N, 2), got shape {xy.shape}")
    classes = as_series("labels", labels, len(xy))
    if not np.isin(classes, (0, 1)).all():
        raise ValueError(f"labels: expected 0 or 1, got {sorted(set(classes.tolist()))}")
    low, high = xy.min(0), xy.max(0)
    room = 0.08 * np.where(high > low, high - low, 1.0)
    xs, ys = (np.linspace(low[i] - room[i], high[i] + room[i], resolution) for i in (0, 1))
    grid = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    with torch.no_grad():
        values = as_series("score(points)", score(torch.tensor(grid, dtype=torch.float32)), len(grid))
    values = values.reshape(resolution, resolution)
    with style():
        ax.contourf(xs, ys, values > 0, levels=[-0.5, 0.5, 1.5], colors=TINTS)
        if values.min() < 0 < values.max():
            ax.contour(xs, ys, values, levels=[0], colors="black", linewidths=2, linestyles="solid")
        for index, (name, colour) in enumerate(zip(names, (COLOURS["blue"], COLOURS["orange"]), strict=True)):
            inside = classes == index
            marker = identity(index)[2]
            x, y = xy[inside].T
            ax.scatter(x, y, color=colour, marker=marker, edgecolor="black", s=45, linewidth=0.6, label=name)
        ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
        ax.grid(False)
        ax.legend(loc="best", frameon=True)
