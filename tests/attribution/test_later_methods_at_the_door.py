"""The methods of the later notebooks at the same door: they refuse what the first ones refuse, and leave no trace."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from course_utils.attribution import (
    global_surrogate,
    grad_cam,
    guided_grad_cam,
    kernel_shap,
    lime_image,
    occlusion,
    rise,
    shapley_values,
)

from .networks import conv_net, draw, nothing_changes
from .test_nothing_is_left_behind import network
from .test_the_door import BAD_INPUTS, BAD_MODELS, LAYOUTS, NET, TRAINING, X

Method = Callable[..., Tensor]
TARGET = torch.tensor([1, 4, 0])


def second_convolution(model: Any) -> nn.Module:
    """The layer of `conv_net`, wherever it hides; for a function, that of `NET`, which the functions here call."""
    modules = model.modules() if isinstance(model, nn.Module) else NET.modules()
    found = [module for module in modules if isinstance(module, nn.Conv2d)]
    return found[-1] if found else NET[3]


def with_layer(method: Method) -> Method:
    return lambda model, inputs, target=None: method(model, inputs, target, layer=second_convolution(model))


SIX = (torch.arange(8)[:, None] // 4 * 3 + torch.arange(8) // 3).long()  # six superpixels of 8 × 8 pixels

METHODS: dict[str, Method] = {
    "occlusion": lambda m, x, t=None: occlusion(m, x, t, sliding_window_shapes=(1, 4, 4), strides=2),
    "rise": lambda m, x, t=None: rise(m, x, t, n_masks=20),
    "grad_cam": with_layer(grad_cam),
    "guided_grad_cam": with_layer(guided_grad_cam),
    "shapley_values": lambda m, x, t=None: shapley_values(m, x, t, feature_mask=SIX),
    "kernel_shap": lambda m, x, t=None: kernel_shap(m, x, t, feature_mask=SIX, n_samples=40).attributions,
    "lime_image": lambda m, x, t=None: lime_image(m, x, t, feature_mask=SIX, n_samples=40).attributions,
}


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> Method:
    return METHODS[request.param]


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_inputs_and_targets(case: str, method: Method) -> None:
    inputs, target, error, message = BAD_INPUTS[case]
    with nothing_changes(NET, X), pytest.raises(error, match=message):
        method(NET, inputs, target)


@pytest.mark.parametrize("case", BAD_MODELS)
def test_bad_models(case: str, method: Method) -> None:
    model, target, error, message = BAD_MODELS[case]
    with nothing_changes(NET, X), pytest.raises(error, match=message):
        method(model, X, target)


@pytest.mark.parametrize("layer", ["Dropout", "BatchNorm2d", "DropPath"])
def test_training_mode_is_refused_with_the_name_and_the_fix(layer: str, method: Method) -> None:
    model = conv_net(nn.Sequential(nn.ReLU(), TRAINING[layer]())).float()
    model[1][1].train()
    message = rf"model: layer model\.1\.1 \({layer}\) is in training mode.*call model\.eval\(\) first"
    with nothing_changes(model, X), pytest.raises(ValueError, match=message):
        method(model, X, 1)
    method(model.eval(), X, 1)


@pytest.mark.parametrize("requires_grad", [True, False])
def test_after_a_result(method: Method, requires_grad: bool) -> None:
    model, x = network(), draw(3, 1, 8, 8).requires_grad_(requires_grad)
    with nothing_changes(model, x, TARGET):
        ours = method(model, x, TARGET)
    assert not ours.requires_grad
    assert ours.grad_fn is None
    assert ours.abs().max() > 0


@pytest.mark.parametrize("call", [0, 1])
def test_after_an_error_inside_the_model(method: Method, call: int) -> None:
    model, x, calls = network(), draw(3, 1, 8, 8), 0

    class Failing(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self.training = False

        def forward(self, x: Tensor) -> Tensor:
            nonlocal calls
            scores = self.model(x)
            calls += 1
            if calls > call:
                raise RuntimeError("the model's own error")
            return scores

    failing = Failing()
    with nothing_changes(failing, x, TARGET):
        try:
            method(failing, x, TARGET)
        except RuntimeError as error:
            assert str(error) == "the model's own error"  # noqa: PT017  # one call may be all the method needs
        else:
            assert calls <= call


def test_frozen_and_trainable_models_give_the_same(method: Method) -> None:
    model, x = conv_net(), draw(3, 1, 8, 8)
    trainable = method(model, x, TARGET)
    assert torch.equal(method(model.requires_grad_(False), x, TARGET), trainable)


@pytest.mark.parametrize("context", [torch.no_grad, torch.inference_mode], ids=lambda c: c.__name__)
def test_the_caller_may_have_switched_gradients_off(
    method: Method, context: Callable[[], AbstractContextManager[object]]
) -> None:
    model = conv_net()
    expected = method(model, draw(3, 1, 8, 8), TARGET)
    with context():
        x, target = draw(3, 1, 8, 8), TARGET.clone()
        before = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
        ours = method(model, x, target)
        assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == before
    assert torch.equal(ours, expected)


def test_models_that_return_one_score(method: Method) -> None:
    expected = method(NET, X, 2)
    assert torch.equal(method(lambda x: NET(x)[:, 2], X), expected)
    assert torch.equal(method(lambda x: NET(x)[:, 2:3], X, 0), expected)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_results_have_the_dtype_and_the_number_of_the_inputs(method: Method, dtype: torch.dtype) -> None:
    model, x = conv_net().to(dtype), X.to(dtype)
    ours = method(model, x, 1)
    assert ours.dtype == dtype
    assert ours.shape == x.shape
    assert ours.isfinite().all()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_inputs_in_any_layout(layout: str, method: Method) -> None:
    class Viewing(nn.Module):
        """A model that needs contiguous inputs, as student code often does."""

        def __init__(self) -> None:
            super().__init__()
            self.net = NET
            self.training = False

        def forward(self, x: Tensor) -> Tensor:
            return self.net(x.view(len(x), 64).view(-1, 1, 8, 8))

    x = X[:1].expand(3, -1, -1, -1) if layout == "broadcast" else LAYOUTS[layout](X)
    assert torch.allclose(method(Viewing(), x, 1), method(NET, x.contiguous(), 1), atol=1e-6)


def test_a_first_layer_that_works_in_place_does_not_touch_the_inputs(method: Method) -> None:
    first = nn.Sequential(nn.ReLU(inplace=True), *conv_net().float()).eval()
    plain = nn.Sequential(nn.ReLU(), *conv_net().float()).eval()
    x = X - 0.5
    with nothing_changes(first, x):
        ours = method(first, x, 1)
    assert torch.equal(ours, method(plain, x, 1))


def test_an_input_gets_the_same_in_a_batch_and_alone(method: Method) -> None:
    model, x = conv_net(), draw(3, 1, 8, 8)
    together = method(model, x, TARGET)
    for n in range(3):
        assert torch.allclose(together[n : n + 1], method(model, x[n : n + 1], int(TARGET[n])), rtol=0, atol=1e-12)


def test_no_batch_is_larger_than_it_was_asked_for() -> None:
    """Memory is bounded by `batch_size`, also for the passes besides the changed copies."""

    class Widest(nn.Module):
        widest = 0

        def __init__(self) -> None:
            super().__init__()
            self.net = NET
            self.training = False

        def forward(self, x: Tensor) -> Tensor:
            self.widest = max(self.widest, len(x))
            return self.net(x)

    x = X.repeat(4, 1, 1, 1)
    for method in (
        lambda model: occlusion(model, x, 1, sliding_window_shapes=(1, 4, 4), strides=2, batch_size=5),
        lambda model: rise(model, x, 1, n_masks=7, batch_size=5),
        lambda model: shapley_values(model, x, 1, feature_mask=SIX, batch_size=5),
        lambda model: kernel_shap(model, x, 1, feature_mask=SIX, batch_size=5),
        lambda model: lime_image(model, x, 1, feature_mask=SIX, n_samples=7, batch_size=5),
        lambda model: global_surrogate(model, x, 1, batch_size=5),
    ):
        model = Widest()
        method(model)
        assert model.widest in (4, 5)  # rows are shared out evenly: 8 go as 4 and 4
