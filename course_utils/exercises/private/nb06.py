"""Notebook 06, occlusion: the private halves of its exercises."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from course_utils.exercises.record import Mistake, Private
from course_utils.exercises.records.nb06 import PLACE_AGAINST, PLACE_CANNOT, PLACE_FOR, PLACE_MEAN

ATTRIBUTION = "course_utils.attribution"

# --- 06.2: the number of passes --------------------------------------------------------------------------------------


def _passes(height: int, width: int, window: int, stride: int) -> int:
    return _on_both_axes(lambda n: math.ceil((n - window) / stride) + 1, height, width) + 1


def _on_both_axes(places: Callable[[int], int], height: int, width: int) -> int:
    return places(height) * places(width)


def _by_walking(height: int, width: int, window: int, stride: int) -> int:
    def places(length: int) -> int:
        start, count = 0, 1
        while start + window < length:
            start += stride
            count += 1
        return count

    return 1 + places(height) * places(width)


COUNT = Private(
    reference=_passes,
    alternatives=(
        _by_walking,
        lambda height, width, window, stride: (
            _on_both_axes(lambda n: len(range(0, n - window + stride, stride)), height, width) + 1
        ),
        lambda height, width, window, stride: np.prod(-(-(np.array([height, width]) - window) // stride) + 1) + 1.0,
    ),
    forbids=("captum", f"{ATTRIBUTION}.occluding.occlusion", f"{ATTRIBUTION}.occluding.sliding_windows"),
    mistakes=(
        Mistake(
            "forgot the picture itself",
            lambda height, width, window, stride: _passes(height, width, window, stride) - 1,
            "You count the covered pictures. One more score enters each difference; whose is it?",
        ),
        Mistake(
            "full windows only",
            lambda height, width, window, stride: (
                _on_both_axes(lambda n: (n - window) // stride + 1, height, width) + 1
            ),
            "Your last window is the last whole one. Where the stride does not divide the way, pixels at the border "
            "are never covered. Which rounding lets the last window reach over the border?",
            also=(
                lambda height, width, window, stride: (
                    _on_both_axes(lambda n: len(range(0, n - window + 1, stride)), height, width) + 1
                ),
            ),
        ),
        Mistake(
            "a window at every start inside the picture",
            lambda height, width, window, stride: _on_both_axes(lambda n: math.ceil(n / stride), height, width) + 1,
            "You start a window at every stride inside the picture. The last ones cover only what others cover "
            "already: stop as soon as a window has reached the border. How far does the first window have to go?",
            also=(
                lambda height, width, window, stride: (
                    _on_both_axes(lambda n: len(range(0, n, stride)), height, width) + 1
                ),
            ),
        ),
        Mistake(
            "steps instead of places",
            lambda height, width, window, stride: (
                _on_both_axes(lambda n: math.ceil((n - window) / stride), height, width) + 1
            ),
            "You count the steps of the window on each axis. Before its first step it stands somewhere too.",
        ),
        Mistake(
            "one axis",
            lambda height, width, window, stride: math.ceil((height - window) / stride) + 2,
            "You count the places on the height alone. For each of them the window walks along the width.",
        ),
        Mistake(
            "added the axes",
            lambda height, width, window, stride: (
                math.ceil((height - window) / stride) + math.ceil((width - window) / stride) + 3
            ),
            "You add the places on the two axes. Each place on one goes with every place on the other.",
        ),
        Mistake(
            "a square picture",
            lambda height, width, window, stride: _passes(height, height, window, stride),
            "You use the height twice. That is right for a square picture; not all of them are.",
        ),
        Mistake(
            "one pass more on each axis",
            lambda height, width, window, stride: _on_both_axes(
                lambda n: math.ceil((n - window) / stride) + 2, height, width
            ),
            "You add one on each axis for the picture itself, and then multiply. It is asked about once in all.",
        ),
    ),
)

# --- 06.3: occlusion -------------------------------------------------------------------------------------------------


def _definition(model: Any, x: Any, target: Any, shapes: Any, strides: Any, baselines: Any) -> Any:
    from course_utils.attribution import occlusion

    return occlusion(model, x, target, sliding_window_shapes=shapes, strides=strides, baselines=baselines)


def reaching_the_border(length: int, window: int, stride: int) -> list[int]:
    """Return where the windows start on one axis, the last one clipped."""
    return list(range(0, length - window + stride, stride))


def areas(x: Any, shapes: Any, strides: Any, starts: Any = reaching_the_border) -> list[tuple[slice, slice]]:
    """Return rows and columns of each window."""
    (_, h, w), (_, sh, sw) = shapes, strides
    tops, lefts = starts(x.shape[2], h, sh), starts(x.shape[3], w, sw)
    return [(slice(top, top + h), slice(left, left + w)) for top in tops for left in lefts]


def covered_with(x: Any, baselines: Any, area: tuple[slice, slice]) -> Any:
    """Return a copy of the inputs with the baseline in one window."""
    copy = x.clone()
    copy[:, :, area[0], area[1]] = baselines[:, :, area[0], area[1]]
    return copy


def averaged(x: Any, parts: list[tuple[tuple[slice, slice], Any]], *, mean: bool = True) -> Any:
    """Lay the values (N,) of each window on its pixels, and take their mean or sum there; 0 where no window came."""
    import torch

    total, count = torch.zeros_like(x), torch.zeros_like(x)
    for area, values in parts:
        total[:, :, area[0], area[1]] += values.reshape(-1, 1, 1, 1)
        count[:, :, area[0], area[1]] += 1
    return total / count.clamp(min=1) if mean else total


def _by_hand(model: Any, x: Any, target: Any, shapes: Any, strides: Any, baselines: Any, **changed: Any) -> Any:
    """Occlusion as a loop, with one of its steps replaced by what a mistake does there."""
    import torch

    cover = changed.get("cover", covered_with)
    score = changed.get("score", lambda outputs, target: outputs[:, target])
    loss = changed.get("loss", lambda whole, rest, area: whole - rest)
    with torch.no_grad():
        whole = score(model(x), target)
        parts = [
            (area, loss(whole, score(model(cover(x, baselines, area)), target), area))
            for area in areas(x, shapes, strides, changed.get("starts", reaching_the_border))
        ]
    return averaged(x, parts, mean=changed.get("mean", True))


def mistaken(**changed: Any) -> Callable[..., Any]:
    """Return occlusion with one of its steps replaced."""
    return lambda *arguments: _by_hand(*arguments, **changed)


def whole_windows(length: int, window: int, stride: int) -> list[int]:
    """Return the starts of whole windows alone."""
    return list(range(0, length - window + 1, stride))


def every_start(length: int, window: int, stride: int) -> list[int]:
    """Return all starts inside the picture."""
    return list(range(0, length, stride))


def moved_back(length: int, window: int, stride: int) -> list[int]:
    """Return the starts with the last window moved back, so that it is whole."""
    return [min(start, length - window) for start in reaching_the_border(length, window, stride)]


def _all_at_once(model: Any, x: Any, target: Any, shapes: Any, strides: Any, baselines: Any) -> Any:
    import torch

    places = areas(x, shapes, strides)
    masks = torch.zeros(len(places), 1, *x.shape[2:])
    for mask, (rows, columns) in zip(masks, places, strict=True):
        mask[:, rows, columns] = 1
    results = []
    for picture, x0 in zip(x, baselines, strict=True):
        scores = model(torch.cat([picture[None], picture * (1 - masks) + x0 * masks]))[:, target]
        lost = (scores[0] - scores[1:]).reshape(-1, 1, 1, 1)
        results.append(((lost * masks).sum(dim=0) / masks.sum(dim=0)).expand_as(picture))
    return torch.stack(results)


def _with_numpy(model: Any, x: Any, target: Any, shapes: Any, strides: Any, baselines: Any) -> Any:
    import torch

    pixels, filling = x.numpy(), baselines.numpy()
    total, count = np.zeros(pixels.shape), np.zeros(pixels.shape)
    whole = model(x)[:, target].numpy()
    for rows, columns in areas(x, shapes, strides):
        copy = pixels.copy()
        copy[..., rows, columns] = filling[..., rows, columns]
        total[..., rows, columns] += (whole - model(torch.tensor(copy))[:, target].numpy())[:, None, None, None]
        count[..., rows, columns] += 1
    return total / count


def _last_window_wins(model: Any, x: Any, target: Any, shapes: Any, strides: Any, baselines: Any) -> Any:
    import torch

    result = torch.zeros_like(x)
    for rows, columns in areas(x, shapes, strides):
        rest = model(covered_with(x, baselines, (rows, columns)))[:, target]
        result[:, :, rows, columns] = (model(x)[:, target] - rest).reshape(-1, 1, 1, 1)
    return result


def _covers_add_up(model: Any, x: Any, target: Any, shapes: Any, strides: Any, baselines: Any) -> Any:
    copy = x.clone()

    def cover(x: Any, baselines: Any, area: tuple[slice, slice]) -> Any:
        copy[:, :, area[0], area[1]] = baselines[:, :, area[0], area[1]]
        return copy

    return _by_hand(model, x, target, shapes, strides, baselines, cover=cover)


def _covers_the_input(model: Any, x: Any, target: Any, shapes: Any, strides: Any, baselines: Any) -> Any:
    result = _by_hand(model, x, target, shapes, strides, baselines)
    x[:] = baselines  # as after a loop that fills the input itself
    return result


def _axes_swapped(model: Any, x: Any, target: Any, shapes: Any, strides: Any, baselines: Any) -> Any:
    (c, h, w), (sc, sh, sw) = shapes, strides
    return _by_hand(model, x, target, (c, w, h), (sc, sw, sh), baselines)


def _slides_along_the_other_axes(model: Any, x: Any, target: Any, shapes: Any, strides: Any, baselines: Any) -> Any:
    """As a loop whose slices take the columns' places for the rows, and the rows' places for the columns."""
    crossed = [(columns, rows) for rows, columns in areas(x, shapes, strides)]
    parts = []
    for area in crossed:
        rest = model(covered_with(x, baselines, area))[:, target]
        parts.append((area, model(x)[:, target] - rest))
    return averaged(x, parts)


def _tiles(model: Any, x: Any, target: Any, shapes: Any, strides: Any, baselines: Any) -> Any:
    return _by_hand(model, x, target, shapes, shapes, baselines)


def _every_pixel_a_place(model: Any, x: Any, target: Any, shapes: Any, strides: Any, baselines: Any) -> Any:
    return _by_hand(model, x, target, shapes, (1, 1, 1), baselines)


OCCLUSION = Private(
    reference=_definition,
    alternatives=(_by_hand, _all_at_once, _with_numpy),
    withheld=(f"{ATTRIBUTION}.occluding.occlusion",),
    forbids=("captum",),
    mistakes=(
        Mistake(
            "sum over the windows",
            mistaken(mean=False),
            "You add up what the windows lost. A pixel in the middle lies under more windows than one at the border, "
            "so it gets more for that alone. What else has to be counted at each pixel?",
        ),
        Mistake(
            "whole windows only",
            mistaken(starts=whole_windows),
            "Your last window is the last whole one, and pixels at the right and lower border are never covered. "
            "Take one step more where the stride does not fit: a slice that reaches over the border is cut by itself.",
        ),
        Mistake(
            "a window at every start inside the picture",
            mistaken(starts=every_start),
            "You start a window at every stride inside the picture. Stop when a window has reached the border; the "
            "ones after it are slivers of a window. count_passes says how many there are.",
        ),
        Mistake(
            "last window moved back",
            mistaken(starts=moved_back),
            "You move the last window back, so that it stays whole. That is a choice too; here, as in Captum, it keeps "
            "its place and is cut at the border.",
        ),
        Mistake(
            "other sign",
            mistaken(loss=lambda whole, rest, area: rest - whole),
            "Your signs are turned. Positive shall mean: without this part the score is lower. Which of the two "
            "scores comes first?",
        ),
        Mistake(
            "the score that remains",
            mistaken(loss=lambda whole, rest, area: rest),
            "You return the score of the covered picture. An attribution is what went: compare it with the score of "
            "the picture itself.",
        ),
        Mistake(
            "last window wins",
            _last_window_wins,
            "Where windows overlap, your map holds what the last of them lost: each one overwrites the one before. "
            "Add up, and divide in the end.",
        ),
        Mistake(
            "covers that stay",
            _covers_add_up,
            "Your windows are never taken off: after each step one more part is covered. Start each window from a "
            "fresh copy of inputs.",
        ),
        Mistake(
            "black instead of the baseline",
            mistaken(cover=lambda x, baselines, area: covered_with(x, 0 * baselines, area)),
            "You fill the window with 0. What stands in the place of a patch is in `baselines`.",
        ),
        Mistake(
            "shared out over the window",
            mistaken(
                loss=lambda whole, rest, area: (
                    (whole - rest) / ((area[0].stop - area[0].start) * (area[1].stop - area[1].start))
                )
            ),
            "You divide the loss by the size of the window. The window lost it as a whole; that number is what each of "
            "its pixels gets.",
        ),
        Mistake(
            "height and width swapped",
            _axes_swapped,
            "Height and width are swapped, of the window or of the slices. A window is (C, h, w), and in images "
            "(N, C, H, W) the slice of the rows comes first.",
            also=(_slides_along_the_other_axes,),
        ),
        Mistake(
            "stride ignored",
            _tiles,
            "Your windows lie side by side, without overlap. How far a window moves stands in `strides`.",
        ),
        Mistake(
            "stride of one",
            _every_pixel_a_place,
            "Your window stops at every pixel. How far it moves stands in `strides`; the map comes out smoother than "
            "asked for, at many times the price.",
        ),
        Mistake(
            "probabilities",
            mistaken(score=lambda outputs, target: outputs.softmax(dim=1)[:, target]),
            "You explain a probability. The score is the output of the model for `target`, as it comes. Whoever wants "
            "probabilities passes a model that has a softmax.",
        ),
        Mistake(
            "mean over the batch",
            mistaken(loss=lambda whole, rest, area: (whole - rest).mean() + 0 * whole),
            "All pictures of the batch get the same map: you average their scores. Each picture has its own score.",
            also=(mistaken(loss=lambda whole, rest, area: whole.mean() - rest.mean() + 0 * whole),),
        ),
        Mistake("covers its input", _covers_the_input, "", effect="input changed"),
    ),
)

# --- 06.4: a score that no window can hurt ---------------------------------------------------------------------------


def _ink(x: Any) -> Any:
    return x.flatten(1).sum(dim=1)


def _network_score(x: Any) -> Any:
    from course_utils.assets import load_digit_network

    return load_digit_network()(x).amax(dim=1)


BLIND_SCORE = Private(
    reference=None,
    alternatives=(
        lambda x: _ink(x).clamp(max=2.0),
        lambda x: 3.0 * (_ink(x) > 5),
        lambda x: 1 - (1 - _ink(x)).relu(),
        lambda x: [float(picture.sum() > 1.0) for picture in x],
        lambda x: 10 * np.tanh(x.numpy().sum(axis=(1, 2, 3))),
    ),
    mistakes=(
        Mistake(
            "constant",
            lambda x: 0 * _ink(x) + 1,
            "Your score is the same for every picture, so there is nothing to explain. The ink must count; only no "
            "single window of it may.",
        ),
        Mistake(
            "the sum of the ink",
            _ink,
            "Your score adds up all the ink, so each window takes its share with it. Let it stop rising long before "
            "it has seen all.",
            also=(lambda x: x.sum(dim=(1, 2, 3)),),
        ),
        Mistake(
            "the mean of the ink",
            lambda x: x.flatten(1).mean(dim=1),
            "Your score is the mean of the pixels. It is small, and every window takes its share of it.",
        ),
        Mistake(
            "enough only when nearly all is there",
            lambda x: 1.0 * (_ink(x) > 60),
            "A threshold is the right idea. Yours lies so high that a digit behind a window, or even a thin one in "
            "full, does not reach it. How much ink is left behind the worst window?",
        ),
        Mistake(
            "a single pixel",
            lambda x: 2 * x[:, 0, 14, 14],
            "Your score looks at one pixel. Not every digit has ink there, and the window over it sees all.",
        ),
        Mistake(
            "turned round",
            lambda x: 1.0 * (_ink(x) < 1),
            "Your score is high for black and low for a digit. It has to fall when the ink goes.",
        ),
        Mistake(
            "the digit network",
            _network_score,
            "The score of a trained network is hurt by many windows, as the maps above show. Build a score of your "
            "own, from the ink alone.",
        ),
    ),
)

# --- 06.7: scissors --------------------------------------------------------------------------------------------------


def _kept(images: Any, places: Callable[[Any], Any], top: float, bottom: float) -> Any:
    """Keep the rows whose place, (N, 28) from `places`, lies in [top, bottom)."""
    where = places(images)
    return images * ((where >= top) & (where < bottom))[:, None, :, None]


def inked_rows(images: Any) -> tuple[Any, Any]:
    """Return the first and the last row with ink of each digit, (N, 1) each."""
    inked = (images > 0).any(dim=3).any(dim=1).int()
    return inked.argmax(dim=1, keepdim=True), 27 - inked.flip(1).argmax(dim=1, keepdim=True)


def _rows(images: Any) -> Any:
    import torch

    return torch.arange(28).expand(len(images), 28)


def own_height(images: Any) -> Any:
    """Return the middle of each row as a share of the digit's own height, (N, 28)."""
    first, last = inked_rows(images)
    return (_rows(images) - first + 0.5) / (last - first + 1)


