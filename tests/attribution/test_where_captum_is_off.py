"""Captum 0.9 is off in these cases. Each test shows that it is, and that the course's method is right."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import captum.attr
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from course_utils.assets import LinearModel
from course_utils.attribution import deconvnet, guided_backprop, integrated_gradients, vanilla_gradient

from .networks import FLOAT64, Rectifier, conv_net, draw, relative

IMAGES = draw(3, 1, 8, 8)
TARGET = torch.tensor([1, 4, 0])
METHODS = {"guided_backprop": (guided_backprop, True), "deconvnet": (deconvnet, False)}


class Functional(nn.Module):
    """A rectifier that is a function, not an nn.ReLU."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


UNSEEN: dict[str, tuple[Callable[[], nn.Module], float]] = {
    "nn.ReLU6": (nn.ReLU6, 6.0),
    "F.relu6": (lambda: Functional(functional.relu6), 6.0),
    "F.relu": (lambda: Functional(functional.relu), float("inf")),
    "torch.relu": (lambda: Functional(torch.relu), float("inf")),
    "Tensor.relu": (lambda: Functional(lambda x: x.relu()), float("inf")),
    "clamp": (lambda: Functional(lambda x: x.clamp(min=0)), float("inf")),
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("relu", UNSEEN)
def test_captum_returns_the_plain_gradient_where_it_sees_no_relu(relu: str, method: str) -> None:
    ours, guided = METHODS[method]
    build, top = UNSEEN[relu]
    model, replica = conv_net(build(), build()), conv_net(Rectifier(top, guided), Rectifier(top, guided))
    model[0].bias.data += 3  # some values above 6, so that ReLU6 is not ReLU
    replica[0].bias.data += 3
    captums = {"guided_backprop": captum.attr.GuidedBackprop, "deconvnet": captum.attr.Deconvolution}[method]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = captums(model).attribute(IMAGES, TARGET)
    plain, right = vanilla_gradient(model, IMAGES, TARGET), vanilla_gradient(replica, IMAGES, TARGET)
    assert relative(theirs, plain) <= FLOAT64
    assert relative(theirs, right) > 0.1
    assert relative(ours(model, IMAGES, TARGET), right) <= FLOAT64


@pytest.mark.parametrize("n", [2, 10, 50])
def test_captums_trapezoid_misses_one_part_in_n(n: int) -> None:
    """Its weights sum to (n − 1)/n. A linear score needs no fine sum: any rule must be exact."""
    model = LinearModel([1.0, -2.0, 0.5]).double()
    x = draw(4, 3)
    truth = x * torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    theirs = captum.attr.IntegratedGradients(model).attribute(x, n_steps=n, method="riemann_trapezoid")
    assert relative(theirs, truth) == pytest.approx(1 / n, abs=1e-6)
    assert relative(integrated_gradients(model, x, rule="trapezoid", n_steps=n), truth) <= FLOAT64


@pytest.mark.parametrize("n", [2, 10, 50])
def test_the_trapezoid_is_captums_with_the_missing_part_added(n: int) -> None:
    model = conv_net()
    theirs = captum.attr.IntegratedGradients(model).attribute(
        IMAGES, target=TARGET, n_steps=n, method="riemann_trapezoid"
    )
    ours = integrated_gradients(model, IMAGES, TARGET, rule="trapezoid", n_steps=n)
    assert relative(ours, theirs * n / (n - 1)) <= 1e-7  # Captum's weights are float32, see below


def test_captums_weights_are_float32_on_a_float64_model() -> None:
    model = LinearModel([1.0, -2.0, 0.5]).double()
    x = draw(4, 3)
    truth = x * torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
    theirs = captum.attr.IntegratedGradients(model).attribute(x, n_steps=10, method="riemann_middle")
    assert relative(theirs, truth) > 1e-9
    assert relative(integrated_gradients(model, x, rule="midpoint", n_steps=10), truth) <= 1e-14


def test_captum_explains_the_last_class_for_target_minus_one() -> None:
    model = conv_net()
    theirs = captum.attr.Saliency(model).attribute(IMAGES.clone().requires_grad_(), -1, abs=False)
    assert relative(theirs, vanilla_gradient(model, IMAGES, 4)) <= FLOAT64
    with pytest.raises(ValueError, match="target: -1 is negative"):
        vanilla_gradient(model, IMAGES, -1)
