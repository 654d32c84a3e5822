r"""Gradient of a score with respect to the input: which change of the input changes the score fastest?

Training asks for :math:`\partial L / \partial w`, the slope of a loss in the weights. An explanation asks for
:math:`\partial F_c / \partial x`, the slope of a class score in the input. Around x the score is nearly

.. math:: F_c(x + \varepsilon) \approx F_c(x) + \varepsilon^\top \nabla F_c(x)
"""

from __future__ import annotations

import functools

import torch
from torch import Tensor

from course_utils.attribution.batches import in_batches
from course_utils.attribution.scores import Model, Scores, Target, scores


def vanilla_gradient(model: Model, inputs: Tensor, target: Target = None) -> Tensor:
    r"""Attribute a score to the inputs by its slope.

    .. math:: \text{attribution}_i(x) = \partial F(x) / \partial x_i

    Parameters
    ----------
    model
        Any callable from (N, …) to (N, classes), or to (N,) with `target=None`.
    inputs
        (N, …), floating point.
    target
        The class to explain: an int, an integer tensor (N,), or None.

    Returns
    -------
    Tensor
        (N, …) like the inputs, signed, in units of score per unit of input.

    Raises
    ------
    TypeError, ValueError
        See `scores`.

    Notes
    -----
    Cost: one forward and one backward pass per input.
    Pitfall: a slope says what a *small change* would do, not what is there. Where the score is flat, it is 0.
    Source: Baehrens et al. 2010, eq. 2, JMLR 11; Simonyan et al. 2014, section 3, arXiv:1312.6034.

    Examples
    --------
    >>> vanilla_gradient(lambda x: 3 * x[:, 0] - 2 * x[:, 1], torch.tensor([[5.0, 7.0]]))
    tensor([[ 3., -2.]])
    """
    F, x = scores(model, inputs, target), inputs.detach()
    return in_batches(functools.partial(gradient, F), x)


def input_x_gradient(model: Model, inputs: Tensor, target: Target = None) -> Tensor:
    r"""Attribute a score to the inputs by slope times value.

    .. math:: \text{attribution}_i(x) = x_i \, \partial F(x) / \partial x_i

    Parameters, Raises and cost as `vanilla_gradient`.

    Returns
    -------
    Tensor
        (N, …) like the inputs, signed, in units of score.

    Notes
    -----
    For a linear score without bias the attributions sum to the score. For other scores they need not: where the score
    is saturated, they are 0.
    Pitfall: a value of 0 gets 0, so black pixels never count, whatever they mean to the model.
    Source: Shrikumar et al. 2016, section 3, arXiv:1605.01713.

    Examples
    --------
    >>> input_x_gradient(lambda x: 3 * x[:, 0] - 2 * x[:, 1], torch.tensor([[5.0, 7.0]]))
    tensor([[ 15., -14.]])
    """
    slopes = vanilla_gradient(model, inputs, target)
    return inputs.detach() * slopes


def gradient(F: Scores, points: Tensor, examples: Tensor | None = None) -> Tensor:
    """Return ∂F/∂points, (M, …), in one forward and one backward pass.

    The rows of a batch do not influence one another, so the gradient of the sum of their scores holds, row by row, the
    gradient of each. Only the copy of the points requires a gradient: parameters keep their `.grad`, and a frozen model
    works.
    """
    with torch.inference_mode(False), torch.enable_grad():  # whatever the caller has switched off
        leaf = points.detach().clone().requires_grad_()
        return slope(F(leaf, examples), leaf)


def slope(score: Tensor, leaf: Tensor) -> Tensor:
    """Return the gradient of `score` (M,) with respect to the `leaf` (M, …) that it was computed from."""
    found = None
    if score.requires_grad:
        (found,) = torch.autograd.grad(score.sum(), leaf, allow_unused=True)
    if found is None:
        raise ValueError(
            "model: its score has no gradient with respect to the inputs; expected differentiable operations from "
            "inputs to score (no detach, no_grad, numpy, rounding or argmax)"
        )
    return found