def _of_the_picture(images: Any) -> Any:
    return (_rows(images) + 0.5) / 28


def _of_the_batch(images: Any) -> Any:
    first, last = inked_rows(images)
    return (_rows(images) - first.min() + 0.5) / (last.max() - first.min() + 1)


def _from_below(images: Any) -> Any:
    return 1 - own_height(images)


def _strong_ink(images: Any) -> Any:
    return own_height(images * (images > 0.5))


def _one_row_short(images: Any) -> Any:
    first, last = inked_rows(images)
    return (_rows(images) - first + 0.5) / (last - first)


def _columns(images: Any, top: float, bottom: float) -> Any:
    return _kept(images.transpose(2, 3), own_height, top, bottom).transpose(2, 3)


def _row_by_row(images: Any, top: float, bottom: float) -> Any:
    result = np.zeros(images.shape)
    for n, image in enumerate(images.numpy()):
        inked = [r for r in range(28) if image[0, r].max() > 0]
        height = inked[-1] - inked[0] + 1
        for r in range(28):
            if top <= (r - inked[0] + 0.5) / height < bottom:
                result[n, 0, r] = image[0, r]
    return result


def _by_slices(images: Any, top: float, bottom: float) -> Any:
    result = images.clone()
    for image in result:
        rows = image.sum(dim=(0, 2)).nonzero()[:, 0]
        first, height = int(rows[0]), len(range(int(rows[0]), int(rows[-1]) + 1))
        image[:, : first + math.ceil(top * height - 0.5)] = 0
        image[:, first + math.ceil(bottom * height - 0.5) :] = 0
    return result


