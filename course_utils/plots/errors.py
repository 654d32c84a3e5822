"""The error of a sum against the number of its steps, on two logarithmic axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter, ScalarFormatter

from course_utils.plots.arrays import as_series
from course_utils.plots.canvas import style
from course_utils.plots.lines import curves


def error_against_steps(
    ax: Axes,
    steps: Any,
    errors: Mapping[str, Any],
    *,
    order: float | None = None,
    xlabel: str = "steps m",
    ylabel: str = "absolute error",
    title: str = "",
) -> None:
    """Draw |error| over the number of steps m, a curve for each rule; a straight line means error ∝ m^slope.

    An error of exactly 0 has no logarithm. It is left out of the curve, and the legend says how often that happened.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    steps : sequence of n positive numbers
    errors : mapping from the rule's name to n numbers
        Signs are dropped.
    order : float, optional
        Adds a grey line that falls as m^−order, for comparison.

    Raises
    ------
    TypeError, ValueError
        If a number of steps is not positive, or lengths differ.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> error_against_steps(ax, [20, 50, 100], {"left": [0.4, 0.16, 0.08], "midpoint": [0.01, 0.0016, 0.0]}, order=1)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['left', 'midpoint (1 exactly 0)', 'falls as 1/m']
    """
    m = as_series("steps", steps)
    if m.min() <= 0:
        raise ValueError(f"steps: expected positive numbers, got {m.min():g}")
    if not isinstance(errors, Mapping) or not errors:
        raise TypeError(f"errors: expected a dict from rule to errors, got {type(errors).__name__}")
    absolute: dict[str, np.ndarray] = {}
    for rule, values in errors.items():
        error = np.abs(as_series(f"errors[{rule!r}]", values, len(m)))
        zeros = int((error == 0).sum())
        absolute[f"{rule} ({zeros} exactly 0)" if zeros else rule] = error
    largest = max(float(error.max()) for error in absolute.values())
    curves(ax, m, absolute, xlabel=xlabel, ylabel=ylabel, title=title, markers=True)
    with style():
        for line in ax.get_lines():
            y = np.asarray(line.get_ydata(), dtype=float)
            line.set_ydata(np.where(y == 0, np.nan, y))
        ax.set_xscale("log")
        ax.set_yscale("log")
        if order is not None and largest > 0:
            name = "1/m" if order == 1 else f"1/m^{order:g}"
            ax.plot(
                m, largest * (m / m[0]) ** -order, color="0.6", linestyle="-", linewidth=1, label=f"falls as {name}"
            )
        ax.set_xticks(m)
        ax.xaxis.set_major_formatter(ScalarFormatter())
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.legend()
