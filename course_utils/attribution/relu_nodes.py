"""The ReLUs of a forward pass, found in the graph that autograd recorded of it.

Each operation on a tensor that requires a gradient leaves a node, named after its derivative: `ReluBackward0`,
`ConvolutionBackward0`. The nodes point to those of their arguments, back to the input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import Node
from torch.nn import functional
from torch.overrides import TorchFunctionMode


def relu_nodes(score: Tensor) -> Iterator[Node]:
    """Yield the node of each ReLU, ReLU6 or clamp(min=0) in the graph that computed `score`.

    Raises
    ------
    ValueError
        When a part of the model is compiled or checkpointed, so that the graph does not show what is inside.

    Examples
    --------
    >>> x = torch.tensor([-1.0, 2.0], requires_grad=True)
    >>> [node.name() for node in relu_nodes(torch.relu(2 * torch.relu(x)))]
    ['ReluBackward0', 'ReluBackward0']
    """
    return (node for node in _graph(score) if _is_relu(node))


_OPAQUE = ("CompiledFunctionBackward", "CheckpointFunctionBackward", "DifferentiableGraphBackward")
"""Nodes that stand for a whole piece of a model and do not show what is inside."""


def _graph(score: Tensor) -> Iterator[Node]:
    """Yield each node of the graph that computed the score once."""
    seen: set[Node] = set()
    waiting = [score.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        if node.name().endswith(_OPAQUE):
            raise ValueError(
                f"model: a part of it ({node.name()}) is compiled or checkpointed, so its ReLUs cannot be seen; "
                "pass the plain model"
            )
        seen.add(node)
        yield node
        waiting.extend(parent for parent, _ in node.next_functions)


def _is_relu(node: Node) -> bool:
    """Say whether this node of the graph is the backward step of a ReLU, by name and by its lower bound."""
    saved: Any = node
    name = node.name().rstrip("0123456789")
    if name == "HardtanhBackward":  # ReLU6 is hardtanh from 0 to 6
        return bool(saved._saved_min_val == 0)
    if name == "ClampBackward":
        return isinstance(saved._saved_min, int | float) and saved._saved_min == 0 and saved._saved_max is None
    if name == "ClampMinBackward":
        return isinstance(saved._saved_min, int | float) and saved._saved_min == 0
    return name == "ReluBackward"


class OutOfPlaceRelu(TorchFunctionMode):
    """Compute an in-place ReLU out of place, then copy the result to where it was wanted.

    An in-place operation on a view (Flatten, then ReLU(inplace=True)) would leave a node that does not say what the
    operation was. Out of place, the ReLU has a node of its own.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        settings = kwargs or {}
        if func in _TWINS:
            out_of_place = _TWINS[func]
        elif func in (functional.relu, functional.relu6, functional.hardtanh) and settings.get("inplace"):
            out_of_place, settings = func, settings | {"inplace": False}
        else:
            return func(*args, **settings)
        x, *rest = args
        return x.copy_(out_of_place(x.clone(), *rest, **settings))  # the node may keep its argument: give it a clone


_TWINS: dict[Callable[..., Any], Callable[..., Any]] = {
    torch.relu_: torch.relu,
    Tensor.relu_: torch.relu,
    functional.hardtanh_: functional.hardtanh,
    torch.clamp_: torch.clamp,
    Tensor.clamp_: torch.clamp,
    torch.clamp_min_: torch.clamp_min,
    Tensor.clamp_min_: torch.clamp_min,
}