def _cuts_the_originals(images: Any, top: float, bottom: float) -> Any:
    images[:] = _kept(images, own_height, top, bottom)
    return images


KEEP_PART = Private(
    reference=lambda images, top, bottom: _kept(images, own_height, top, bottom),
    alternatives=(_row_by_row, _by_slices),
    mistakes=(
        Mistake(
            "shares of the picture",
            lambda images, top, bottom: _kept(images, _of_the_picture, top, bottom),
            "You take shares of all 28 rows. A digit does not fill them: count from its own first row with ink, and "
            "take its own height.",
        ),
        Mistake(
            "one height for all",
            lambda images, top, bottom: _kept(images, _of_the_batch, top, bottom),
            "You measure one height for the whole batch. Each digit has its own first and last row.",
        ),
        Mistake(
            "columns",
            _columns,
            "You cut columns. In images (N, 1, 28, 28) the rows are axis 2.",
        ),
        Mistake(
            "the complement",
            lambda images, top, bottom: images - _kept(images, own_height, top, bottom),
            "You erase the part and keep the rest. It is the other way round.",
        ),
        Mistake(
            "from below",
            lambda images, top, bottom: _kept(images, _from_below, top, bottom),
            "You count from below. Row 0 is the uppermost one, so shares of the height count from above.",
        ),
        Mistake(
            "faint ink left out",
            lambda images, top, bottom: _kept(images, _strong_ink, top, bottom),
            "Your digits begin where the ink is strong, above 0.5. Faint ink counts too: any pixel above 0.",
        ),
        Mistake(
            "one row short",
            lambda images, top, bottom: _kept(images, _one_row_short, top, bottom),
            "Your height is last − first, one row short. How many rows are there from row 4 to row 4?",
        ),
        Mistake("cuts the originals", _cuts_the_originals, "", effect="input changed"),
    ),
)

