"""The comparison explorer: scales that are labelled, and a rank correlation that can be trusted."""

from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import spearmanr

from course_utils.assets import SmallConvNet
from course_utils.attribution import input_x_gradient, vanilla_gradient
from course_utils.explorers import comparison_explorer
from course_utils.explorers.comparison import SHARE, SHARED, rank_correlation
from course_utils.seeds import generator, rng

METHODS = {"gradient": vanilla_gradient, "gradient × input": input_x_gradient, "twice": lambda m, x, c: 2 * x}


@pytest.fixture
def model():
    return SmallConvNet(seed=1)


@pytest.fixture
def images():
    return torch.rand(3, 1, 8, 8, generator=generator("test_comparison"))


def constant(value):
    return lambda model, inputs, target: torch.full_like(inputs, value)


@pytest.mark.parametrize("ties", [False, True])
def test_the_rank_correlation_is_scipys(ties):
    a, b = rng("test_comparison").normal(size=(2, 9, 9))
    a, b = (a.round(), (a + b).round()) if ties else (a, a + b)
    assert rank_correlation(a, b) == pytest.approx(spearmanr(a.ravel(), b.ravel()).statistic, abs=1e-12)


def test_a_map_that_is_the_same_everywhere_has_no_rank_correlation(model, images):
    assert np.isnan(rank_correlation(np.ones((2, 2)), np.eye(2)))
    widget = comparison_explorer(model, images, {"flat": constant(1.0), "gradient": vanilla_gradient})
    assert "no rank correlation, since one map is the same everywhere" in widget.summary


def test_the_words_state_the_correlation_of_the_maps(model, images):
    widget = comparison_explorer(model, images, METHODS, [0, 1, 2])
    widget.set(left="twice", right="gradient × input", picture=2)
    x = images[2:]
    a, b = (f(model, x, 2).numpy().ravel() for f in (METHODS["twice"], input_x_gradient))
    signed, sizes = (spearmanr(*pair).statistic for pair in ((a, b), (abs(a), abs(b))))
    words = f"rank correlation {signed:.2f} over 64 pixels, {sizes:.2f} without the signs".replace("-", "−")
    assert words in widget.summary


def test_pixels_that_are_zero_in_both_maps_do_not_count(model, images):
    a, b = rng("test_comparison", "zeros").normal(size=(2, 1, 1, 8, 8))
    a[..., 2:, :], b[..., 3:, :] = 0, 0
    widget = comparison_explorer(model, images, {"a": lambda m, x, c: a, "b": lambda m, x, c: b})
    a, b = a.ravel()[:24], b.ravel()[:24]
    signed, sizes = (spearmanr(*pair).statistic for pair in ((a, b), (abs(a), abs(b))))
    words = f"correlation {signed:.2f} over the 24 where one map is not 0, of 64 pixels, {sizes:.2f} without the signs"
    assert words.replace("-", "−") in widget.summary


def test_at_first_each_map_has_its_own_scale_and_both_are_labelled(model, images):
    widget = comparison_explorer(model, images, {"one": lambda m, x, c: x, "ten": lambda m, x, c: 10 * x})
    one, ten = widget.panels[1:]
    assert ten["bound"] == pytest.approx(10 * one["bound"])
    assert one["bound"] == pytest.approx(float(images[0].max()))
    assert one["png"] == ten["png"]
    assert (one["title"], ten["title"]) == ("one", "ten")


def test_a_coarse_map_is_not_paler_than_a_fine_one(model, images):
    def coarse(model, inputs, target):
        return torch.full_like(inputs, 0.1)

    def fine(model, inputs, target):
        return torch.eye(8)[None, None]

    widget = comparison_explorer(model, images, {"coarse": coarse, "fine": fine})
    own = widget.panels[1]["png"]
    widget.set(left="fine")
    strongest = widget.panels[1]["png"]
    assert reddest(own) == reddest(strongest)
    widget.set(left="coarse", scale=SHARE)
    assert reddest(widget.panels[1]["png"]) != reddest(strongest)


