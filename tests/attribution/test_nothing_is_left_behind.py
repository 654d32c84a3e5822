"""A method leaves the model, the inputs and torch as it found them: after a result, and after an error."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest
import torch
from torch import Tensor, nn

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

from .networks import conv_net, draw, nothing_changes

METHODS: dict[str, Callable[..., Tensor]] = {
    "vanilla_gradient": vanilla_gradient,
    "input_x_gradient": input_x_gradient,
    "smooth_grad": smooth_grad,
    "integrated_gradients": integrated_gradients,
    "integrated_gradients from a blurred image": lambda m, x, t: integrated_gradients(m, x, t, baselines="blur"),
    "path_integrated_gradients": lambda m, x, t: path_integrated_gradients(m, x, t, path=torch.stack([0 * x, x])),
    "guided_backprop": guided_backprop,
    "deconvnet": deconvnet,
    "convergence_delta": lambda m, x, t: convergence_delta(m, x, torch.ones_like(x), t),
}
TARGET = torch.tensor([1, 4, 0])


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> Callable[..., Tensor]:
    return METHODS[request.param]


def network() -> nn.Sequential:
    """Buffers, an in-place ReLU, a hook of the owner's, a harmless module in training mode, gradients on parameters."""
    model = conv_net(nn.Sequential(nn.BatchNorm2d(4), nn.ReLU(inplace=True)), nn.ReLU6())
    model[4].train()
    model[3].register_forward_hook(lambda module, args, output: None)
    for index, parameter in enumerate(model.parameters()):
        parameter.requires_grad_(index % 2 == 0)
        if index % 2 == 0:
            parameter.grad = torch.full_like(parameter, index)
    return model


@pytest.mark.parametrize("requires_grad", [True, False])
def test_after_a_result(method: Callable[..., Tensor], requires_grad: bool) -> None:
    model, x = network(), draw(3, 1, 8, 8).requires_grad_(requires_grad)
    with nothing_changes(model, x, TARGET):
        ours = method(model, x, TARGET)
    assert not ours.requires_grad
    assert ours.grad_fn is None


@pytest.mark.parametrize("call", [0, 1])
def test_after_an_error_inside_the_model(method: Callable[..., Tensor], call: int) -> None:
    model, x, calls = network(), draw(3, 1, 8, 8), 0

    class Failing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, x: Tensor) -> Tensor:
            nonlocal calls
            calls += 1
            if calls > call:
                raise RuntimeError("the model's own error")
            return self.model(x)

    failing = Failing()
    failing.training = False
    with nothing_changes(failing, x, TARGET):
        try:
            method(failing, x, TARGET)
        except RuntimeError as error:
            assert str(error) == "the model's own error"  # noqa: PT017  # one call may be all the method needs
        else:
            assert calls <= call


def test_a_wrong_target_leaves_no_trace(method: Callable[..., Tensor]) -> None:
    model, x = network(), draw(3, 1, 8, 8)
    with nothing_changes(model, x), pytest.raises(ValueError, match="target: 9 is out of range"):
        method(model, x, 9)


def test_frozen_and_trainable_models_give_the_same(method: Callable[..., Tensor]) -> None:
    model, x = conv_net(), draw(3, 1, 8, 8)
    trainable = method(model, x, TARGET)
    assert torch.equal(method(model.requires_grad_(False), x, TARGET), trainable)


def test_inputs_that_belong_to_a_graph(method: Callable[..., Tensor]) -> None:
    model, leaf = conv_net(), draw(3, 1, 8, 8).requires_grad_()
    x = 2 * leaf
    ours = method(model, x, TARGET)
    assert not ours.requires_grad
    assert leaf.grad is None
    x.sum().backward()  # the caller's graph is still whole
    assert torch.equal(leaf.grad, torch.full_like(leaf, 2))


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode, nullcontext], ids=lambda c: c.__name__)
def test_the_caller_may_have_switched_gradients_off(
    method: Callable[..., Tensor], context: Callable[[], AbstractContextManager[object]]
) -> None:
    model = conv_net()
    expected = method(model, draw(3, 1, 8, 8), TARGET)
    with context():
        x, target = draw(3, 1, 8, 8), TARGET.clone()
        before = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
        ours = method(model, x, target)
        assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == before
    assert torch.equal(ours, expected)


def test_smooth_grad_does_not_depend_on_the_global_random_state() -> None:
    model, x = conv_net(), draw(3, 1, 8, 8)
    torch.manual_seed(1)
    first = smooth_grad(model, x, TARGET)
    torch.manual_seed(2)
    assert torch.equal(smooth_grad(model, x, TARGET), first)


def test_the_result_is_not_the_inputs() -> None:
    x = torch.ones(1, 3)
    ours = integrated_gradients(lambda x: x.sum(1), x)
    ours += 1
    assert torch.equal(x, torch.ones(1, 3))
