"""What one layer says about an input, and how the score depends on it: activations and their gradients."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from course_utils.attribution.scores import Model, Scores

Layer: TypeAlias = nn.Module | str
"""A module inside the model, or its name there, such as "conv2" or "network.conv_head"."""


def find_layer(model: Model, layer: Layer, argument: str = "layer") -> tuple[nn.Module, str]:
    """Return the module, and a name for it in messages; `argument` is the argument that it came in.

    Raises
    ------
    TypeError, ValueError
        When a name is given for a model that is no module, or the model has no layer of that name.

    Examples
    --------
    >>> find_layer(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()), "1")
    (ReLU(), '1')
    """
    modules = dict(model.named_modules()) if isinstance(model, nn.Module) else {}
    if isinstance(layer, nn.Module):
        names = [name for name, module in modules.items() if module is layer and name]
        return layer, names[0] if names else type(layer).__name__
    if not isinstance(layer, str):
        raise TypeError(f"{argument}: {type(layer).__name__}; expected a module inside the model, or its name")
    if not modules:
        raise TypeError(
            f"{argument}: {layer!r} is a name, but the model is a {type(model).__name__}; pass the module itself"
        )
    if layer == "" or layer not in modules:
        names = [name for name in modules if name]
        near = difflib.get_close_matches(layer, names, n=5, cutoff=0.4) or names[:8]
        raise ValueError(f"{argument}: the model has no {layer!r}; it has, for example, {', '.join(near)}")
    return modules[layer], layer


def activations_and_gradients(F: Scores, points: Tensor, examples: Tensor, layer: Layer) -> tuple[Tensor, Tensor]:
    """Return the layer's output A for points (M, …), and ∂F/∂A of the same shape.

    The backward pass ends at the layer: what lies below it is not differentiated.
    """
    # Its name takes a walk over the whole model, so it is looked up where a message needs it.
    module = layer if isinstance(layer, nn.Module) else find_layer(F.model, layer)[0]
    with torch.inference_mode(False), torch.enable_grad():  # whatever the caller has switched off
        with _leaf_at(module, F.model) as leaves:
            score = F(points.detach(), examples)
        if not leaves:
            _, name = find_layer(F.model, layer)
            raise ValueError(f"layer: the model did not call {name}; expected a layer between inputs and score")
        (A,) = leaves
        gradients = torch.autograd.grad(score.sum(), A, allow_unused=True)[0] if score.requires_grad else None
    if gradients is None:
        _, name = find_layer(F.model, layer)
        raise ValueError(
            f"layer: the score has no gradient with respect to the output of {name}; expected a layer between inputs "
            "and score, and differentiable operations above it (no detach, no_grad, numpy, rounding or argmax)"
        )
    return A.detach(), gradients


@contextmanager
def _leaf_at(layer: nn.Module, model: Model) -> Iterator[list[Tensor]]:
    """Let the layer's output start a new graph, and collect it; a second call of the layer is refused.

    A library that hooks a layer which is called twice explains the last call without a word.
    """
    leaves: list[Tensor] = []

    def start_anew(module: nn.Module, args: Any, output: Any) -> Tensor:
        if leaves:
            _, name = find_layer(model, layer)
            raise ValueError(
                f"layer: {name} is called more than once in one forward pass, so it has no single output; "
                "choose a layer that is called once"
            )
        if not isinstance(output, Tensor):
            _, name = find_layer(model, layer)
            raise TypeError(f"layer: {name} returned {type(output).__name__}; expected a tensor")
        leaves.append(output.detach().clone().requires_grad_())
        return leaves[0].clone()  # what follows may work in place, and must not change the activations

    handle = layer.register_forward_hook(start_anew)
    try:
        yield leaves
    finally:
        handle.remove()
