"""Walk along f(x) = 1 − ReLU(1 − x): the value rises and stays, the slope falls to zero."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from torch import Tensor

from course_utils.assets import ReluCounterexample
from course_utils.attribution import input_x_gradient, vanilla_gradient
from course_utils.explorers.chart import Chart, in_words, legend_above
from course_utils.explorers.controls import Slider
from course_utils.explorers.frame import Frame
from course_utils.explorers.own_function import as_attributions, newest
from course_utils.explorers.widget import Explorer
from course_utils.plots.palette import COLOURS


def relu_explorer(
    model: Callable[[Tensor], Tensor] | None = None,
    inputs: tuple[float, float] = (-1.0, 3.0),
    target: None = None,
    *,
    function: Callable[..., Any] = input_x_gradient,
    needs: str | None = None,
) -> Explorer:
    """Explore a function of one number: its value, its slope, gradient × input, and what a finite change says.

    Parameters
    ----------
    model : callable, optional
        (N, 1) to (N,); by default the counterexample f(x) = 1 − ReLU(1 − x).
    inputs : (low, high)
        The range of x.
    target : None
        The model has one output.
    function : callable
        Yours: called as `function(model, inputs)` with inputs (1, 1); returns an attribution of that shape.
    needs : str, optional
        The exercise that must have passed, such as "03.2".

    Raises
    ------
    ValueError
        If the range is empty or a target is given.
    """
    low, high = (float(end) for end in inputs)
    if not low < high:
        raise ValueError(f"inputs: expected a range (low, high) with low < high, got {inputs!r}")
    if target is not None:
        raise ValueError(f"target: the model has one output, expected None, got {target!r}")
    f = ReluCounterexample() if model is None else model
    grid = torch.linspace(low, high, 201)[:, None]
    with torch.no_grad():
        curve = f(grid).reshape(-1).tolist()
    chart = Chart(6.4, 3.4)

    def still(ax: Axes) -> None:
        room = 0.15 * (max(curve) - min(curve)) + 0.05
        ax.plot(grid[:, 0].tolist(), curve, "-", color=COLOURS["blue"], label="f(x)")
        ax.plot([], [], "--", color=COLOURS["vermilion"], label="slope at x")
        ax.plot([], [], "-", color="black", label="change f(x) − f(x′)")
        ax.set(xlim=(low, high), ylim=(min(curve) - room, max(curve) + room), xlabel="x", ylabel="f(x)")
        legend_above(ax, columns=3)

    def draw(x: float, baseline: float) -> Frame:
        point, start, method = torch.tensor([[x]]), torch.tensor([[baseline]]), newest(function)
        name = getattr(method, "__name__", "your function")
        attribution = float(as_attributions(name, method(f, point.clone()), point))
        slope = float(vanilla_gradient(f, point))
        with torch.no_grad():
            value, value_at_start = float(f(point)), float(f(start))
        panel = chart.panel(
            "circle: x, square: x′",
            f"The curve f with its slope at x = {x:.2f} and the change since x′ = {baseline:.2f}.",
            "curve",
            still,
            lambda ax: _point(ax, (baseline, value_at_start), (x, value), slope, 0.18 * (high - low)),
        )
        return Frame(
            (panel,),
            in_words(
                f"f(x) = {value:.2f}, slope {slope + 0:.2f}, {name.replace('_', ' ')} {attribution + 0:.2f}; "
                f"the finite change f(x) − f(x′) = {value - value_at_start + 0:.2f}."
            ),
        )

    step = round((high - low) / 80, 6)
    return Explorer(
        "A function that saturates",
        [
            Slider("x", "Input x", low, high, step, min(max(2.0, low), high)),
            Slider("baseline", "Baseline x′", low, high, step, min(max(0.0, low), high)),
        ],
        draw,
        about="A curve with its value, its slope and gradient × input at x, beside the change since a baseline.",
        needs=needs,
    )


def _point(ax: Axes, start: tuple[float, float], end: tuple[float, float], slope: float, reach: float) -> list[Artist]:
    """Draw the tangent at the end, the change of the value since the start, and both points."""
    (x0, y0), (x, y) = start, end
    return [
        *ax.plot([x - reach, x + reach], [y - slope * reach, y + slope * reach], "--", color=COLOURS["vermilion"]),
        *ax.plot([x0, x], [y0, y0], ":", color="0.35"),
        *ax.plot([x, x], [y0, y], "-", color="black"),
        *ax.plot(x, y, "o", color="black", markersize=10),
        *ax.plot(x0, y0, "s", color="black", markersize=9),
    ]
