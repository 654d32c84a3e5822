"""CAM, Grad-CAM, guided Grad-CAM: against Captum, the grad-cam package and the definition; which layers they refuse."""

from __future__ import annotations

import warnings

import captum.attr
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from course_utils.assets import (
    SmallConvNet,
    load_digit_network,
    load_digits,
    load_imagenet_network,
    load_photo,
)
from course_utils.attribution import (
    channel_evidence,
    class_activation_map,
    grad_cam,
    guided_backprop,
    guided_grad_cam,
    vanilla_gradient,
)

from .networks import FLOAT32, FLOAT64, Calls, conv_net, draw, nothing_changes, relative, seeded

X, TARGET = draw(3, 1, 8, 8), torch.tensor([2, 4, 1])  # classes whose maps are not all zero


def gap_net(classes: int = 5) -> nn.Sequential:
    """Convolutions, ReLU, global average pooling, one linear layer: the architecture of CAM. (N, 1, 8, 8)."""
    network = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 6, 2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    network.append(nn.Linear(6, classes))
    seeded(network)
    return network


# Against libraries


@pytest.mark.parametrize("layer", ["0", "1", "2", "3", "4"])
@pytest.mark.parametrize("relu", [True, False])
def test_as_captum_at_each_layer(layer: str, relu: bool) -> None:
    model = conv_net()
    captums = captum.attr.LayerGradCam(model, model.get_submodule(layer))
    theirs = captums.attribute(X, TARGET, relu_attributions=relu)
    ours = grad_cam(model, X, TARGET, layer=layer, relu=relu, upsample=False)
    assert relative(ours, theirs.detach()) <= FLOAT64
    large = captum.attr.LayerAttribution.interpolate(theirs, (8, 8), interpolate_mode="bilinear").detach()
    assert relative(grad_cam(model, X, TARGET, layer=layer, relu=relu), large) <= FLOAT64


def test_guided_grad_cam_as_captum() -> None:
    model = conv_net()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Captum announces its hooks
        theirs = captum.attr.GuidedGradCam(model, model[3]).attribute(X, TARGET, interpolate_mode="bilinear")
    assert relative(guided_grad_cam(model, X, TARGET, layer="3"), theirs.detach()) <= FLOAT64


def test_as_captum_on_a_digit_and_a_photograph_in_float32() -> None:
    network, (images, labels) = load_digit_network(), load_digits("validation")
    theirs = captum.attr.LayerGradCam(network, network.relu2).attribute(images[:3].requires_grad_(), labels[:3])
    ours = grad_cam(network, images[:3], labels[:3], layer="relu2", relu=False, upsample=False)
    assert relative(ours, theirs.detach()) <= FLOAT32

    network, photo = load_imagenet_network(), load_photo("coffee")
    target = network(photo).argmax(dim=1)
    for layer in (network.network.bn2, network.network.blocks[4]):
        captums = captum.attr.LayerGradCam(network, layer)
        theirs = captums.attribute(photo.clone().requires_grad_(), target)
        ours = grad_cam(network, photo, target, layer=layer, relu=False, upsample=False)
        assert relative(ours, theirs.detach()) <= FLOAT32


@pytest.mark.parametrize("layer", ["0", "2", "3"])
def test_as_the_grad_cam_package_before_its_scaling(layer: str) -> None:
    """The package keeps activations and gradients; `get_cam_image` adds them up, then come ReLU and scaling."""
    package = pytest.importorskip("pytorch_grad_cam")
    targets = pytest.importorskip("pytorch_grad_cam.utils.model_targets")
    model = conv_net()
    with package.GradCAM(model=model, target_layers=[model.get_submodule(layer)]) as cam:
        scaled = torch.from_numpy(cam(X, [targets.ClassifierOutputTarget(int(c)) for c in TARGET]))
        kept = cam.activations_and_grads
        A, gradients = kept.activations[0].numpy(), kept.gradients[0].numpy()
        theirs = torch.from_numpy(cam.get_cam_image(X, None, None, A, gradients))
    ours = grad_cam(model, X, TARGET, layer=layer, relu=False, upsample=False)
    assert relative(ours[:, 0], theirs) <= FLOAT64
    # And its picture is ours, enlarged and scaled to [0, 1], up to how OpenCV interpolates.
    large = grad_cam(model, X, TARGET, layer=layer)[:, 0]
    low, high = large.amin((1, 2), keepdim=True), large.amax((1, 2), keepdim=True)
    assert (high > low).all()
    assert ((large - low) / (high - low) - scaled).abs().max() < 1e-3


