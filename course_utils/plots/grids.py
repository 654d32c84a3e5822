"""A small matrix with its numbers, to follow a rule by hand cell by cell."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from course_utils.plots.arrays import as_map
from course_utils.plots.canvas import style
from course_utils.plots.palette import SIGNED
from course_utils.plots.pictures import bare


def number_grid(ax: Axes, values: Any, *, title: str = "", closed: Any = None, bound: float | None = None) -> None:
    """Write the numbers of a matrix into a grid: red cells are positive, blue ones negative, and the sign stands there.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    values : Tensor or array, (H, W)
    title : str
    closed : Tensor or array of bool, (H, W), optional
        Cells in which a gate was closed; they are hatched.
    bound : float, optional
        The value of the strongest colour; by default the largest absolute value.

    Raises
    ------
    TypeError, ValueError
        If the values are not a matrix of finite numbers, or `closed` has another shape.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> number_grid(ax, [[2, -1], [0, 3]], closed=[[False, True], [False, False]])
    >>> [text.get_text() for text in ax.texts]
    ['2', '−1', '0', '3']
    """
    numbers = as_map("values", values)
    gates = np.zeros(numbers.shape, dtype=bool) if closed is None else np.asarray(closed, dtype=bool)
    if gates.shape != numbers.shape:
        raise ValueError(f"closed: shape {gates.shape} does not match the values' {numbers.shape}")
    strongest = bound or float(np.abs(numbers).max()) or 1.0
    with style():
        # twice the bound: pale colours leave the numbers readable
        ax.imshow(numbers, cmap=SIGNED, vmin=-2 * strongest, vmax=2 * strongest)
        for (row, column), number in np.ndenumerate(numbers):
            hatch = "///" if gates[row, column] else None
            paper = {"facecolor": "white", "edgecolor": "none", "pad": 2} if hatch else None
            text = f"{number:g}".replace("-", "−")
            ax.text(column, row, text, ha="center", va="center", fontsize=16, zorder=3, bbox=paper)
            ax.add_patch(
                Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor="none", edgecolor="0.6", hatch=hatch, linewidth=1)
            )
        ax.set_title(title)
    bare(ax)