# --- 06.8: RISE ------------------------------------------------------------------------------------------------------


def _weighted(masks: Any, scores: Any) -> Any:
    """Return the sum of the masks, each times its score."""
    return (scores[:, None, None] * masks).sum(dim=0)


def _as_a_product(masks: Any, scores: Any, probability: float) -> Any:
    n, h, w = masks.shape
    return (scores @ masks.flatten(1)).reshape(h, w) / probability / n


def _as_a_loop(masks: Any, scores: Any, probability: float) -> Any:
    total = np.zeros(masks.shape[1:])
    for mask, score in zip(masks.numpy(), scores.tolist(), strict=True):
        total += score * mask / (probability * len(masks))
    return total


RISE = Private(
    reference=lambda masks, scores, probability: _weighted(masks, scores) / (probability * len(masks)),
    alternatives=(_as_a_product, _as_a_loop),
    withheld=(f"{ATTRIBUTION}.input_sampling.rise",),
    forbids=("captum",),
    mistakes=(
        Mistake(
            "forgot p",
            lambda masks, scores, probability: _weighted(masks, scores) / len(masks),
            "Your values shrink with the probability: a pixel is seen in a part of the masks only, and you divide by "
            "all of them. What share of the masks shows it?",
            also=(lambda masks, scores, probability: (scores[:, None, None] * masks).mean(dim=0),),
        ),
        Mistake(
            "forgot n",
            lambda masks, scores, probability: _weighted(masks, scores) / probability,
            "Your values grow with the number of masks: you add up, and a mean is asked for.",
        ),
        Mistake(
            "the sum alone",
            lambda masks, scores, probability: _weighted(masks, scores),
            "Your map is the sum of the weighted masks. It grows with each mask; which number of masks shows a pixel, "
            "on average?",
        ),
        Mistake(
            "without the scores",
            lambda masks, scores, probability: masks.mean(dim=0) / probability,
            "Your map is the mean mask; the model has no voice in it. Where do the scores enter?",
        ),
        Mistake(
            "weights that sum to one",
            lambda masks, scores, probability: _weighted(masks, scores) / scores.sum(),
            "You divide by the sum of the scores. Scores can add up to nearly 0, and the unit is lost; divide by what "
            "the formula says.",
        ),
        Mistake(
            "each pixel by its own masks",
            lambda masks, scores, probability: _weighted(masks, scores) / masks.sum(dim=0),
            "You divide each pixel by the sum of its own masks. That is a sound estimate too, and less noisy; the "
            "paper divides all pixels alike, by p n.",
        ),
        Mistake(
            "the hidden part",
            lambda masks, scores, probability: _weighted(1 - masks, scores) / (probability * len(masks)),
            "You give the score to the pixels that were hidden. A mask of 1 shows a pixel, and what is shown earns the "
            "score.",
        ),
        Mistake(
            "absolute scores",
            lambda masks, scores, probability: _weighted(masks, scores.abs()) / (probability * len(masks)),
            "You drop the signs of the scores. A mask that leaves a negative score speaks against what it shows.",
        ),
        Mistake(
            "scores without their mean",
            lambda masks, scores, probability: _weighted(masks, scores - scores.mean()) / (probability * len(masks)),
            "You take the mean off the scores first. That is a good idea, and the notebook comes to it below; here the "
            "formula of the paper is asked for.",
        ),
    ),
)

