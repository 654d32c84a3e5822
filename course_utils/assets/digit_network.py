"""The digit network: two convolutions and a fully connected layer, small enough to look into."""

from __future__ import annotations

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from course_utils.assets.files import data_file
from course_utils.assets.normalisation import Normalise, freeze

CHANNELS = (32, 64)
"""Channels of the two convolutions; chosen by cross-validation, see `data/digit_network.md`."""


class DigitNetwork(nn.Module):
    """Convolution, ReLU, pooling, twice; then one fully connected layer. Logits come out.

    Every operation is a module with a name of its own and is used once, and no ReLU works in place, so that hooks
    and libraries see each step. Shapes for a batch of N digits::

        images (N, 1, 28, 28) → conv1 (N, 32, 24, 24) → pool1 (N, 32, 12, 12)
                              → conv2 (N, 64, 8, 8)   → pool2 (N, 64, 4, 4)   → fc (N, 10)

    Parameters
    ----------
    channels : pair of int
        Channels of the two convolutions.

    Examples
    --------
    >>> load_digit_network()(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    def __init__(self, channels: tuple[int, int] = CHANNELS) -> None:
        super().__init__()
        first, second = channels
        # Mean and standard deviation of the pixels of `train`.
        self.normalise = Normalise([0.1312], [0.3084])
        self.conv1 = nn.Conv2d(1, first, kernel_size=5)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(first, second, kernel_size=5)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(second * 4 * 4, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, 1, 28, 28) in [0, 1] to logits (N, 10)."""
        x = self.normalise(images)
        x = self.pool1(self.relu1(self.conv1(x)))
        x = self.pool2(self.relu2(self.conv2(x)))
        logits: Tensor = self.fc(self.flatten(x))
        return logits


def load_digit_network() -> DigitNetwork:
    """Load the trained digit network, in evaluation mode and frozen.

    It has seen `load_digits("train")` alone. How it was trained and how good it is stands in
    `data/digit_network.md`.

    Returns
    -------
    DigitNetwork
        Maps images (N, 1, 28, 28) in [0, 1] to logits (N, 10).

    Raises
    ------
    ChecksumError
        When the file with the weights was changed or is incomplete.

    Examples
    --------
    >>> from course_utils.assets import load_digits
    >>> images, labels = load_digits("validation")
    >>> load_digit_network()(images[:10]).argmax(dim=1).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    weights = load_file(data_file("digit_network.safetensors"))
    # On the meta device nothing is drawn: building the layers would use torch's global random numbers.
    with torch.device("meta"):
        network = DigitNetwork()
    network.load_state_dict(weights, assign=True)
    return freeze(network)
