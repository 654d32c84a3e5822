"""Models by name: fresh, frozen, in evaluation mode, and clear errors."""

from __future__ import annotations

import pytest
import torch

from course_utils.assets import model_names, named_model

CASES = {
    "additive_interaction": ({"a": 1.0, "b": 2.0, "c": 3.0}, (2,)),
    "digit_network": ({}, (1, 28, 28)),
    "imagenet_network": ({}, (3, 64, 64)),
    "linear": ({"weights": [1.0, 2.0], "bias": 0.5}, (2,)),
    "loan_model": ({}, (4,)),
    "patch_detector": ({"weights": [[1.0, 2.0]]}, (1, 6, 6)),
    "relu_counterexample": ({}, (1,)),
    "saturating_pair": ({}, (2,)),
    "small_conv_net": ({"seed": 3}, (1, 8, 8)),
    "small_network": ({"sizes": [4, 8, 2], "seed": 3}, (4,)),
}


def test_every_name_is_tested():
    assert set(CASES) == set(model_names())


@pytest.mark.parametrize("name", CASES)
def test_fresh_frozen_and_in_evaluation_mode(name):
    settings, shape = CASES[name]
    model, again = named_model(name, **settings), named_model(name, **settings)
    assert model is not again
    assert not any(module.training for module in model.modules())
    assert not any(parameter.requires_grad for parameter in model.parameters())
    inputs = torch.rand(2, *shape, generator=torch.Generator().manual_seed(0))
    scores = model(inputs)
    assert scores.shape[0] == 2
    for tensor in [*model.parameters(), *model.buffers()]:
        tensor.data.zero_()  # what happens to one leaves the other alone
    assert torch.equal(again(inputs), scores)


def test_a_wrong_name_lists_the_names():
    with pytest.raises(ValueError, match=r"name: got 'resnet', expected one of additive_interaction, .*small_network"):
        named_model("resnet")


def test_a_wrong_setting_is_named():
    with pytest.raises(TypeError, match=r"settings of 'small_network'.*'size'.*it takes \(sizes"):
        named_model("small_network", size=3)
    with pytest.raises(TypeError, match=r"settings of 'linear'.*'weights'"):
        named_model("linear")
