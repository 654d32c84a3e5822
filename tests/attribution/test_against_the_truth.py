"""The methods on models whose true explanation is known in closed form."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from course_utils.assets import AdditiveInteraction, LinearModel, ReluCounterexample, SaturatingPair
from course_utils.attribution import (
    convergence_delta,
    deconvnet,
    guided_backprop,
    input_x_gradient,
    integrated_gradients,
    path_integrated_gradients,
    saliency_map,
    smooth_grad,
    vanilla_gradient,
)
from course_utils.attribution.quadrature_rules import quadrature

from .networks import draw

RULES = ["left", "right", "midpoint", "trapezoid", "gausslegendre"]


def row(*values: float) -> Tensor:
    return torch.tensor([values], dtype=torch.float64)


def close(a: Tensor, b: Tensor, tolerance: float = 1e-12) -> bool:
    return a.shape == b.shape and float((a - b).abs().max()) <= tolerance


def test_of_a_linear_model_the_weights_are_the_gradient() -> None:
    w = torch.tensor([[1.0, -2.0, 0.5], [3.0, 0.0, 4.0]], dtype=torch.float64)
    model, x = LinearModel(w, bias=[7.0, 8.0]).double(), draw(4, 3)
    for target in (0, 1):
        assert close(vanilla_gradient(model, x, target), w[target].expand(4, 3))
        assert close(input_x_gradient(model, x, target), w[target] * x)
        assert close(smooth_grad(model, x, target, n_samples=3), w[target].expand(4, 3))
    assert close(vanilla_gradient(model, x, torch.tensor([0, 1, 1, 0])), w[[0, 1, 1, 0]])


@pytest.mark.parametrize("rule", RULES)
def test_of_a_linear_model_every_rule_is_exact(rule: str) -> None:
    model, x, baseline = LinearModel([1.0, -2.0, 0.5], bias=3.0).double(), draw(4, 3), draw(3, seed=1)
    ours = integrated_gradients(model, x, baselines=baseline, n_steps=2, rule=rule)
    assert close(ours, (x - baseline) * torch.tensor([1.0, -2.0, 0.5]))


def test_at_two_the_counterexample_has_no_slope_but_integrated_gradients_sees_it() -> None:
    model = ReluCounterexample()
    for method in (vanilla_gradient, input_x_gradient, guided_backprop, deconvnet):
        assert method(model, row(2.0)).item() == 0
    for rule in ("midpoint", "gausslegendre"):
        assert close(integrated_gradients(model, row(2.0), rule=rule, n_steps=100), row(1.0))
    assert integrated_gradients(model, row(0.0)).item() == 0


def test_left_and_right_sums_are_off_by_half_a_step_where_the_slope_falls() -> None:
    """The slope is 1 up to the kink at α = 1/2 and 0 after it; of 100 points, 50 or 49 lie before the kink."""
    model, x = ReluCounterexample(), row(2.0)
    left = integrated_gradients(model, x, rule="left", n_steps=100).item()
    right = integrated_gradients(model, x, rule="right", n_steps=100).item()
    assert left == pytest.approx(2 * 50 / 100)
    assert right == pytest.approx(2 * 49 / 100)


def test_two_saturated_inputs_share_what_neither_gets_alone() -> None:
    model, x = SaturatingPair(), row(1.0, 1.0)
    assert close(vanilla_gradient(model, x), row(0, 0))
    assert close(integrated_gradients(model, x, n_steps=100), row(0.5, 0.5))


@pytest.mark.parametrize("rule", ["midpoint", "trapezoid", "gausslegendre"])
def test_an_interaction_is_shared_equally(rule: str) -> None:
    a, b, c = 1.0, -2.0, 3.0
    model, x = AdditiveInteraction(a, b, c), row(0.5, 4.0)
    ours = integrated_gradients(model, x, rule=rule, n_steps=4)
    assert close(ours, row(a * 0.5 + c * 0.5 * 4.0 / 2, b * 4.0 + c * 0.5 * 4.0 / 2))


def test_from_another_baseline_the_interaction_has_the_closed_form_of_its_mean_slope() -> None:
    a, b, c = 1.0, -2.0, 3.0
    model, x, x0 = AdditiveInteraction(a, b, c), row(0.5, 4.0), row(-1.0, 2.0)
    middle = (x + x0) / 2
    expected = (x - x0) * row(a + c * middle[0, 1].item(), b + c * middle[0, 0].item())
    assert close(integrated_gradients(model, x, baselines=x0, n_steps=3), expected)


def test_three_paths_share_the_product_in_three_ways_with_one_sum() -> None:
    model, x = AdditiveInteraction(0.0, 0.0, 1.0), row(2.0, 3.0)
    first_x0 = torch.stack([row(0, 0), row(2, 0), row(2, 3)])
    first_x1 = torch.stack([row(0, 0), row(0, 3), row(2, 3)])
    straight = torch.stack([row(0, 0), row(2, 3)])
    for path, expected in ((first_x0, row(0, 6)), (first_x1, row(6, 0)), (straight, row(3, 3))):
        assert close(path_integrated_gradients(model, x, path=path), expected)


def test_the_mean_over_baselines_is_the_mean_of_the_results() -> None:
    model, x = AdditiveInteraction(1.0, 2.0, 3.0), draw(3, 2)
    baselines = [0.0, torch.tensor([1.0, -1.0]), draw(3, 2, seed=2)]
    each = [integrated_gradients(model, x, baselines=baseline, n_steps=3) for baseline in baselines]
    ours = integrated_gradients(model, x, baselines=baselines, n_steps=3)
    assert close(ours, torch.stack(each).mean(0))
    assert close(convergence_delta(model, x, ours, baselines=baselines), torch.zeros(3))


def test_convergence_delta_is_what_is_missing() -> None:
    model, x = LinearModel([1.0, -2.0, 0.5], bias=3.0).double(), draw(4, 3)
    exact = integrated_gradients(model, x, baselines=0.25)
    extra = torch.tensor([0.0, 1.0, -2.0, 0.5], dtype=torch.float64)
    spoiled = exact.clone()
    spoiled[:, 1] += extra
    assert close(convergence_delta(model, x, spoiled, baselines=0.25), extra)


def test_smoothing_the_counterexample_measures_how_often_noise_leaves_the_plateau() -> None:
    """At x = 1.1 beside x = 0.1 the slope is 0 on the plateau x > 1, and 1 before it: the mean is a probability."""
    inputs = torch.tensor([[1.1, 0.1]], dtype=torch.float64)  # range 1, so that noise_level is σ

    def score(x: Tensor) -> Tensor:
        return 1 - torch.relu(1 - x[:, 0]) + 0 * x[:, 1]

    sigma, n = 0.2, 4000
    expected = 0.5 * (1 + torch.erf(torch.tensor((1 - 1.1) / sigma / 2**0.5))).item()  # P(1.1 + ε < 1)
    deviation = (expected * (1 - expected) / n) ** 0.5
    ours = smooth_grad(score, inputs, n_samples=n, noise_level=sigma)[0, 0].item()
    assert abs(ours - expected) < 4 * deviation


def test_noise_is_a_fraction_of_the_range_of_each_input() -> None:
    """For F = Σ x², smoothing the gradient leaves 2 (x + mean noise), so the noise can be read off the result."""
    x = torch.tensor([[0.0, 1.0], [0.0, 10.0], [5.0, 5.0]], dtype=torch.float64)
    noise = smooth_grad(lambda x: (x**2).sum(1), x, n_samples=1, noise_level=0.3) / 2 - x
    assert close(noise[1], 10 * noise[0])
    assert close(noise[2], torch.zeros(2))  # a constant input has no range, so it gets no noise
    assert noise[0].abs().max() > 0.01


def test_smooth_grad_has_the_deviation_that_it_was_asked_for() -> None:
    x = torch.zeros(1, 20_000, dtype=torch.float64)
    x[0, 0] = 2.0
    noise = smooth_grad(lambda x: (x**2).sum(1), x, n_samples=1, noise_level=0.15) / 2 - x
    assert noise.std().item() == pytest.approx(0.15 * 2, rel=0.02)
    assert abs(noise.mean().item()) < 0.01


@pytest.mark.parametrize(("reduce", "expected"), [("max_abs", 4.0), ("sum_abs", 8.0), ("norm", 26**0.5), ("sum", -2.0)])
def test_saliency_map_over_the_channels(reduce: str, expected: float) -> None:
    w = torch.zeros(2, 3, 4, 5)
    w[1, :, 2, 3] = torch.tensor([3.0, -4.0, -1.0])
    ours = saliency_map(w, reduce)
    assert ours.shape == (2, 4, 5)
    assert ours[1, 2, 3].item() == pytest.approx(expected)
    assert ours.count_nonzero() == 1


@pytest.mark.parametrize("n_steps", [2, 3, 10, 50])
@pytest.mark.parametrize("rule", RULES)
def test_the_weights_sum_to_one_and_the_nodes_lie_on_the_path(rule: str, n_steps: int) -> None:
    alphas, weights = quadrature(rule, n_steps)
    assert alphas.shape == weights.shape == (n_steps,)
    assert weights.sum().item() == pytest.approx(1, abs=1e-14)
    assert 0 <= alphas.min() < alphas.max() <= 1


@pytest.mark.parametrize(
    ("rule", "degree"), [("left", 0), ("right", 0), ("midpoint", 1), ("trapezoid", 1), ("gausslegendre", 7)]
)
def test_each_rule_is_exact_up_to_its_degree_and_not_beyond(rule: str, degree: int) -> None:
    alphas, weights = quadrature(rule, 4)
    for power in range(degree + 1):
        assert (weights * alphas**power).sum().item() == pytest.approx(1 / (power + 1), abs=1e-14)
    assert abs((weights * alphas ** (degree + 1)).sum().item() - 1 / (degree + 2)) > 1e-6


@pytest.mark.parametrize(("rule", "order"), [("left", 1), ("right", 1), ("midpoint", 2), ("trapezoid", 2)])
def test_the_error_on_a_smooth_function_falls_with_the_order_of_the_rule(rule: str, order: int) -> None:
    def error(m: int) -> float:
        alphas, weights = quadrature(rule, m)
        return abs((weights * alphas.exp()).sum().item() - (torch.e - 1))

    assert error(100) / error(200) == pytest.approx(2**order, rel=0.02)
