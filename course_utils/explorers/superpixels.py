"""Superpixels on and off: what LIME does a thousand times, done by hand, and what the score says to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from torch import Tensor

from course_utils.attribution.feature_masks import as_feature_mask
from course_utils.explorers.chart import Chart, in_words, legend_above
from course_utils.explorers.controls import Slider
from course_utils.explorers.frame import Frame
from course_utils.explorers.own_function import as_attributions, newest
from course_utils.explorers.pictures import as_images, as_targets
from course_utils.explorers.regions import RegionPicture
from course_utils.explorers.switches import Switches
from course_utils.explorers.widget import Explorer
from course_utils.plots.palette import COLOURS

REMEMBERED = 16
"""Changes in the chart."""


def switched(image: Tensor, feature_mask: Tensor, on: Tensor, baseline: float) -> Tensor:
    """Return the image with its superpixels on, and the baseline where they are off.

    Parameters
    ----------
    image : Tensor, (1, C, H, W)
    feature_mask : Tensor, (H, W)
        The superpixel of each pixel, 0 … K − 1.
    on : Tensor of bool, (K,)
    baseline : float

    Examples
    --------
    >>> switched(torch.ones(1, 1, 1, 3), torch.tensor([[0, 0, 1]]), torch.tensor([True, False]), 0.5)
    tensor([[[[1.0000, 1.0000, 0.5000]]]])
    """
    return torch.where(on[feature_mask], image, torch.full_like(image, baseline))


class Step(NamedTuple):
    """What was switched, and the score that followed."""

    on: tuple[bool, ...]
    baseline: float
    score: float


def superpixel_explorer(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    target: int | None,
    *,
    feature_mask: Tensor,
    name: str | None = None,
    function: Callable[..., Any] | None = None,
    needs: str | None = None,
) -> Explorer:
    """Explore what a model needs to see: switch superpixels on and off, by a click in the picture or by keyboard.

    A superpixel that is off shows the baseline, and is hatched. The chart keeps the last scores, beside those of the
    whole image and of the image with everything off. A change costs one forward pass.

    Parameters
    ----------
    model : callable
        (N, C, H, W) to scores (N, classes).
    inputs : Tensor, (1, C, H, W), in [0, 1]
    target : int or None
        None is the class with the highest score.
    feature_mask : integer tensor, (H, W) or (1, 1, H, W)
        The superpixel of each pixel, 0 … K − 1, for example from `superpixels`.
    name : str, optional
        The word for the class, such as "espresso".
    function : callable, optional
        Yours: called as `function(image, feature_mask, on, baseline)` with image (1, C, H, W), feature_mask (H, W),
        on (K,) of bool and a float; returns the picture (1, C, H, W). By default the course's: `switched`.
    needs : str, optional
        The exercise that must have passed, such as "08.4".

    Raises
    ------
    TypeError, ValueError
        If inputs, target or feature_mask do not fit.
    """
    x = as_images(inputs)
    if len(x) > 1:
        raise ValueError(f"inputs: expected one picture (1, C, H, W), got {tuple(x.shape)}; choose one: inputs[:1]")
    c, mask = as_targets(model, x, target)[0], _mask(feature_mask, x)
    switches = Switches("on", "Superpixels", mask.numpy())
    regions, chart, word = RegionPicture(switches.regions), Chart(3.5, 3.9, legend_rows=3), name or f"class {c}"
    history: list[Step] = []
    empty_scores: dict[float, float] = {}

    def score_of(image: Tensor) -> tuple[float, float]:
        with torch.no_grad():
            scores = model(image)[0]
        return float(scores[c]), float(scores.softmax(0)[c])

    whole = score_of(x)[0]

    def draw(on: tuple[bool, ...], baseline: float) -> Frame:
        make = newest(function or switched)
        returned = make(x.clone(), mask.clone(), torch.tensor(on), baseline)
        picture = as_attributions(getattr(make, "__name__", "your function"), returned, x)
        score, probability = score_of(picture.to(x))
        if baseline not in empty_scores:
            empty_scores[baseline] = score_of(torch.full_like(x, baseline))[0]
        if not history or (on, baseline) != history[-1][:2]:
            history.append(Step(on, baseline, score))
        words = f"Score of {word}: {score:.2f}, probability {100 * probability:.1f} %; {sum(on)} of {len(on)} on."
        words = in_words(f"{words} {_last_change(history, switches)}".strip())
        scores = [step.score for step in history[-REMEMBERED:]]
        ends = {"whole image": whole, "all off": empty_scores[baseline]}
        limits = _limits([*scores, *ends.values()])
        panels = (
            regions.panel("click to switch", picture[0], on, f"The picture in superpixels. {words}", picks="on"),
            chart.panel(
                f"score of {word}",
                f"The scores of the last {len(scores)} pictures. {words}",
                (limits, tuple(ends.values())),
                lambda ax: _still(ax, ends, limits),
                lambda ax: _moving(ax, scores),
            ),
        )
        return Frame(panels, words)

    grey_or_black = 0.5 if x.shape[1] == 3 else 0.0  # what a photograph and a digit are least changed by
    return Explorer(
        "Superpixels on and off",
        [switches, Slider("baseline", "Baseline (off)", 0.0, 1.0, 0.05, grey_or_black)],
        draw,
        about="A picture in superpixels that can be switched off one by one, and the score that follows.",
        needs=needs,
    )


def _mask(feature_mask: Any, x: Tensor) -> Tensor:
    """Return the superpixels of one picture as (H, W)."""
    if not isinstance(feature_mask, Tensor):
        feature_mask = torch.as_tensor(feature_mask)
    if feature_mask.numel() != x[0, 0].numel() or feature_mask.shape[-2:] != x.shape[-2:]:
        raise ValueError(f"feature_mask: shape {tuple(feature_mask.shape)}; expected (H, W) = {tuple(x.shape[-2:])}")
    return as_feature_mask(feature_mask.reshape(x.shape[-2:]), x)[0][0, 0]


def _last_change(history: list[Step], switches: Switches) -> str:
    """Say what the last step switched, and what the score did."""
    if len(history) < 2:
        return ""
    before, now = history[-2:]
    changed = [number for number, (old, new) in enumerate(zip(before.on, now.on, strict=True)) if old != new]
    if len(changed) == 1:
        what = f"superpixel {changed[0]} ({switches.place(changed[0])}) {'on' if now.on[changed[0]] else 'off'}"
    elif changed:
        what = f"{len(changed)} superpixels changed"
    else:
        what = f"baseline from {before.baseline:.2f} to {now.baseline:.2f}"
    return f"Last change: {what}, score {round(now.score - before.score, 2) + 0:+.2f}."


def _limits(scores: list[float]) -> tuple[float, float]:
    """Return ends of the axis that change seldom: the next multiples of a fifth of the range's power of two."""
    low, high = min(scores), max(scores)
    grain = 2.0 ** torch.tensor(max(high - low, 1e-3)).log2().floor().item() / 2
    return (low // grain - 0.5) * grain, (high // grain + 1.5) * grain


def _still(ax: Axes, ends: dict[str, float], limits: tuple[float, float]) -> None:
    for (label, height), line, colour in zip(ends.items(), ("--", ":"), ("green", "black"), strict=True):
        ax.axhline(
            height, linestyle=line, color=COLOURS[colour], linewidth=2.5, label=in_words(f"{label}: {height:.2f}")
        )
    ax.plot([], [], "o-", color=COLOURS["blue"], label="as switched")
    ax.set(xlim=(-REMEMBERED + 0.3, 0.9), ylim=limits, xlabel="changes ago", ylabel="score")
    ax.set_xticks([-15, -10, -5, 0], ["15", "10", "5", "now"])
    legend_above(ax, columns=1)


def _moving(ax: Axes, scores: list[float]) -> list[Artist]:
    ago = list(range(1 - len(scores), 1))
    return [
        *ax.plot(ago, scores, "o-", color=COLOURS["blue"], markersize=6),
        *ax.plot(0, scores[-1], "o", color=COLOURS["blue"], mec="black", mew=2, markersize=13),
    ]
