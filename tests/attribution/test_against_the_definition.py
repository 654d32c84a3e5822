"""Each method against a slower replica that follows its definition, and against counted model calls."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from course_utils.assets import SmallConvNet, SmallNetwork
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
from course_utils.attribution.batches import ROWS_AT_ONCE, default_batch_size
from course_utils.seeds import generator

from .networks import FLOAT64, Calls, draw, relative

NODES: dict[str, Callable[[int, int], tuple[float, float]]] = {
    "left": lambda k, m: (k / m, 1 / m),
    "right": lambda k, m: ((k + 1) / m, 1 / m),
    "midpoint": lambda k, m: ((2 * k + 1) / (2 * m), 1 / m),
    "trapezoid": lambda k, m: (k / (m - 1), (0.5 if k in (0, m - 1) else 1.0) / (m - 1)),
}


def slope_at(model: nn.Module, x: Tensor, target: int) -> Tensor:
    """The gradient at one input (1, …), by `backward`."""
    x = x.detach().clone().requires_grad_()
    model(x)[0, target].backward()
    assert x.grad is not None
    return x.grad


def test_gradient_against_finite_differences() -> None:
    model, x, h = SmallNetwork((5, 12, 4), seed=3).double(), draw(1, 5), 1e-6
    slopes = [(model(x + h * e)[0, 2] - model(x - h * e)[0, 2]) / (2 * h) for e in torch.eye(5, dtype=torch.float64)]
    assert relative(vanilla_gradient(model, x, 2), torch.stack(slopes)[None]) < 1e-8


@pytest.mark.parametrize("rule", NODES)
def test_integrated_gradients_as_a_loop_over_inputs_and_steps(rule: str) -> None:
    model, x, baseline, m = SmallConvNet(seed=3).double(), draw(3, 1, 8, 8), draw(1, 1, 8, 8, seed=1), 9
    targets = [2, 0, 1]
    expected = torch.zeros_like(x)
    for n, target in enumerate(targets):
        for k in range(m):
            alpha, weight = NODES[rule](k, m)
            point = baseline + alpha * (x[n : n + 1] - baseline)
            expected[n] += weight * ((x[n] - baseline[0]) * slope_at(model, point, target)[0])
    ours = integrated_gradients(model, x, torch.tensor(targets), baselines=baseline, n_steps=m, rule=rule)
    assert relative(ours, expected) <= FLOAT64


def test_smooth_grad_as_a_loop_over_samples_and_inputs() -> None:
    model, x, n, level = SmallConvNet(seed=3).double(), draw(3, 1, 8, 8), 30, 0.2
    expected = torch.zeros_like(x)
    stream = generator("smooth_grad", seed=7)
    for _ in range(n):
        epsilon = torch.randn(1, 8, 8, generator=stream, dtype=torch.float32).double()
        for i, target in enumerate([2, 0, 1]):
            noisy = x[i : i + 1] + level * (x[i].max() - x[i].min()) * epsilon
            expected[i] += slope_at(model, noisy, target)[0] / n
    ours = smooth_grad(model, x, torch.tensor([2, 0, 1]), n_samples=n, noise_level=level, seed=7)
    assert relative(ours, expected) <= FLOAT64


def test_a_path_of_points_as_a_loop() -> None:
    model, x = SmallNetwork((5, 12, 4), seed=3).double(), draw(2, 5)
    path = torch.cat([draw(6, 2, 5, seed=9), x[None]])
    expected = torch.zeros_like(x)
    for n in range(2):
        for start, end in zip(path[:-1, n], path[1:, n], strict=True):
            expected[n] += (end - start) * slope_at(model, (start + end)[None] / 2, 1)[0]
    assert relative(path_integrated_gradients(model, x, 1, path=path), expected) <= FLOAT64


def test_the_straight_path_of_points_is_integrated_gradients_by_the_midpoint_rule() -> None:
    model, x, m = SmallConvNet(seed=3).double(), draw(2, 1, 8, 8), 6
    alphas = torch.linspace(0, 1, m + 1, dtype=torch.float64).reshape(-1, 1, 1, 1, 1)
    ours = path_integrated_gradients(model, x, 1, path=alphas * x)
    assert relative(ours, integrated_gradients(model, x, 1, rule="midpoint", n_steps=m)) <= FLOAT64


@pytest.mark.parametrize("batch_size", [1, 2, 7, 9, 27, 100])
def test_chunks_give_what_one_batch_gives(batch_size: int) -> None:
    """7 and 2 cut across inputs: rows of two inputs, with different targets, share a batch."""
    model, x, target = SmallConvNet(seed=3).double(), draw(3, 1, 8, 8), torch.tensor([2, 0, 1])
    whole = integrated_gradients(model, x, target, n_steps=9, batch_size=27)
    assert relative(integrated_gradients(model, x, target, n_steps=9, batch_size=batch_size), whole) <= FLOAT64
    path = torch.stack([torch.zeros_like(x), draw(3, 1, 8, 8, seed=5), x])
    whole = path_integrated_gradients(model, x, target, path=path, batch_size=100)
    ours = path_integrated_gradients(model, x, target, path=path, batch_size=batch_size)
    assert relative(ours, whole) <= FLOAT64


@pytest.mark.parametrize(
    "method",
    [vanilla_gradient, input_x_gradient, guided_backprop, deconvnet, integrated_gradients, smooth_grad],
    ids=lambda method: method.__name__,
)
def test_an_input_gets_the_same_in_a_batch_and_alone(method: Callable[..., Tensor]) -> None:
    model, x, target = SmallConvNet(seed=3).double(), draw(70, 1, 8, 8), torch.arange(70) % 3  # more than one batch
    together = method(model, x, target)
    for n in (0, 33, 69):
        assert relative(together[n : n + 1], method(model, x[n : n + 1], int(target[n]))) <= FLOAT64


@pytest.mark.parametrize("batch_size", [None, 1, 4, 10])
def test_integrated_gradients_asks_once_for_each_step_and_input(batch_size: int | None) -> None:
    model = Calls(SmallConvNet(seed=3))
    integrated_gradients(model, draw(2, 1, 8, 8).float(), 1, n_steps=11, batch_size=batch_size)
    assert model.rows == 22
    assert model.calls == math.ceil(22 / (batch_size or 1024))


def test_counted_calls_of_the_others() -> None:
    x = draw(3, 1, 8, 8).float()
    for method, rows in (
        (vanilla_gradient, 3),
        (input_x_gradient, 3),
        (guided_backprop, 3),
        (deconvnet, 3),
        (lambda model, x, target: smooth_grad(model, x, target, n_samples=25), 75),
        (lambda model, x, target: integrated_gradients(model, x, target, baselines=[0.0, "mean"], n_steps=5), 30),
        (lambda model, x, target: path_integrated_gradients(model, x, target, path=torch.stack([0 * x, x / 2, x])), 6),
        (lambda model, x, target: convergence_delta(model, x, x, target), 6),
    ):
        model = Calls(SmallConvNet(seed=3))
        method(model, x, 1)
        assert model.rows == rows


def test_no_batch_is_larger_than_the_default_for_its_size() -> None:
    class Widest(Calls):
        widest = 0

        def forward(self, x: Tensor) -> Tensor:
            self.widest = max(self.widest, len(x))
            return super().forward(x)

    for shape in ((1, 28, 28), (3, 40, 40)):
        x = torch.zeros(100, *shape)
        limit = default_batch_size(x)
        for method in (vanilla_gradient, lambda m, x, t: smooth_grad(m, x[:2], t), integrated_gradients):
            model = Widest(nn.Sequential(nn.AvgPool2d(7), nn.Flatten(), nn.LazyLinear(3)))
            model(x[:1])  # the lazy layer takes its size
            model.widest = 0
            method(model.eval(), x[:3] if method is integrated_gradients else x, 1)
            assert 0 < model.widest <= limit


def test_default_batch_sizes_fall_with_the_size_of_a_row() -> None:
    assert default_batch_size(torch.zeros(1, 1, 28, 28)) in range(32, 129)
    assert default_batch_size(torch.zeros(1, 3, 224, 224)) in range(5, 11)
    sizes = [default_batch_size(torch.zeros(1, 1).expand(1, largest)) for largest, _ in ROWS_AT_ONCE]
    assert sizes == sorted(sizes, reverse=True)
    assert default_batch_size(torch.zeros(1, 1).expand(1, 10**7)) == 1
