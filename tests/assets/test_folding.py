"""Folding: a convolution with its batch normalisation becomes one convolution, or it is refused."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from course_utils.assets.folding import fold_batch_norm


def trained_looking(network: nn.Module) -> nn.Module:
    """Give the normalisations statistics, weights and biases that are not 0 and 1."""
    torch.manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor in (module.weight.data, module.bias.data, module.running_mean):
                tensor.normal_()
            module.running_var.uniform_(0.5, 2.0)
    return network.eval()


def test_a_folded_network_answers_as_before():
    network = trained_looking(
        nn.Sequential(
            nn.Conv2d(2, 4, 3, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Sequential(nn.Conv2d(4, 4, 3, groups=4), nn.BatchNorm2d(4, eps=1e-2)),
        )
    ).double()
    x = torch.rand(3, 2, 9, 8, dtype=torch.float64)
    expected = network(x)
    folded = fold_batch_norm(network)
    assert [type(module).__name__ for module in folded] == ["Conv2d", "Identity", "ReLU", "Sequential"]
    torch.testing.assert_close(folded(x), expected, rtol=1e-12, atol=1e-12)


def test_a_convolution_without_normalisation_stays():
    network = nn.Sequential(nn.Conv2d(1, 1, 3), nn.ReLU()).eval()
    assert isinstance(fold_batch_norm(network)[0], nn.Conv2d)


@pytest.mark.parametrize(
    "layers",
    [
        [nn.BatchNorm2d(1), nn.Conv2d(1, 1, 3)],
        [nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3), nn.BatchNorm2d(1)],
    ],
)
def test_what_is_no_pair_is_refused(layers):
    with pytest.raises(ValueError, match=r"network: Sequential has 0, 1.*expected pairs"):
        fold_batch_norm(nn.Sequential(*layers).eval())


def test_training_mode_is_refused():
    with pytest.raises(ValueError, match="training mode"):
        fold_batch_norm(nn.Sequential(nn.Conv2d(1, 1, 3), nn.BatchNorm2d(1)))
