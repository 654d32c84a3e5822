"""The channels of a convolution as evidence: what each found where, and how much the score cares."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from course_utils.attribution.batches import batches
from course_utils.attribution.layers import Layer, activations_and_gradients, find_layer
from course_utils.attribution.scores import Model, Target, scores


@dataclass(frozen=True)
class ChannelEvidence:
    """What Grad-CAM adds up, channel by channel: look here when a map surprises."""

    activations: Tensor
    """A, (N, K, h, w): the output of the layer."""
    gradients: Tensor
    """∂F/∂A, (N, K, h, w): the change of the score per unit of each activation."""

    @property
    def weights(self) -> Tensor:
        """The weights α of the channels, (N, K): the mean of the gradients over all places."""
        return self.gradients.mean(dim=(2, 3))

    @property
    def maps(self) -> Tensor:
        """The weighted channels α_k A^k, (N, K, h, w). Their sum over k is the map of Grad-CAM before the ReLU."""
        return self.weights[:, :, None, None] * self.activations


def channel_evidence(model: Model, inputs: Tensor, target: Target = None, *, layer: Layer) -> ChannelEvidence:
    """Return activations and gradients of a layer, and the weights that Grad-CAM makes of them.

    Parameters, Raises and cost as `grad_cam`.

    Examples
    --------
    >>> from torch import nn
    >>> conv = nn.Conv2d(1, 2, 1, bias=False)
    >>> conv.weight.data = torch.tensor([3.0, -1.0]).reshape(2, 1, 1, 1)
    >>> evidence = channel_evidence(lambda x: conv(x).sum((1, 2, 3)), torch.ones(1, 1, 4, 4), layer=conv)
    >>> evidence.weights, evidence.maps.mean((2, 3))
    (tensor([[1., 1.]]), tensor([[ 3., -1.]]))
    """
    F, x = scores(model, inputs, target), images_only(inputs)
    pairs = [activations_and_gradients(F, x[rows], rows, layer) for rows in batches(len(x), x)]
    A, gradients = (torch.cat(parts) for parts in zip(*pairs, strict=True))
    _check_maps(A, layer, model)
    return ChannelEvidence(A, gradients)


def images_only(inputs: Tensor) -> Tensor:
    """Return the inputs detached; raise unless they are (N, C, H, W)."""
    if inputs.ndim != 4:
        raise ValueError(f"inputs: shape {tuple(inputs.shape)}; expected images (N, C, H, W)")
    return inputs.detach()


def enlarged(cam: Tensor, inputs: Tensor) -> Tensor:
    """Return maps (N, 1, h, w) at the size of the images (N, C, H, W), by bilinear interpolation."""
    return functional.interpolate(cam, size=inputs.shape[2:], mode="bilinear", align_corners=False)


def _check_maps(A: Tensor, layer: Layer, model: Model) -> None:
    if A.ndim != 4:
        _, name = find_layer(model, layer)
        raise ValueError(
            f"layer: {name} returns {tuple(A.shape)}; expected (N, K, h, w), as of a convolution: without places there "
            "is no map"
        )
