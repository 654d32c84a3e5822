"""Models that take images in [0, 1]: the normalisation is part of the model.

With the normalisation inside, black is 0 for every model of the course, a baseline means the same everywhere, and an
attribution is in units of the score, per unit of what one sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

AnyModule = TypeVar("AnyModule", bound=nn.Module)


class Normalise(nn.Module):
    """Subtract the mean and divide by the standard deviation, channel by channel.

    Parameters
    ----------
    mean, std : sequence of float
        One number per channel, in units of the image, which is in [0, 1].

    Examples
    --------
    >>> Normalise([0.5], [0.25])(torch.ones(1, 1, 1, 1)).item()
    2.0
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        if len(mean) != len(std):
            raise ValueError(f"std: got {len(std)} numbers for {len(mean)} channels, expected one per channel")
        if min(std) <= 0:
            raise ValueError(f"std: got {list(std)}, expected numbers above 0")
        self.register_buffer("mean", torch.tensor(mean).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, -1, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, C, H, W) in [0, 1] to the range the network was trained on, stored channels last.

        Same values in another order of memory: a pixel's channels side by side, as convolutions on a processor like
        them. What follows keeps that order, and takes a seventh to a half less time (see `benchmarks/README.md`).
        """
        normalised = (images - self.mean) / self.std
        # `to(memory_format=torch.channels_last)` is this for (N, C, H, W), and fails under torch.func.vmap.
        return normalised.movedim(-3, -1).clone(memory_format=torch.contiguous_format).movedim(-1, -3)


class NormalisedModel(nn.Module):
    """A network behind its normalisation: images in [0, 1] come in, logits go out.

    Attributes
    ----------
    normalise : Normalise
        The first layer.
    network : nn.Module
        The network as its library made it; name its layers as `model.network.…`.
    class_names : tuple of str
        The name of each logit.
    resize_size, crop_size : int
        What the network was trained to look at: resize the shorter side to the first number of pixels, then cut
        the middle square with the second.
    """

    def __init__(
        self,
        network: nn.Module,
        normalise: Normalise,
        class_names: Sequence[str],
        *,
        resize_size: int,
        crop_size: int,
    ) -> None:
        super().__init__()
        self.normalise = normalise
        self.network = network
        self.class_names = tuple(class_names)
        self.resize_size = resize_size
        self.crop_size = crop_size

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, 3, H, W) in [0, 1] to logits (N, classes)."""
        logits: Tensor = self.network(self.normalise(images))
        return logits


def freeze(model: AnyModule) -> AnyModule:
    """Put a model into evaluation mode and its parameters out of reach of gradients; return it.

    Gradients still reach the input. That is what an explanation needs: nothing here is trained.

    Examples
    --------
    >>> frozen = freeze(nn.Linear(2, 1))
    >>> frozen.training, frozen.weight.requires_grad
    (False, False)
    """
    return model.eval().requires_grad_(False)
