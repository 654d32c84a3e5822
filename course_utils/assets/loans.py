"""Loan applications, made up by a stated rule, and the transparent model that is the rule.

People are affected by models on tables like this one. The data are synthetic, so that the true reasons are known and
nobody's file is shown.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from course_utils.seeds import SEED, rng

FEATURES = ("income", "debt", "years employed", "late payments")
UNITS = ("1,000 € a year", "1,000 €", "years", "number in the last two years")
WEIGHTS = (0.08, -0.06, 0.15, -0.9)
BIAS = -2.5


@dataclass(frozen=True)
class Loans:
    """Applications and decisions.

    Attributes
    ----------
    features : Tensor of shape (N, 4), float32
        One row per application, in the units of `units`.
    granted : Tensor of shape (N,), int64
        1 when the loan was granted, 0 when it was refused.
    feature_names, units : tuple of str
        What the columns are and what they are measured in.
    """

    features: Tensor
    granted: Tensor
    feature_names: tuple[str, ...] = FEATURES
    units: tuple[str, ...] = UNITS


class LoanModel(nn.Module):
    r"""The rule behind the loans: a logistic score whose weights can be read.

    .. math::
        s(x) = -2.5 + 0.08\,\text{income} - 0.06\,\text{debt}
               + 0.15\,\text{years employed} - 0.9\,\text{late payments}

    The loan is granted when :math:`s > 0`; :math:`1 / (1 + e^{-s})` is the probability in the data. The weights are
    the explanation: each is the change of the score per unit.

    Examples
    --------
    >>> LoanModel()(torch.tensor([[40.0, 10.0, 4.0, 0.0]]))
    tensor([0.7000])
    """

    weights: Tensor
    bias: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("weights", torch.tensor(WEIGHTS))
        self.register_buffer("bias", torch.tensor(BIAS))
        self.eval()

    def forward(self, inputs: Tensor) -> Tensor:
        """Map applications (N, 4) to scores (N,): log odds, above 0 when the loan is granted."""
        return inputs @ self.weights + self.bias


def load_loans(n: int = 1000, seed: int = SEED) -> Loans:
    """Draw loan applications and their decisions.

    Income is log-normal around 36,000 € a year; debt is exponential, 40 % of the income on average; years employed
    are exponential with mean 6, at most 40; late payments are Poisson with mean 0.6. The features are rounded to what
    a form would hold. A loan is granted with the probability that `LoanModel` gives, so no model is right every time.

    Parameters
    ----------
    n : int
        Number of applications.
    seed : int
        The same seed gives the same applications.

    Raises
    ------
    ValueError
        When `n` is below 1.

    Examples
    --------
    >>> loans = load_loans(n=3)
    >>> loans.features.shape, loans.feature_names[0], loans.units[0]
    (torch.Size([3, 4]), 'income', '1,000 € a year')
    """
    if n < 1:
        raise ValueError(f"n: got {n}, expected a whole number of at least 1")
    random = rng("loans", seed=seed)
    income = np.clip(np.exp(random.normal(np.log(36), 0.45, n)), 8, 250).round(1)
    debt = (income * random.exponential(0.4, n)).round(1)
    years = np.minimum(random.exponential(6, n), 40).round()
    late = random.poisson(0.6, n)
    features = torch.from_numpy(np.stack([income, debt, years, late], axis=1)).float()
    probability = torch.sigmoid(LoanModel()(features)).numpy()
    granted = random.random(n) < probability
    return Loans(features, torch.from_numpy(granted).long())
