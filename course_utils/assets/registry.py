"""Models by name: an exercise names its model as data, and a check builds it afresh."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from torch import nn

from course_utils.assets.digit_network import load_digit_network
from course_utils.assets.imagenet_network import load_imagenet_network
from course_utils.assets.loans import LoanModel
from course_utils.assets.normalisation import freeze
from course_utils.assets.patch_detector import PatchDetector
from course_utils.assets.small_networks import SmallConvNet, SmallNetwork
from course_utils.assets.toy_models import (
    AdditiveInteraction,
    LinearModel,
    ReluCounterexample,
    SaturatingPair,
)

_MAKERS: dict[str, Callable[..., nn.Module]] = {
    "additive_interaction": AdditiveInteraction,
    "digit_network": load_digit_network,
    "imagenet_network": load_imagenet_network,
    "linear": LinearModel,
    "loan_model": LoanModel,
    "patch_detector": PatchDetector,
    "relu_counterexample": ReluCounterexample,
    "saturating_pair": SaturatingPair,
    "small_conv_net": SmallConvNet,
    "small_network": SmallNetwork,
}


def model_names() -> tuple[str, ...]:
    """Return the names that `named_model` knows.

    Examples
    --------
    >>> "saturating_pair" in model_names()
    True
    """
    return tuple(sorted(_MAKERS))


def named_model(name: str, **settings: object) -> nn.Module:
    """Make a model of the course by its name: a new object at each call, frozen and in evaluation mode.

    Parameters
    ----------
    name : str
        One of `model_names()`.
    **settings
        What the model's class takes, for example `sizes=(4, 16, 3), seed=1` for `"small_network"`.

    Raises
    ------
    ValueError
        When the name is not known, or a setting has a value that the model refuses.
    TypeError
        When a setting is not known, or a needed one is missing.

    Examples
    --------
    >>> named_model("linear", weights=[1.0, -2.0])
    LinearModel()
    >>> named_model("small_network", sizes=(4, 8, 2), seed=1).training
    False
    """
    if name not in _MAKERS:
        raise ValueError(f"name: got {name!r}, expected one of {', '.join(model_names())}")
    maker = _MAKERS[name]
    signature = inspect.signature(maker)
    try:
        signature.bind(**settings)
    except TypeError as error:
        raise TypeError(f"settings of {name!r}: {error}; it takes {signature}") from None
    return freeze(maker(**settings))
