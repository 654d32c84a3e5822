"""The layer explorer: the right layer, class and sign reach the function, and the words say what the map holds."""

import pytest
import torch

from course_utils.assets import SmallConvNet
from course_utils.attribution import grad_cam
from course_utils.explorers import layer_explorer
from course_utils.seeds import generator


@pytest.fixture
def model():
    return SmallConvNet(seed=1)


@pytest.fixture
def convolutions(model):
    return [name for name, module in model.named_modules() if isinstance(module, torch.nn.Conv2d)]


@pytest.fixture
def images():
    return torch.rand(2, 1, 8, 8, generator=generator("test_layers"))


def recorder(returned):
    calls = []

    def mine(model, inputs, target, **settings):
        calls.append((inputs.clone(), target, settings))
        return returned

    mine.calls = calls
    return mine


def test_layer_class_and_relu_reach_the_readers_function(model, images, convolutions):
    mine = recorder(torch.ones(1, 1, 2, 2))
    widget = layer_explorer(model, images, [2, 0], layers=convolutions, names=["two", "zero"], function=mine)
    assert mine.calls[-1][1:] == (2, {"layer": convolutions[-1], "relu": True})
    widget.set(layer=0, target="zero", relu="without ReLU", picture=1)
    x, target, settings = mine.calls[-1]
    assert torch.equal(x, images[1:2])
    assert (target, settings) == (0, {"layer": convolutions[0], "relu": False})
    assert f"{convolutions[0]}, zero: values for the class add up to 4" in widget.summary


def test_the_courses_grad_cam_is_shown_as_coarse_as_the_layer(model, images, convolutions):
    widget = layer_explorer(model, images, [0, 1, 2], layers=convolutions)
    for position, layer in enumerate(convolutions):
        widget.set(layer=position, relu="without ReLU")
        cam = grad_cam(model, images[:1], 0, layer=layer, relu=False, upsample=False)
        size = " × ".join(map(str, cam.shape[2:]))
        assert widget.error == ""
        assert widget.panels[1]["title"] in (f"{size} places", f"enlarged to {size}")
        assert widget.panels[1]["bound"] == pytest.approx(float(cam.abs().max()))
        assert widget.panels[2]["bound"] == widget.panels[1]["bound"], "map and overlay have one scale"
        assert f"add up to {float(cam.clamp(min=0).sum()):.3g}" in widget.summary


def test_an_enlarged_map_is_taken_too(model, images, convolutions):
    widget = layer_explorer(model, images, [0], layers=convolutions, function=grad_cam)
    assert widget.error == ""
    assert widget.panels[1]["title"].startswith("enlarged to 8 × 8")


def test_a_map_without_positive_evidence_is_all_zero_and_says_so(model, images, convolutions):
    widget = layer_explorer(model, images, [0], layers=convolutions, function=recorder(torch.zeros(1, 1, 2, 2)))
    assert widget.panels[1]["title"] == "2 × 2 places (all zero)"
    assert widget.panels[2]["title"] == "over the picture (all zero)"
    assert "cut off by the ReLU" in widget.summary


def test_negative_values_despite_the_relu_are_not_hidden(model, images, convolutions):
    returned = torch.tensor([[[[1.0, -2.0]]]])
    widget = layer_explorer(model, images, [0], layers=convolutions, function=recorder(returned))
    assert "those against it to −2." in widget.summary


@pytest.mark.parametrize(
    "returned",
    [torch.ones(1, 1, 2, 2, requires_grad=True) * 2, torch.ones(1, 1, 2, 2).numpy(), [[[[1, 2], [3, 4]]]]],
    ids=["tensor with graph", "array", "list"],
)
def test_answers_in_any_form_are_shown(model, images, convolutions, returned):
    assert layer_explorer(model, images, [0], layers=convolutions, function=recorder(returned)).error == ""


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "mine returned None; expected a tensor of shape (1, 1, h, w)"),
        (torch.zeros(2, 2), "mine returned shape (2, 2); expected (1, 1, h, w)"),
        (torch.zeros(1, 4, 2, 2), "mine returned shape (1, 4, 2, 2); expected (1, 1, h, w)"),
        (torch.full((1, 1, 2, 2), float("inf")), "infinite"),
    ],
)
def test_wrong_answers_are_named(model, images, convolutions, returned, message):
    assert message in layer_explorer(model, images, [0], layers=convolutions, function=recorder(returned)).error


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"targets": []}, "targets: expected one or more classes from 0 to 2"),
        ({"targets": [3]}, "targets: expected one or more classes from 0 to 2"),
        ({"layers": []}, "layers: expected names of layers"),
        ({"layers": "conv1"}, "layers: expected names of layers"),
        ({"layers": ["nowhere"]}, "layers: the model has no 'nowhere'"),
        ({"names": ["one"]}, "names: expected one for each class"),
        ({"names": ["same", "same"]}, "names: expected a different one for each class"),
    ],
)
def test_wrong_arguments_are_refused_when_the_explorer_is_made(model, images, convolutions, changed, message):
    settings = {"targets": [0, 1], "layers": convolutions, **changed}
    with pytest.raises(ValueError, match=message):
        layer_explorer(model, images, settings.pop("targets"), **settings)


def test_the_slider_says_the_names_of_the_layers(model, images, convolutions):
    widget = layer_explorer(model, images, [0], layers=convolutions)
    assert widget.controls[0]["words"] == tuple(convolutions)
