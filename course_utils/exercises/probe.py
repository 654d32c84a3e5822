"""What a call did beside returning its result: the effects that no returned value shows.

A student's function may change its input, leave the model in another mode, or give another answer when it is called
twice. Such a mistake cannot be seen in one result. The check looks for it beside the call, and puts back what it can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

EFFECTS = {
    "input changed": (
        "Your function changed its own input. Whoever calls it next works with other numbers. "
        "Work on a copy: x = inputs.clone()."
    ),
    "mode changed": (
        "Your function left the model in another mode than it found it (train instead of eval). "
        "Dropout and batch norm then behave differently for everyone who uses the model after you."
    ),
    "hook left": (
        "Your function left a hook on the model. Every later pass runs it, for everyone who uses the model after you. "
        "Keep what register_forward_hook returns, and call its remove()."
    ),
    "parameters changed": (
        "Your function changed the weights of the model. An explanation looks at a model; it must leave it as it was."
    ),
    "running statistics changed": (
        "Your function moved the running statistics of batch norm: each call of a model in training mode does. The "
        "weights are as they were, and yet the model now answers otherwise in eval mode. Do not call a model before "
        "you know its mode."
    ),
    "requires_grad changed": (
        "Your function changed which weights of the model ask for a gradient (requires_grad). Everyone who uses the "
        "model after you gets it so. Leave the weights alone: it is enough that the input asks, "
        "x = inputs.clone().requires_grad_()."
    ),
    "second call differs": (
        "Called a second time with the same input, your function returns other values. Does a gradient add up in "
        ".grad from call to call? Take it from torch.autograd.grad, or start from a fresh detached copy of the input. "
        "Does it draw random numbers? Draw them from a generator with a seed."
    ),
}


def snapshot(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Record the values of tensors, and mode, hooks, state and requires_grad of models, among a call's arguments."""
    import torch

    state: dict[str, Any] = {}
    for name, value in arguments.items():
        network = getattr(value, "model", value)
        if isinstance(value, torch.Tensor):
            state[name] = value.detach().clone()
        elif isinstance(network, torch.nn.Module):
            values = {k: v.detach().clone() for k, v in network.state_dict().items()}
            state[name] = (network.training, _hooks(network), values, _asking(network))
    return state


def effects_since(before: dict[str, Any], arguments: Mapping[str, Any]) -> list[str]:
    """Name the effects between a snapshot and now, in the order of `EFFECTS`."""
    import torch

    found = []
    for name, was in before.items():
        now = arguments[name]
        if isinstance(now, torch.Tensor):
            if now.shape != was.shape or not torch.equal(now.detach(), was):
                found.append("input changed")
            continue
        now = getattr(now, "model", now)
        training, hooks, values, asking = was
        if _hooks(now) > hooks:
            found.append("hook left")
        if now.training != training:
            found.append("mode changed")
        else:
            changed = {k for k, v in now.state_dict().items() if not torch.equal(v, values[k])}
            weights = {k for k, _ in now.named_parameters()}
            if changed & weights:
                found.append("parameters changed")
            if changed - weights:  # buffers: running_mean, running_var, num_batches_tracked
                found.append("running statistics changed")
        if _asking(now) != asking:
            found.append("requires_grad changed")
    return [effect for effect in EFFECTS if effect in found]


def _hooks(network: Any) -> int:
    """Count the hooks on all modules of a model."""
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(module, kind)) for module in network.modules() for kind in kinds)


def _asking(network: Any) -> set[str]:
    """Name the parameters that ask for a gradient."""
    return {name for name, parameter in network.named_parameters() if parameter.requires_grad}


@contextmanager
def surroundings_kept() -> Iterator[None]:
    """Give back the random states of Python, NumPy and torch, and torch's gradient mode, as they were found."""
    import random

    import numpy as np
    import torch

    python, gradients = random.getstate(), torch.is_grad_enabled()
    numpy = np.random.get_state()  # noqa: NPY002  (a student may use the old global state)
    state = torch.get_rng_state()
    try:
        with torch.enable_grad():
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        torch.set_rng_state(state)
        torch.set_grad_enabled(gradients)
