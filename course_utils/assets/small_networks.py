"""Small networks with drawn weights: cases for checks and tests that run in milliseconds.

They were never trained. Use them to compare two computations with each other, not to learn about the world.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from course_utils.assets.normalisation import freeze
from course_utils.seeds import SEED, generator


class SmallNetwork(nn.Module):
    r"""A fully connected ReLU network with drawn weights.

    .. math:: F(x) = W_L\,\mathrm{ReLU}(\dots \mathrm{ReLU}(W_1 x + b_1) \dots) + b_L

    It is linear around every input. Where no ReLU sits exactly at its kink, the gradient of a score is
    :math:`W_L D_{L-1} W_{L-1} \cdots D_1 W_1`, with :math:`D_l` the diagonal of ones (ReLU open) and zeros (closed).

    Parameters
    ----------
    sizes : sequence of int
        Features, units of each hidden layer, classes: `(4, 16, 3)` has one hidden layer of 16 units.
    seed : int
        The same seed gives the same weights.

    Examples
    --------
    >>> SmallNetwork((4, 16, 3), seed=1)(torch.zeros(2, 4)).shape
    torch.Size([2, 3])
    """

    def __init__(self, sizes: Sequence[int] = (4, 16, 3), seed: int = SEED) -> None:
        super().__init__()
        if len(sizes) < 2 or any(not isinstance(size, int) or size < 1 for size in sizes):
            raise ValueError(f"sizes: got {sizes!r}, expected at least two whole numbers above 0")
        self.sizes = tuple(sizes)
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        with torch.random.fork_rng(devices=[]):  # torch draws first; its global random state is put back
            for index, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
                layers[f"fc{index}"] = nn.Linear(n_in, n_out)
                if index < len(sizes) - 1:
                    layers[f"relu{index}"] = nn.ReLU()
        self.layers = nn.Sequential(layers)
        draw_weights(self, "SmallNetwork", *sizes, seed=seed)
        freeze(self)

    def forward(self, inputs: Tensor) -> Tensor:
        """Map inputs (N, features) to logits (N, classes)."""
        logits: Tensor = self.layers(inputs)
        return logits


class SmallConvNet(nn.Module):
    r"""A tiny convolutional network with drawn weights, for images of 8 × 8 pixels and three classes.

    Two convolutions of 3 × 3 with ReLU, then one fully connected layer. Like `SmallNetwork` it is linear around every
    input: with :math:`D_l` the open ReLUs, the gradient of class :math:`c` is
    :math:`K_1^T D_1 K_2^T D_2 w_c`, where :math:`K_l` is convolution :math:`l` written as a matrix.

    Parameters
    ----------
    seed : int
        The same seed gives the same weights.

    Examples
    --------
    >>> SmallConvNet(seed=1)(torch.zeros(2, 1, 8, 8)).shape
    torch.Size([2, 3])
    """

    def __init__(self, seed: int = SEED) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            self.conv1 = nn.Conv2d(1, 4, kernel_size=3)
            self.relu1 = nn.ReLU()
            self.conv2 = nn.Conv2d(4, 6, kernel_size=3)
            self.relu2 = nn.ReLU()
            self.flatten = nn.Flatten()
            self.fc = nn.Linear(6 * 4 * 4, 3)
        draw_weights(self, "SmallConvNet", seed=seed)
        freeze(self)

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, 1, 8, 8) to logits (N, 3)."""
        x = self.relu1(self.conv1(images))  # (N, 4, 6, 6)
        x = self.relu2(self.conv2(x))  # (N, 6, 4, 4)
        logits: Tensor = self.fc(self.flatten(x))
        return logits


def draw_weights(network: nn.Module, *key: object, seed: int) -> None:
    """Draw all parameters: weights with deviation √(2 / inputs) (He et al. 2015), biases with deviation 0.1.

    A bias of 0 would put ReLUs exactly at their kink for an input of zeros, where methods may rightly differ.
    """
    random = generator(*key, seed=seed)
    with torch.no_grad():
        for parameter in network.parameters():
            deviation = (2 / parameter[0].numel()) ** 0.5 if parameter.ndim > 1 else 0.1
            parameter.copy_(torch.randn(parameter.shape, generator=random) * deviation)
