"""Toy models whose true explanation is known in closed form, to judge a method by.

A method that is wrong here needs no photograph to be refuted. `course_utils.assets.named_model` makes each of them
by name; all are in evaluation mode and have nothing to train.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class LinearModel(nn.Module):
    r"""A linear score, :math:`F(x) = w \cdot x + b`: the weights are the explanation.

    The gradient is :math:`w` at every input. Input×Gradient is :math:`w_i x_i`. Integrated gradients, occlusion of
    single features and Shapley values with the baseline :math:`x'` are all :math:`w_i (x_i - x'_i)`.

    Parameters
    ----------
    weights : Tensor or nested sequence of float, shape (d,) or (classes, d)
        One row per class; without rows the model returns one score per input.
    bias : float, sequence of float or Tensor of shape (classes,)
        The score of an input of zeros.

    Examples
    --------
    >>> LinearModel([2.0, -1.0], bias=0.5)(torch.tensor([[3.0, 4.0]]))
    tensor([2.5000])
    """

    weights: Tensor
    bias: Tensor

    def __init__(
        self,
        weights: Tensor | Sequence[float] | Sequence[Sequence[float]],
        bias: Tensor | Sequence[float] | float = 0.0,
    ) -> None:
        super().__init__()
        self.register_buffer("weights", torch.as_tensor(weights, dtype=torch.get_default_dtype()).clone())
        self.register_buffer("bias", torch.as_tensor(bias, dtype=torch.get_default_dtype()).clone())
        if self.weights.ndim not in (1, 2):
            raise ValueError(f"weights: got shape {tuple(self.weights.shape)}, expected (d,) or (classes, d)")
        if self.bias.ndim > 0 and self.bias.shape != self.weights.shape[:-1]:
            raise ValueError(
                f"bias: got shape {tuple(self.bias.shape)}, expected a number or one number for each of "
                f"{tuple(self.weights.shape[:-1])} scores"
            )
        self.eval()

    def forward(self, inputs: Tensor) -> Tensor:
        """Map inputs (N, …) with d values each to scores (N,) or (N, classes)."""
        return nn.functional.linear(inputs.flatten(1), self.weights) + self.bias


class ReluCounterexample(nn.Module):
    r"""One input, :math:`f(x) = 1 - \mathrm{ReLU}(1 - x)`: it rises to 1 and then stays flat.

    From :math:`x' = 0` to :math:`x = 2` the score changes by 1, so the only feature must receive 1. The gradient at 2
    is 0, and so is Input×Gradient: both break Sensitivity(a). Integrated gradients gives
    :math:`f(x) - f(x') = \min(x, 1) - \min(x', 1)`, which is 1 here.

    Source: Sundararajan, Taly & Yan 2017, section 2.1, arXiv:1703.01365.

    Examples
    --------
    >>> ReluCounterexample()(torch.tensor([[0.0], [0.5], [2.0]]))
    tensor([0.0000, 0.5000, 1.0000])
    """

    def __init__(self) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        self.eval()

    def forward(self, inputs: Tensor) -> Tensor:
        """Map inputs (N, 1) to scores (N,)."""
        score: Tensor = 1 - self.relu(1 - inputs[:, 0])
        return score


class SaturatingPair(nn.Module):
    r"""Two inputs that can each do the work alone, :math:`y = \min(i_1 + i_2, 1) = 1 - \mathrm{ReLU}(1 - i_1 - i_2)`.

    At :math:`(1, 1)` the gradient is :math:`(0, 0)`, and removing either input changes nothing. Yet the score fell
    from 1 to 0 if both were removed. The model is symmetric, so completeness and symmetry leave one answer from the
    baseline :math:`(0, 0)`: each input receives :math:`1/2`. Integrated gradients and Shapley values say so.

    Source: Shrikumar, Greenside & Kundaje 2017, figure 1, arXiv:1704.02685.

    Examples
    --------
    >>> SaturatingPair()(torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]))
    tensor([0., 1., 1.])
    """

    def __init__(self) -> None:
        super().__init__()
        self.relu = nn.ReLU()
        self.eval()

    def forward(self, inputs: Tensor) -> Tensor:
        """Map inputs (N, 2) to scores (N,)."""
        score: Tensor = 1 - self.relu(1 - inputs[:, 0] - inputs[:, 1])
        return score


class AdditiveInteraction(nn.Module):
    r"""Two main effects and one interaction, :math:`f(x) = a x_0 + b x_1 + c x_0 x_1`.

    The gradient is :math:`(a + c x_1,\; b + c x_0)`. From the baseline 0, integrated gradients and Shapley values
    share the interaction equally, :math:`(a x_0 + c x_0 x_1 / 2,\; b x_1 + c x_0 x_1 / 2)`. Occlusion of one feature
    at a time gives the whole interaction to both, :math:`(a x_0 + c x_0 x_1,\; b x_1 + c x_0 x_1)`, so its sum
    exceeds :math:`f(x) - f(0)` by :math:`c x_0 x_1`.

    Parameters
    ----------
    a, b : float
        Main effects: score per unit of the first and of the second feature.
    c : float
        Strength of the interaction.

    Examples
    --------
    >>> AdditiveInteraction(1.0, 2.0, 3.0)(torch.tensor([[1.0, 1.0]]))
    tensor([6.])
    """

    def __init__(self, a: float = 1.0, b: float = 2.0, c: float = 3.0) -> None:
        super().__init__()
        self.a, self.b, self.c = float(a), float(b), float(c)
        self.eval()

    def forward(self, inputs: Tensor) -> Tensor:
        """Map inputs (N, 2) to scores (N,)."""
        x0, x1 = inputs[:, 0], inputs[:, 1]
        return self.a * x0 + self.b * x1 + self.c * x0 * x1
