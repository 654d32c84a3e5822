"""The names of the classes that the networks of the course tell apart."""

from __future__ import annotations

from typing import Literal

Dataset = Literal["digits", "imagenet"]


def class_names(dataset: Dataset) -> tuple[str, ...]:
    """Return the name of each class; the position is the index of its logit.

    Parameters
    ----------
    dataset : {"digits", "imagenet"}
        Ten digits, or the 1,000 classes of ImageNet (Russakovsky et al. 2015, arXiv:1409.0575) as torchvision
        writes them down beside its weights.

    Raises
    ------
    ValueError
        When `dataset` is neither name.

    Examples
    --------
    >>> class_names("digits")[7]
    '7'
    >>> class_names("imagenet")[967]
    'espresso'
    """
    if dataset == "digits":
        return tuple(str(digit) for digit in range(10))
    if dataset == "imagenet":
        # Imported here: the names of the digits should not cost the start of torchvision.
        from torchvision.models import EfficientNet_B0_Weights

        return tuple(EfficientNet_B0_Weights.IMAGENET1K_V1.meta["categories"])
    raise ValueError(f"dataset: got {dataset!r}, expected 'digits' or 'imagenet'")
