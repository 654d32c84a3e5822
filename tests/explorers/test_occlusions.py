"""The occlusion explorer: what it calls, how far it lets a reader go, and what the walking window says."""

import numpy as np
import pytest
import torch

from course_utils.assets import SmallConvNet
from course_utils.attribution import occlusion
from course_utils.explorers import occlusion_explorer
from course_utils.explorers.occlusions import BASELINES
from course_utils.seeds import generator


@pytest.fixture
def model():
    return SmallConvNet(seed=1)


@pytest.fixture
def images():
    return torch.rand(3, 1, 8, 8, generator=generator("test_occlusions"))


def recorder(returns=torch.ones_like):
    calls = []

    def mine(model, inputs, target, **settings):
        calls.append((inputs.clone(), target, settings))
        return returns(inputs)

    mine.calls = calls
    return mine


def test_the_explained_class_has_its_word(model, images):
    named = occlusion_explorer(model, images, [2, 1, 0], names=["ring", "cross", "bar"], function=recorder())
    named.set(picture=1)
    assert "occlusion, cross" in str(named.panels)
    plain = occlusion_explorer(model, images, [2, 1, 0], function=recorder())
    assert "occlusion, class 2" in str(plain.panels)
    with pytest.raises(ValueError, match="names: expected one for each class"):
        occlusion_explorer(model, images, [2, 1, 0], names=["ring"], function=recorder())


def passes_of(widget):
    return int(widget.summary.split(" forward passes")[0].split()[-1])


@pytest.mark.parametrize("baseline", list(BASELINES))
def test_it_calls_the_readers_function_with_window_stride_and_filling(model, images, baseline):
    mine = recorder()
    widget = occlusion_explorer(model, images, [2, 1, 0], function=mine)
    widget.set(picture=1, window=4, stride=2, baseline=baseline)
    x, target, settings = mine.calls[-1]
    assert widget.error == ""
    assert torch.equal(x, images[1:2])
    assert target == 1
    filling = settings.pop("baselines")
    assert torch.equal(filling, BASELINES[baseline](images[1:2]))
    assert settings == {"sliding_window_shapes": (1, 4, 4), "strides": (1, 2, 2)}
    assert "Window 4 × 4, stride 2: 10 forward passes." in widget.summary


def test_the_passes_it_names_are_those_that_the_method_takes(model, images):
    asked = []

    def counting(x):
        asked.append(len(x))
        return model(x)

    def counted(f, inputs, target, **settings):
        asked.clear()
        values = occlusion(f, inputs, target, **settings)
        counted.passes = sum(asked)
        return values

    widget = occlusion_explorer(counting, images, function=counted)
    for window, stride in ((1, 1), (2, 1), (3, 2), (4, 3)):
        widget.set(window=window, stride=stride)
        assert passes_of(widget) == counted.passes


def test_a_stride_beyond_the_window_is_not_taken_and_the_words_say_so(model, images):
    mine = recorder()
    widget = occlusion_explorer(model, images, function=mine)
    widget.set(window=2, stride=4)
    assert mine.calls[-1][2]["strides"] == (1, 2, 2)
    assert "stride 2 (not 4: pixels would stay uncovered)" in widget.summary


def mean_score(x):
    return torch.stack([x.mean((1, 2, 3)), -x.mean((1, 2, 3))], 1)


def test_every_setting_for_a_photograph_is_bounded(images):
    mine = recorder()
    widget = occlusion_explorer(mean_score, torch.rand(1, 3, 224, 224), 0, function=mine)
    assert passes_of(widget) == 17
    window, stride = widget.controls[:2]
    for w in range(window["low"], window["high"] + 1, window["step"]):
        for s in (stride["low"], stride["high"]):
            widget.set(window=w, stride=s)
            assert widget.error == ""
            assert passes_of(widget) <= 26
            taken = mine.calls[-1][2]["strides"][-1]
            assert taken <= w
    widget.set(window=window["low"], stride=stride["low"])
    assert "too many passes to wait for" in widget.summary


def test_only_a_window_of_one_pixel_takes_more_than_400_places_of_a_digit():
    widget = occlusion_explorer(mean_score, torch.rand(1, 1, 28, 28), 0, function=recorder())
    for window in range(1, 15):
        widget.set(window=window, stride=1)
        assert passes_of(widget) == 785 if window == 1 else passes_of(widget) <= 401
    assert widget.error == ""


