"""Walk from the baseline to the input: the picture on the way, the gradient there, and the sum so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from torch import Tensor

from course_utils.attribution import integrated_gradients, vanilla_gradient
from course_utils.attribution.baselines import Baseline, as_baselines
from course_utils.explorers.chart import Chart, in_words, legend_above
from course_utils.explorers.controls import Slider
from course_utils.explorers.frame import Frame, picture_panel, signed_panel
from course_utils.explorers.own_function import as_attributions, newest
from course_utils.explorers.pictures import as_images, as_targets, one_picture, which_picture
from course_utils.explorers.widget import Explorer
from course_utils.plots.palette import COLOURS


def path_explorer(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    target: Any = None,
    *,
    baselines: Baseline = 0.0,
    function: Callable[..., Any] = integrated_gradients,
    n_steps: int = 20,
    needs: str | None = None,
) -> Explorer:
    r"""Explore the straight path :math:`x(\alpha) = x' + \alpha (x - x')` of integrated gradients.

    The sum so far is that of the integrated gradients of :math:`x(\alpha)` from the same baseline: the path to
    :math:`x(\alpha)` is the first part of the path to :math:`x`. It should lie on the curve
    :math:`F(x(\alpha)) - F(x')`.

    Parameters
    ----------
    model : callable
        (N, C, H, W) to scores (N, classes).
    inputs : Tensor, (N, C, H, W), in [0, 1]
        One picture or several to choose from.
    target : int or N ints, optional
        By default the class with the highest score of each picture.
    baselines : number, tensor, "mean" or "blur"
    function : callable
        Yours: called as `function(model, inputs, target, baselines=x′, n_steps=m)` with one picture, an int, and a
        tensor x′ of the picture's shape; returns attributions of that shape.
    n_steps : int
        Steps at first.
    needs : str, optional
        The exercise that must have passed, such as "04.2".

    Raises
    ------
    TypeError, ValueError
        If inputs, target or baselines do not fit.
    """
    images = as_images(inputs)
    targets = as_targets(model, images, target)
    if isinstance(baselines, list):
        raise TypeError("baselines: expected one baseline, since the path starts at one point; got a list")
    starts = as_baselines(baselines, images)[0]
    alphas = torch.linspace(0, 1, 41, dtype=images.dtype)
    chart = Chart(3.5, 3.0, legend_rows=2)

    def draw(picture: int, alpha: float, n_steps: int) -> Frame:
        x, x0, c = images[picture : picture + 1], starts[picture : picture + 1], targets[picture]
        method, here = newest(function), x0 + alpha * (x - x0)
        returned = method(model, here.clone(), c, baselines=x0.clone(), n_steps=n_steps)
        total = float(as_attributions(getattr(method, "__name__", "your function"), returned, x).sum())
        gradient = vanilla_gradient(model, here, c)
        slope = float((gradient * (x - x0)).sum())
        with torch.no_grad():
            scores = torch.cat([model(points)[:, c] for points in _path(x0, x, alphas).split(8)])
            difference = float(model(here)[0, c] - scores[0])
        curve = (scores - scores[0]).tolist()
        low, high = min(*curve, total), max(*curve, total)
        panels = (
            picture_panel("x(α)", here[0], f"The picture at α = {alpha:.2f} between baseline and input."),
            signed_panel(f"gradient, class {c}", gradient[0].sum(0), f"The gradient at α = {alpha:.2f}."),
            chart.panel(
                "does it add up?",
                f"The score along the path; the sum so far is marked at α = {alpha:.2f}.",
                (picture, low, high),
                lambda ax: _still(ax, alphas.tolist(), curve, low, high),
                lambda ax: _moving(ax, alpha, difference, slope, total),
            ),
        )
        return Frame(
            panels,
            in_words(
                f"At α = {alpha:.2f}: F(x(α)) − F(x′) = {difference:.3f}, sum so far {total:.3f} with m = {n_steps}, "
                f"gap {round(total - difference, 3) + 0:+.3f}."
            ),
        )

    return Explorer(
        "The path from baseline to input",
        [
            Slider("alpha", "Position α", 0.0, 1.0, 0.02, 0.5),
            Slider("n_steps", "Steps m", 1, 100, 1, n_steps),
            *which_picture(images),
        ],
        one_picture(draw) if len(images) == 1 else draw,
        about="The picture on the way, the gradient at that point, and the sum of the attributions so far.",
        needs=needs,
    )


def _path(x0: Tensor, x: Tensor, alphas: Tensor) -> Tensor:
    """Return the points (len(alphas), C, H, W) on the straight line."""
    return x0 + alphas[:, None, None, None] * (x - x0)


def _still(ax: Axes, alphas: list[float], curve: list[float], low: float, high: float) -> None:
    ax.plot(alphas, curve, color=COLOURS["blue"], label="F(x(α)) − F(x′)")
    ax.plot([], [], "--", color=COLOURS["vermilion"], label="slope at α")
    ax.plot([], [], "o", color="black", markersize=10, fillstyle="none", mew=2.5, label="sum so far")
    room = 0.08 * (high - low)
    ax.set(xlim=(-0.02, 1.02), ylim=(low - room, high + room), xlabel="α", ylabel="score")
    legend_above(ax, columns=2)


def _moving(ax: Axes, alpha: float, difference: float, slope: float, total: float) -> list[Artist]:
    ends = [difference - 0.12 * slope, difference + 0.12 * slope]
    return [
        *ax.plot([alpha - 0.12, alpha + 0.12], ends, "--", color=COLOURS["vermilion"], linewidth=3),
        *ax.plot(alpha, total, "o", color="black", markersize=10, fillstyle="none", mew=2.5),
    ]
