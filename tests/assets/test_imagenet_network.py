"""The ImageNet network: real weights in the right places, and what it sees on the photographs."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from course_utils.assets import class_names, load_imagenet_network, load_photo
from course_utils.assets.imagenet_network import in_order


@pytest.fixture(scope="module")
def network():
    return load_imagenet_network()


@pytest.mark.parametrize(
    ("photo", "expected", "least"),
    [
        # Measured probabilities of the best class; the bound leaves room for another version of Pillow.
        ("coffee", {"espresso"}, 0.84),  # 0.94
        ("chelsea", {"tabby", "tiger cat", "Egyptian cat"}, 0.3),  # Egyptian cat 0.38, tiger cat 0.33, tabby 0.17
        ("rocket", {"missile"}, 0.2),  # 0.27
        ("china", {"palace"}, 0.2),  # 0.30
        ("flower", {"daisy"}, 0.15),  # 0.21
        ("camera", {"tripod"}, 0.85),  # 0.95
        ("grace_hopper", {"military uniform"}, 0.3),  # 0.40
    ],
)
def test_it_recognises_the_photographs(network, photo, expected, least):
    probability, index = network(load_photo(photo)).softmax(dim=1)[0].max(dim=0)
    assert network.class_names[index] in expected
    assert probability >= least


def test_chelsea_is_a_cat(network):
    best = network(load_photo("chelsea"))[0].topk(3).indices.tolist()
    assert {network.class_names[i] for i in best} == {"tabby", "tiger cat", "Egyptian cat"}


def test_logits_frozen_evaluation(network):
    logits = network(torch.rand(2, 3, 224, 224, generator=torch.Generator().manual_seed(0)))
    assert logits.shape == (2, 1000)
    assert (logits.exp().sum(dim=1) - 1).abs().min() > 0.1
    assert not any(module.training for module in network.modules())
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_only_relu6_and_none_in_place(network):
    activations = [m for m in network.modules() if isinstance(m, nn.ReLU6 | nn.ReLU | nn.SiLU | nn.GELU)]
    assert len(activations) > 30
    assert all(isinstance(m, nn.ReLU6) and not m.inplace for m in activations)


def test_an_input_is_not_changed(network):
    photo = load_photo("coffee", size=64)
    before = photo.clone()
    network(photo)
    assert torch.equal(photo, before)


def test_class_names():
    names = class_names("imagenet")
    assert len(names) == 1000
    assert (names[0], names[281], names[999]) == ("tench", "tabby", "toilet tissue")
    assert class_names("digits") == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
    with pytest.raises(ValueError, match="dataset: got 'cifar', expected 'digits' or 'imagenet'"):
        class_names("cifar")


def test_weights_of_other_shapes_are_refused():
    place = {"conv.weight": torch.zeros(2, 3), "conv.bias": torch.zeros(2)}
    with pytest.raises(ValueError, match=r"'_w' have shape \(3, 2\), but 'conv\.weight'.* has \(2, 3\)"):
        in_order({"_w": torch.zeros(3, 2), "_b": torch.zeros(2)}, place)
    with pytest.raises(ValueError, match="the weights have 1 entries, the architecture has 2"):
        in_order({"_w": torch.zeros(2, 3)}, place)


def test_folding_changes_no_score_beyond_rounding(network):
    folded = load_imagenet_network(folded=True)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    assert not any(p.requires_grad for p in folded.parameters())
    images = torch.cat([load_photo("coffee"), load_photo("chelsea"), torch.rand(1, 3, 224, 224)])
    with torch.inference_mode():
        expected = network(images)
        assert (folded(images) - expected).abs().max() <= 1e-5 * expected.abs().max()


def test_folding_changes_no_gradient_beyond_rounding(network):
    x = load_photo("chelsea").requires_grad_()
    slopes = [torch.autograd.grad(model(x)[0, 285], x)[0] for model in (network, load_imagenet_network(folded=True))]
    assert (slopes[0] - slopes[1]).abs().max() <= 1e-4 * slopes[0].abs().max()
