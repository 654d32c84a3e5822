r"""Deconvnet and guided backpropagation: the backward pass with another rule at every ReLU.

Let :math:`R^{l+1}` be what comes back to a ReLU from above, and :math:`f^l` what went into it. What is passed on is

.. math::
    \text{gradient:} \quad & R^l = (f^l > 0) \, R^{l+1} \\
    \text{deconvnet:} \quad & R^l = (R^{l+1} > 0) \, R^{l+1} \\
    \text{guided:} \quad & R^l = (f^l > 0) \, (R^{l+1} > 0) \, R^{l+1}

The rule is set on the nodes of the graph that autograd records of this one forward pass. A ReLU leaves such a node
however it was written (module, function, method, in place, used twice), and the graph is thrown away after use: no
module is replaced, no hook stays. Libraries that look for `nn.ReLU` modules return the plain gradient for ReLU6 and for
`torch.relu`, without a word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor

from course_utils.attribution.batches import in_batches
from course_utils.attribution.gradients import slope
from course_utils.attribution.relu_nodes import OutOfPlaceRelu, relu_nodes
from course_utils.attribution.scores import Model, Scores, Target, scores

Rule: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""From what the gradient would pass on, and what came from above, to what is passed on instead."""


def guided_backprop(model: Model, inputs: Tensor, target: Target = None) -> Tensor:
    r"""Attribute a score by a backward pass that keeps, at every ReLU, only positive evidence for active units.

    .. math:: R^l = (f^l > 0) \, (R^{l+1} > 0) \, R^{l+1}

    Parameters
    ----------
    model
        Any callable from (N, …) to (N, classes), or to (N,) with `target=None`, with a ReLU in it: ReLU, ReLU6 or
        `clamp(min=0)`, as a module or a function, in place or not.
    inputs
        (N, …), floating point.
    target
        The class to explain: an int, an integer tensor (N,), or None.

    Returns
    -------
    Tensor
        (N, …) like the inputs, signed. It has no unit: it is the derivative of nothing.

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when no ReLU lies between inputs and score, since the result would be the plain gradient.

    Notes
    -----
    Cost: one forward and one backward pass per input.
    Pitfall: sharp pictures, but they hardly depend on the class or the upper weights; Sensitivity(a) does not hold.
    A ReLU that is written another way, `x * (x > 0)` or `maximum(x, 0)`, is not recognised.
    Source: Springenberg et al. 2015, section 3.4, arXiv:1412.6806.

    Examples
    --------
    The second input speaks against the score, so it is dropped.

    >>> model = lambda x: torch.relu(x[:, 0]) - torch.relu(x[:, 1])
    >>> guided_backprop(model, torch.tensor([[5.0, 7.0]]))
    tensor([[1., 0.]])
    """
    return _with_rule(lambda gradient, above: gradient.clamp(min=0), "guided_backprop", model, inputs, target)


def deconvnet(model: Model, inputs: Tensor, target: Target = None) -> Tensor:
    r"""Attribute a score by a backward pass that rectifies what comes back, not what went forward.

    .. math:: R^l = (R^{l+1} > 0) \, R^{l+1}

    Parameters, Returns and Raises as `guided_backprop`.

    Notes
    -----
    Cost: one forward and one backward pass per input.
    Pitfall: whether a ReLU was active does not enter. Only pooling tells the result which input it is about.
    Source: Zeiler & Fergus 2014, section 2.1, arXiv:1311.2901.

    Examples
    --------
    The first input is behind a ReLU that is off, and still gets a share.

    >>> model = lambda x: torch.relu(x[:, 0]) - torch.relu(x[:, 1])
    >>> deconvnet(model, torch.tensor([[-5.0, 7.0]]))
    tensor([[1., 0.]])
    """
    return _with_rule(lambda gradient, above: above.clamp(min=0), "deconvnet", model, inputs, target)


def _with_rule(rule: Rule, method: str, model: Model, inputs: Tensor, target: Target) -> Tensor:
    F, x = scores(model, inputs, target), inputs.detach()
    return in_batches(lambda points, rows: _backward(F, points, rows, rule, method), x)


def _backward(F: Scores, points: Tensor, examples: Tensor, rule: Rule, method: str) -> Tensor:
    """Return the gradient of the scores of points (M, …), with `rule` in place of the derivative of ReLU."""
    relus_passed = 0

    def at_relu(passed_on: tuple[Tensor, ...], above: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        nonlocal relus_passed
        relus_passed += 1
        return (rule(passed_on[0], above[0]), *passed_on[1:])

    with torch.inference_mode(False), torch.enable_grad():
        leaf = points.detach().clone().requires_grad_()
        with OutOfPlaceRelu():
            score = F(leaf, examples)
        for node in relu_nodes(score):
            node.register_hook(at_relu)
        attributions = slope(score, leaf)
    if not relus_passed:
        raise ValueError(
            f"model: no ReLU lies between inputs and score, so {method} would return the plain gradient; "
            "it is defined for networks with ReLU, ReLU6 or clamp(min=0)"
        )
    return attributions
