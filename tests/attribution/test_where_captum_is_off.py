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


class Past(nn.Module):
    """y = z + ReLU(z): what enters the ReLU also goes past it."""

    def __init__(self) -> None:
        super().__init__()
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        z = 2 * x[:, 0]
        return z + self.relu(z)


class Once(nn.Module):
    """f(x) = 1 − ReLU(1 − x), with the rectifier that is given."""

    def __init__(self, rectifier: nn.Module) -> None:
        super().__init__()
        self.rectifier = rectifier

    def forward(self, x: Tensor) -> Tensor:
        return 1 - self.rectifier(1 - x[:, 0])


@pytest.mark.parametrize(
    ("model", "missing"),
    [(Once(nn.ReLU()), 0.0), (Once(Functional(torch.relu)), 1.0), (Once(nn.ReLU6()), 1.0), (Past(), 4.0)],
    ids=["nn.ReLU", "torch.relu", "nn.ReLU6", "past the ReLU"],
)
def test_captums_deeplift_is_short_without_a_word(model: nn.Module, missing: float) -> None:
    """A nonlinearity that it does not hook, or a tensor that goes past the hooked one, leaves a gap."""
    x = torch.tensor([[2.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, delta = captum.attr.DeepLift(model.eval()).attribute(x, 0 * x, return_convergence_delta=True)
    assert delta.item() == pytest.approx(-missing)
    ours = integrated_gradients(model, x, n_steps=300, rule="midpoint")
    assert ours.item() == pytest.approx((model(x) - model(0 * x)).item(), rel=1e-5)


def test_captums_gradient_shap_draws_from_two_generators() -> None:
    """torch.manual_seed alone does not bring a map back: baselines and positions come from NumPy's global state."""
    model, maps = conv_net(), []
    with torch.random.fork_rng(devices=[]):
        for _ in range(2):
            torch.manual_seed(0)
            maps.append(captum.attr.GradientShap(model).attribute(IMAGES, draw(5, 1, 8, 8, seed=3), target=TARGET))
    assert relative(*maps) > 0.01
