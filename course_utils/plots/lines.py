"""Curves: one or several over the same x, told apart by colour, line style and label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from course_utils.plots.arrays import as_series
from course_utils.plots.canvas import style
from course_utils.plots.palette import identity


def curves(
    ax: Axes,
    x: Any,
    ys: Mapping[str, Any],
    *,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    markers: bool = False,
) -> None:
    """Draw the curves `ys` (label to values) over `x`; a legend appears from the second curve on.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    x : sequence of n numbers
    ys : mapping from label to n numbers
    xlabel, ylabel, title : str
        Labels carry the unit, as in "score (logit)".
    markers : bool
        Mark the single values, for curves of few points.

    Raises
    ------
    TypeError, ValueError
        If there is no curve, or a curve has another length than `x`, or a value is not finite.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> curves(ax, [0, 1, 2], {"f": [0, 1, 1], "slope": [1, 1, 0]}, xlabel="x")
    >>> len(ax.get_lines())
    2
    """
    if not isinstance(ys, Mapping) or not ys:
        raise TypeError(f"ys: expected a dict from label to values, got {type(ys).__name__} {ys!r:.60}")
    steps = as_series("x", x)
    with style():
        for index, (label, values) in enumerate(ys.items()):
            colour, line, marker = identity(index)
            y = as_series(f"ys[{label!r}]", values, len(steps))
            ax.plot(steps, y, label=label, color=colour, linestyle=line, marker=marker if markers else None)
        ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
        if len(ys) > 1:
            ax.legend()
