"""Everything the notebooks look at: digits, photographs, loans, and the models that judge them.

Nothing heavy is imported until a name is used, so that `import course_utils.assets` answers at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_utils.assets.digit_network import DigitNetwork, load_digit_network
    from course_utils.assets.digits import load_digits
    from course_utils.assets.files import ChecksumError, data_file, data_folder
    from course_utils.assets.imagenet_network import load_imagenet_network
    from course_utils.assets.loans import LoanModel, Loans, load_loans
    from course_utils.assets.names import class_names
    from course_utils.assets.normalisation import Normalise, NormalisedModel, freeze
    from course_utils.assets.patch_detector import PatchDetector, planted
    from course_utils.assets.photo_credits import Credit, photo_credit, photo_names
    from course_utils.assets.photos import load_photo
    from course_utils.assets.registry import model_names, named_model
    from course_utils.assets.small_networks import SmallConvNet, SmallNetwork
    from course_utils.assets.torchvision_classifier import load_torchvision_classifier
    from course_utils.assets.toy_models import (
        AdditiveInteraction,
        LinearModel,
        ReluCounterexample,
        SaturatingPair,
    )

_HOME_OF = {
    "AdditiveInteraction": "toy_models",
    "ChecksumError": "files",
    "Credit": "photo_credits",
    "DigitNetwork": "digit_network",
    "LinearModel": "toy_models",
    "LoanModel": "loans",
    "Loans": "loans",
    "Normalise": "normalisation",
    "NormalisedModel": "normalisation",
    "PatchDetector": "patch_detector",
    "ReluCounterexample": "toy_models",
    "SaturatingPair": "toy_models",
    "SmallConvNet": "small_networks",
    "SmallNetwork": "small_networks",
    "class_names": "names",
    "data_file": "files",
    "data_folder": "files",
    "freeze": "normalisation",
    "load_digit_network": "digit_network",
    "load_digits": "digits",
    "load_imagenet_network": "imagenet_network",
    "load_loans": "loans",
    "load_photo": "photos",
    "load_torchvision_classifier": "torchvision_classifier",
    "model_names": "registry",
    "named_model": "registry",
    "photo_credit": "photo_credits",
    "photo_names": "photo_credits",
    "planted": "patch_detector",
}

__all__ = [
    "AdditiveInteraction",
    "ChecksumError",
    "Credit",
    "DigitNetwork",
    "LinearModel",
    "LoanModel",
    "Loans",
    "Normalise",
    "NormalisedModel",
    "PatchDetector",
    "ReluCounterexample",
    "SaturatingPair",
    "SmallConvNet",
    "SmallNetwork",
    "class_names",
    "data_file",
    "data_folder",
    "freeze",
    "load_digit_network",
    "load_digits",
    "load_imagenet_network",
    "load_loans",
    "load_photo",
    "load_torchvision_classifier",
    "model_names",
    "named_model",
    "photo_credit",
    "photo_names",
    "planted",
]


def __getattr__(name: str) -> object:
    """Import the module that holds `name` when the name is first used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    """Show the public names, so that Tab completes them before anything is imported."""
    return sorted(__all__)
