"""The methods agree with Captum on the same model, input and settings, wherever Captum is right."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import captum.attr
import pytest
import torch
from torch import Tensor, nn

from course_utils import attribution
from course_utils.assets import (
    AdditiveInteraction,
    SmallConvNet,
    SmallNetwork,
    load_digit_network,
    load_digits,
    load_imagenet_network,
    load_photo,
)
from course_utils.seeds import generator

from .networks import FLOAT32, FLOAT64, conv_net, draw, relative

Case = tuple[nn.Module, Tensor, int | Tensor | None]
CAPTUM_RULES = {
    "left": "riemann_left",
    "right": "riemann_right",
    "midpoint": "riemann_middle",
    "gausslegendre": "gausslegendre",
}


class HookableReLU6(nn.ReLU):
    """ReLU6 in a form that Captum's guided backpropagation recognises: a subclass of nn.ReLU."""

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.relu6(x)


@pytest.fixture(scope="module")
def imagenet() -> Case:
    photos = torch.cat([load_photo("coffee"), load_photo("chelsea")])
    network = load_imagenet_network()
    return network, photos, network(photos).argmax(dim=1)


@cache
def digits(dtype: torch.dtype) -> Case:
    images, labels = load_digits("validation")
    return load_digit_network().to(dtype), images[:3].to(dtype), labels[:3]


SMALL: dict[str, Callable[[], Case]] = {
    "interaction": lambda: (AdditiveInteraction(1.0, 2.0, 3.0), draw(4, 2), None),
    "fully connected": lambda: (SmallNetwork((5, 12, 7, 4), seed=3).double(), draw(6, 5), 2),
    "convolution": lambda: (SmallConvNet(seed=3).double(), draw(3, 1, 8, 8), torch.tensor([2, 0, 1])),
    "pooling": lambda: (conv_net(), draw(3, 1, 8, 8), torch.tensor([4, 0, 1])),
    "digits": lambda: digits(torch.float64),
}


@pytest.fixture(params=SMALL)
def small(request: pytest.FixtureRequest) -> Case:
    return SMALL[request.param]()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Captum announces its hooks
        yield


