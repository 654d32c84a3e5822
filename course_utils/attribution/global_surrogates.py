"""A global surrogate: a model that can be read, trained to say what the black box says, not what is true."""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from course_utils.attribution.asking import ask
from course_utils.attribution.batches import Progress
from course_utils.attribution.linear_surrogates import fidelity
from course_utils.attribution.scores import Model, Target, scores
from course_utils.seeds import generator


@dataclass(frozen=True)
class GlobalSurrogate:
    """A readable model that was fitted to the scores of another, and how faithful it is."""

    regressor: Any
    """The fitted regressor of scikit-learn; it takes inputs as (N, values)."""
    r2: float
    """Fidelity on the rows that it was fitted to."""
    held_out_r2: float
    """Fidelity on rows that it has not seen. This is the number to judge by."""
    held_out: Tensor
    """The numbers of these rows."""
    attributions: Tensor | None
    """(N, …) like the inputs: coefficient times the distance from the mean. None for a surrogate without them."""
    coefficients: Tensor | None
    """(…) like one input: the change of the score per unit. None for a surrogate without them, such as a tree."""
    intercept: float | None
    """The surrogate's score of an input of zeros."""


def global_surrogate(
    model: Model,
    inputs: Tensor,
    target: Target = None,
    *,
    regressor: Any = None,
    held_out: float = 0.25,
    seed: int = 0,
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> GlobalSurrogate:
    r"""Fit a readable model g to the scores of a black box on a whole data set, and measure its fidelity.

    .. math:: R^2 = 1 - \frac{\sum_n (F(x_n) - g(x_n))^2}{\sum_n (F(x_n) - \bar F)^2}
              \quad \text{over rows that } g \text{ has not seen}

    Parameters
    ----------
    model
        The black box: any callable from (N, …) to (N, classes), or to (N,) with `target=None`.
    inputs
        (N, …), floating point: the data set on which the surrogate shall speak for the model. No labels are needed.
    target
        The class to explain: an int, an integer tensor (N,), or None.
    regressor
        A regressor of scikit-learn that is not fitted; a copy of it is. None is `LinearRegression()`;
        `DecisionTreeRegressor(max_depth=3, random_state=0)` gives a tree, which has no coefficients.
    held_out
        The part of the rows that is kept for judging, above 0 and below 1.
    seed
        For the choice of these rows.
    batch_size
        Rows that go through the model at once; None takes the default for inputs of this size.
    progress
        Called as `progress(done, total)` after each batch.

    Returns
    -------
    GlobalSurrogate
        The fitted surrogate, its fidelity on fitted and on held-out rows, and its coefficients if it has any.

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when there are fewer than two rows to fit or to judge by.

    Notes
    -----
    Cost: one forward pass per input.
    Pitfall: it explains the model on these data, not the world, and a high R² on average can hide a group of rows for
    which it is wrong.
    Source: Craven & Shavlik 1996, NIPS 8 (trees for networks); Molnar 2022, Interpretable Machine
    Learning, chapter 8.6.

    Examples
    --------
    >>> x = torch.arange(12.0).reshape(6, 2)
    >>> x[:, 1] = x[:, 1] ** 2
    >>> line = global_surrogate(lambda x: 3 * x[:, 0] - 2 * x[:, 1] + 1, x, held_out=0.4)
    >>> line.coefficients.round(decimals=2), round(line.held_out_r2, 3)
    (tensor([ 3., -2.]), 1.0)
    """
    from sklearn.base import BaseEstimator, clone, is_regressor
    from sklearn.linear_model import LinearRegression

    F, x = scores(model, inputs, target), inputs.detach()
    g = LinearRegression() if regressor is None else regressor
    if not isinstance(g, BaseEstimator) or not is_regressor(g):
        name = getattr(g, "__name__", type(g).__name__)
        raise TypeError(f"regressor: {name}; expected a regressor of scikit-learn, for example LinearRegression()")
    shuffled = torch.randperm(len(x), generator=generator("global_surrogate", seed=seed))
    n_held_out = _number_held_out(held_out, len(x))
    kept, fitted = shuffled[:n_held_out], shuffled[n_held_out:]

    y = ask(F, x, len(x), lambda rows: (x[rows], rows), batch_size=batch_size, progress=progress).double().cpu()
    table = x.flatten(1).double().cpu()
    g = clone(g).fit(table[fitted].numpy(), y[fitted].numpy())
    answers = torch.from_numpy(g.predict(table.numpy())).reshape(-1)
    coefficients = attributions = intercept = None
    if hasattr(g, "coef_"):
        w = torch.as_tensor(g.coef_, dtype=torch.float64).reshape(-1)
        intercept, coefficients = float(g.intercept_), w.reshape(x.shape[1:]).to(x)
        attributions = (w * (table - table.mean(dim=0))).reshape(x.shape).to(x)
    return GlobalSurrogate(
        regressor=g,
        r2=fidelity(y[fitted], answers[fitted]),
        held_out_r2=fidelity(y[kept], answers[kept]),
        held_out=kept,
        attributions=attributions,
        coefficients=coefficients,
        intercept=intercept,
    )


def _number_held_out(held_out: object, n: int) -> int:
    if isinstance(held_out, bool) or not isinstance(held_out, numbers.Real):
        raise TypeError(f"held_out: {held_out!r}; expected a number above 0 and below 1")
    if not 0 < float(held_out) < 1:
        raise ValueError(f"held_out: {held_out!r}; expected a number above 0 and below 1")
    n_held_out = math.ceil(float(held_out) * n)
    if n_held_out < 2 or n - n_held_out < 2:
        raise ValueError(
            f"inputs: {n} rows leave {n - n_held_out} to fit and {n_held_out} to judge by; expected at least 2 of each"
        )
    return n_held_out
