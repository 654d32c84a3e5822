"""The models that the methods are timed on, each with an image and a class to explain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn

from course_utils.assets import load_digit_network, load_digits, load_imagenet_network, load_photo
from course_utils.assets.names import class_names
from course_utils.assets.normalisation import Normalise, NormalisedModel, freeze
from course_utils.attribution import superpixels
from course_utils.seeds import SEED


@dataclass(frozen=True)
class Subject:
    """A model and what is explained about it."""

    name: str
    model: nn.Module
    image: Tensor
    """(1, C, H, W) in [0, 1]."""
    target: int
    layer: nn.Module | None
    """The layer of Grad-CAM; None where hooks do not belong (a folded network)."""
    window: int
    """Side of the occluding window; the stride is `stride`."""
    stride: int
    segments: Tensor
    """(H, W): the superpixel of each pixel, the same for every library."""


def load_subject(name: str, stride: int | None = None) -> Subject:
    """Load one of `SUBJECTS`; with a large stride the window is as large, so that no pixel is left out."""
    subject = SUBJECTS[name]()
    return subject if stride is None else replace(subject, stride=stride, window=max(stride, subject.window))


def _digit_network() -> Subject:
    model, (images, labels) = load_digit_network(), load_digits("validation")
    rows, columns = torch.meshgrid(torch.arange(28), torch.arange(28), indexing="ij")
    return Subject(
        "digit network", model, images[3:4], int(labels[3]), model.relu2, 5, 1, (rows // 4) * 7 + columns // 4
    )


def _of_photograph(name: str, model: NormalisedModel, target: int, layer: nn.Module | None) -> Subject:
    image = load_photo("coffee")
    return Subject(name, model, image, target, layer, 15, 8, superpixels(image)[0, 0])


def _efficientnet(folded: bool) -> Subject:
    model = load_imagenet_network(folded=folded)
    name = "EfficientNet-Lite0, folded" if folded else "EfficientNet-Lite0"
    return _of_photograph(name, model, 967, None if folded else model.network.get_submodule("bn2"))


def _resnet() -> Subject:
    """Build ResNet-18 with random weights: its time does not depend on them, its explanation would."""
    from torchvision.models import resnet18

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(SEED)
        network = resnet18(weights=None)
    normalise = Normalise([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    model = freeze(NormalisedModel(network, normalise, class_names("imagenet"), resize_size=256, crop_size=224))
    return _of_photograph("ResNet-18, random weights", model, 967, network.layer4)


SUBJECTS = {
    "digits": _digit_network,
    "efficientnet": partial(_efficientnet, False),
    "efficientnet-folded": partial(_efficientnet, True),
    "resnet": _resnet,
}
