"""A model in training mode gives another score for the same input. It is refused, with the fix.

Dropout draws new zeros at each call. Batch norm mixes the rows of a batch and moves its running statistics, so a method
that asks many times would explain a model that changes while it is asked.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.instancenorm import _InstanceNorm


def refuse_training_mode(model: object) -> None:
    """Raise ValueError when a layer of the model depends on chance or on the other rows of a batch.

    A module is inspected with all it contains; of a function, the modules that it refers to by name. What is hidden
    deeper (a module in a list that a function uses) cannot be seen.

    Examples
    --------
    >>> from torch import nn
    >>> net = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    >>> refuse_training_mode(net)
    Traceback (most recent call last):
    ValueError: model: layer model.1 (Dropout) is in training mode, so the score of an input is not fixed; call
    model.eval() first
    >>> refuse_training_mode(net.eval())
    """
    for root, module in _modules_of(model):
        for path, layer in module.named_modules():
            name = f"{root}.{path}" if path else root
            kind = type(layer).__name__
            if layer.training and _changes_in_training(layer):
                raise ValueError(
                    f"model: layer {name} ({kind}) is in training mode, so the score of an input is not fixed; "
                    f"call {root}.eval() first"
                )
            if isinstance(layer, _BatchNorm) and layer.running_mean is None:
                raise ValueError(
                    f"model: layer {name} ({kind}) keeps no running statistics, so the score of an input depends on "
                    "the other inputs even in evaluation mode; build it with track_running_stats=True"
                )


def _modules_of(model: object) -> Iterator[tuple[str, nn.Module]]:
    """Yield the modules behind a callable, each with the name by which its owner calls it."""
    if isinstance(model, nn.Module):
        yield "model", model
    elif isinstance(model, functools.partial):
        for value in (model.func, *model.args, *model.keywords.values()):
            yield from _modules_of(value)
    elif inspect.ismethod(model):
        yield from _modules_of(model.__self__)
    elif inspect.isfunction(model):
        names = inspect.getclosurevars(model)
        for name, value in (*names.globals.items(), *names.nonlocals.items()):
            if isinstance(value, nn.Module):
                yield name, value
    else:
        for name, value in getattr(model, "__dict__", {}).items():
            if isinstance(value, nn.Module):
                yield name, value


def _changes_in_training(layer: nn.Module) -> bool:
    """Say whether this layer's output, or its state, differs between training and evaluation mode."""
    if isinstance(layer, _InstanceNorm):
        return layer.track_running_stats  # without running statistics, both modes compute the same
    if isinstance(layer, nn.RNNBase | nn.MultiheadAttention):
        return layer.dropout > 0
    if isinstance(layer, _BatchNorm | nn.RReLU):
        return True
    # Dropout, Dropout2d, AlphaDropout, and their kin outside torch: DropPath, DropBlock, StochasticDepth.
    drops = any(word in type(layer).__name__ for word in ("Drop", "StochasticDepth"))
    return drops and getattr(layer, "p", 1.0) != 0