def reddest(png):
    """Return the colour of the pixel with the least green."""
    pixels = np.asarray(Image.open(BytesIO(png)).convert("RGB")).reshape(-1, 3)
    return tuple(pixels[pixels[:, 1].argmin()])


def test_both_maps_can_have_one_scale(model, images):
    widget = comparison_explorer(model, images, {"one": lambda m, x, c: x, "ten": lambda m, x, c: 10 * x})
    widget.set(scale=SHARE)
    one, ten = widget.panels[1:]
    assert one["bound"] == ten["bound"] == pytest.approx(float(100 * images[0].max() / images[0].sum()))
    assert one["png"] == ten["png"], "each in shares of its own total, the two are the same"
    assert one["title"] == "one, % of its total"
    widget.set(scale=SHARED)
    one, ten = widget.panels[1:]
    assert one["bound"] == ten["bound"] == pytest.approx(10 * float(images[0].max()))
    assert one["png"] != ten["png"]


def test_a_map_of_zeros_says_so_and_the_other_keeps_its_scale(model, images):
    widget = comparison_explorer(model, images, {"nothing": constant(0.0), "twice": METHODS["twice"]})
    assert widget.error == ""
    assert widget.panels[1]["title"] == "nothing (all zero)"
    assert widget.panels[2]["bound"] > 0
    widget.set(scale=SHARE)
    assert widget.panels[1]["title"] == "nothing, % of its total (all zero)"
    assert widget.panels[1]["bound"] == widget.panels[2]["bound"] > 0
    widget.set(right="nothing")
    assert widget.error == ""
    assert widget.panels[2]["bound"] == 0


def test_a_map_is_made_once_while_it_is_shown_and_anew_for_another_picture(model, images):
    calls = []

    def counted(model, inputs, target):
        calls.append((inputs.clone(), target))
        return inputs

    widget = comparison_explorer(model, images, {"counted": counted, **METHODS}, [0, 1, 2])
    widget.set(right="twice")
    widget.set(scale=SHARED)
    assert len(calls) == 1
    widget.set(picture=1)
    assert len(calls) == 2
    assert torch.equal(calls[-1][0], images[1:2])
    assert calls[-1][1] == 1


def test_a_mended_method_is_asked_again(model, images):
    namespace = {}
    exec("def f(model, inputs, target):\n    return None", namespace)
    widget = comparison_explorer(model, images, {"mine": namespace["f"], **METHODS})
    assert "mine returned None" in widget.error
    exec("def f(model, inputs, target):\n    return inputs.tolist()", namespace)
    widget.redraw()
    assert widget.error == ""


def test_channels_are_added_up_and_one_channel_is_enough():
    pictures = torch.rand(1, 3, 8, 8, generator=generator("test_comparison"))

    def score(x):
        return torch.stack([x.sum((1, 2, 3)), -x.sum((1, 2, 3))], 1)

    methods = {"three": lambda m, x, c: x, "one": lambda m, x, c: x.sum(1, keepdim=True)}
    widget = comparison_explorer(score, pictures, methods, 0, names=["espresso"])
    assert "rank correlation 1.00" in widget.summary
    assert widget.panels[0]["title"] == "explained: espresso"
    assert "picture" not in widget.values


@pytest.mark.parametrize(
    ("methods", "names", "message"),
    [
        ({"only": vanilla_gradient}, None, "methods: expected two or more"),
        ([vanilla_gradient, input_x_gradient], None, "methods: expected two or more"),
        ({"a": vanilla_gradient, "b": "IG"}, None, "methods: expected two or more"),
        (METHODS, ["one"], "names: expected one for each"),
    ],
)
def test_wrong_arguments_are_refused_when_the_explorer_is_made(model, images, methods, names, message):
    with pytest.raises(ValueError, match=message):
        comparison_explorer(model, images, methods, names=names)


def test_a_wrong_shape_is_named_with_the_methods_name(model, images):
    widget = comparison_explorer(model, images, {"my map": lambda m, x, c: x[0, 0], **METHODS})
    assert "my map returned shape (8, 8); expected that of the input, (1, 1, 8, 8)" in widget.error
