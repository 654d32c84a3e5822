"""What a method accepts, and the errors for what it does not: each names the argument, what came, what was expected."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
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
    saliency_map,
    smooth_grad,
    vanilla_gradient,
)
from course_utils.attribution.baselines import as_baselines, blurred, mean_colour
from course_utils.attribution.scores import all_finite, scores

from .networks import FLOAT64, conv_net, draw, nothing_changes, relative, seeded

Method = Callable[..., Tensor]


def path_method(model: Any, inputs: Any, target: Any = None) -> Tensor:
    path = torch.stack([inputs * 0, inputs]) if isinstance(inputs, Tensor) else torch.zeros(2, 1, 1)
    return path_integrated_gradients(model, inputs, target, path=path)


def delta_method(model: Any, inputs: Any, target: Any = None) -> Tensor:
    return convergence_delta(model, inputs, torch.ones(3, 1, 8, 8), target)


METHODS: dict[str, Method] = {
    "vanilla_gradient": vanilla_gradient,
    "input_x_gradient": input_x_gradient,
    "smooth_grad": smooth_grad,
    "integrated_gradients": integrated_gradients,
    "path_integrated_gradients": path_method,
    "guided_backprop": guided_backprop,
    "deconvnet": deconvnet,
    "convergence_delta": delta_method,
}
ATTRIBUTING = {name: method for name, method in METHODS.items() if name != "convergence_delta"}

X = draw(3, 1, 8, 8, dtype=torch.float32)
NET = conv_net().float()


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> Method:
    return METHODS[request.param]


def with_nan(value: float) -> Tensor:
    spoiled = X.clone()
    spoiled[1, 0, 2, 3] = value
    return spoiled


BAD_INPUTS: dict[str, tuple[Any, Any, type[Exception], str]] = {
    "numpy": (X.numpy(), 1, TypeError, r"inputs: ndarray; expected a torch.Tensor"),
    "integers": ((255 * X).long(), 1, TypeError, r"inputs: dtype torch.int64; .*inputs.float\(\)"),
    "bytes": ((255 * X).byte(), 1, TypeError, r"inputs: dtype torch.uint8; .*inputs.float\(\)"),
    "complex": (X.to(torch.complex64), 1, TypeError, "inputs: dtype torch.complex64"),
    "nan": (with_nan(float("nan")), 1, ValueError, "inputs: contains NaN or infinity"),
    "infinity": (with_nan(float("inf")), 1, ValueError, "inputs: contains NaN or infinity"),
    "empty": (X[:0], 1, ValueError, r"inputs: shape \(0, 1, 8, 8\) is empty"),
    "no batch axis": (X[0, 0, 0], 1, ValueError, r"inputs: shape \(8,\) has no axis .*unsqueeze\(0\)"),
    "no target": (X, None, ValueError, r"target: None, but the model returned \(\d+, 5\); say which of the 5 classes"),
    "target too large": (X, 5, ValueError, "target: 5 is out of range; the model has classes 0 to 4"),
    "target negative": (X, -1, ValueError, "target: -1 is negative"),
    "target bool": (X, True, TypeError, "target: bool; expected an int"),
    "target float": (X, 1.0, TypeError, "target: float; expected an int"),
    "target list": (X, [0, 1, 2], TypeError, "target: list; expected an int"),
    "target name": (X, "espresso", TypeError, "target: str; expected an int"),
    "targets too few": (X, torch.tensor([0, 1]), ValueError, r"target: shape \(2,\) for 3 inputs; expected \(3,\)"),
    "targets in a column": (X, torch.zeros(3, 1).long(), ValueError, r"target: shape \(3, 1\) for 3 inputs"),
    "targets float": (X, torch.zeros(3), TypeError, r"target: dtype torch.float32; .*target.long\(\)"),
    "targets bool": (X, torch.tensor([True, False, True]), TypeError, "target: dtype torch.bool"),
    "one target float": (X, torch.tensor(1.0), TypeError, "target: tensor of torch.float32"),
    "one target bool": (X, torch.tensor(True), TypeError, "target: tensor of torch.bool"),
    "one of the targets too large": (X, torch.tensor([0, 7, 1]), ValueError, "target: 7 is out of range"),
    "one of the targets negative": (X, torch.tensor([0, 1, -2]), ValueError, "target: -2 is negative"),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_inputs_and_targets(case: str, method: Method) -> None:
    inputs, target, error, message = BAD_INPUTS[case]
    with nothing_changes(NET, X), pytest.raises(error, match=message):
        method(NET, inputs, target)


@pytest.mark.parametrize("largest", [3e38, -3e38])
def test_values_whose_sum_is_too_large_for_their_type_are_finite(largest: float) -> None:
    assert all_finite(torch.full((4,), largest))
    assert all_finite(torch.tensor([largest, largest, -largest, -largest]))
    assert not all_finite(torch.tensor([largest, largest, float("inf")]))
    assert not all_finite(torch.tensor([float("inf"), -float("inf")]))


BAD_MODELS: dict[str, tuple[Any, Any, type[Exception], str]] = {
    "not callable": ("resnet18", 1, TypeError, "model: str is not callable"),
    "tuple": (lambda x: (NET(x), x), 1, TypeError, "model: returned tuple; expected a tensor"),
    "classes, not scores": (lambda x: NET(x).argmax(1), None, TypeError, "model: returned torch.int64; expected float"),
    "scalar": (lambda x: NET(x).sum(), None, ValueError, r"model: returned shape \(\) for \d+ rows"),
    "one row": (lambda x: NET(x)[:1], 1, ValueError, r"model: returned shape \(1, 5\) for \d+ rows"),
    "a map": (lambda x: NET[0](x), 1, ValueError, r"model: returned shape \(\d+, 4, 6, 6\) for \d+ rows; expected"),
    "nan": (lambda x: NET(x) / 0 * 0, 1, ValueError, "model: returned a score that is NaN or infinite"),
    "target for one score": (lambda x: NET(x)[:, 0], 0, ValueError, r"target: given, .*leave target=None"),
}


@pytest.mark.parametrize("case", BAD_MODELS)
def test_bad_models(case: str, method: Method) -> None:
    model, target, error, message = BAD_MODELS[case]
    with nothing_changes(NET, X), pytest.raises(error, match=message):
        method(model, X, target)


@pytest.mark.parametrize("name", ATTRIBUTING)
def test_a_model_without_a_gradient(name: str) -> None:
    for model in (
        torch.no_grad()(lambda x: NET(x)),
        torch.inference_mode()(lambda x: NET(x)),
        lambda x: NET(x.detach()),
        lambda x: NET(torch.from_numpy(x.detach().numpy())),
        lambda x: torch.ones(len(x), 5),
    ):
        with pytest.raises(ValueError, match="model: its score has no gradient with respect to the inputs"):
            ATTRIBUTING[name](model, X, 1)


TRAINING: dict[str, Callable[[], nn.Module]] = {
    "Dropout": lambda: nn.Dropout(0.2),
    "Dropout2d": lambda: nn.Dropout2d(0.2),
    "AlphaDropout": lambda: nn.AlphaDropout(0.2),
    "BatchNorm2d": lambda: nn.BatchNorm2d(4),
    "SyncBatchNorm": lambda: nn.SyncBatchNorm(4),
    "RReLU": nn.RReLU,
    "InstanceNorm2d": lambda: nn.InstanceNorm2d(4, track_running_stats=True),
    "DropPath": lambda: type("DropPath", (nn.Identity,), {})(),
}


@pytest.mark.parametrize("layer", TRAINING)
def test_training_mode_is_refused_with_the_name_and_the_fix(layer: str, method: Method) -> None:
    model = conv_net(nn.Sequential(nn.ReLU(), TRAINING[layer]())).float()
    model[1][1].train()
    message = rf"model: layer model\.1\.1 \({layer}\) is in training mode.*call model\.eval\(\) first"
    with nothing_changes(model, X), pytest.raises(ValueError, match=message):
        method(model, X, 1)
    if layer != "SyncBatchNorm":  # it runs on GPUs only
        method(model.eval(), X, 1)


def test_training_mode_is_seen_through_functions_methods_partials_and_objects() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(64, 5), nn.ReLU(), nn.Dropout())

    class Holder:
        def __init__(self) -> None:
            self.net = net

        def __call__(self, x: Tensor) -> Tensor:
            return self.net(x)

    for name, wrapped in {
        "net": lambda x: net(x)[:, :3],
        "model": net.forward,
        "model ": functools.partial(net),
        "net ": Holder(),
    }.items():
        root = name.strip()
        net.train()
        with pytest.raises(ValueError, match=rf"layer {root}\.3 \(Dropout\).*call {root}\.eval\(\) first"):
            vanilla_gradient(wrapped, X, 1)
        net.eval()
        vanilla_gradient(wrapped, X, 1)


def test_batch_norm_without_running_statistics_is_refused_in_either_mode() -> None:
    model = conv_net(nn.Sequential(nn.ReLU(), nn.BatchNorm2d(4, track_running_stats=False))).float()
    with pytest.raises(ValueError, match=r"layer model\.1\.1 \(BatchNorm2d\) keeps no running statistics"):
        vanilla_gradient(model, X, 1)


def test_modules_that_are_the_same_in_both_modes_are_welcome_in_training_mode() -> None:
    harmless = nn.Sequential(
        nn.ReLU(), nn.InstanceNorm2d(4), nn.GroupNorm(2, 4), nn.Dropout(0.0), nn.LayerNorm(6), nn.GELU(), nn.Softplus()
    )
    model = conv_net(harmless).float()
    expected = vanilla_gradient(model, X, 1)
    assert torch.equal(vanilla_gradient(model.train(), X, 1), expected)
    assert all(module.training for module in model.modules())


def test_attention_and_recurrent_layers_are_refused_for_their_dropout_only() -> None:
    for layer, dropout in ((nn.MultiheadAttention, 0.1), (nn.TransformerEncoderLayer, 0.1)):
        with pytest.raises(ValueError, match="is in training mode"):
            scores(layer(4, 2, dropout=dropout), X)
        scores(layer(4, 2, dropout=0.0), X)
    with pytest.raises(ValueError, match=r"\(GRU\) is in training mode"):
        scores(nn.GRU(4, 4, num_layers=2, dropout=0.1), X)
    scores(nn.GRU(4, 4, num_layers=2), X)


BAD_SETTINGS: dict[str, tuple[Callable[[], Tensor], type[Exception], str]] = {
    "n_steps 0": (lambda: integrated_gradients(NET, X, 1, n_steps=0), ValueError, "n_steps: 0; expected at least 1"),
    "n_steps 2.5": (lambda: integrated_gradients(NET, X, 1, n_steps=2.5), TypeError, "n_steps: 2.5; expected an int"),
    "n_steps True": (lambda: integrated_gradients(NET, X, 1, n_steps=True), TypeError, "n_steps: True"),
    "one trapezoid": (
        lambda: integrated_gradients(NET, X, 1, n_steps=1, rule="trapezoid"),
        ValueError,
        "n_steps: 1; expected at least 2",
    ),
    "rule": (
        lambda: integrated_gradients(NET, X, 1, rule="riemann_left"),
        ValueError,
        "rule: 'riemann_left'; expected one of left, right, midpoint, trapezoid, gausslegendre",
    ),
    "batch_size": (lambda: integrated_gradients(NET, X, 1, batch_size=0), ValueError, "batch_size: 0; .*at least 1"),
    "n_samples": (lambda: smooth_grad(NET, X, 1, n_samples=0), ValueError, "n_samples: 0; expected at least 1"),
    "noise_level": (lambda: smooth_grad(NET, X, 1, noise_level=-0.1), ValueError, "noise_level: -0.1; expected a"),
    "noise_level nan": (lambda: smooth_grad(NET, X, 1, noise_level=float("nan")), ValueError, "noise_level: nan"),
    "noise_level str": (lambda: smooth_grad(NET, X, 1, noise_level="0.1"), ValueError, "noise_level: '0.1'"),
    "coarse method": (
        lambda: smooth_grad(NET, X, 1, method=lambda m, x, t: x[..., :4]),
        ValueError,
        r"method: returned \(\d+, 1, 8, 4\) for inputs \(\d+, 1, 8, 8\); expected the same shape",
    ),
    "no baselines": (lambda: integrated_gradients(NET, X, 1, baselines=[]), ValueError, "baselines: an empty list"),
    "baseline None": (lambda: integrated_gradients(NET, X, 1, baselines=None), TypeError, "baselines: NoneType"),
    "baseline name": (
        lambda: integrated_gradients(NET, X, 1, baselines="black"),
        ValueError,
        "baselines: 'black'; the named ones are mean, blur",
    ),
    "baseline array": (lambda: integrated_gradients(NET, X, 1, baselines=X.numpy()), TypeError, "baselines: ndarray"),
    "baseline nan": (
        lambda: integrated_gradients(NET, X, 1, baselines=float("nan")),
        ValueError,
        "baselines: contains NaN",
    ),
    "baseline shape": (
        lambda: integrated_gradients(NET, X, 1, baselines=torch.zeros(5, 1, 8, 8)),
        ValueError,
        r"baselines: shape \(5, 1, 8, 8\) does not broadcast to inputs \(3, 1, 8, 8\); .*pass a list",
    ),
    "baseline of more axes": (
        lambda: integrated_gradients(NET, X, 1, baselines=torch.zeros(2, 3, 1, 8, 8)),
        ValueError,
        "does not broadcast",
    ),
    "mean of a table": (
        lambda: integrated_gradients(lambda x: x, torch.ones(2, 3), 1, baselines="mean"),
        ValueError,
        r"baselines: 'mean' is for images \(N, C, H, W\); inputs are \(2, 3\)",
    ),
    "path of one point": (
        lambda: path_integrated_gradients(NET, X, 1, path=X[None]),
        ValueError,
        "path: 1 point; expected at least two",
    ),
    "path to elsewhere": (
        lambda: path_integrated_gradients(NET, X, 1, path=torch.stack([X, X + 0.5])),
        ValueError,
        "path: its last point differs from inputs by up to 0.5",
    ),
    "path without inputs": (
        lambda: path_integrated_gradients(NET, X, 1, path=torch.cat([0 * X, X])),
        ValueError,
        r"path: shape \(6, 1, 8, 8\); expected \(points, 3, 1, 8, 8\)",
    ),
    "path of the wrong number": (
        lambda: path_integrated_gradients(NET, X, 1, path=torch.zeros(4, 2, 1, 8, 8)),
        ValueError,
        r"path: shape \(4, 2, 1, 8, 8\); expected \(points, 3, 1, 8, 8\), or 1 in place of 3",
    ),
    "path list": (
        lambda: path_integrated_gradients(NET, X, 1, path=[X, X]),
        TypeError,
        "path: list; expected a torch.Tensor",
    ),
    "attributions of another shape": (
        lambda: convergence_delta(NET, X, X[:, 0], 1),
        ValueError,
        r"attributions: shape \(3, 8, 8\); inputs are \(3, 1, 8, 8\)",
    ),
    "attributions nan": (
        lambda: convergence_delta(NET, X, with_nan(float("nan")), 1),
        ValueError,
        "attributions: contains NaN",
    ),
    "map of a table": (lambda: saliency_map(torch.ones(2, 3)), ValueError, r"attributions: shape \(2, 3\); expected"),
    "map of integers": (lambda: saliency_map(torch.ones(1, 1, 2, 2).long()), TypeError, "attributions: dtype"),
    "reduce": (
        lambda: saliency_map(X, "max"),
        ValueError,
        "reduce: 'max'; expected one of max_abs, sum_abs, norm, sum",
    ),
}


@pytest.mark.parametrize("case", BAD_SETTINGS)
def test_bad_settings(case: str) -> None:
    call, error, message = BAD_SETTINGS[case]
    with nothing_changes(NET, X), pytest.raises(error, match=message):
        call()


def test_a_target_can_be_written_in_several_ways(method: Method) -> None:
    expected = method(NET, X, 2)
    for target in (np.int64(2), torch.tensor(2), torch.tensor([2, 2, 2]), torch.tensor([2, 2, 2], dtype=torch.int32)):
        assert torch.equal(method(NET, X, target), expected)


def test_models_that_return_one_score(method: Method) -> None:
    single = method(lambda x: NET(x)[:, 2], X)
    column = method(lambda x: NET(x)[:, 2:3], X, 0)
    assert torch.equal(single, column)
    assert torch.equal(single, method(NET, X, 2))


def test_counts_and_fractions_may_come_from_numpy() -> None:
    ours = smooth_grad(NET, X, 1, n_samples=np.int64(3), noise_level=np.float32(0.5))
    assert torch.equal(ours, smooth_grad(NET, X, 1, n_samples=3, noise_level=0.5))
    ours = integrated_gradients(NET, X, 1, n_steps=np.int64(3), baselines=np.float32(0.5))
    assert torch.equal(ours, integrated_gradients(NET, X, 1, n_steps=3, baselines=0.5))


@pytest.mark.parametrize("name", ATTRIBUTING)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_results_have_dtype_and_shape_of_the_inputs_and_no_graph(name: str, dtype: torch.dtype) -> None:
    model, x = conv_net().to(dtype), X.to(dtype)
    ours = ATTRIBUTING[name](model, x, 1)
    assert (ours.dtype, ours.shape) == (dtype, x.shape)
    assert not ours.requires_grad


LAYOUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "transposed": lambda x: x.transpose(2, 3).contiguous().transpose(2, 3),
    "every second": lambda x: torch.stack([x, -x], dim=-1)[..., 0],
    "channels last": lambda x: x.contiguous(memory_format=torch.channels_last),
    "broadcast": lambda x: x,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_inputs_in_any_layout(layout: str, method: Method) -> None:
    class Viewing(nn.Module):
        """A model that needs contiguous inputs, as student code often does."""

        def forward(self, x: Tensor) -> Tensor:
            return NET(x.view(len(x), 64).view(-1, 1, 8, 8))

    x = X[:1].expand(3, -1, -1, -1) if layout == "broadcast" else LAYOUTS[layout](X)
    assert layout == "channels last" or not x.is_contiguous()
    assert torch.allclose(method(Viewing(), x, 1), method(NET, x.contiguous(), 1), atol=1e-6)


def test_baselines_of_images() -> None:
    images = draw(2, 3, 20, 30)
    means = mean_colour(images)
    assert means.shape == images.shape
    assert torch.allclose(means[1, 2], images[1, 2].mean().expand(20, 30))
    flat = torch.full((1, 3, 20, 30), 0.7, dtype=torch.float64)
    assert torch.allclose(blurred(flat), flat)
    smooth = blurred(images)
    assert smooth.shape == images.shape
    assert smooth.std() < 0.3 * images.std()
    assert torch.equal(blurred(images[:1]), smooth[:1])


def test_blur_is_a_gaussian_whose_deviation_is_a_tenth_of_the_shorter_side() -> None:
    point = torch.zeros(1, 1, 60, 80, dtype=torch.float64)
    point[0, 0, 30, 40] = 1
    spread = blurred(point)[0, 0]
    assert spread.sum().item() == pytest.approx(1)
    rows = torch.arange(60, dtype=torch.float64)
    columns = torch.arange(80, dtype=torch.float64)
    assert (spread.sum(1) * (rows - 30) ** 2).sum().sqrt().item() == pytest.approx(6, rel=0.02)
    assert (spread.sum(0) * (columns - 40) ** 2).sum().sqrt().item() == pytest.approx(6, rel=0.02)


def test_baselines_take_the_dtype_of_the_inputs_and_stay_as_they_are() -> None:
    given = torch.zeros(1, 8, 8, dtype=torch.int64)
    (baseline,) = as_baselines(given, X)
    assert baseline.dtype == X.dtype
    assert baseline.shape == X.shape
    baseline += 1
    assert given.count_nonzero() == 0
    assert torch.equal(integrated_gradients(NET, X, 1, baselines=given), integrated_gradients(NET, X, 1))


@pytest.mark.parametrize("baselines", ["mean", "blur"])
def test_named_baselines_are_the_tensors_they_name(baselines: str) -> None:
    tensor = {"mean": mean_colour, "blur": blurred}[baselines](X.double())
    model = conv_net()
    ours = integrated_gradients(model, X.double(), 1, baselines=baselines, n_steps=5)
    assert relative(ours, integrated_gradients(model, X.double(), 1, baselines=tensor, n_steps=5)) <= FLOAT64


def test_a_first_layer_that_works_in_place_does_not_touch_the_inputs(method: Method) -> None:
    first = nn.Sequential(nn.ReLU(inplace=True), *conv_net().float()).eval()
    plain = nn.Sequential(nn.ReLU(), *conv_net().float()).eval()
    x = X - 0.5
    with nothing_changes(first, x):
        ours = method(first, x, 1)
    assert torch.equal(ours, method(plain, x, 1))


def test_seeded_networks_of_these_tests_have_open_and_closed_relus() -> None:
    activations = seeded(nn.Sequential(*conv_net()[:2]))(X.double())
    assert 0.1 < (activations > 0).double().mean() < 0.9