def test_walking_the_window_says_what_is_lost_there_and_does_not_ask_for_the_map_again(model, images):
    mine = recorder()
    widget = occlusion_explorer(model, images[:1], 0, function=mine)
    widget.set(window=4, stride=4, walk=100, baseline="white")
    calls = len(mine.calls)
    covered = images[:1].clone()
    covered[..., 4:, 4:] = 1
    with torch.no_grad():
        lost = float(model(images[:1])[0, 0] - model(covered)[0, 0])
    assert f"F(x) − F(covered) = {round(lost, 2) + 0:+.2f}".replace("-", "−") in widget.summary
    assert "Covered at place 4 of 4" in widget.summary
    widget.set(walk=0)
    assert "Covered at place 1 of 4" in widget.summary
    assert len(mine.calls) == calls


def test_a_mended_function_is_asked_again(model, images):
    namespace = {"torch": torch}
    exec("def f(model, inputs, target, **settings):\n    return None", namespace)
    widget = occlusion_explorer(model, images, function=namespace["f"])
    assert "f returned None" in widget.error
    exec("def f(model, inputs, target, **settings):\n    return torch.ones_like(inputs)", namespace)
    widget.redraw()
    assert widget.error == ""


def test_the_map_of_the_courses_method_agrees_with_the_walk_where_windows_do_not_overlap(model, images):
    shown = []

    def kept(*args, **settings):
        shown.append(occlusion(*args, **settings))
        return shown[-1]

    widget = occlusion_explorer(model, images[:1], 1, function=kept)
    widget.set(window=4, stride=4, walk=0)
    lost = float(widget.summary.split("= ")[1].rstrip(".").replace("−", "-"))
    assert lost == pytest.approx(float(shown[-1][0, 0, 0, 0]), abs=0.006)


@pytest.mark.parametrize(
    "returns",
    [
        lambda x: x.double().requires_grad_() * 2,
        lambda x: x.numpy(),
        lambda x: x.tolist(),
        lambda x: [x[0] * 1.0],
        lambda x: x.sum(1, keepdim=True),
    ],
    ids=["tensor with graph", "array", "list", "list of tensors", "one channel"],
)
def test_answers_in_any_form_are_shown(returns):
    widget = occlusion_explorer(mean_score, torch.rand(1, 3, 8, 8), 0, function=recorder(returns))
    assert widget.error == ""


@pytest.mark.parametrize(
    ("returns", "message"),
    [
        (lambda x: None, "mine returned None"),
        (lambda x: "a map", "mine returned a str; expected numbers, their shape that of the input, (1, 3, 8, 8)"),
        (
            lambda x: torch.zeros(8, 8),
            "mine returned shape (8, 8); expected that of the input, (1, 3, 8, 8), or (1, 1,",
        ),
        (lambda x: torch.full_like(x, float("nan")), "NaN"),
    ],
)
def test_wrong_answers_are_named(returns, message):
    widget = occlusion_explorer(mean_score, torch.rand(1, 3, 8, 8), 0, function=recorder(returns))
    assert message in widget.error


def test_a_map_of_zeros_says_so(model, images):
    widget = occlusion_explorer(model, images, function=recorder(torch.zeros_like))
    assert [panel["title"] for panel in widget.panels][1:] == [
        f"occlusion, class {int(model(images)[0].argmax())} (all zero)",
        "over the picture (all zero)",
    ]


def test_pictures_that_are_not_square_work(images):
    widget = occlusion_explorer(mean_score, torch.rand(1, 1, 6, 20), 0)
    assert widget.error == ""
    widget.set(window=3, stride=3, walk=100)
    assert "Covered at place 14 of 14" in widget.summary


def test_the_frame_stands_around_the_window(model):
    from io import BytesIO

    from PIL import Image

    widget = occlusion_explorer(model, torch.zeros(1, 1, 8, 8), 0)
    widget.set(window=4, stride=4, walk=0)
    pixels = np.asarray(Image.open(BytesIO(widget.panels[0]["png"])).convert("RGB"))
    orange = (pixels == (230, 159, 0)).all(-1)
    half = pixels.shape[0] // 2
    assert orange[0, :half].all()
    assert orange[:half, 0].all()
    assert not orange[half:].any()
    assert not orange[:, half:].any()