# Against the definition


def test_each_step_by_hand() -> None:
    model = conv_net()
    head = model[4:]
    for n, target in enumerate(TARGET.tolist()):
        A = model[:4](X[n : n + 1]).detach().requires_grad_()
        head(A)[0, target].backward()
        alpha = A.grad.mean(dim=(2, 3))[0]
        L = functional.relu(sum(a * channel for a, channel in zip(alpha, A.detach()[0], strict=True)))
        evidence = channel_evidence(model, X[n : n + 1], target, layer=model[3])
        assert torch.equal(evidence.activations, A.detach())
        assert relative(evidence.gradients, A.grad) <= FLOAT64
        assert relative(evidence.weights[0], alpha) <= FLOAT64
        ours = grad_cam(model, X[n : n + 1], target, layer=model[3], upsample=False)
        assert relative(ours[0, 0], L) <= FLOAT64
        assert relative(evidence.maps.sum(1)[0].relu(), L) <= FLOAT64


def test_without_relu_the_map_shows_what_speaks_against() -> None:
    model = conv_net()
    signed = grad_cam(model, X, TARGET, layer="3", relu=False, upsample=False)
    assert signed.min() < 0 < signed.max()
    assert torch.equal(grad_cam(model, X, TARGET, layer="3", upsample=False), signed.clamp(min=0))


def test_guided_grad_cam_is_the_product() -> None:
    model = conv_net()
    expected = guided_backprop(model, X, TARGET) * grad_cam(model, X, TARGET, layer="3")
    assert torch.equal(guided_grad_cam(model, X, TARGET, layer=model[3]), expected)


def test_guided_grad_cam_sees_relu6_and_says_when_there_is_no_relu() -> None:
    """Captum's returns the plain gradient for ReLU6, without a word."""
    model, silent = conv_net(nn.ReLU6(), nn.ReLU6()), conv_net(nn.SiLU(), nn.SiLU())
    ours = guided_grad_cam(model, X, TARGET, layer="3")
    plain = vanilla_gradient(model, X, TARGET) * grad_cam(model, X, TARGET, layer="3")
    assert relative(ours, plain) > 0.1
    assert relative(ours, guided_grad_cam(conv_net(), X, TARGET, layer="3")) <= FLOAT64  # no value is above 6
    with nothing_changes(silent, X), pytest.raises(ValueError, match="no ReLU lies between inputs and score"):
        guided_grad_cam(silent, X, TARGET, layer="3")


def test_cam_leaves_nothing_behind() -> None:
    model, x = gap_net(), X.clone().requires_grad_()
    with nothing_changes(model, x, TARGET):
        class_activation_map(model, x, TARGET, layer="3", classifier="6")
    with nothing_changes(model, x), pytest.raises(ValueError, match="target: -1 is negative"):
        class_activation_map(model, x, -1, layer="3", classifier="6")
    model.insert(4, nn.Dropout())
    with nothing_changes(model, x), pytest.raises(ValueError, match=r"layer model\.4 \(Dropout\) is in training mode"):
        class_activation_map(model, x, 1, layer="3", classifier="7")


def test_one_forward_pass() -> None:
    model = Calls(conv_net())
    grad_cam(model, X, TARGET, layer="model.3")
    assert (model.calls, model.rows) == (1, 3)


def test_more_inputs_than_a_batch() -> None:
    model, x, target = conv_net(), draw(70, 1, 40, 40), torch.arange(70) % 5
    model[5] = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten())
    together = grad_cam(model, x, target, layer="3")
    assert together.shape == (70, 1, 40, 40)
    for n in (0, 69):
        alone = grad_cam(model, x[n : n + 1], int(target[n]), layer="3")
        assert torch.allclose(together[n : n + 1], alone, rtol=0, atol=1e-12)


