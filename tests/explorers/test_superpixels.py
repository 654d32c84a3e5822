"""The superpixel explorer: the reader's picture maker, the score that follows, and the words about the last change."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from course_utils.assets import SmallConvNet
from course_utils.explorers import Switches, superpixel_explorer
from course_utils.explorers.regions import RegionPicture
from course_utils.seeds import generator

QUARTERS = torch.tensor([[0, 1], [2, 3]]).repeat_interleave(4, 0).repeat_interleave(4, 1)


@pytest.fixture
def model():
    return SmallConvNet(seed=1)


@pytest.fixture
def image():
    return torch.rand(1, 1, 8, 8, generator=generator("test_superpixels"))


def made(model, image, **settings):
    return superpixel_explorer(model, image, 1, feature_mask=QUARTERS, **settings)


def test_the_score_is_that_of_the_picture_with_the_baseline_where_it_is_off(model, image):
    widget = made(model, image, name="cat")
    widget.set(on=[True, False, True, False], baseline=0.25)
    expected = image.clone()
    expected[..., 4:] = 0.25
    scores = model(expected)[0]
    assert f"Score of cat: {scores[1]:.2f}".replace("-", "−") in widget.summary
    assert f"probability {100 * scores.softmax(0)[1]:.1f} %" in widget.summary
    assert "2 of 4 on" in widget.summary


def test_the_readers_function_makes_the_picture(model, image):
    calls = []

    def mine(image, feature_mask, on, baseline):
        calls.append((image, feature_mask, on, baseline))
        return torch.zeros_like(image)

    widget = made(model, image, function=mine)
    widget.set(on=[True, True, False, True], baseline=0.5)
    x, mask, on, baseline = calls[-1]
    assert torch.equal(x, image)
    assert torch.equal(mask, QUARTERS)
    assert on.dtype == torch.bool
    assert on.tolist() == [True, True, False, True]
    assert baseline == 0.5
    assert f"{model(torch.zeros(1, 1, 8, 8))[0, 1]:.2f}".replace("-", "−") in widget.summary


def test_the_last_change_is_said_in_words(model, image):
    widget = made(model, image)
    assert "Last change" not in widget.summary
    whole = float(model(image)[0, 1])
    widget.set(on=[True, True, True, False])
    changed = image.clone()
    changed[..., 4:, 4:] = 0.0
    difference = float(model(changed)[0, 1]) - whole
    assert f"Last change: superpixel 3 (bottom right) off, score {difference:+.2f}.".replace("-", "−") in widget.summary
    widget.set(on=[True, True, True, True])
    assert "superpixel 3 (bottom right) on" in widget.summary
    widget.set(on=[False] * 4)
    assert "4 superpixels changed" in widget.summary
    widget.set(baseline=0.5)
    assert "baseline from 0.00 to 0.50" in widget.summary


def test_drawing_again_is_no_change(model, image):
    widget = made(model, image)
    widget.set(on=[True, True, True, False])
    said = widget.summary
    widget.redraw()
    assert widget.summary == said


@pytest.mark.parametrize(
    "form", [torch.Tensor.numpy, torch.Tensor.tolist, torch.Tensor.double, torch.Tensor.requires_grad_]
)
def test_a_picture_is_taken_in_any_form(model, image, form):
    widget = made(model, image, function=lambda x, mask, on, baseline: form(x))
    assert widget.error == ""
    assert f"{model(image)[0, 1]:.2f}".replace("-", "−") in widget.summary


@pytest.mark.parametrize(
    ("returns", "message"),
    [
        (lambda x, mask, on, baseline: None, "returned None; expected"),
        (lambda x, mask, on, baseline: x[0], "returned shape (1, 8, 8); expected"),
        (lambda x, mask, on, baseline: x * float("nan"), "NaN"),
    ],
)
def test_what_is_wrong_with_a_picture_is_said(model, image, returns, message):
    assert message in made(model, image, function=returns).error


@pytest.mark.parametrize("mask", [QUARTERS[None, None], QUARTERS.numpy(), QUARTERS.int()])
def test_the_mask_is_taken_in_the_forms_it_comes_in(model, image, mask):
    assert superpixel_explorer(model, image, None, feature_mask=mask).values["on"] == (True,) * 4


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda m, x: made(m, x.repeat(2, 1, 1, 1)), "inputs: expected one picture"),
        (lambda m, x: superpixel_explorer(m, x, 1, feature_mask=QUARTERS[:4]), r"feature_mask: shape \(4, 8\)"),
        (lambda m, x: superpixel_explorer(m, x, 1, feature_mask=2 * QUARTERS), "feature_mask: the numbers"),
        (lambda m, x: superpixel_explorer(m, x, 7, feature_mask=QUARTERS), "target: expected one class"),
    ],
)
def test_wrong_arguments_are_refused_when_the_explorer_is_made(model, image, make, message):
    with pytest.raises(ValueError, match=message):
        make(model, image)


def test_the_browser_gets_the_regions_and_words_for_each_switch():
    switches = Switches("on", "Superpixels", QUARTERS.numpy())
    described = switches.described()
    assert np.array_equal(np.frombuffer(described["regions"], "<u2").reshape(8, 8), QUARTERS)
    assert described["words"] == ["0, top left", "1, top right", "2, bottom left", "3, bottom right"]


@pytest.mark.parametrize(("value", "error"), [([True] * 3, ValueError), ([1, 0, 1, 0], TypeError), ("on", TypeError)])
def test_switches_refuse_what_is_no_list_of_booleans(value, error):
    with pytest.raises(error, match="on: expected"):
        Switches("on", "Superpixels", QUARTERS.numpy()).accept(value)


def test_switches_refuse_regions_that_leave_a_number_out():
    with pytest.raises(ValueError, match="numbers 0 to K − 1"):
        Switches("on", "Superpixels", 2 * QUARTERS.numpy())


def test_a_region_that_is_off_is_hatched_and_one_that_is_on_is_not():
    picture = RegionPicture(QUARTERS.numpy())
    panel = picture.panel("p", np.full((1, 8, 8), 0.5), (True, False, True, True), "Grey.", picks="on")
    pixels = np.asarray(Image.open(io.BytesIO(panel.png)))
    middle = pixels.shape[0] // 2
    assert panel.picks == "on"
    assert np.all(pixels[2 : middle - 2, 2 : middle - 2] == 128)
    assert np.any(pixels[2 : middle - 2, middle + 2 : -2] != 128)
    assert np.any(pixels[:, middle - 1 : middle + 1] != 128), "the border between the regions"


def test_without_a_browser_there_are_words_and_a_picture_and_an_exercise_is_waited_for(model, image):
    bundle, _ = made(model, image)._repr_mimebundle_()
    assert bundle["image/png"]
    assert not any(character.isdigit() for character in bundle["text/plain"]), "numbers may differ between machines"
    waiting = made(model, image, needs="04.2")
    assert waiting.waiting.startswith("needs 04.2")
    assert "image/png" not in waiting._repr_mimebundle_()[0]
