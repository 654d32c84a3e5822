"""The kernel width of LIME in the plane: who counts as near decides which line explains the model."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from torch import Tensor

from course_utils.attribution.kernels import exponential_kernel
from course_utils.attribution.linear_surrogates import fit_line
from course_utils.explorers.chart import Chart, in_words, legend_above
from course_utils.explorers.controls import Slider
from course_utils.explorers.frame import Frame
from course_utils.explorers.own_function import as_numbers, newest
from course_utils.explorers.pictures import one_picture
from course_utils.explorers.widget import Explorer
from course_utils.plots.boundary import TINTS
from course_utils.plots.palette import COLOURS

Score = Callable[[Tensor], Tensor]
GRID = 121
"""Points along each axis at which the model is asked where its border runs."""


def local_line(model: Score, x: Tensor, samples: Tensor, kernel_width: float) -> tuple[Tensor, float]:
    r"""Return coefficients w (2,) and intercept b of the line that LIME fits around x.

    .. math:: \min_{w, b} \sum_z \pi(z) \, \bigl(F(z) - b - w \cdot z\bigr)^2 + |w|^2, \qquad
              \pi(z) = \sqrt{\exp(-|z - x|^2 / \text{width}^2)}

    Parameters
    ----------
    model : callable
        The score F: (n, 2) to (n,).
    x : Tensor, (1, 2)
    samples : Tensor, (n, 2)
    kernel_width : float
        In the units of the features.

    Notes
    -----
    Source: Ribeiro et al. 2016, section 3, arXiv:1602.04938.

    Examples
    --------
    >>> around = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]).repeat(500, 1)
    >>> w, b = local_line(lambda z: 2 * z[:, 0] - z[:, 1], around[:1], around, kernel_width=1.0)
    >>> w.round(decimals=1).tolist()
    [2.0, -1.0]
    """
    weights = exponential_kernel((samples - x).norm(dim=1), kernel_width)
    with torch.no_grad():
        coefficients, intercept, _ = fit_line(samples, model(samples), weights)
    return coefficients, intercept


def kernel_width_explorer(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    samples: Tensor,
    target: int | None = None,
    *,
    function: Callable[..., Any] | None = None,
    needs: str | None = None,
) -> Explorer:
    """Explore LIME in the plane: move the kernel width, watch the samples gain and lose weight and the line turn.

    A sample is drawn the larger, the larger its weight √exp(−d²/width²), where d is its distance from x. The dashed
    line is where your surrogate b + w · z is 0; the black line is the border of the model, where its score is 0.

    Parameters
    ----------
    model : callable
        (N, 2) to scores (N,), positive on one side of the border; with a target, (N, 2) to (N, classes).
    inputs : Tensor, (N, 2)
        The point to be explained, or several to choose from.
    samples : Tensor, (n, 2)
        The points at which the model is asked.
    target : int, optional
        Explain by how much the score of this class exceeds the highest of the others.
    function : callable, optional
        Yours: called as `function(model, x, samples, kernel_width)` with a model from (n, 2) to (n,), x (1, 2) and
        samples (n, 2); returns (coefficients (2,), intercept). By default the course's: `local_line`.
    needs : str, optional
        The exercise that must have passed, such as "08.3".

    Raises
    ------
    TypeError, ValueError
        If inputs, samples or target do not fit.
    """
    points, cloud = _in_the_plane("inputs", inputs), _in_the_plane("samples", samples)
    score = _score(model, target)
    with torch.no_grad():
        y = score(cloud)
    if y.shape != (len(cloud),):
        raise ValueError(f"model: returned shape {tuple(y.shape)} for {len(cloud)} samples; expected ({len(cloud)},)")
    xs, ys = _axes(torch.cat([points, cloud]))
    chart = Chart(5.6, 5.2, legend_rows=2)

    def draw(picture: int, kernel_width: float) -> Frame:
        x, fit = points[picture : picture + 1], newest(function or local_line)
        name = getattr(fit, "__name__", "your function")
        w, b = _line(name, fit(score, x.clone(), cloud.clone(), kernel_width))
        widths_away = (cloud - x).norm(dim=1) / kernel_width
        weights = torch.exp(-(widths_away**2) / 2)  # the same as √exp(−d²/width²)
        words = _words(kernel_width, w, b, y, cloud, weights)
        panel = chart.panel(
            "star: x, size of a sample: its weight",
            in_words(f"The plane with the border of the model, the samples and the local line. {words}"),
            "plane",
            lambda ax: _still(ax, score, xs, ys),
            lambda ax: _moving(ax, x[0], cloud, y, weights, w, b),
        )
        return Frame((panel,), in_words(words))

    return Explorer(
        "The kernel width of LIME",
        [_width_slider(cloud), *_which_point(points)],
        one_picture(draw) if len(points) == 1 else draw,
        about="Samples in the plane, weighed by how near they are to a point, and the line that is fitted to them.",
        needs=needs,
    )


def _in_the_plane(name: str, points: Any) -> Tensor:
    if not isinstance(points, Tensor):
        raise TypeError(f"{name}: expected a tensor (N, 2), got {type(points).__name__}")
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0 or not points.is_floating_point():
        raise ValueError(f"{name}: expected floats (N, 2), N ≥ 1, got {points.dtype} {tuple(points.shape)}")
    return points.detach()


def _score(model: Callable[[Tensor], Tensor], target: int | None) -> Score:
    """Return one number for each point: the model's own, or the lead of a class over the best of the others."""
    if target is None:
        return model

    def lead(points: Tensor) -> Tensor:
        scores = model(points)
        if scores.ndim != 2 or not 0 <= target < scores.shape[1]:
            raise ValueError(f"target: {target!r} given, but the model returned shape {tuple(scores.shape)}")
        others = torch.cat([scores[:, :target], scores[:, target + 1 :]], dim=1)
        return scores[:, target] - others.amax(dim=1)

    return lead