# CAM


def test_cam_is_the_weighted_sum_whose_mean_is_the_score() -> None:
    model = gap_net()
    cam = class_activation_map(model, X, TARGET, layer="3", classifier="6", upsample=False)
    expected = torch.einsum("nk,nkij->nij", model[6].weight[TARGET], model[:4](X)).detach()
    assert relative(cam[:, 0], expected) <= FLOAT64
    score = model(X).detach().gather(1, TARGET[:, None])[:, 0]
    assert relative(cam.mean(dim=(1, 2, 3)) + model[6].bias.detach()[TARGET], score) <= FLOAT64
    large = class_activation_map(model, X, TARGET, layer=model[3], classifier=model[6])
    assert large.shape == (3, 1, 8, 8)
    assert not large.requires_grad


def test_below_global_average_pooling_grad_cam_is_cam_up_to_the_number_of_places() -> None:
    model = gap_net()
    cam = class_activation_map(model, X, TARGET, layer="3", classifier="6", upsample=False)
    raw = grad_cam(model, X, TARGET, layer="3", relu=False, upsample=False)
    assert relative(raw * cam[0].numel(), cam) <= FLOAT64


def test_cam_of_the_imagenet_network() -> None:
    network, photo = load_imagenet_network(), load_photo("coffee")
    target = int(network(photo).argmax())
    where = {"layer": "network.bn2", "upsample": False}
    cam = class_activation_map(network, photo, target, classifier="network.classifier", **where)
    raw = grad_cam(network, photo, target, relu=False, **where)
    assert cam.shape == (1, 1, 7, 7)
    assert relative(raw * 49, cam) <= FLOAT32


def test_cam_of_a_model_with_one_score() -> None:
    one, model = gap_net(1), gap_net(1)
    single = class_activation_map(one, X, 0, layer="3", classifier="6")
    column = lambda x: model(x)[:, 0]  # noqa: E731  # a model that returns (N,)
    assert torch.equal(class_activation_map(column, X, layer=model[3], classifier=model[6]), single)


def test_cam_refuses_what_it_is_not_defined_for() -> None:
    for model, layer, classifier, message in (
        (conv_net(), "3", "6", "classifier: 6 takes 24 values; the layer has 6 channels"),
        (gap_net(), "2", "6", "its score is not the mean of the class activation map plus the bias .* use grad_cam"),
        (gap_net(), "1", "6", "classifier: 6 takes 6 values; the layer has 4 channels"),
    ):
        with nothing_changes(model, X), pytest.raises(ValueError, match=message):
            class_activation_map(model, X, TARGET, layer=layer, classifier=classifier)
    with pytest.raises(TypeError, match="classifier: 0 is Conv2d; expected the"):
        class_activation_map(gap_net(), X, TARGET, layer="3", classifier="0")
    with pytest.raises(ValueError, match="classifier: the model has no 'fc'; it has, for example, 0, 1"):
        class_activation_map(gap_net(), X, TARGET, layer="3", classifier="fc")
    model = gap_net()
    with pytest.raises(ValueError, match="target: None, but classifier has 5 classes"):
        class_activation_map(lambda x: model(x)[:, 0], X, layer=model[3], classifier=model[6])
    with pytest.raises(ValueError, match="target: 5 is out of range"):
        class_activation_map(model, X, 5, layer="3", classifier="6")


# Layers: what the libraries get wrong without a word


