"""RISE: against its formula in a loop, its expectation, and planted pixels; its masks; its errors."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from course_utils.assets import LinearModel, SmallConvNet, load_digit_network, load_digits
from course_utils.attribution import rise, smooth_masks

from .networks import FLOAT64, Calls, draw, nothing_changes, relative

NET, X, TARGET = SmallConvNet(seed=3).double(), draw(3, 1, 8, 8), torch.tensor([2, 0, 1])
MASKS = draw(11, 8, 8, seed=6)


def test_the_formula_as_a_loop() -> None:
    expected = torch.zeros(3, 1, 8, 8, dtype=torch.float64)
    for n, target in enumerate(TARGET):
        for mask in MASKS:
            expected[n, 0] += NET(X[n : n + 1] * mask)[0, target].detach() * mask / (0.3 * len(MASKS))
    for masks in (MASKS, MASKS[:, None]):
        assert relative(rise(NET, X, TARGET, masks=masks, probability=0.3), expected) <= FLOAT64


def test_drawn_masks_are_the_ones_that_smooth_masks_shows() -> None:
    masks = smooth_masks(30, (8, 8), probability=0.4, seed=2)[torch.arange(30)]
    shown = rise(NET, X, TARGET, masks=masks, probability=0.4)
    assert relative(rise(NET, X, TARGET, n_masks=30, probability=0.4, seed=2), shown) <= FLOAT64


def test_one_mask_by_the_steps_of_the_paper() -> None:
    masks = smooth_masks(5, (28, 21), seed=1)
    for k in range(5):
        grid, (up, left) = masks.grids[k : k + 1], masks.shifts[k].tolist()
        large = functional.interpolate(grid, size=(8 * 4, 8 * 3), mode="bilinear", align_corners=False)
        assert torch.equal(masks[torch.tensor([k])], large[..., up : up + 28, left : left + 21])
        assert 0 <= up < 4
        assert 0 <= left < 3


@pytest.mark.parametrize("probability", [0.2, 0.5, 0.9])
def test_the_mean_of_the_masks_is_the_probability_at_every_pixel(probability: float) -> None:
    masks = smooth_masks(4000, (12, 20), probability)[torch.arange(4000)]
    assert masks.min() >= 0
    assert masks.max() <= 1
    deviation = (probability * (1 - probability) / 4000) ** 0.5  # of a coin; a smooth value varies less
    assert (masks.mean((0, 1)) - probability).abs().max() < 5 * deviation


def test_the_planted_pixels_come_out() -> None:
    """F is the brightness of a square: the map is largest there, and elsewhere it is the mean of F."""
    x = torch.ones(1, 1, 28, 28, dtype=torch.float64)
    square = (slice(None), slice(None), slice(8, 12), slice(16, 20))
    saliency = rise(lambda x: x[square].mean((1, 2, 3)), x, n_masks=2000)
    far = saliency[..., :, :8]
    assert saliency[square].min() > far.max()
    assert far.mean().item() == pytest.approx(0.5, abs=0.05)
    row, column = divmod(int(saliency.argmax()), 28)
    assert 8 <= row < 12
    assert 16 <= column < 20


def test_the_expectation_for_independent_pixels() -> None:
    """With a coin for each pixel and a linear F = Σ w x, E[S(λ)] = p Σ w x + (1 − p) w_λ x_λ."""
    w, p, n = draw(64, seed=4) - 0.5, 0.5, 40_000
    masks = (torch.rand(n, 8, 8, generator=torch.Generator().manual_seed(0)) < p).double()
    saliency = rise(LinearModel(w.float()).double(), X[:1], masks=masks, probability=p, batch_size=4096)[0, 0]
    parts = w.float().double().reshape(8, 8) * X[0, 0]
    expected = p * parts.sum() + (1 - p) * parts
    spread = (parts**2).sum().sqrt() / (p * n**0.5) + parts.sum().abs() / n**0.5
    assert (saliency - expected).abs().max() < 5 * spread


def test_a_constant_score_gives_the_mean_of_the_masks() -> None:
    """The pitfall of the documentation: what is added to F is added to the map, and is not flat."""
    ours = rise(lambda x: torch.full((len(x),), 2.0, dtype=x.dtype), X, masks=MASKS)
    assert relative(ours[0, 0], 2 * MASKS.mean(0) / 0.5) <= FLOAT64


@pytest.mark.parametrize("batch_size", [None, 1, 7, 100])
def test_batches_change_nothing_but_the_number_of_calls(batch_size: int | None) -> None:
    model = Calls(NET)
    reports: list[tuple[int, int]] = []
    ours = rise(model, X, TARGET, n_masks=10, batch_size=batch_size, progress=lambda *r: reports.append(r))
    assert relative(ours, rise(NET, X, TARGET, n_masks=10, batch_size=1000)) <= FLOAT64
    assert model.rows == 30
    assert model.calls == len(reports) == math.ceil(30 / (batch_size or 1024))
    assert reports[-1] == (30, 30)


def test_a_seed_holds_for_one_call() -> None:
    first, second, other = (rise(NET, X, 1, n_masks=10, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_an_interrupt_in_the_progress_goes_through() -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with nothing_changes(NET, X), pytest.raises(KeyboardInterrupt):
        rise(NET, X, 1, progress=interrupt)


def test_on_a_digit_the_map_prefers_the_strokes_to_the_border() -> None:
    network, (images, labels) = load_digit_network(), load_digits("validation")
    x, target = images[3:4], int(labels[3])
    saliency = rise(lambda x: network(x).softmax(dim=1), x, target, n_masks=400)
    assert saliency.shape == (1, 1, 28, 28)
    assert saliency.dtype == torch.float32
    strokes = x > 0.5
    border = torch.ones_like(strokes)
    border[..., 3:-3, 3:-3] = False
    assert saliency[strokes].mean() > saliency[border].mean()


BAD: dict[str, tuple[Callable[[], Tensor], type[Exception], str]] = {
    "n_masks": (lambda: rise(NET, X, 1, n_masks=0), ValueError, "n_masks: 0; expected at least 1"),
    "probability 0": (lambda: rise(NET, X, 1, probability=0), ValueError, "probability: 0; expected a number above 0"),
    "probability 2": (lambda: rise(NET, X, 1, masks=MASKS, probability=2), ValueError, "probability: 2; expected"),
    "probability text": (lambda: rise(NET, X, 1, probability="a"), TypeError, "probability: 'a'; expected a number"),
    "masks small": (
        lambda: rise(NET, X, 1, masks=MASKS[:, :4]),
        ValueError,
        r"masks: shape \(11, 4, 8\); expected \(n, 8, 8\)",
    ),
    "one mask": (lambda: rise(NET, X, 1, masks=MASKS[0]), ValueError, r"masks: shape \(8, 8\); expected \(n, 8, 8\)"),
    "masks bool": (lambda: rise(NET, X, 1, masks=MASKS > 0.5), TypeError, "masks: dtype torch.bool; expected floating"),
    "masks above 1": (lambda: rise(NET, X, 1, masks=3 * MASKS), ValueError, r"masks: values from .* to \d.*; expected"),
    "a table": (lambda: rise(NET, X[:, 0, 0], 1), ValueError, r"inputs: shape \(3, 8\); expected images"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_settings(case: str) -> None:
    call, error, message = BAD[case]
    with nothing_changes(NET, X), pytest.raises(error, match=message):
        call()
