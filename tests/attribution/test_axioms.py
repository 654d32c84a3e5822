"""The axioms of Sundararajan et al. 2017 as properties: who keeps them, and who does not.

Networks and inputs are drawn; float64, so that an equation can be told from an approximation.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from course_utils.assets import ReluCounterexample, SmallNetwork
from course_utils.attribution import (
    convergence_delta,
    deconvnet,
    guided_backprop,
    input_x_gradient,
    integrated_gradients,
    path_integrated_gradients,
    smooth_grad,
    vanilla_gradient,
)

from .networks import draw

Method = Callable[..., Tensor]
GRADIENT_BASED: dict[str, Method] = {
    "vanilla_gradient": vanilla_gradient,
    "input_x_gradient": input_x_gradient,
    "smooth_grad": partial(smooth_grad, n_samples=3),
    "integrated_gradients": partial(integrated_gradients, n_steps=5),
}
RECTIFYING: dict[str, Method] = {"guided_backprop": guided_backprop, "deconvnet": deconvnet}

seeds = st.integers(0, 2**31)
coefficients = st.floats(-3, 3)
repeatable = settings(max_examples=20, deadline=None, derandomize=True)


def network(seed: int, *sizes: int) -> SmallNetwork:
    return SmallNetwork(sizes, seed=seed).double()


def points(*shape: int, seed: int) -> Tensor:
    """Inputs of both signs."""
    return 4 * draw(*shape, seed=seed) - 2


# Completeness: Σ aᵢ = F(x) − F(x′)


@repeatable
@given(seed=seeds, m=st.sampled_from([5, 20, 80]))
def test_integrated_gradients_are_complete_up_to_the_error_of_the_midpoint_rule(seed: int, m: int) -> None:
    """With one hidden layer the slope along the path jumps at the kink of each unit, by |v_j w_j·(x − x′)|.

    A jump anywhere in an interval of length 1/m costs the midpoint rule at most half of jump/m.
    """
    F, x, x0 = network(seed, 6, 15, 3), points(4, 6, seed=seed), points(4, 6, seed=seed + 1)
    ours = integrated_gradients(F, x, 1, baselines=x0, rule="midpoint", n_steps=m)
    first, last = F.layers[0].weight, F.layers[-1].weight
    jumps = (last[1] * ((x - x0) @ first.T)).abs().sum(1)
    delta = convergence_delta(F, x, ours, 1, baselines=x0)
    assert (delta.abs() <= jumps / (2 * m) + 1e-12).all()


@repeatable
@given(seed=seeds)
def test_attributions_on_any_path_sum_to_the_difference_of_scores(seed: int) -> None:
    """The score is quadratic, so its gradient is linear on each piece, and the midpoint rule has no error."""
    quadratic = points(5, 5, seed=seed)
    x = points(2, 5, seed=seed + 1)
    path = torch.cat([points(4, 2, 5, seed=seed + 2), x[None]])

    def F(x: Tensor) -> Tensor:
        return ((x @ quadratic) * x).sum(1)

    total = path_integrated_gradients(F, x, path=path).sum(1)
    assert torch.allclose(total, F(x) - F(path[0]), rtol=0, atol=1e-10)


@repeatable
@given(seed=seeds)
def test_input_x_gradient_is_complete_without_biases(seed: int) -> None:
    """A ReLU network without biases is homogeneous, and Euler's theorem says F(x) = x · ∇F(x)."""
    F, x = network(seed, 6, 15, 3), points(4, 6, seed=seed)
    for layer in F.layers:
        if isinstance(layer, nn.Linear):
            nn.init.zeros_(layer.bias)
    assert torch.allclose(input_x_gradient(F, x, 1).sum(1), F(x)[:, 1], rtol=0, atol=1e-10)


def test_input_x_gradient_is_not_complete_where_the_score_saturates() -> None:
    F, x = ReluCounterexample(), torch.tensor([[2.0]])
    assert convergence_delta(F, x, input_x_gradient(F, x)).item() == -1
    assert convergence_delta(F, x, integrated_gradients(F, x)).item() == pytest.approx(0, abs=1e-6)


# Sensitivity(a): where one feature differs from the baseline and the score differs, that feature gets something


@repeatable
@given(x=st.floats(1.01, 5))
def test_only_integrated_gradients_are_sensitive_on_the_plateau(x: float) -> None:
    F, inputs = ReluCounterexample(), torch.tensor([[x]], dtype=torch.float64)
    assert F(inputs) - F(0 * inputs) == 1
    for blind in (vanilla_gradient, input_x_gradient, guided_backprop, deconvnet):
        assert blind(F, inputs).item() == 0
    assert integrated_gradients(F, inputs, rule="midpoint", n_steps=200).item() == pytest.approx(1, abs=5 / 400)


# Sensitivity(b), dummy: a feature that the score does not depend on gets 0


