"""Networks and measures that several tests of the methods share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

FLOAT64, FLOAT32 = 1e-10, 1e-4
"""How far two right computations may differ, relative to the largest value."""


def relative(a: Tensor, b: Tensor) -> float:
    """Largest difference, relative to the largest value of b."""
    assert a.shape == b.shape
    assert b.abs().max() > 0, "a comparison with zeros shows nothing"
    return float((a - b).abs().max() / b.abs().max())


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """Uniform numbers in [0, 1), the same at each call."""
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def seeded(network: nn.Module, seed: int = 0) -> nn.Module:
    """Draw the parameters of a network, so that no ReLU is always on or always off; evaluation mode, float64."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            fan_in = parameter[0].numel() if parameter.ndim > 1 else 10
            parameter.copy_(torch.randn(parameter.shape, generator=random) * (2 / fan_in) ** 0.5)
    return network.double().eval()


def conv_net(relu1: nn.Module | None = None, relu2: nn.Module | None = None, seed: int = 0) -> nn.Sequential:
    """(N, 1, 8, 8) -> (N, 5), with pooling; the two ReLUs can be given. Same seed, same weights."""
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3),
        relu1 or nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(4, 6, 2),
        relu2 or nn.ReLU(),
        nn.Flatten(),
        nn.Linear(24, 5),
    )
    seeded(network, seed)
    return network


class ReusedRelu(nn.Module):
    """One ReLU module, used twice, as in ResNet blocks. (N, 6) -> (N, 3)."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2, self.fc3, self.relu = nn.Linear(6, 8), nn.Linear(8, 8), nn.Linear(8, 3), nn.ReLU()
        seeded(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc3(self.relu(self.fc2(self.relu(self.fc1(x)))))


class Calls(nn.Module):
    """Count the calls of a model, and the rows that went through it."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.calls, self.rows = 0, 0
        self.train(model.training)

    def forward(self, x: Tensor) -> Tensor:
        self.calls, self.rows = self.calls + 1, self.rows + len(x)
        return self.model(x)


class GuidedRelu(torch.autograd.Function):
    """The definition of guided backpropagation at one rectifier that is open between 0 and `top`, from scratch."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, top: float, guided: bool) -> Tensor:
        ctx.save_for_backward((x > 0) & (x < top))
        ctx.guided = guided
        return x.clamp(0, top)

    @staticmethod
    def backward(ctx: Any, above: Tensor) -> tuple[Tensor, None, None]:
        (is_open,) = ctx.saved_tensors
        positive = functional.relu(above)
        return (positive * is_open if ctx.guided else positive), None, None


class Rectifier(nn.Module):
    """A module around `GuidedRelu`: the slow replica that the tests compare with."""

    def __init__(self, top: float = float("inf"), guided: bool = True) -> None:
        super().__init__()
        self.top, self.guided = top, guided

    def forward(self, x: Tensor) -> Tensor:
        return GuidedRelu.apply(x, self.top, self.guided)


def state_of(model: nn.Module, *tensors: Tensor) -> list[object]:
    """All that a method could change and must not: modes, gradients, hooks, values, random state."""
    state: list[object] = [torch.is_grad_enabled(), torch.get_rng_state().tolist(), torch.get_default_dtype()]
    for name, module in model.named_modules():
        hooks = (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks, module._backward_pre_hooks)
        state.append((name, id(module), type(module), module.training, [len(h) for h in hooks]))
    for tensor in (*model.parameters(), *model.buffers(), *tensors):
        gradient = None if not tensor.is_leaf or tensor.grad is None else tensor.grad.tolist()
        state.append((id(tensor), tensor.requires_grad, tensor.detach().tolist(), gradient, tensor._backward_hooks))
    return state


@contextmanager
def nothing_changes(model: nn.Module, *tensors: Tensor) -> Iterator[None]:
    before = state_of(model, *tensors)
    try:
        yield
    finally:
        assert state_of(model, *tensors) == before
