"""Occlusion under your hands: how large a window, how far apart, and what stands in its place?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from course_utils.attribution import occlusion
from course_utils.attribution.baselines import blurred, mean_colour
from course_utils.attribution.occluding import Window, sliding_windows
from course_utils.explorers.chart import in_words
from course_utils.explorers.controls import Choice, Slider
from course_utils.explorers.frame import Frame, outlined_panel, overlay_panel, signed_panel
from course_utils.explorers.own_function import as_pixels, name_of, newest
from course_utils.explorers.pictures import as_class_names, as_images, as_targets, one_picture, which_picture
from course_utils.explorers.widget import Explorer

BASELINES: dict[str, Callable[[Tensor], Tensor]] = {
    "black": torch.zeros_like,
    "mean": mean_colour,
    "blur": blurred,
    "white": torch.ones_like,
}
"""Name to a function from images (N, C, H, W) to what covers them."""
PLACES_OF_A_DIGIT, PLACES_OF_A_PHOTOGRAPH = 20, 5
"""Places of the window along one side, at most: more are slower than a hand on a slider. A window of one pixel on a
digit is the exception, since it shows where occlusion ends: at a gradient."""


def occlusion_explorer(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    target: Any = None,
    *,
    names: Sequence[str] | None = None,
    function: Callable[..., Any] = occlusion,
    needs: str | None = None,
) -> Explorer:
    """Explore occlusion: the size of the window, its stride, and its filling; and walk the window over the picture.

    The map is made anew when window, stride, filling or picture change, and kept while the window walks. The window
    has at most 20 × 20 places, on a photograph, of more than 10,000 pixels, 5 × 5, so that a map comes in a second.

    Parameters
    ----------
    model : callable
        (N, C, H, W) to scores (N, classes).
    inputs : Tensor, (N, C, H, W), in [0, 1]
        One picture or several to choose from.
    target : int or N ints, optional
        By default the class with the highest score of each picture.
    names : sequence of str, optional
        Words for the explained classes, one for each picture.
    function : callable
        Yours: called as `function(model, inputs, target, sliding_window_shapes=(C, w, w), strides=(C, s, s),
        baselines=x′)` with one picture, an int, and a tensor x′ of the picture's shape; returns attributions of that
        shape, or (1, 1, H, W).
    needs : str, optional
        The exercise that must have passed, such as "06.3".

    Raises
    ------
    TypeError, ValueError
        If inputs or target do not fit, or the names do not match the pictures.
    """
    images = as_images(inputs)
    targets = as_targets(model, images, target)
    words = as_class_names(names, targets)
    channels, *sides = images.shape[1:]
    large = math.prod(sides) > 10_000
    places = PLACES_OF_A_PHOTOGRAPH if large else PLACES_OF_A_DIGIT

    @lru_cache(maxsize=1)
    def attributions(
        method: Callable[..., Any], picture: int, window: int, stride: int, baseline: str
    ) -> tuple[Tensor, Tensor, float]:
        """Return the map, what it was filled with, and the score of the picture."""
        x, c = images[picture : picture + 1], targets[picture]
        x0, settings = BASELINES[baseline](x), _settings(channels, sides, window, stride)
        values = as_pixels(name_of(method), method(model, x.clone(), c, **settings, baselines=x0.clone()), x)
        return values, x0, _score(model, x, c)

    def draw(picture: int, window: int, stride: int, baseline: str, walk: int) -> Frame:
        x, c, taken = images[picture : picture + 1], targets[picture], _stride(stride, window, max(sides), places)
        values, x0, whole = attributions(newest(function), picture, window, taken, baseline)
        windows = sliding_windows(tuple(x.shape[1:]), **_settings(channels, sides, window, taken))
        place = round(walk / 100 * (len(windows) - 1))
        covered = _covered(x, x0, windows[place])
        rest, where = _score(model, covered, c), f"place {place + 1} of {len(windows)}"
        _, rows, columns = windows[place]
        bound = float(values.abs().max()) or None
        panels = (
            outlined_panel(where, covered[0], rows, columns, f"The picture, covered at {where}: {baseline}."),
            signed_panel(
                f"occlusion, {words[picture]}",
                values,
                f"What {words[picture]} loses where the picture is covered.",
                bound,
            ),
            overlay_panel("over the picture", x[0], values, "The same map, laid over the picture in grey.", bound),
        )
        return Frame(
            panels,
            in_words(
                f"Window {window} × {window}, stride {taken}{_why(stride, taken)}: {len(windows) + 1} forward passes. "
                f"Covered at {where}, the score goes from {whole:.2f} to {rest:.2f}: F(x) − F(covered) = "
                f"{round(whole - rest, 2) + 0:+.2f}."
            ),
        )

    return Explorer(
        "Occlusion: window, stride, filling",
        [
            *_sliders(min(sides), max(sides), places, large),
            Choice("baseline", "Filling", tuple(BASELINES), "black"),
            Slider("walk", "Way over the picture", 0, 100, 1, 57, "%"),  # near the middle of 4 × 4 and of 8 × 8 places
            *which_picture(images),
        ],
        one_picture(draw) if len(images) == 1 else draw,
        about="One place covered, the map of what is lost at every place, and that map over the picture.",
        needs=needs,
    )


def _sliders(shorter: int, longer: int, places: int, large: bool) -> list[Slider]:
    """Return the sliders for window and stride, in pixels; no window so small that it cannot get round."""
    step = 8 if large else 1
    smallest = min(step * math.ceil(longer / places / step), shorter) if large else 1
    largest = max(step * (shorter // 2 // step), smallest)
    window = min(max(step * math.ceil(shorter / 4 / step), smallest), largest)
    finest = step * math.ceil(_stride(1, largest, longer, places) / step)
    stride = window if large else max(window // 2, 1)
    return [
        Slider("window", "Window", smallest, largest, step, window, "px"),
        Slider("stride", "Stride", min(finest, largest), largest, step, stride, "px"),
    ]


def _settings(channels: int, sides: list[int], window: int, stride: int) -> dict[str, tuple[int, ...]]:
    lengths = [min(window, side) for side in sides]
    return {
        "sliding_window_shapes": (channels, *lengths),
        "strides": (channels, *(min(stride, length) for length in lengths)),
    }


def _stride(wanted: int, window: int, side: int, places: int) -> int:
    """Return the stride that is taken: no pixel stays uncovered, and there are no more places than allowed."""
    finest = math.ceil((side - window) / (places - 1))
    return max(min(max(wanted, finest), window), 1)


def _why(wanted: int, taken: int) -> str:
    if taken < wanted:
        return f" (not {wanted}: pixels would stay uncovered)"
    return f" (not {wanted}: too many passes to wait for)" if taken > wanted else ""


def _score(model: Callable[[Tensor], Tensor], x: Tensor, c: int) -> float:
    with torch.no_grad():
        return float(model(x)[0, c])


def _covered(x: Tensor, x0: Tensor, window: Window) -> Tensor:
    """Return a copy of the picture (1, C, H, W) with one window filled from the baseline."""
    copy = x.clone()
    copy[0][window] = x0[0][window]
    return copy