PRIVATE = {
    "06.1": Private(
        reference=lambda: "2",
        mistakes=(
            Mistake(
                "as for the OR",
                lambda: "0",
                "0 is what two inputs get that can stand in for each other. In a product neither can.",
            ),
            Mistake(
                "one half in all",
                lambda: "0.5",
                "0.5 is what a method that shares the product fairly gives to each of the two. Occlusion does not "
                "share: it asks about each input alone.",
            ),
            Mistake(
                "as if it were complete",
                lambda: "1",
                "1 is the difference F(1, 1) − F(0, 0), and a complete method would hand out just that. Each input "
                "was asked alone here, and nobody kept the account.",
            ),
        ),
    ),
    "06.2": COUNT,
    "06.3": OCCLUSION,
    "06.4": BLIND_SCORE,
    "06.5": Private(
        reference=lambda: 4.6,
        alternatives=(lambda: 4.2, lambda: 4.5, lambda: 5),
        mistakes=(
            Mistake(
                "a point too early",
                lambda: 4,
                "At 4 × 4 the curve is still clearly below one half. Go on to the right.",
            ),
            Mistake(
                "a point too late",
                lambda: 7,
                "At 7 × 7 the curve is clearly above one half already. It crossed the line before.",
            ),
            Mistake(
                "the share instead of the window",
                lambda: 0.5,
                "0.5 is the share on the vertical axis. The window's length stands on the horizontal one.",
            ),
            Mistake(
                "pixels of the window",
                lambda: 25,
                "25 is the number of pixels in a window. Asked for is its length, as on the axis.",
            ),
        ),
    ),
    "06.6": Private(
        reference=lambda: "left",
        mistakes=(
            Mistake(
                "above",
                lambda: "above",
                "Above, about four of five zeros survive; most of the others become a 4.",
            ),
            Mistake(
                "below",
                lambda: "below",
                "Below is where a gap costs least: more than nine of ten survive.",
            ),
            Mistake(
                "right",
                lambda: "right",
                "On the right about three of four survive; most of the others become a 6.",
            ),
            Mistake(
                "no side",
                lambda: "no side: it need not be closed",
                "For three sides there is something to it. On the fourth most zeros are lost.",
            ),
        ),
    ),
    "06.7": KEEP_PART,
    "06.8": RISE,
    "06.9": Private(
        reference=lambda: PLACE_CANNOT,
        mistakes=(
            Mistake(
                "the gentle cover is right",
                lambda: PLACE_FOR,
                "The blurred cover shows what the blur costs. It is a picture with a smudge, and no picture without "
                "that place; the black cover has as good a claim.",
            ),
            Mistake(
                "the hard cover is right",
                lambda: PLACE_AGAINST,
                "The black square takes the place away, and puts a black square there. The score is that of both.",
            ),
            Mistake(
                "the mean of two questions",
                lambda: PLACE_MEAN,
                "A mean over two covers answers neither question, and a third cover would move it. Who says that two "
                "are enough?",
            ),
        ),
        rubric=(
            "Full marks: says that the covered picture differs in two ways, evidence that left and a cover that came, "
            "and that the two covers disagree, so the sign belongs to the question and not the place. Half: says only "
            "that the baseline matters. None: takes one of the maps for the truth."
        ),
    ),
}
