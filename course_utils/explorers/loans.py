"""A loan application under your hands: the score, the decision, and the smallest change that flips it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from torch import Tensor

from course_utils.assets import LoanModel
from course_utils.assets.loans import FEATURES, UNITS
from course_utils.explorers.chart import Chart, in_words, legend_above
from course_utils.explorers.controls import Choice, Slider
from course_utils.explorers.frame import Frame
from course_utils.explorers.own_function import newest
from course_utils.explorers.widget import Explorer
from course_utils.plots.palette import COLOURS

RANGES = ((8, 100, 1), (0, 80, 1), (0, 30, 1), (0, 6, 1))
"""Low, high and step of the four sliders, in the units of the loans."""
TOLERANCE = 1e-3
"""How near to 0 a score counts as on the line, in log odds."""


def loan_explorer(
    model: Callable[[Tensor], Tensor] | None = None,
    inputs: Sequence[float] | Tensor = (28, 20, 3, 1),
    target: None = None,
    *,
    function: Callable[..., Any] | None = None,
    needs: str | None = None,
) -> Explorer:
    """Explore a decision: move the four features of an application, and ask what would have to change.

    Parameters
    ----------
    model : callable, optional
        (N, 4) to scores (N,), granted where positive; by default `LoanModel`.
    inputs : four numbers, or a tensor (4,) or (1, 4)
        The application at first: income, debt, years employed, late payments.
    target : None
        The model has one output.
    function : callable, optional
        Yours: called as `function(model, inputs, feature)` with inputs (1, 4) and the position of a feature; returns
        the change of that feature, a number in its unit, that takes the score to 0. Without it no change is shown.
    needs : str, optional
        The exercise that must have passed, such as "01.4".

    Raises
    ------
    ValueError
        If there are not four numbers, one lies outside its slider, or a target is given.
    """
    first = [float(value) for value in torch.as_tensor(inputs, dtype=torch.float32).reshape(-1)]
    if len(first) != len(FEATURES):
        raise ValueError(f"inputs: expected {', '.join(FEATURES)}, got {len(first)} numbers")
    if target is not None:
        raise ValueError(f"target: the model has one output, expected None, got {target!r}")
    score = LoanModel() if model is None else model
    names = [name.replace(" ", "_") for name in FEATURES]
    chart = Chart(6.4, 3.6)

    def draw(feature: str, **values: float) -> Frame:
        x = torch.tensor([[float(values[name]) for name in names]])
        index = FEATURES.index(feature)
        change = None if function is None else _number(newest(function)(score, x.clone(), index))
        return _frame(chart, score, x, index, change)

    sliders = [
        Slider(name, label, low, high, step, round(min(max(value, low), high)), unit)
        for name, label, (low, high, step), value, unit in zip(
            names, FEATURES, RANGES, first, ("k€ a year", "k€", "years", ""), strict=True
        )
    ]
    return Explorer(
        "A loan",
        [*sliders, Choice("feature", "What may change", FEATURES, FEATURES[0])],
        draw,
        about="The score and the decision for one application, and the change of one feature that flips it.",
        needs=needs,
    )


def _frame(chart: Chart, score: Callable[[Tensor], Tensor], x: Tensor, index: int, change: float | None) -> Frame:
    low, high, _ = RANGES[index]
    now, moved = float(x[0, index]), x.clone()
    moved[0, index] += change or 0.0
    ends = (min(float(low), float(moved[0, index])), max(float(high), float(moved[0, index])))
    grid = torch.linspace(*ends, 101)
    along = x.repeat(101, 1)
    along[:, index] = grid
    with torch.no_grad():
        here, there, curve = float(score(x)), float(score(moved)), score(along).reshape(-1).tolist()
    decision = "granted" if here > 0 else "refused"
    words = f"Score {here:.2f}: {decision}."
    points = {"o": (now, here)}
    if change is not None:
        words += f" {_changed(index, here, there, now, change)}"
        points["X"] = (now + change, there)
    rises = curve[-1] > curve[0]
    limit = 2.0 * math.ceil(max(2.0, *map(abs, curve)) / 2)
    panel = chart.panel(
        f"if only {FEATURES[index]} changed",
        in_words(f"The score as {FEATURES[index]} varies. {words}"),
        (index, ends, limit, rises),
        lambda ax: _still(ax, index, ends, limit, rises),
        lambda ax: _moving(ax, grid.tolist(), curve, points),
    )
    return Frame((panel,), in_words(words))


def _number(answer: Any) -> float:
    """Return a reader's answer as a number, in whichever form it comes: a float, a list of one, an array, a tensor."""
    return float(torch.as_tensor(answer).detach().reshape(-1)[0])


def _changed(index: int, here: float, there: float, now: float, change: float) -> str:
    """Say what the reader's change does to the decision."""
    name, low = FEATURES[index], 0.0
    words = f"A change of {change:+.2f} in {name} ({UNITS[index]}) takes the score to {round(there, 2) + 0:.2f}: "
    if abs(there) <= TOLERANCE:
        words += "a little further, and the decision flips."
    elif (here > 0) != (there > 0):
        words += "the decision flips, by more than needed."
    else:
        words += "the decision stays."
    if now + change < low:
        words += f" But {name} cannot be {now + change:.2f}."
    return words


def _still(ax: Axes, index: int, ends: tuple[float, float], limit: float, rises: bool) -> None:
    ax.axhspan(0, limit, color="#CFE3F1")
    ax.axhspan(-limit, 0, color="#FBE7C0")
    ax.axhline(0, color="black", linewidth=1.5)
    ax.plot([], [], "-", color=COLOURS["blue"], label="score")
    ax.plot([], [], "o", color="black", markersize=11, label="this application")
    ax.plot([], [], "X", color=COLOURS["vermilion"], markersize=12, label="after the change")
    for word, height, left in (("granted", 0.9, rises), ("refused", -0.9, not rises)):  # where the curve is not
        place, side = (ends[0], "left") if left else (ends[1], "right")
        ax.text(place, height * limit, f" {word} ", ha=side, va="center", weight="bold", color="0.3")
    ax.set(xlim=ends, ylim=(-limit, limit), xlabel=f"{FEATURES[index]} ({UNITS[index]})", ylabel="score (log odds)")
    ax.grid(False)
    legend_above(ax, columns=3)


def _moving(ax: Axes, grid: list[float], curve: list[float], points: dict[str, tuple[float, float]]) -> list[Artist]:
    colours = {"o": "black", "X": COLOURS["vermilion"]}
    drawn: list[Artist] = [*ax.plot(grid, curve, "-", color=COLOURS["blue"])]
    for marker, (place, value) in points.items():
        drawn += ax.plot(place, value, marker, color=colours[marker], markersize=12, clip_on=False)
    return drawn
