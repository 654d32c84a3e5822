r"""The door of every method: check model, inputs and target once, and speak of one score F from then on.

An attribution explains one number per example. `scores` turns a model with many outputs into that number:

.. math:: F(x) = \text{model}(x)_c \quad \text{for the class } c \text{ that target names}

All methods below this door write F(x), as the papers do, and check nothing again.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from course_utils.attribution.evaluation_mode import refuse_training_mode

Model: TypeAlias = Callable[[Tensor], Tensor]
Target: TypeAlias = int | Tensor | None


@dataclass(frozen=True)
class Scores:
    """The score that is explained, as a function of rows: F(points) -> one number per row.

    A method that asks about several points per example (a path, noise, masks) passes them all as rows, and says with
    `examples` which of the N inputs each row belongs to, because each input may have a target of its own.
    """

    model: Model
    target: Tensor | None
    """Class of each of the N inputs, (N,), or None for a model that returns one score."""

    def __call__(self, points: Tensor, examples: Tensor | None = None) -> Tensor:
        """Return the scores (M,) of points (M, …); `examples` (M,) numbers their inputs, by default 0 … M − 1."""
        # The model gets a copy of its own: an in-place first layer must not change what it was given.
        output = self.model(points.clone(memory_format=torch.contiguous_format))
        if not isinstance(output, Tensor):
            raise TypeError(f"model: returned {type(output).__name__}; expected a tensor (N, classes) or (N,)")
        if not output.is_floating_point():
            raise TypeError(f"model: returned {output.dtype}; expected floating-point scores, such as logits")
        score = self._of_target(output, len(points), examples)
        if not all_finite(score.detach()):
            raise ValueError("model: returned a score that is NaN or infinite; no attribution can explain it")
        return score

    def _of_target(self, output: Tensor, rows: int, examples: Tensor | None) -> Tensor:
        shape = tuple(output.shape)
        if self.target is None:
            if shape == (rows,):
                return output
            if output.ndim == 2 and shape[0] == rows:
                raise ValueError(
                    f"target: None, but the model returned {shape}; say which of the {shape[1]} classes to explain"
                )
            raise ValueError(f"model: returned shape {shape} for {rows} rows; expected ({rows},)")
        if shape == (rows,):
            raise ValueError(f"target: given, but the model returned one score per row, {shape}; leave target=None")
        if output.ndim != 2 or shape[0] != rows:
            raise ValueError(f"model: returned shape {shape} for {rows} rows; expected ({rows}, classes)")
        target = self.target if examples is None else self.target[examples]
        if target.max() >= shape[1]:
            raise ValueError(f"target: {int(target.max())} is out of range; the model has classes 0 to {shape[1] - 1}")
        return output.gather(1, target.to(output.device).unsqueeze(1)).squeeze(1)


def scores(model: Model, inputs: Tensor, target: Target = None) -> Scores:
    """Check what every method is given and return the score F.

    The model is not called here. What only its output can tell (a target out of range) is checked at the first call
    of F.

    Parameters
    ----------
    model
        Any callable from (N, …) to (N, classes), or to (N,) with `target=None`.
    inputs
        (N, …), floating point and finite; N is at least 1.
    target
        The class to explain: an int for all inputs, an integer tensor (N,), or None.

    Raises
    ------
    TypeError, ValueError
        Names the argument, what came, and what was expected. A model with dropout or batch norm in training mode is
        refused, because its scores depend on chance or on the other inputs.

    Examples
    --------
    >>> F = scores(lambda x: torch.stack([x.sum(1), x.prod(1)], dim=1), torch.tensor([[2.0, 3.0]]), target=1)
    >>> F(torch.tensor([[2.0, 3.0]]))
    tensor([6.])
    """
    if not callable(model):
        raise TypeError(f"model: {type(model).__name__} is not callable; expected a module or a function")
    check_values("inputs", inputs)
    if inputs.ndim < 2:
        raise ValueError(
            f"inputs: shape {tuple(inputs.shape)} has no axis for the examples; expected (N, …), "
            "for one example inputs.unsqueeze(0)"
        )
    refuse_training_mode(model)
    return Scores(model, _class_of_each_input(target, inputs))


def check_values(name: str, tensor: object) -> None:
    """Raise unless `tensor` is a floating-point tensor, not empty, without NaN and infinity."""
    if not isinstance(tensor, Tensor):
        raise TypeError(f"{name}: {type(tensor).__name__}; expected a torch.Tensor")
    if not tensor.is_floating_point():
        raise TypeError(f"{name}: dtype {tensor.dtype}; expected floating point, for example {name}.float()")
    if tensor.numel() == 0:
        raise ValueError(f"{name}: shape {tuple(tensor.shape)} is empty")
    if not all_finite(tensor.detach()):
        raise ValueError(f"{name}: contains NaN or infinity; expected finite values")


def all_finite(tensor: Tensor) -> bool:
    """Say whether no value is NaN or infinite.

    A sum is finite only if all its terms are, and takes an eighth of the time; a sum that is too large for the type
    says nothing.
    """
    return math.isfinite(tensor.sum().item()) or bool(tensor.isfinite().all())


def _class_of_each_input(target: Target, inputs: Tensor) -> Tensor | None:
    """Return `target` as a tensor (N,) beside the inputs; 0 ≤ target is checked, target < classes cannot be yet."""
    if target is None:
        return None
    n = len(inputs)
    if isinstance(target, Tensor) and target.ndim > 0:
        if target.is_floating_point() or target.is_complex() or target.dtype == torch.bool:
            raise TypeError(f"target: dtype {target.dtype}; expected integers, for example target.long()")
        if target.shape != (n,):
            raise ValueError(f"target: shape {tuple(target.shape)} for {n} inputs; expected ({n},)")
        classes = target.detach().to(inputs.device, torch.long, copy=True)
        lowest = int(classes.min())
    else:
        lowest = _class_number(target)
        classes = torch.full((n,), lowest, device=inputs.device)
    if lowest < 0:
        raise ValueError(f"target: {lowest} is negative; classes count from 0")
    return classes


def _class_number(target: object) -> int:
    is_bool = isinstance(target, bool) or (isinstance(target, Tensor) and target.dtype == torch.bool)
    try:
        if not is_bool:
            return operator.index(target)  # type: ignore[arg-type]  # the except clause says what is wrong with it
    except TypeError:
        pass
    kind = f"tensor of {target.dtype}" if isinstance(target, Tensor) else type(target).__name__
    raise TypeError(f"target: {kind}; expected an int, an integer tensor (N,), or None")
