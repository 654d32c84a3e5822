"""The figures for the documents: times beside the floor, growth, and error against time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter

from course_utils.plots.palette import COLOURS, LINE_STYLES, MARKERS

from .jobs import METHODS
from .tables import LIBRARIES, best_of

WHO = ("ours", *LIBRARIES)
COLOUR = dict(zip(WHO, COLOURS.values(), strict=False))
MARKER = dict(zip(WHO, MARKERS, strict=False))


def draw(results: dict[str, Any], folder: Path) -> None:
    """Draw what was measured; the bytes of a picture depend on the numbers alone."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"speed": beside_the_floor(results)}
    if "extra-growth" in results:
        figures["growth"] = growth(results["extra-growth"])
    if "extra-precision" in results:
        figures["error-against-time"] = precision(results["extra-precision"])
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=110, bbox_inches="tight", metadata={"Software": None})


def beside_the_floor(results: dict[str, Any]) -> Figure:
    """Draw, for each model, how many times the floor everybody takes, each at the best setting."""
    rows = [row for name, row in results["rows"].items() if name.startswith("lab")]
    subjects = list(dict.fromkeys(row["subject"] for row in rows if "folded" not in row["subject"]))
    figure = Figure(figsize=(13, 6), layout="constrained")
    axes = figure.subplots(1, len(subjects), sharey=True, squeeze=False)[0]
    for ax, subject in zip(axes, subjects, strict=True):
        for row in (row for row in rows if row["subject"] == subject):
            y = len(METHODS) - METHODS.index(row["method"])
            there = [who for who in WHO if who in row["seconds"]]
            for k, who in enumerate(there):
                ratio = row["seconds"][best_of(row, who)] / row["seconds"]["floor"]
                side_step = 0.18 * ((len(there) - 1) / 2 - k)  # two that are as fast must both be seen
                ax.plot(ratio, y + side_step, MARKER[who], color=COLOUR[who], markersize=9, markeredgecolor="white")
        ax.axvline(1, color="black", linewidth=1)
        ax.set(xscale="log", xlim=(0.8, 40), title=subject, xlabel="time / time of the passes alone")
        ax.xaxis.set_major_locator(FixedLocator([1, 2, 5, 10, 20]))
        ax.set_xticklabels(["1", "2", "5", "10", "20"])
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.grid(axis="both", alpha=0.3)
    axes[0].set_yticks(range(len(METHODS), 0, -1), METHODS)
    shown = [axes[0].plot([], [], MARKER[who], color=COLOUR[who], markersize=11, label=who)[0] for who in WHO]
    figure.legend(handles=shown, loc="outside lower center", ncols=len(shown), frameon=False)
    return figure


def growth(curves: dict[str, Any]) -> Figure:
    """Draw time against work on logarithmic axes, beside a line of slope 1."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    ax = figure.subplots()
    for (name, curve), colour, mark in zip(curves.items(), COLOURS.values(), MARKERS, strict=False):
        work, times = zip(*curve["points"], strict=True)
        label = f"{name}: slope {curve['slope']:.2f}"
        ax.plot(work, [t / times[0] for t in times], marker=mark, color=colour, label=label)
    ax.plot([1, 16], [1, 16], color="black", linestyle=":", label="slope 1")
    ax.set(xscale="log", yscale="log", xlabel="work / smallest job", ylabel="time / time of the smallest job")
    ticks = [1, 2, 4, 8, 16]
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(FixedLocator(ticks))
        axis.set_minor_formatter(NullFormatter())
        axis.set_ticklabels([str(tick) for tick in ticks])
    ax.grid(alpha=0.3)
    ax.legend(frameon=False)
    return figure


def precision(rows: list[dict[str, Any]]) -> Figure:
    """Draw the relative completeness gap against the time of a digit, a line for each rule."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    ax = figure.subplots()
    lines = dict.fromkeys((row["who"], row["rule"]) for row in rows)
    for (who, rule), colour, mark, style in zip(lines, COLOURS.values(), MARKERS, LINE_STYLES, strict=False):
        mine = [row for row in rows if (row["who"], row["rule"]) == (who, rule)]
        times, gaps = [row["milliseconds"] for row in mine], [100 * row["error"] for row in mine]
        ax.plot(times, gaps, linestyle=style, marker=mark, color=colour, label=f"{who}, {rule}")
    ax.set(xscale="log", yscale="log", xlabel="milliseconds a digit", ylabel="completeness gap, % of F(x) − F(x′)")
    for axis, ticks in ((ax.xaxis, (1, 2, 5, 10, 20, 40)), (ax.yaxis, (0.1, 0.2, 0.5, 1, 2, 5, 10, 20))):
        axis.set_major_locator(FixedLocator(ticks))
        axis.set_minor_formatter(NullFormatter())
        axis.set_ticklabels([f"{tick:g}" for tick in ticks])
    ax.grid(alpha=0.3)
    ax.legend(frameon=False)
    return figure
