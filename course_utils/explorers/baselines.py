"""Integrated gradients from several baselines, with few or many steps: what changes, and does it add up?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_utils.attribution import integrated_gradients
from course_utils.attribution.baselines import blurred, mean_colour
from course_utils.explorers.controls import Choice, Slider
from course_utils.explorers.frame import Frame, picture_panel, signed_panel
from course_utils.explorers.own_function import as_attributions, newest
from course_utils.explorers.pictures import as_images, as_targets, one_picture, which_picture
from course_utils.explorers.widget import Explorer
from course_utils.seeds import generator


def noise(images: Tensor) -> Tensor:
    """Return uniform noise in [0, 1], the same each time."""
    return torch.rand(images.shape, generator=generator("baseline_explorer"), dtype=images.dtype)


BASELINES: dict[str, Callable[[Tensor], Tensor]] = {
    "black": torch.zeros_like,
    "white": torch.ones_like,
    "mean": mean_colour,
    "blur": blurred,
    "noise": noise,
}
"""Name to a function from images (N, C, H, W) to their baselines."""


def baseline_explorer(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    target: Any = None,
    *,
    function: Callable[..., Any] = integrated_gradients,
    needs: str | None = None,
) -> Explorer:
    """Explore integrated gradients: choose the baseline and the number of steps, watch the map and the gap.

    Parameters
    ----------
    model : callable
        (N, C, H, W) to scores (N, classes).
    inputs : Tensor, (N, C, H, W), in [0, 1]
        One picture to choose from or several.
    target : int or N ints, optional
        By default the class with the highest score of each picture.
    function : callable
        Yours: called as `function(model, inputs, target, baselines=x′, n_steps=m)` with one picture, an int, and a
        tensor x′ of the picture's shape; returns attributions of that shape.
    needs : str, optional
        The exercise that must have passed, such as "04.2".

    Raises
    ------
    TypeError, ValueError
        If inputs or target do not fit.
    """
    images = as_images(inputs)
    targets = as_targets(model, images, target)

    def draw(picture: int, baseline: str, n_steps: int) -> Frame:
        x, c, method = images[picture : picture + 1], targets[picture], newest(function)
        x0 = BASELINES[baseline](x)
        returned = method(model, x.clone(), c, baselines=x0.clone(), n_steps=n_steps)
        attributions = as_attributions(getattr(method, "__name__", "your function"), returned, x)
        with torch.no_grad():
            difference = float(model(x)[0, c] - model(x0)[0, c])
        total = float(attributions.sum())
        return Frame(
            (
                picture_panel("input x", x[0], "The picture to be explained."),
                picture_panel(f"baseline x′: {baseline}", x0[0], f"The baseline: {baseline}."),
                signed_panel(
                    f"integrated gradients, class {c}",
                    attributions[0].sum(0),
                    f"Attributions for class {c}, m = {n_steps}, from the baseline {baseline}.",
                ),
            ),
            f"Sum of the map {total:.3f}, F(x) − F(x′) {difference:.3f}: "
            f"gap {round(total - difference, 3) + 0:+.3f} with m = {n_steps}.".replace("-", "−"),
        )

    controls: list[Slider | Choice] = [
        Choice("baseline", "Baseline x′", tuple(BASELINES), "black"),
        Slider("n_steps", "Steps m", 1, 100, 1, 10),
    ]
    return Explorer(
        "Baseline and steps",
        [*controls, *which_picture(images)],
        one_picture(draw) if len(images) == 1 else draw,
        about="Integrated gradients of one picture from five baselines, with the gap to completeness.",
        needs=needs,
    )
