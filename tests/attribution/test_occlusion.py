"""Occlusion: against Captum, against a loop, against closed forms; its windows, its price, its errors."""

from __future__ import annotations

import math
from typing import Any

import captum.attr
import pytest
import torch
from torch import Tensor, nn

from course_utils.assets import (
    AdditiveInteraction,
    LinearModel,
    SaturatingPair,
    SmallConvNet,
    load_digit_network,
    load_digits,
    load_imagenet_network,
    load_photo,
)
from course_utils.attribution import occlusion
from course_utils.attribution.baselines import blurred, mean_colour
from course_utils.attribution.occluding import sliding_windows

from .networks import FLOAT32, FLOAT64, Calls, conv_net, draw, relative

X, TARGET = draw(3, 1, 8, 8), torch.tensor([2, 0, 1])


def captums(model: nn.Module, x: Tensor, **settings: Any) -> Tensor:
    """Captum's occlusion, without its rounding of the sums to float32, which a float64 model gets too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tensor, "float", lambda tensor: tensor.to(x.dtype))
        return captum.attr.Occlusion(model).attribute(x, **settings).detach()


@pytest.mark.parametrize(
    ("shapes", "strides"),
    [((1, 3, 3), 1), ((1, 3, 3), 2), ((1, 5, 3), (1, 4, 3)), ((1, 8, 2), 2), ((1, 1, 1), 1), ((1, 8, 8), 3)],
)
@pytest.mark.parametrize("baseline", [0.0, 0.7])
def test_as_captum(shapes: tuple[int, ...], strides: int | tuple[int, ...], baseline: float) -> None:
    """Captum too averages over the windows that cover a value, and clips them at the border."""
    model = SmallConvNet(seed=3).double()
    settings = {"sliding_window_shapes": shapes, "strides": strides, "baselines": baseline}
    theirs = captums(model, X, target=TARGET, **settings)
    ours = occlusion(model, X, TARGET, **settings)
    assert relative(ours, theirs) <= FLOAT64


def test_as_captum_in_colour_with_a_window_on_each_channel() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 4 * 5, 3)).double().eval()
    x, baselines = draw(2, 3, 6, 7), draw(2, 3, 6, 7, seed=5)
    for shapes, strides in (((1, 3, 3), (1, 2, 3)), ((2, 3, 3), (1, 2, 2)), ((3, 4, 4), 2)):
        settings = {"sliding_window_shapes": shapes, "strides": strides, "baselines": baselines}
        theirs = captums(model, x, target=1, **settings)
        assert relative(occlusion(model, x, 1, **settings), theirs) <= FLOAT64


def test_captum_rounds_the_result_of_a_float64_model_to_float32() -> None:
    model, x = LinearModel([1.0, -2.0, 0.5]).double(), draw(4, 3)
    truth = x * torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    theirs = captum.attr.Occlusion(model).attribute(x, sliding_window_shapes=(1,))
    assert theirs.dtype == torch.float32
    assert relative(theirs, truth) > 1e-9
    assert relative(occlusion(model, x, sliding_window_shapes=(1,), strides=1), truth) <= 1e-14


def test_as_captum_on_a_digit_in_float32() -> None:
    network, (images, labels) = load_digit_network(), load_digits("validation")
    x, target = images[7:8], labels[7:8]
    settings = {"sliding_window_shapes": (1, 5, 5), "strides": 3}  # 3 does not divide 28 − 5: the last is clipped
    ours = occlusion(network, x, target, **settings)
    assert relative(ours, captums(network, x, target=target, **settings)) <= FLOAT32


def test_as_captum_on_a_photograph() -> None:
    network, x = load_imagenet_network(), load_photo("coffee")
    target = network(x).argmax(dim=1)
    settings = {"sliding_window_shapes": (3, 150, 150), "strides": (3, 74, 74)}
    ours = occlusion(network, x, target, **settings)
    assert relative(ours, captums(network, x, target=target, **settings)) <= FLOAT32


def test_as_a_loop_over_inputs_and_windows() -> None:
    model, baseline = SmallConvNet(seed=3).double(), draw(1, 8, 8, seed=4)
    expected, covered = torch.zeros_like(X), torch.zeros(8, 8)
    for top in (0, 2, 4, 6):  # ⌈(8 − 3) / 2⌉ + 1 places, the last clipped to 2 pixels
        for left in (0, 3, 6):
            area = (slice(top, top + 3), slice(left, left + 4))
            covered[area] += 1
            for n, target in enumerate(TARGET):
                point = X[n : n + 1].clone()
                point[0, 0][area] = baseline[0][area]
                expected[n, 0][area] += (model(X[n : n + 1]) - model(point))[0, target]
    ours = occlusion(model, X, TARGET, sliding_window_shapes=(1, 3, 4), strides=(1, 2, 3), baselines=baseline)
    assert relative(ours, expected / covered) <= FLOAT64


def test_of_a_linear_model_single_features_get_weight_times_difference() -> None:
    weights = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    x, x0 = draw(4, 3), draw(3, seed=1)
    ours = occlusion(LinearModel(weights).double(), x, sliding_window_shapes=(1,), strides=1, baselines=x0)
    assert torch.allclose(ours, weights * (x - x0), rtol=0, atol=1e-12)


def test_an_interaction_counts_in_full_for_both_and_a_saturated_pair_for_neither() -> None:
    a, b, c, x0, x1 = 1.0, -2.0, 3.0, 0.5, 4.0
    x = torch.tensor([[x0, x1]])
    ours = occlusion(AdditiveInteraction(a, b, c), x, sliding_window_shapes=(1,), strides=1)
    assert torch.allclose(ours, torch.tensor([[a * x0 + c * x0 * x1, b * x1 + c * x0 * x1]]))
    ours = occlusion(SaturatingPair(), torch.ones(1, 2), sliding_window_shapes=(1,), strides=1)
    assert ours.tolist() == [[0, 0]]
    ours = occlusion(SaturatingPair(), torch.ones(1, 2), sliding_window_shapes=(2,), strides=1)
    assert ours.tolist() == [[1, 1]]


def test_only_the_planted_pixel_counts() -> None:
    x = draw(2, 1, 8, 8)
    ours = occlusion(lambda x: 5 * x[:, 0, 2, 6], x, sliding_window_shapes=(1, 1, 1), strides=1)
    assert ours.count_nonzero() == 2
    assert torch.allclose(ours[:, 0, 2, 6], 5 * x[:, 0, 2, 6], rtol=0, atol=1e-12)


def test_named_baselines_and_lists() -> None:
    model, settings = SmallConvNet(seed=3).double(), {"sliding_window_shapes": (1, 3, 3), "strides": 2}
    each = [occlusion(model, X, 1, baselines=b, **settings) for b in (mean_colour(X), blurred(X), 0.5)]
    for named, expected in (("mean", each[0]), ("blur", each[1]), (["mean", "blur", 0.5], sum(each) / 3)):
        assert relative(occlusion(model, X, 1, baselines=named, **settings), expected) <= FLOAT64


@pytest.mark.parametrize("batch_size", [None, 1, 7, 16, 100])
def test_batches_change_nothing_but_the_number_of_calls(batch_size: int | None) -> None:
    model, settings = Calls(SmallConvNet(seed=3).double()), {"sliding_window_shapes": (1, 4, 4), "strides": 2}
    whole = occlusion(model.model, X, TARGET, batch_size=1000, **settings)
    reports: list[tuple[int, int]] = []
    ours = occlusion(
        model, X, TARGET, batch_size=batch_size, progress=lambda *report: reports.append(report), **settings
    )
    assert relative(ours, whole) <= FLOAT64
    size = batch_size or 1024
    assert model.rows == 3 + 3 * 9
    assert model.calls == math.ceil(3 / size) + math.ceil(27 / size)
    assert reports[-1] == (27, 27)
    assert len(reports) == math.ceil(27 / size)


def test_the_number_of_windows_is_the_formula() -> None:
    for size, length, step in ((28, 5, 3), (28, 4, 4), (224, 15, 8), (5, 5, 9), (7, 1, 1)):
        windows = sliding_windows((size,), (length,), step)
        assert len(windows) == math.ceil((size - length) / step) + 1
        assert windows[-1][0].stop == size
        assert {k for (window,) in windows for k in range(size)[window]} == set(range(size))


def test_an_interrupt_in_the_progress_goes_through() -> None:
    model = Calls(conv_net())

    def interrupt(done: int, total: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        occlusion(model, X, 1, sliding_window_shapes=(1, 1, 1), strides=1, batch_size=2, progress=interrupt)
    assert model.rows == 3 + 4


BAD = {
    "too few axes": (((3, 3), 1), ValueError, r"sliding_window_shapes: \(3, 3\); expected one int for each axis .* 3 "),
    "int": ((3, 1), TypeError, "sliding_window_shapes: 3; expected one int for each axis"),
    "zero": (((1, 0, 3), 1), ValueError, "sliding_window_shapes: 0; expected at least 1"),
    "float": (((1, 2.5, 3), 1), TypeError, "sliding_window_shapes: 2.5; expected an int"),
    "too large": (((1, 9, 3), 1), ValueError, "sliding_window_shapes: 9 on axis 1 of inputs that have 8 values"),
    "gaps": (((1, 3, 3), 4), ValueError, "strides: 4 on axis 1 is larger than the window, 3, so some values"),
    "stride zero": (((1, 3, 3), 0), ValueError, "strides: 0; expected at least 1"),
    "stride bool": (((1, 3, 3), True), TypeError, "strides: True; expected an int"),
    "strides too few": (((1, 3, 3), (2, 2)), ValueError, r"strides: \(2, 2\); expected one int for each axis"),
    "strides text": (((1, 3, 3), "2"), TypeError, "strides: '2'; expected one int for each axis"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_settings(case: str) -> None:
    (shapes, strides), error, message = BAD[case]
    with pytest.raises(error, match=message):
        occlusion(conv_net(), X, 1, sliding_window_shapes=shapes, strides=strides)


def test_a_map_that_is_zero_stays_zero() -> None:
    def constant(x: Tensor) -> Tensor:
        return torch.ones(len(x), dtype=x.dtype)

    assert occlusion(constant, X, sliding_window_shapes=(1, 3, 3), strides=1).count_nonzero() == 0
