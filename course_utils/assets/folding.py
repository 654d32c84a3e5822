r"""Fold batch normalisation into the convolution before it: one layer does the work of two.

In evaluation mode batch normalisation is a fixed line for each channel, and a line after a convolution is a convolution
with other weights:

.. math:: \gamma \, \frac{(w * x + b) - \mu}{\sqrt{v + \epsilon}} + \beta
          = \underbrace{\frac{\gamma w}{\sqrt{v + \epsilon}}}_{\text{new weights}} * \, x
          + \underbrace{\frac{\gamma (b - \mu)}{\sqrt{v + \epsilon}} + \beta}_{\text{new bias}}
"""

from __future__ import annotations

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold_batch_norm(network: nn.Module) -> nn.Module:
    """Fold each batch normalisation of a network into the convolution before it, in place; return the network.

    Parameters
    ----------
    network
        In evaluation mode. Each module must list its convolutions and batch normalisations in the order in which it
        calls them, in pairs. What a normalisation of timm does besides (its activation) stays, and works in place.

    Raises
    ------
    ValueError
        When the network is in training mode, or a module's convolutions and normalisations are not pairs.

    Notes
    -----
    Source: Jacob et al. 2018, section 3.2, eq. 14, arXiv:1712.05877.

    Examples
    --------
    >>> pair = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).eval()
    >>> fold_batch_norm(pair)
    Sequential(
      (0): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1))
      (1): Identity()
    )
    """
    if network.training:
        raise ValueError("network: in training mode, where the mean of a batch is no fixed number; call eval() first")
    for parent_name, parent in network.named_modules():
        names = [name for name, child in parent.named_children() if isinstance(child, nn.Conv2d | nn.BatchNorm2d)]
        if not any(isinstance(parent.get_submodule(name), nn.BatchNorm2d) for name in names):
            continue
        for conv_name, norm_name in _pairs(parent, names, parent_name):
            conv, norm = parent.get_submodule(conv_name), parent.get_submodule(norm_name)
            setattr(parent, conv_name, fuse_conv_bn_eval(conv, norm))
            setattr(parent, norm_name, _activation_of(norm))
    return network


def _pairs(parent: nn.Module, names: list[str], parent_name: str) -> list[tuple[str, str]]:
    pairs = list(zip(names[::2], names[1::2], strict=False))
    fits = len(names) % 2 == 0 and all(
        isinstance(parent.get_submodule(first), nn.Conv2d) and isinstance(parent.get_submodule(second), nn.BatchNorm2d)
        for first, second in pairs
    )
    if not fits:
        raise ValueError(
            f"network: {parent_name or type(parent).__name__} has {', '.join(names)}; expected pairs, each a "
            "convolution and the batch normalisation after it"
        )
    return pairs


def _activation_of(norm: nn.Module) -> nn.Module:
    """Return what is left of a normalisation: nothing, or the activation that timm has put into it."""
    activation = getattr(norm, "act", None) or nn.Identity()
    if hasattr(activation, "inplace"):
        activation.inplace = True  # nobody reads what the folded convolution returned
    return activation