@pytest.mark.parametrize("name", GRADIENT_BASED | RECTIFYING)
@repeatable
@given(seed=seeds, dummy=st.integers(0, 5))
def test_a_dummy_gets_nothing(name: str, seed: int, dummy: int) -> None:
    F, x = network(seed, 6, 15, 3), points(4, 6, seed=seed)
    with torch.no_grad():
        F.layers[0].weight[:, dummy] = 0
    attributions = (GRADIENT_BASED | RECTIFYING)[name](F, x, 1)
    assert (attributions[:, dummy] == 0).all()
    assert attributions.abs().max() > 0 or name in RECTIFYING


# Linearity: the attribution of a F + b G is a times that of F and b times that of G


@pytest.mark.parametrize("name", GRADIENT_BASED)
@repeatable
@given(seed=seeds, a=coefficients, b=coefficients)
def test_gradient_methods_are_linear(name: str, seed: int, a: float, b: float) -> None:
    method, x = GRADIENT_BASED[name], points(4, 6, seed=seed)
    F, G = network(seed, 6, 15, 3), network(seed + 1, 6, 9, 3)
    mixed = method(lambda x: a * F(x) + b * G(x), x, 1)
    assert torch.allclose(mixed, a * method(F, x, 1) + b * method(G, x, 1), rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", RECTIFYING)
def test_rectified_backward_passes_are_not_linear(name: str) -> None:
    method, x = RECTIFYING[name], torch.tensor([[1.0]])
    assert method(lambda x: torch.relu(x[:, 0]), x).item() == 1
    assert method(lambda x: -torch.relu(x[:, 0]), x).item() == 0  # linearity asks for −1


# Symmetry: features that the score treats alike, with equal values and baselines, get the same


@repeatable
@given(seed=seeds)
def test_the_straight_path_treats_symmetric_features_alike(seed: int) -> None:
    F, x = network(seed, 6, 15, 3), points(4, 6, seed=seed)
    x[:, 1] = x[:, 0]

    def symmetric(x: Tensor) -> Tensor:
        return F(x) + F(x[:, [1, 0, 2, 3, 4, 5]])

    ours = integrated_gradients(symmetric, x, 1, n_steps=5)
    assert torch.allclose(ours[:, 0], ours[:, 1], rtol=0, atol=1e-10)
    assert ours[:, 0].abs().max() > 0


def test_a_path_along_the_axes_does_not() -> None:
    corner = torch.tensor([[[0.0, 0.0]], [[1.0, 0.0]], [[1.0, 1.0]]])
    ours = path_integrated_gradients(lambda x: x[:, 0] * x[:, 1], torch.ones(1, 2), path=corner)
    assert ours[0, 0] != ours[0, 1]


# Implementation invariance: networks that compute the same function get the same attributions


def rebuilt(F: nn.Module, G: nn.Module) -> Callable[[Tensor], Tensor]:
    """The same function as F for every x, since x = ReLU(x) − ReLU(−x) and G(x) − G(x) = 0."""
    return lambda x: F(torch.relu(x) - torch.relu(-x)) + (G(x) - G(x))


@pytest.mark.parametrize("name", GRADIENT_BASED)
@repeatable
@given(seed=seeds)
def test_gradient_methods_see_the_function_only(name: str, seed: int) -> None:
    method, x = GRADIENT_BASED[name], points(4, 6, seed=seed)
    F = network(seed, 6, 15, 3)
    same = rebuilt(F, network(seed + 1, 6, 9, 3))
    assert torch.allclose(same(x), F(x), rtol=0, atol=1e-12)
    assert torch.allclose(method(same, x, 1), method(F, x, 1), rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", RECTIFYING)
def test_rectified_backward_passes_see_the_implementation(name: str) -> None:
    method, x = RECTIFYING[name], points(4, 6, seed=3)
    F = network(3, 6, 15, 3)
    same = rebuilt(F, network(4, 6, 9, 3))
    assert torch.allclose(same(x), F(x), rtol=0, atol=1e-12)
    assert (method(same, x, 1) - method(F, x, 1)).abs().max() > 0.1


# SmoothGrad: no axiom of its own, but two limits


@repeatable
@given(seed=seeds)
def test_smooth_grad_without_noise_is_its_method(seed: int) -> None:
    F, x = network(seed, 6, 15, 3), points(4, 6, seed=seed)
    for method in (vanilla_gradient, input_x_gradient, guided_backprop):
        ours = smooth_grad(F, x, 1, n_samples=3, noise_level=0, method=method)
        assert torch.allclose(ours, method(F, x, 1), rtol=0, atol=1e-12)


def test_smooth_grad_draws_anew_for_another_seed_and_not_for_the_same() -> None:
    F, x = network(3, 6, 15, 3), points(4, 6, seed=3)
    assert torch.equal(smooth_grad(F, x, 1, seed=1), smooth_grad(F, x, 1, seed=1))
    assert not torch.equal(smooth_grad(F, x, 1, seed=1), smooth_grad(F, x, 1, seed=2))
