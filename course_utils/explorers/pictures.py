"""The pictures that an explorer shows, the classes that it explains, and the slider to choose among them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from course_utils.explorers.controls import Slider
from course_utils.explorers.frame import Frame


def as_images(inputs: Any) -> Tensor:
    """Return a batch of pictures as it came, or say what is wrong with it.

    Raises
    ------
    TypeError, ValueError
        If it is no floating point tensor of shape (N, C, H, W) with at least one picture.

    Examples
    --------
    >>> as_images(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 1, 28, 28])
    """
    if not isinstance(inputs, Tensor):
        raise TypeError(f"inputs: expected a tensor (N, C, H, W), got {type(inputs).__name__}")
    if inputs.ndim != 4 or len(inputs) == 0 or not inputs.is_floating_point():
        raise ValueError(f"inputs: expected floats (N, C, H, W), N ≥ 1, got {inputs.dtype} {tuple(inputs.shape)}")
    return inputs.detach()


def as_targets(model: Callable[[Tensor], Tensor], inputs: Tensor, target: Any) -> list[int]:
    """Return one class for each input: the given one, or the class with the highest score.

    Raises
    ------
    ValueError
        If there are not as many classes as inputs, or one of them does not exist.

    Examples
    --------
    >>> as_targets(lambda x: x.flatten(1), torch.eye(3), None)
    [0, 1, 2]
    """
    with torch.no_grad():
        scores = model(inputs)
    if target is None:
        return [int(best) for best in scores.argmax(1)]
    targets = [int(one) for one in torch.as_tensor(target).reshape(-1)]
    if len(targets) == 1:
        targets *= len(inputs)
    if len(targets) != len(inputs) or not all(0 <= one < scores.shape[1] for one in targets):
        raise ValueError(
            f"target: expected one class, or one for each of {len(inputs)} inputs, from 0 to {scores.shape[1] - 1}; "
            f"got {target!r}"
        )
    return targets


def as_classes(model: Callable[[Tensor], Tensor], images: Tensor, targets: Any) -> list[int]:
    """Return the classes to choose from.

    Raises
    ------
    ValueError
        If there is none, or one of them does not exist.

    Examples
    --------
    >>> as_classes(lambda x: x.flatten(1), torch.eye(3), (0, 2))
    [0, 2]
    """
    classes = [int(one) for one in torch.as_tensor(targets).reshape(-1)]
    with torch.no_grad():
        n_classes = model(images[:1]).shape[1]
    if not classes or not all(0 <= one < n_classes for one in classes):
        raise ValueError(f"targets: expected one or more classes from 0 to {n_classes - 1}, got {targets!r}")
    return classes


def as_class_names(names: Sequence[str] | None, classes: Sequence[int]) -> list[str]:
    """Return words for the classes, "class 3" where none are given.

    Raises
    ------
    ValueError
        If there is no class, or there are not as many names as classes.

    Examples
    --------
    >>> as_class_names(None, [3]), as_class_names(["espresso"], [967])
    (['class 3'], ['espresso'])
    """
    if names is None:
        names = [f"class {one}" for one in classes]
    if isinstance(names, str) or not classes or len(names) != len(classes):
        raise ValueError(f"names: expected one for each class, {list(classes)}, got {names!r}")
    return [str(name) for name in names]


def which_picture(images: Tensor) -> list[Slider]:
    """Return a slider to choose among several pictures, or none where there is one picture."""
    return [Slider("picture", "Picture", 0, len(images) - 1, 1, 0)] if len(images) > 1 else []


def one_picture(draw: Callable[..., Frame]) -> Callable[..., Frame]:
    """Return the drawing function for an explorer without a choice of pictures."""

    def drawn(**values: Any) -> Frame:
        return draw(picture=0, **values)

    return drawn