def _width_slider(samples: Tensor) -> Slider:
    """Return a slider from about a fifteenth of the samples' spread to twice the spread; narrow at first."""
    spread = float(samples.std(dim=0, correction=0).mean()) or 1.0
    power = 10.0 ** math.floor(math.log10(spread / 30))
    step = power * max(digit for digit in (1, 2, 5) if digit * power <= spread / 30)  # values that are easy to read
    most = 10 * math.floor(2 * spread / step / 10)
    low, high, first = (round(n * step, 12) for n in (2, most, round(spread / 8 / step)))
    return Slider("kernel_width", "Kernel width", low, high, round(step, 12), first)


def _which_point(points: Tensor) -> list[Slider]:
    return [Slider("picture", "Point", 0, len(points) - 1, 1, 0)] if len(points) > 1 else []


def _line(name: str, returned: Any) -> tuple[Tensor, float]:
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        what = f"{len(returned)} values" if isinstance(returned, tuple | list) else type(returned).__name__
        raise TypeError(f"{name} returned {what}; expected two: coefficients (2,) and intercept")
    w = as_numbers(f"coefficients from {name}", returned[0], (2,))
    return w, float(as_numbers(f"intercept from {name}", returned[1], ()))


def _words(width: float, w: Tensor, b: float, y: Tensor, samples: Tensor, weights: Tensor) -> str:
    """Say what the line is, how many samples carry it, and how well it fits them."""
    total = float(weights.sum())
    line = f"Kernel width {width:.3g}: local line {round(b, 2) + 0:.2f} {_term(w[0])}·z₁ {_term(w[1])}·z₂ = 0"
    if total == 0:
        return f"{line}. No sample has any weight."
    effective = total**2 / float((weights**2).sum())  # Kish 1965: as many samples of equal weight say as much
    share, scores = weights.double() / total, y.double()
    missed = float((share * (scores - b - samples.double() @ w) ** 2).sum())
    spread = float((share * (scores - (share * scores).sum()) ** 2).sum())
    r2 = 1 - missed / spread if spread else 0.0
    return f"{line}. The weights count like {effective:.0f} of {len(samples)} samples; fidelity R² = {r2:.2f}."


def _term(number: Tensor) -> str:
    return f"{'−' if number < 0 else '+'} {abs(float(number)):.2f}"


def _axes(points: Tensor) -> tuple[np.ndarray, np.ndarray]:
    low, high = points.amin(dim=0), points.amax(dim=0)
    room = 0.06 * torch.where(high > low, high - low, torch.ones_like(low))
    first, second = (np.linspace(float(low[i] - room[i]), float(high[i] + room[i]), GRID) for i in (0, 1))
    return first, second


def _still(ax: Axes, score: Score, xs: np.ndarray, ys: np.ndarray) -> None:
    grid = torch.tensor(np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2), dtype=torch.float32)
    with torch.no_grad():
        values = score(grid).reshape(GRID, GRID).numpy()
    ax.contourf(xs, ys, values > 0, levels=[-0.5, 0.5, 1.5], colors=TINTS)
    if values.min() < 0 < values.max():
        ax.contour(xs, ys, values, levels=[0], colors="black", linewidths=2.5)
    ax.plot([], [], "-", color="black", linewidth=2.5, label="border of the model")
    ax.plot([], [], "--", color=COLOURS["vermilion"], linewidth=3.5, label="local line")
    ax.plot([], [], "s", color=COLOURS["orange"], mec="black", label="sample, score > 0")
    ax.plot([], [], "o", color=COLOURS["blue"], mec="black", label="sample, score ≤ 0")
    ax.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]), xlabel="feature 1", ylabel="feature 2")
    ax.grid(False)
    legend_above(ax, columns=2)


def _moving(ax: Axes, x: Tensor, samples: Tensor, y: Tensor, weights: Tensor, w: Tensor, b: float) -> list[Artist]:
    drawn: list[Artist] = []
    for inside, marker, colour in ((y > 0, "s", "orange"), (y <= 0, "o", "blue")):
        size = 3 + 110 * weights[inside].numpy()
        at = samples[inside].numpy()
        drawn.append(
            ax.scatter(at[:, 0], at[:, 1], size, c=COLOURS[colour], marker=marker, edgecolor="black", linewidth=0.5)
        )
    if float(w.norm()) > 0:
        nearest = -b * w / (w @ w)  # the point of the line nearest to the origin
        reach = (nearest.abs().sum() + samples.abs().sum(dim=1).max() + 1) * 4
        ends = nearest + torch.tensor([[-1.0], [1.0]], dtype=w.dtype) * reach * torch.stack([-w[1], w[0]]) / w.norm()
        drawn += ax.plot(ends[:, 0], ends[:, 1], "--", color=COLOURS["vermilion"], linewidth=3.5)
    drawn += ax.plot(*x.tolist(), "*", color="white", mec="black", mew=1.5, markersize=22)
    return drawn
