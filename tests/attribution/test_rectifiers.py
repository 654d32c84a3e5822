"""Guided backpropagation and deconvnet find every ReLU, change nothing else, and say when there is none."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from course_utils.attribution import deconvnet, guided_backprop, vanilla_gradient
from course_utils.attribution.relu_nodes import relu_nodes

from .networks import FLOAT64, Rectifier, ReusedRelu, conv_net, draw, nothing_changes, relative, seeded

IMAGES, TARGET = draw(3, 1, 8, 8), torch.tensor([1, 4, 0])
METHODS = {"guided_backprop": (guided_backprop, True), "deconvnet": (deconvnet, False)}
INFINITE = float("inf")


class As(nn.Module):
    """A function as a module, so that it fits into a Sequential."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def statement(operation: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """An in-place operation whose return value is not used."""

    def function(x: Tensor) -> Tensor:
        operation(x)
        return x

    return function


SPELLINGS: dict[str, tuple[Callable[[], nn.Module], float]] = {
    "nn.ReLU": (nn.ReLU, INFINITE),
    "nn.ReLU(inplace)": (lambda: nn.ReLU(inplace=True), INFINITE),
    "nn.ReLU6": (nn.ReLU6, 6),
    "nn.ReLU6(inplace)": (lambda: nn.ReLU6(inplace=True), 6),
    "nn.Hardtanh(0, 6)": (lambda: nn.Hardtanh(0, 6), 6),
    "F.relu": (lambda: As(functional.relu), INFINITE),
    "F.relu(inplace)": (lambda: As(lambda x: functional.relu(x, inplace=True)), INFINITE),
    "F.relu(x, True)": (lambda: As(lambda x: functional.relu(x, True)), INFINITE),
    "F.relu_": (lambda: As(functional.relu_), INFINITE),
    "F.relu6": (lambda: As(functional.relu6), 6),
    "F.relu6(inplace)": (lambda: As(lambda x: functional.relu6(x, inplace=True)), 6),
    "F.hardtanh_": (lambda: As(lambda x: functional.hardtanh_(x, 0, 6)), 6),
    "torch.relu": (lambda: As(torch.relu), INFINITE),
    "torch.relu_": (lambda: As(torch.relu_), INFINITE),
    "Tensor.relu": (lambda: As(lambda x: x.relu()), INFINITE),
    "Tensor.relu_": (lambda: As(lambda x: x.relu_()), INFINITE),
    "Tensor.relu_, not returned": (lambda: As(statement(lambda x: x.relu_())), INFINITE),
    "Tensor.clamp": (lambda: As(lambda x: x.clamp(min=0)), INFINITE),
    "Tensor.clamp_": (lambda: As(lambda x: x.clamp_(min=0)), INFINITE),
    "torch.clamp_min": (lambda: As(lambda x: torch.clamp_min(x, 0.0)), INFINITE),
    "Tensor.clamp_min_": (lambda: As(lambda x: x.clamp_min_(0)), INFINITE),
    "in place on a view": (lambda: As(lambda x: x.view(-1).relu_().view(x.shape)), INFINITE),
    "in place on a view, not returned": (lambda: As(statement(lambda x: x.view(-1).relu_())), INFINITE),
    "ReLU6 in place on a view": (lambda: As(lambda x: functional.relu6(x.view(-1), True).view(x.shape)), 6),
    "torch.relu_ on a view": (lambda: As(statement(lambda x: torch.relu_(x.view(-1)))), INFINITE),
    "F.hardtanh_ on a view": (lambda: As(statement(lambda x: functional.hardtanh_(x.view(-1), 0, 6))), 6),
    "Tensor.clamp_ on a view": (lambda: As(statement(lambda x: x.view(-1).clamp_(min=0))), INFINITE),
    "torch.clamp_ on a view": (lambda: As(statement(lambda x: torch.clamp_(x.view(-1), min=0))), INFINITE),
    "Tensor.clamp_min_ on a view": (lambda: As(statement(lambda x: x.view(-1).clamp_min_(0))), INFINITE),
    "torch.clamp_min_ on a view": (lambda: As(statement(lambda x: torch.clamp_min_(x.view(-1), 0))), INFINITE),
}


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_way_to_write_a_relu(spelling: str, name: str) -> None:
    method, guided = METHODS[name]
    build, top = SPELLINGS[spelling]
    model, replica = conv_net(build(), build()), conv_net(Rectifier(top, guided), Rectifier(top, guided))
    for network in (model, replica):
        network[0].bias.data += 3  # some values above 6, so that ReLU6 is not ReLU
    right = vanilla_gradient(replica, IMAGES, TARGET)
    with nothing_changes(model, IMAGES):
        ours = method(model, IMAGES, TARGET)
    assert relative(ours, right) <= FLOAT64
    assert relative(vanilla_gradient(model, IMAGES, TARGET), right) > 0.1


@pytest.mark.parametrize("name", METHODS)
def test_a_relu_in_place_after_flatten(name: str) -> None:
    method, _ = METHODS[name]
    plain = conv_net()
    model = nn.Sequential(*plain[:4], nn.Flatten(), nn.ReLU(inplace=True), plain[6]).eval()
    assert relative(method(model, IMAGES, TARGET), method(plain, IMAGES, TARGET)) <= FLOAT64


@pytest.mark.parametrize("name", METHODS)
def test_a_module_that_is_used_twice(name: str) -> None:
    method, guided = METHODS[name]
    model, replica, x = ReusedRelu(), ReusedRelu(), draw(4, 6)
    replica.relu = Rectifier(guided=guided)
    assert relative(method(model, x, 2), vanilla_gradient(replica, x, 2)) <= FLOAT64


@pytest.mark.parametrize("name", METHODS)
def test_a_residual_block_whose_relu_works_in_place(name: str) -> None:
    method, guided = METHODS[name]

    class Block(nn.Module):
        def __init__(self, relu: nn.Module) -> None:
            super().__init__()
            self.fc1, self.fc2, self.relu = nn.Linear(6, 6), nn.Linear(6, 6), relu
            seeded(self)

        def forward(self, x: Tensor) -> Tensor:
            return self.relu(x + self.fc2(self.relu(self.fc1(x))))

    x = draw(4, 6)
    expected = vanilla_gradient(Block(Rectifier(guided=guided)), x, 2)
    assert relative(method(Block(nn.ReLU(inplace=True)), x, 2), expected) <= FLOAT64


@pytest.mark.parametrize("name", METHODS)
def test_other_activations_keep_their_derivative(name: str) -> None:
    method, guided = METHODS[name]
    clamps = [As(lambda x: x.clamp(min=0.1)), As(lambda x: torch.clamp_min(x, 0.1)), As(lambda x: x.clamp(0, 0.9))]
    for other in (nn.LeakyReLU(), nn.SiLU(), nn.Hardtanh(-1, 1), *clamps):
        expected = vanilla_gradient(conv_net(other, Rectifier(guided=guided)), IMAGES, TARGET)
        assert relative(method(conv_net(other, nn.ReLU()), IMAGES, TARGET), expected) <= FLOAT64


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("other", [nn.LeakyReLU(), nn.SiLU(), nn.Hardtanh(), nn.Identity(), nn.Sigmoid()], ids=repr)
def test_without_a_relu_it_says_so(other: nn.Module, name: str) -> None:
    method, _ = METHODS[name]
    model = conv_net(other, other)
    with nothing_changes(model, IMAGES), pytest.raises(ValueError, match=f"no ReLU lies .* so {name} would return"):
        method(model, IMAGES, TARGET)


@pytest.mark.parametrize("name", METHODS)
def test_a_relu_beside_the_way_from_inputs_to_score_does_not_count(name: str) -> None:
    method, _ = METHODS[name]
    weight = torch.tensor([1.0, -2.0], requires_grad=True)
    with pytest.raises(ValueError, match="no ReLU lies between inputs and score"):
        method(lambda x: x @ torch.relu(weight), torch.ones(1, 2))


def test_each_node_is_found_once_however_many_ways_lead_to_it() -> None:
    """Behind twelve residual blocks there are 2¹² ways back to the first one."""
    x = torch.ones(1, 2, requires_grad=True)
    score = x
    for _ in range(12):
        score = score + torch.relu(score)
    assert len(list(relu_nodes(score.sum(1)))) == 12


class CompiledFunction(torch.autograd.Function):
    """What `torch.compile` leaves in the graph, without the seconds that compiling takes: a node of this name."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.relu()

    @staticmethod
    def backward(ctx: Any, above: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        return above * (x > 0)


def test_parts_that_do_not_show_their_relus_are_refused() -> None:
    model = conv_net()
    visible = guided_backprop(model, IMAGES, TARGET)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scripted = torch.jit.script(model)
        for _ in range(3):  # it is compiled after the first calls
            scripted(IMAGES.clone().requires_grad_())
        hidden = {
            "DifferentiableGraphBackward": scripted,
            "CheckpointFunctionBackward": lambda x: checkpoint(model, x, use_reentrant=True),
            "CompiledFunctionBackward": conv_net(As(CompiledFunction.apply)),
        }
        for name, wrapped in hidden.items():
            with pytest.raises(ValueError, match=f"{name}.*pass the plain model"):
                guided_backprop(wrapped, IMAGES, TARGET)
        ours = guided_backprop(lambda x: checkpoint(model, x, use_reentrant=False), IMAGES, TARGET)
    assert relative(ours, visible) <= FLOAT64
