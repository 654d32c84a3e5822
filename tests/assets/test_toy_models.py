"""Each toy model has the true explanation that its docstring states."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest
import torch
from torch import Tensor

from course_utils.assets import (
    AdditiveInteraction,
    LinearModel,
    ReluCounterexample,
    SaturatingPair,
    SmallConvNet,
    SmallNetwork,
)

Model = Callable[[Tensor], Tensor]


def gradient(model: Model, x: Tensor) -> Tensor:
    x = x.clone().requires_grad_()
    return torch.autograd.grad(model(x).sum(), x)[0]


def path_integral(model: Model, x: Tensor, baseline: Tensor, steps: int = 4000) -> Tensor:
    """Integrated gradients of one input by the midpoint rule, straight from the definition."""
    alphas = (torch.arange(steps, dtype=x.dtype) + 0.5)[:, None] / steps
    return ((x - baseline) * gradient(model, baseline + alphas * (x - baseline)).mean(dim=0)).squeeze(0)


def occlusion(model: Model, x: Tensor) -> Tensor:
    without = x.repeat(x.shape[1], 1)
    without.fill_diagonal_(0)
    return model(x) - model(without)


def shapley(model: Model, x: Tensor) -> Tensor:
    """Mean over all orders of what a feature adds when it comes in."""
    orders = list(permutations(range(x.shape[1])))
    total = torch.zeros(x.shape[1], dtype=x.dtype)
    for order in orders:
        present = torch.zeros_like(x)
        for feature in order:
            before = model(present)
            present[0, feature] = x[0, feature]
            total[feature] += (model(present) - before).item()
    return total / len(orders)


def row(*values: float) -> Tensor:
    return torch.tensor([values], dtype=torch.float64)


def test_linear_the_weights_are_the_explanation():
    weights, x, baseline = torch.tensor([2.0, -1.0, 0.5], dtype=torch.float64), row(3, 4, 5), row(1, 1, 1)
    model = LinearModel(weights, bias=7.0).double()
    torch.testing.assert_close(model(x), torch.tensor([11.5], dtype=torch.float64))
    torch.testing.assert_close(gradient(model, x)[0], weights)
    torch.testing.assert_close(path_integral(model, x, baseline), weights * (x - baseline)[0])
    torch.testing.assert_close(occlusion(model, x), weights * x[0])
    torch.testing.assert_close(shapley(model, x), weights * x[0])


def test_linear_with_several_classes_and_images():
    model = LinearModel([[1.0, 0, 0, 0], [0, 1, 0, 2]], bias=[0.0, 1.0])
    assert model(torch.tensor([[[[1.0, 2], [3, 4]]]])).tolist() == [[1.0, 11.0]]


@pytest.mark.parametrize(("weights", "bias", "named"), [([[[1.0]]], 0.0, "weights"), ([1.0, 2.0], [1.0, 2.0], "bias")])
def test_linear_refuses_wrong_shapes(weights, bias, named):
    with pytest.raises(ValueError, match=f"{named}: got shape"):
        LinearModel(weights, bias)


def test_linear_keeps_its_own_copy_of_the_weights():
    weights = torch.tensor([1.0, 2.0])
    model = LinearModel(weights)
    weights.zero_()
    assert model(torch.ones(1, 2)).item() == 3


def test_relu_counterexample():
    model = ReluCounterexample()
    assert model(row(0)).item() == 0
    assert model(row(2)).item() == 1
    assert gradient(model, row(2)).item() == 0
    for x, baseline in [(2.0, 0.0), (0.25, 0.0), (3.0, 0.5), (0.0, 0.0)]:
        expected = min(x, 1) - min(baseline, 1)
        assert path_integral(model, row(x), row(baseline)).item() == pytest.approx(expected, abs=1e-3)


def test_saturating_pair():
    model, both = SaturatingPair(), row(1, 1)
    assert model(torch.tensor([[0.0, 0], [0.3, 0.2], [1, 0], [0, 1], [1, 1]])).tolist() == [0, 0.5, 1, 1, 1]
    assert gradient(model, both).tolist() == [[0, 0]]
    assert occlusion(model, both).tolist() == [0, 0]
    torch.testing.assert_close(path_integral(model, both, row(0, 0)), row(0.5, 0.5)[0])
    torch.testing.assert_close(shapley(model, both), row(0.5, 0.5)[0])


def test_additive_interaction():
    a, b, c, x0, x1 = 1.5, -2.0, 3.0, 0.5, 2.0
    model, x = AdditiveInteraction(a, b, c), row(x0, x1)
    shared = row(a * x0 + c * x0 * x1 / 2, b * x1 + c * x0 * x1 / 2)[0]
    assert model(x).item() == a * x0 + b * x1 + c * x0 * x1
    assert gradient(model, x).tolist() == [[a + c * x1, b + c * x0]]
    torch.testing.assert_close(path_integral(model, x, row(0, 0)), shared)
    torch.testing.assert_close(shapley(model, x), shared)
    torch.testing.assert_close(occlusion(model, x), row(a * x0 + c * x0 * x1, b * x1 + c * x0 * x1)[0])
    assert (occlusion(model, x).sum() - model(x)).item() == pytest.approx(c * x0 * x1)


def test_small_network_is_linear_around_an_input():
    model, x = SmallNetwork((5, 7, 6, 3), seed=4).double(), row(0.3, -1, 2, 0.7, -0.2)
    first, second, last = (layer for name, layer in model.layers.named_children() if name.startswith("fc"))
    hidden = first(x).relu()
    open1, open2 = (first(x) > 0).double()[0].diag(), (second(hidden) > 0).double()[0].diag()
    product = last.weight @ open2 @ second.weight @ open1 @ first.weight
    for target in range(3):
        torch.testing.assert_close(gradient(lambda v, c=target: model(v)[:, c], x)[0], product[target])


def test_small_conv_net_is_linear_around_an_input():
    model = SmallConvNet(seed=4).double()
    x = torch.rand(1, 1, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    slope = torch.autograd.functional.jacobian(lambda v: model(v)[0], x)[:, 0]
    step = 1e-6 * torch.randn(1, 1, 8, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(model(x + step) - model(x), (slope * step[0]).sum(dim=(1, 2, 3))[None])
    k1 = torch.autograd.functional.jacobian(lambda v: model.conv1(v).flatten(), x).reshape(144, 64)
    hidden = model.relu1(model.conv1(x))
    k2 = torch.autograd.functional.jacobian(lambda v: model.conv2(v).flatten(), hidden).reshape(96, 144)
    open1, open2 = (hidden.flatten() > 0).double(), (model.conv2(hidden).flatten() > 0).double()
    for target in range(3):
        by_formula = k1.T @ (open1 * (k2.T @ (open2 * model.fc.weight[target])))
        torch.testing.assert_close(slope[target].flatten(), by_formula)


@pytest.mark.parametrize("make", [SmallNetwork, SmallConvNet])
def test_small_networks_depend_on_the_seed_alone(make):
    same, again, other = make(seed=1), make(seed=1), make(seed=2)
    for name, weight in same.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name])
        assert not torch.equal(weight, other.state_dict()[name])


@pytest.mark.parametrize("sizes", [(), (4,), (4, 0, 2), (4, 2.5)])
def test_small_network_refuses_wrong_sizes(sizes):
    with pytest.raises(ValueError, match="sizes: got"):
        SmallNetwork(sizes)