def captum_ig(model: nn.Module, x: Tensor, baseline: float | Tensor, **settings: Any) -> Tensor:
    """Captum's integrated gradients, without the rounding of its nodes and weights to float32.

    It rounds them on a float64 model too, which would limit agreement to 1e-8; `test_where_captum_is_off` shows it. On
    a network with many ReLUs a node that is off by one rounding puts some units on the other side of their kink.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Tensor, "float", lambda tensor: tensor.to(x.dtype))
        torch.set_default_dtype(torch.float64)
        try:
            return captum.attr.IntegratedGradients(model).attribute(x, baseline, **settings)
        finally:
            torch.set_default_dtype(torch.float32)


def agree(ours: Tensor, theirs: Tensor) -> None:
    assert relative(ours, theirs.detach()) <= (FLOAT64 if ours.dtype == torch.float64 else FLOAT32)


def test_vanilla_gradient(small: Case) -> None:
    model, x, target = small
    theirs = captum.attr.Saliency(model).attribute(x, target, abs=False)
    agree(attribution.vanilla_gradient(model, x, target), theirs)


def test_saliency_map_of_absolute_values(small: Case) -> None:
    model, x, target = small
    if x.ndim == 4:  # one channel: the map is Captum's Saliency itself
        ours = attribution.saliency_map(attribution.vanilla_gradient(model, x, target))
        agree(ours, captum.attr.Saliency(model).attribute(x, target)[:, 0])


def test_input_x_gradient(small: Case) -> None:
    model, x, target = small
    theirs = captum.attr.InputXGradient(model).attribute(x, target)
    agree(attribution.input_x_gradient(model, x, target), theirs)


@pytest.mark.parametrize("rule", CAPTUM_RULES)
@pytest.mark.parametrize("baseline", [0.0, 0.4])
def test_integrated_gradients(small: Case, rule: str, baseline: float) -> None:
    model, x, target = small
    ours = attribution.integrated_gradients(model, x, target, baselines=baseline, n_steps=7, rule=rule)
    agree(ours, captum_ig(model, x, baseline, target=target, n_steps=7, method=CAPTUM_RULES[rule]))


def test_integrated_gradients_from_a_baseline_of_its_own_for_each_input(small: Case) -> None:
    model, x, target = small
    baselines = draw(*x.shape, seed=8)
    ours = attribution.integrated_gradients(model, x, target, baselines=baselines, n_steps=7)
    agree(ours, captum_ig(model, x, baselines, target=target, n_steps=7))


def test_convergence_delta(small: Case) -> None:
    model, x, target = small
    attributions = attribution.integrated_gradients(model, x, target, baselines=0.4, n_steps=3, rule="left")
    ours = attribution.convergence_delta(model, x, attributions, target, baselines=0.4)
    captums = captum.attr.IntegratedGradients(model)
    agree(ours, captums.compute_convergence_delta(attributions, torch.full_like(x, 0.4), x, target=target))


@pytest.mark.parametrize("method", ["guided_backprop", "deconvnet"])
@pytest.mark.parametrize("name", ["fully connected", "convolution", "pooling", "digits"])
def test_rules_at_the_relu(name: str, method: str) -> None:
    model, x, target = SMALL[name]()
    theirs = {"guided_backprop": captum.attr.GuidedBackprop, "deconvnet": captum.attr.Deconvolution}[method]
    agree(getattr(attribution, method)(model, x, target), theirs(model).attribute(x, target))


@pytest.mark.parametrize("method", ["vanilla_gradient", "input_x_gradient"])
def test_smooth_grad_on_the_same_noise(small: Case, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model, x, target = small
    n, level = 5, 0.2
    sigma = level * (x.flatten(1).amax(1) - x.flatten(1).amin(1))  # Captum takes σ itself, one for each input
    ours = attribution.smooth_grad(
        model, x, target, n_samples=n, noise_level=level, method=getattr(attribution, method), seed=4
    )
    stream = generator("smooth_grad", seed=4)
    noise = torch.stack([torch.randn(x.shape[1:], generator=stream, dtype=torch.float32) for _ in range(n)]).to(x)

    def our_noise(mean: float, std: Tensor) -> Tensor:
        assert std.shape == (n * len(x), *x.shape[1:])  # Captum repeats each input n times
        return noise.repeat(len(x), *[1] * (x.ndim - 1)) * sigma.repeat_interleave(n).reshape(-1, *[1] * (x.ndim - 1))

    monkeypatch.setattr("captum.attr._core.noise_tunnel.torch.normal", our_noise)
    plain = {
        "vanilla_gradient": (captum.attr.Saliency(model), {"abs": False}),
        "input_x_gradient": (captum.attr.InputXGradient(model), {}),
    }
    captums, settings = plain[method]
    agree(ours, captum.attr.NoiseTunnel(captums).attribute(x, nt_samples=n, target=target, **settings))


def test_the_digit_network_in_float32() -> None:
    model, x, target = digits(torch.float32)
    agree(attribution.vanilla_gradient(model, x, target), captum.attr.Saliency(model).attribute(x, target, abs=False))
    agree(
        attribution.integrated_gradients(model, x, target, n_steps=20),
        captum_ig(model, x, 0.0, target=target, n_steps=20),
    )
    agree(attribution.guided_backprop(model, x, target), captum.attr.GuidedBackprop(model).attribute(x, target))


def test_gradients_of_the_imagenet_network(imagenet: Case) -> None:
    model, x, target = imagenet
    theirs = captum.attr.Saliency(model).attribute(x, target, abs=False)
    agree(attribution.vanilla_gradient(model, x, target), theirs)
    agree(attribution.input_x_gradient(model, x, target), captum.attr.InputXGradient(model).attribute(x, target))
    agree(attribution.saliency_map(theirs), theirs.abs().amax(dim=1))


@pytest.mark.parametrize("rule", ["midpoint", "gausslegendre"])
def test_integrated_gradients_of_the_imagenet_network(imagenet: Case, rule: str) -> None:
    model, x, target = imagenet[0], imagenet[1][:1], imagenet[2][:1]
    ours = attribution.integrated_gradients(model, x, target, n_steps=4, rule=rule, batch_size=4)
    captums_rule = CAPTUM_RULES[rule]
    agree(ours, captum_ig(model, x, 0.0, target=target, n_steps=4, method=captums_rule, internal_batch_size=4))


@pytest.mark.parametrize("method", ["guided_backprop", "deconvnet"])
def test_rules_at_the_relu6_of_the_imagenet_network(imagenet: Case, method: str) -> None:
    """Captum does not see ReLU6; with each of them in a form that it sees, it says what we say."""
    model, x, target = imagenet
    x, target = x[:1], target[:1]
    visible = deepcopy(model)
    for parent in list(visible.modules()):
        for name, child in parent.named_children():
            if isinstance(child, nn.ReLU6):
                setattr(parent, name, HookableReLU6())
    captums = {"guided_backprop": captum.attr.GuidedBackprop, "deconvnet": captum.attr.Deconvolution}[method]
    agree(getattr(attribution, method)(model, x, target), captums(visible).attribute(x, target))


def test_expected_gradients_are_the_mean_over_baselines(small: Case) -> None:
    model, x, target = small
    baselines = [draw(*x.shape, seed=seed) for seed in (5, 6, 7)]
    ours = attribution.integrated_gradients(model, x, target, baselines=baselines, n_steps=6)
    theirs = [captum_ig(model, x, baseline, target=target, n_steps=6) for baseline in baselines]
    agree(ours, torch.stack(theirs).mean(dim=0))
