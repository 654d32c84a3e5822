"""Two methods side by side on the same picture: what do they agree on? Each scale is labelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from course_utils.explorers.chart import in_words
from course_utils.explorers.controls import Choice, Slider
from course_utils.explorers.frame import Frame, picture_panel, signed_panel
from course_utils.explorers.own_function import as_pixels, newest
from course_utils.explorers.pictures import as_class_names, as_images, as_targets, one_picture, which_picture
from course_utils.explorers.widget import Explorer

OWN, SHARE, SHARED = "values, each on its own scale", "each in % of its own total", "values, one scale for both"
"""A coarse map spreads its total over all pixels, and is pale beside a fine one unless each has its own scale."""


def comparison_explorer(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    methods: Mapping[str, Callable[..., Any]],
    target: Any = None,
    *,
    names: Sequence[str] | None = None,
    needs: str | None = None,
) -> Explorer:
    """Explore two methods at a time: their maps of one picture, and their rank correlation.

    Three scales can be chosen: each map on its own (shape alone can be compared), each in % of its own total, or the
    values of both on one scale. A map is kept while its method and picture stay chosen. Its total is the sum of its
    absolute values.

    Parameters
    ----------
    model : callable
        (N, C, H, W) to scores (N, classes).
    inputs : Tensor, (N, C, H, W), in [0, 1]
        One picture or several to choose from.
    methods : dict
        Name to a callable: called as `method(model, inputs, target)` with one picture and an int; returns attributions
        of the picture's shape, which are summed over the channels, or (1, 1, H, W). At least two.
    target : int or N ints, optional
        By default the class with the highest score of each picture.
    names : sequence of str, optional
        Words for the explained classes, one for each picture.
    needs : str, optional
        The exercise that must have passed, such as "06.5".

    Raises
    ------
    TypeError, ValueError
        If inputs or target do not fit, there are fewer than two methods, or the names do not match the pictures.
    """
    images = as_images(inputs)
    targets = as_targets(model, images, target)
    words = as_class_names(names, targets)
    if not isinstance(methods, Mapping) or len(methods) < 2 or not all(map(callable, methods.values())):
        raise ValueError(f"methods: expected two or more, as a dict from name to function, got {methods!r}")
    kept: dict[tuple[Callable[..., Any], int], np.ndarray] = {}

    def attributions(name: str, picture: int) -> np.ndarray:
        method = newest(methods[name])
        if (method, picture) not in kept:
            x = images[picture : picture + 1]
            returned = method(model, x.clone(), targets[picture])
            kept[method, picture] = as_pixels(name, returned, x).double().numpy()
        return kept[method, picture]

    def draw(picture: int, left: str, right: str, scale: str) -> Frame:
        maps = [attributions(name, picture) for name in (left, right)]
        for unused in [key for key in kept if all(kept[key] is not values for values in maps)]:
            del kept[unused]
        agreement, unit = _agreement(*maps), ""
        if scale == SHARE:
            maps, unit = [100 * values / (np.abs(values).sum() or 1.0) for values in maps], ", % of its total"
        reach = [_reach(values) for values in maps]
        bounds = reach if scale == OWN else [max(reach)] * 2
        panels = (
            picture_panel(f"explained: {words[picture]}", images[picture], "The picture to be explained."),
            *(
                signed_panel(name + unit, values, f"Attributions of {words[picture]} by {name}{unit}.", bound or None)
                for name, values, bound in zip((left, right), maps, bounds, strict=True)
            ),
        )
        return Frame(panels, in_words(f"{left} and {right}: {agreement}"))

    first, second, *_ = methods
    controls: list[Slider | Choice] = [
        Choice("left", "Left", tuple(methods), first),
        Choice("right", "Right", tuple(methods), second),
        Choice("scale", "Scale", (OWN, SHARE, SHARED), OWN),
    ]
    return Explorer(
        "Two methods side by side",
        [*controls, *which_picture(images)],
        one_picture(draw) if len(images) == 1 else draw,
        about="The maps of two methods for the same picture, with their rank correlation.",
        needs=needs,
    )


def rank_correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return Spearman's rank correlation of two maps; NaN when one of them is the same everywhere.

    Examples
    --------
    >>> round(rank_correlation(np.array([1.0, 2.0, 30.0]), np.array([0.1, 0.2, 0.3])), 3)
    1.0
    """
    ranks = [_ranks(values) - (values.size - 1) / 2 for values in (a, b)]
    length = np.sqrt((ranks[0] @ ranks[0]) * (ranks[1] @ ranks[1]))
    return float(ranks[0] @ ranks[1] / length) if length else float("nan")


def _ranks(values: np.ndarray) -> np.ndarray:
    """Return the rank of every value, from 0; equal values share the mean of their ranks."""
    _, which, counts = np.unique(values.ravel(), return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts + 1) / 2)[which]


def _agreement(a: np.ndarray, b: np.ndarray) -> str:
    """Say how far the two maps agree where one of them says something: zeros in both would count as agreement."""
    spoken = (a != 0) | (b != 0)
    signed, sizes = rank_correlation(a[spoken], b[spoken]), rank_correlation(np.abs(a[spoken]), np.abs(b[spoken]))
    if np.isnan(signed):
        return "no rank correlation, since one map is the same everywhere."
    without = "" if np.isnan(sizes) else f", {round(sizes, 2) + 0:.2f} without the signs"
    where = "" if spoken.all() else f"the {spoken.sum():,} where one map is not 0, of "
    return f"rank correlation {round(signed, 2) + 0:.2f} over {where}{a.size:,} pixels{without}."


def _reach(values: np.ndarray) -> float:
    """Return the end of the scale for one map: its largest size; for a photograph the 99th percentile, unless 0."""
    sizes = np.abs(values)
    most = float(np.quantile(sizes, 0.99)) if values.size > 10_000 else 0.0
    return most or float(sizes.max())
