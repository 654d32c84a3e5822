"""The digit network: what it is built of, and how good it is."""

from __future__ import annotations

import json
from collections import Counter

import pytest
import torch
from torch import nn

from course_utils.assets import data_folder, load_digit_network, load_digits


@pytest.fixture(scope="module")
def network():
    return load_digit_network()


def test_accuracy_on_validation(network):
    images, labels = load_digits("validation")
    accuracy = (network(images).argmax(dim=1) == labels).double().mean().item()
    measured = json.loads((data_folder() / "digit_network.json").read_text())["accuracy"]["validation"]
    assert accuracy == pytest.approx(measured, abs=0.0021)  # one digit of 500 may fall otherwise on other hardware
    assert accuracy >= 0.99


def test_it_is_in_evaluation_mode_and_frozen(network):
    assert not any(module.training for module in network.modules())
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_gradients_reach_the_input(network):
    images = load_digits("validation")[0][:3].requires_grad_()
    scores = network(images)
    assert scores.shape == (3, 10)
    (gradient,) = torch.autograd.grad(scores[:, 0].sum(), images)
    assert gradient.abs().amax(dim=(1, 2, 3)).min() > 0


def test_two_convolutions_one_layer_and_every_module_used_once(network):
    kinds = Counter(type(module) for module in network.children())
    assert kinds[nn.Conv2d] == 2
    assert kinds[nn.Linear] == 1
    assert kinds[nn.ReLU] == 2
    assert not any(module.inplace for module in network.modules() if isinstance(module, nn.ReLU))
    calls: Counter[str] = Counter()
    hooks = [
        module.register_forward_hook(lambda *_, name=name: calls.update([name]))
        for name, module in network.named_children()
    ]
    network(torch.zeros(1, 1, 28, 28))
    for hook in hooks:
        hook.remove()
    assert set(calls.values()) == {1}
    assert len(calls) == len(list(network.children()))


def test_it_returns_logits(network):
    sums = network(load_digits("validation")[0][:50]).exp().sum(dim=1)
    assert (sums - 1).abs().min() > 0.1


def test_the_normalisation_is_that_of_train(network):
    images, _ = load_digits("train")
    normalised = network.normalise(images)
    assert normalised.mean().abs() < 1e-3
    assert abs(normalised.std() - 1) < 1e-3


def test_the_model_card_quotes_what_was_measured():
    card = (data_folder() / "digit_network.md").read_text(encoding="utf-8")
    measured = json.loads((data_folder() / "digit_network.json").read_text())
    for change, accuracy in measured["accuracy"].items():
        assert f"| {change} | {100 * accuracy:.1f} % |" in card
    for name, value in measured["recipe"].items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        assert f"| `{name}` | {shown} |" in card


def test_the_limits_that_the_model_card_names(network):
    card = (data_folder() / "digit_network.md").read_text(encoding="utf-8")
    probability, answer = network(torch.zeros(1, 1, 28, 28)).softmax(dim=1).max(dim=1)
    assert f"a black image a {answer.item()} ({100 * probability.item():.0f} %)" in card
    noise = torch.rand(1000, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    assert set(network(noise).argmax(dim=1).tolist()) == {8}
    certainty = network(load_digits("validation")[0]).softmax(dim=1).amax(dim=1).mean().item()
    assert f"the mean probability of its answer is {100 * certainty:.1f} %" in card


def test_the_weights_are_small():
    assert (data_folder() / "digit_network.safetensors").stat().st_size < 3_000_000