class Twice(nn.Module):
    """One convolution, used twice. (N, 1, 8, 8) -> (N, 5)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc = nn.Conv2d(1, 1, 3, padding=1), nn.Linear(64, 5)
        seeded(self)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.conv(self.conv(x).relu()).relu().flatten(1))


def test_a_layer_that_is_called_twice_is_refused_by_name() -> None:
    model = Twice()
    captum.attr.LayerGradCam(model, model.conv).attribute(X, TARGET)  # explains the last call, and does not say so
    for layer in ("conv", model.conv):
        with nothing_changes(model, X), pytest.raises(ValueError, match="layer: conv is called more than once"):
            grad_cam(model, X, TARGET, layer=layer)


def test_a_relu_in_place_above_the_layer_does_not_change_its_activations() -> None:
    plain, in_place = conv_net(), conv_net(nn.ReLU(inplace=True), nn.ReLU(inplace=True))
    for layer in ("0", "3"):
        right = grad_cam(plain, X, TARGET, layer=layer)
        assert relative(grad_cam(in_place, X, TARGET, layer=layer), right) <= FLOAT64
        before = channel_evidence(in_place, X, TARGET, layer=layer).activations
        assert before.min() < 0


def test_a_hook_of_the_owners_stays_and_is_heard() -> None:
    model = conv_net()
    model[3].register_forward_hook(lambda module, args, output: 2 * output)
    with nothing_changes(model, X):
        evidence = channel_evidence(model, X, TARGET, layer="3")
    assert torch.allclose(evidence.activations, 2 * conv_net()[:4](X), rtol=0, atol=1e-12)


def test_layers_that_cannot_be_used() -> None:
    model, other = conv_net(), nn.Conv2d(1, 4, 3).double()
    function = lambda x: model(x)  # noqa: E731
    detached = lambda x: model[4:](model[3](model[:3](x)).detach())  # noqa: E731
    for call, error, message in (
        (
            lambda: grad_cam(model, X, 1, layer="conv9"),
            ValueError,
            "the model has no .conv9.; it has, for example",
        ),
        (lambda: grad_cam(model, X, 1, layer=3), TypeError, "layer: int; expected a module inside the model"),
        (lambda: grad_cam(model, X, 1, layer=other), ValueError, "layer: the model did not call Conv2d"),
        (lambda: grad_cam(model, X, 1, layer="6"), ValueError, r"layer: 6 returns \(3, 5\); expected \(N, K, h"),
        (lambda: grad_cam(function, X, 1, layer="3"), TypeError, "layer: '3' is a name, but the model is a function"),
        (lambda: grad_cam(detached, X, 1, layer=model[3]), ValueError, "layer: the score has no gradient .* Conv2d"),
    ):
        with nothing_changes(model, X), pytest.raises(error, match=message):
            call()


def test_a_layer_that_returns_several_tensors_is_refused() -> None:
    class Two(nn.Module):
        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            return x, x

    two, head = Two(), nn.Sequential(nn.Flatten(), nn.Linear(64, 5)).double()
    with pytest.raises(TypeError, match="layer: Two returned tuple; expected a tensor"):
        grad_cam(lambda x: head(two(x)[0]), X, 1, layer=two)


def test_an_error_in_the_backward_pass_leaves_nothing() -> None:
    class Failing(torch.autograd.Function):
        @staticmethod
        def forward(ctx: object, x: Tensor) -> Tensor:
            return x.clone()

        @staticmethod
        def backward(ctx: object, above: Tensor) -> Tensor:
            raise RuntimeError("the model's own error")

    model = conv_net()
    with nothing_changes(model, X), pytest.raises(RuntimeError, match="the model's own error"):
        grad_cam(lambda x: Failing.apply(model(x)), X, TARGET, layer=model[3])


def test_a_map_without_positive_evidence_is_zero_and_not_nan() -> None:
    model = SmallConvNet(seed=3).double()
    model.fc.weight.data = -model.fc.weight.data.abs()
    ours = grad_cam(model, X, 1, layer="relu2")
    assert ours.count_nonzero() == 0
    assert grad_cam(model, X, 1, layer="relu2", relu=False).max() <= 0


def test_two_planted_objects_two_classes_two_maps() -> None:
    """Class 0 asks for a bright square, class 1 for a dark one: each map lies on its own."""
    conv = nn.Conv2d(1, 2, 1, bias=False).double()
    conv.weight.data = torch.tensor([[[[1.0]]], [[[-1.0]]]], dtype=torch.float64)
    model = nn.Sequential(conv, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    x = torch.zeros(1, 1, 8, 8, dtype=torch.float64)
    x[..., 1:3, 1:3], x[..., 5:7, 5:7] = 1, -1
    for target, area in ((0, slice(1, 3)), (1, slice(5, 7))):
        cam = grad_cam(model, x, target, layer="1")
        assert cam[..., area, area].sum() == pytest.approx(cam.sum())
        assert cam.sum() > 0
