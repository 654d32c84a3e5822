"""Draw a digit: what the network makes of it, and which strokes speak for that, while the pen moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from torch import Tensor

from course_utils.assets import load_digits
from course_utils.attribution import input_x_gradient, integrated_gradients, occlusion, vanilla_gradient
from course_utils.explorers.chart import Chart, in_words
from course_utils.explorers.controls import Choice
from course_utils.explorers.frame import Frame, overlay_panel, picture_panel
from course_utils.explorers.ink import SIDE, as_drawn, as_in_mnist
from course_utils.explorers.own_function import as_pixels, newest
from course_utils.explorers.pad import Pad
from course_utils.explorers.widget import Explorer
from course_utils.plots.palette import COLOURS

METHODS: dict[str, Callable[..., Any]] = {
    "gradient × input": input_x_gradient,
    "gradient": vanilla_gradient,
    "integrated gradients": partial(integrated_gradients, n_steps=20),
    "occlusion": partial(occlusion, sliding_window_shapes=(1, 4, 4), strides=(1, 2, 2)),
}
PLACES = {"as in MNIST": as_in_mnist, "as drawn": as_drawn}
PREDICTED = "the predicted one"


def draw_explorer(
    model: Callable[[Tensor], Tensor],
    methods: Mapping[str, Callable[..., Any]] | None = None,
    *,
    needs: str | None = None,
) -> Explorer:
    """Draw a digit with mouse, finger or keyboard; the probabilities and an attribution follow the pen.

    The drawing is placed as MNIST places its digits: in a box of 20 × 20 pixels with the centre of mass in the
    middle. “as drawn” leaves it where it is, and shows how much the network relies on the placement.

    Parameters
    ----------
    model : callable
        (N, 1, 28, 28) in [0, 1] to scores (N, 10).
    methods : mapping, optional
        Name to method. A method, yours too, is called as `method(model, inputs, target)` with inputs (1, 1, 28, 28)
        and an int, and returns attributions of that shape. By default four of the course's methods; occlusion is the
        slowest with 170 forward passes.
    needs : str, optional
        The exercise that must have passed, such as "02.4".

    Raises
    ------
    TypeError, ValueError
        If there is no method, one cannot be called, or the model does not return scores (N, 10).
    """
    chosen = dict(METHODS if methods is None else methods)
    if not chosen or not all(callable(method) for method in chosen.values()):
        raise TypeError(f"methods: expected a mapping from names to functions, got {methods!r}")
    with torch.no_grad():
        shape = tuple(model(torch.zeros(2, 1, SIDE, SIDE)).shape)
    if shape != (2, 10):
        raise ValueError(f"model: returned shape {shape} for 2 digits; expected (2, 10)")
    images, labels = load_digits("validation")
    pad = Pad("drawing", "Drawing pad", images[:10, 0].numpy(), tuple(str(int(n)) for n in labels[:10]), paper=2)
    chart = Chart(5.0, 2.0, legend_rows=0)

    def draw(drawing: dict[str, Any], method: str, explain: str, place: str) -> Frame:
        x = torch.as_tensor(PLACES[place](pad.picture(drawing)), dtype=torch.float32)[None, None]
        with torch.no_grad():
            scores = model(x)[0]
        probabilities = scores.softmax(0)
        best, second = probabilities.topk(2).indices.tolist()
        c, function = best if explain == PREDICTED else int(explain), newest(chosen[method])
        returned = function(model, x.clone(), c)
        attributions = as_pixels(getattr(function, "__name__", method), returned, x)
        words = in_words(
            f"The network says {best} ({_percent(probabilities[best])}), then {second} "
            f"({_percent(probabilities[second])}). Score of {c}, which the map explains: {float(scores[c]):.2f}."
        )
        words = words if float(x.sum()) else f"The pad is empty. {words}"
        panels = (
            picture_panel("what the network sees", x[0], f"The drawing in 28 × 28 pixels, {place}."),
            overlay_panel(f"{method}, for {c}", x[0], attributions, f"{method} for {c} over the drawing."),
            chart.panel("probabilities", words, "axes", _still, lambda ax: _moving(ax, probabilities.tolist(), c)),
        )
        return Frame(panels, words)

    return Explorer(
        "Draw a digit",
        [
            Choice("method", "Method", tuple(chosen), next(iter(chosen))),
            Choice("explain", "Explained digit", (PREDICTED, *map(str, range(10))), PREDICTED),
            Choice("place", "Placed", tuple(PLACES), "as in MNIST"),
            pad,
        ],
        draw,
        about="A pad for a digit, the probabilities of the ten digits, and an attribution over the drawing.",
        needs=needs,
    )


def _percent(probability: Tensor) -> str:
    return f"{100 * float(probability):.1f} %"


def _still(ax: Axes) -> None:
    ax.set(xlim=(-0.6, 9.6), ylim=(0, 118), xlabel="digit (hatched: the explained one)", ylabel="%")
    ax.set_xticks(range(10))
    ax.set_yticks([0, 50, 100])


def _moving(ax: Axes, probabilities: list[float], explained: int) -> list[Artist]:
    heights = [100 * p for p in probabilities]
    bars = list(ax.bar(range(10), heights, color=COLOURS["sky blue"], edgecolor="black", width=0.8))
    bars[explained].set_hatch("//")
    numbers = [
        ax.text(n, h + 3, f"{h:.0f}", ha="center", va="bottom", fontsize=11) for n, h in enumerate(heights) if h >= 0.5
    ]
    return [*bars, *numbers]
