"""A point in the plane, the samples around it, each as large as its weight, and the line that was fitted to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_utils.plots.arrays import as_array, as_series
from course_utils.plots.boundary import TINTS
from course_utils.plots.canvas import style
from course_utils.plots.palette import COLOURS, identity

RESOLUTION = 151
"""Points along each axis at which the score is asked where its border runs."""


def neighbourhood(
    ax: Axes,
    score: Callable[[Any], Any],
    x: Any,
    samples: Any,
    *,
    weights: Any = None,
    line: tuple[Any, float] | None = None,
    title: str = "",
) -> None:
    """Draw the two regions of a score, the point x as a star, samples of the size of their weights, and a line.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    score : callable
        (N, 2) float32 tensor to (N,); class 1 where it is positive.
    x : Tensor or array, (1, 2)
    samples : Tensor or array, (n, 2)
    weights : n numbers from 0 to 1, optional
        A sample without weight is a dot that can hardly be seen; by default all weigh the same.
    line : pair, optional
        Coefficients w (2,) and intercept b; drawn where b + w · z = 0.
    title : str

    Raises
    ------
    TypeError, ValueError
        If shapes do not fit, or a weight is negative or not finite.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> neighbourhood(ax, lambda z: z[:, 0], [[0, 0]], [[1, 1], [-1, 0]], weights=[1, 0.5], line=([1, 0], 0.0))
    >>> ax.get_xlabel()
    'feature 1'
    """
    import torch

    star, cloud = as_array("x", x), as_array("samples", samples)
    if star.shape != (1, 2) or cloud.ndim != 2 or cloud.shape[1] != 2:
        raise ValueError(f"x, samples: expected (1, 2) and (n, 2), got {star.shape} and {cloud.shape}")
    sizes = np.full(len(cloud), 0.3) if weights is None else as_series("weights", weights, len(cloud))
    if sizes.min() < 0:
        raise ValueError(f"weights: expected numbers from 0 on, got {sizes.min():.3g}")
    low, high = cloud.min(0), cloud.max(0)
    xs, ys = (np.linspace(low[i], high[i], RESOLUTION) for i in (0, 1))
    grid = np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2)
    with torch.no_grad():
        on_grid = as_series("score(points)", score(torch.tensor(grid, dtype=torch.float32)), len(grid))
        inside = as_series("score(samples)", score(torch.tensor(cloud, dtype=torch.float32)), len(cloud)) > 0
    on_grid = on_grid.reshape(RESOLUTION, RESOLUTION)
    with style():
        ax.contourf(xs, ys, on_grid > 0, levels=[-0.5, 0.5, 1.5], colors=TINTS)
        if on_grid.min() < 0 < on_grid.max():
            ax.contour(xs, ys, on_grid, levels=[0], colors="black", linewidths=2)
        for index, rows in enumerate((~inside, inside)):
            colour, marker = (COLOURS["blue"], COLOURS["orange"])[index], identity(index)[2]
            at, size = cloud[rows], 2 + 90 * sizes[rows]
            ax.scatter(at[:, 0], at[:, 1], s=size, color=colour, marker=marker, edgecolor="black", linewidth=0.4)
        if line is not None:
            _draw_line(ax, as_series("line[0]", line[0], 2), float(line[1]), reach=float(np.abs(cloud).max()))
        ax.plot(*star[0], marker="*", color="white", markeredgecolor="black", markeredgewidth=1.5, markersize=20)
        ax.set(xlabel="feature 1", ylabel="feature 2", title=title, xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        ax.grid(False)


def _draw_line(ax: Axes, w: np.ndarray, b: float, reach: float) -> None:
    length = float(np.hypot(*w))
    if length == 0:
        return  # the same score everywhere: there is no border to draw
    nearest = -b * w / length**2  # the point of the line that is nearest to the origin
    along = np.array([-w[1], w[0]]) / length * (4 * reach + float(np.abs(nearest).sum()))
    ends = np.stack([nearest - along, nearest + along])
    ax.plot(ends[:, 0], ends[:, 1], linestyle="--", color=COLOURS["vermilion"], linewidth=3)
