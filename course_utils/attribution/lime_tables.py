"""LIME for tables: draw rows as the data have them, weigh them by how near they are, fit a line."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from course_utils.attribution.asking import ask
from course_utils.attribution.batches import Progress, check_count
from course_utils.attribution.kernels import check_width, exponential_kernel
from course_utils.attribution.linear_surrogates import LinearSurrogate, fit_line
from course_utils.attribution.scores import Model, Target, check_values, scores
from course_utils.seeds import generator


def lime_tabular(
    model: Model,
    inputs: Tensor,
    target: Target = None,
    *,
    data: Tensor,
    n_samples: int = 1000,
    kernel_width: float | None = None,
    regressor: Any = None,
    seed: int = 0,
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> LinearSurrogate:
    r"""Explain a score near a row of a table by a line over its features.

    .. math:: \min_w \sum_z \pi(z) \, \bigl(F(z) - b - w \cdot z\bigr)^2 + \alpha \sum_j (\sigma_j w_j)^2, \qquad
              \pi(z) = \sqrt{\exp\Bigl(-\sum_j \tfrac{(z_j - x_j)^2}{\sigma_j^2} \Big/ \text{width}^2\Bigr)}

    Parameters
    ----------
    model
        Any callable from (N, features) to (N, classes), or to (N,) with `target=None`.
    inputs
        (N, features), floating point.
    target
        The class to explain: an int, an integer tensor (N,), or None.
    data
        (M, features): rows that say how the features vary. Samples are drawn with their means μ and deviations σ,
        feature by feature, from a normal distribution.
    n_samples
        Rows that are drawn, the same for each input; the first is replaced by the input itself.
    kernel_width
        How far the neighbourhood reaches, in standard deviations; None is 0.75 √features.
    regressor
        A linear regressor of scikit-learn; None is `Ridge(alpha=1.0)`. It is fitted to (z − μ) / σ.
    seed
        For the draws: the same at each call.
    batch_size
        Rows that go through the model at once; None takes the default for inputs of this size.
    progress
        Called as `progress(done, total)` after each batch.

    Returns
    -------
    LinearSurrogate
        `coefficients` w are changes of the score per unit of the feature, `intercept` is b, so that the line is
        b + w · z. `attributions` are w (x − μ), what the features add compared with an average row.

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when a feature does not vary in the data, or a setting is out of its range.

    Notes
    -----
    Cost: `n_samples` forward passes per input.
    Pitfall: the width decides the answer. A narrow kernel sees the slope at the point, a wide one the trend of all
    data, and no rule says which is right. Features are drawn as if they did not depend on one another.
    Source: Ribeiro et al. 2016, section 3, arXiv:1602.04938. Draws, kernel, width and ridge are those of the package
    lime 0.2 with `discretize_continuous=False`, whose coefficients are per standard deviation, σ w.

    Examples
    --------
    >>> rows = torch.tensor([[0.0, 0.0], [2.0, 20.0]])
    >>> line = lime_tabular(lambda x: 3 * x[:, 0] - 2 * x[:, 1], torch.tensor([[2.0, 10.0]]), data=rows)
    >>> line.coefficients.round(decimals=1)
    tensor([[ 3., -2.]])
    """
    F, x = scores(model, inputs, target), inputs.detach()
    if x.ndim != 2:
        raise ValueError(f"inputs: shape {tuple(x.shape)}; expected (N, features)")
    check_count("n_samples", n_samples, at_least=2)
    (N, d), n = x.shape, n_samples
    width = 0.75 * d**0.5 if kernel_width is None else kernel_width
    check_width(width)
    mu, sigma = _mean_and_deviation(data, x)

    draws = torch.randn(n, d, generator=generator("lime_tabular", seed=seed), dtype=torch.float64).to(x.device)
    z = (mu + sigma * draws).to(x).repeat(N, 1, 1)  # (N, n, d)
    z[:, 0] = x
    y = ask(F, x, N * n, lambda rows: (z[rows // n, rows % n], rows // n), batch_size=batch_size, progress=progress)
    y = y.double().reshape(N, n)
    standard = (z.double() - mu) / sigma
    pi = exponential_kernel((standard - standard[:, :1]).norm(dim=2), width)
    w, b, r2 = torch.zeros_like(standard[:, 0]), torch.zeros_like(y[:, 0]), torch.zeros_like(y[:, 0])
    for i in range(N):
        per_deviation, at_mean, r2[i] = fit_line(standard[i], y[i], pi[i], regressor)
        w[i] = per_deviation / sigma
        b[i] = at_mean - w[i] @ mu
    return LinearSurrogate(
        attributions=(w * (x.double() - mu)).to(x),
        coefficients=w.to(x),
        intercept=b.to(x),
        r2=r2.to(x),
        samples=z,
        scores=y.to(x),
        weights=pi.to(x),
    )


def _mean_and_deviation(data: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    check_values("data", data)
    if data.ndim != 2 or data.shape[1] != x.shape[1]:
        raise ValueError(f"data: shape {tuple(data.shape)}; expected (rows, {x.shape[1]}), as many columns as inputs")
    rows = data.detach().to(x.device, torch.float64)
    mu, sigma = rows.mean(dim=0), rows.std(dim=0, correction=0)
    if (sigma <= 1e-12 * rows.abs().amax(dim=0)).any():
        still = (sigma <= 1e-12 * rows.abs().amax(dim=0)).nonzero()[0].item()
        raise ValueError(f"data: feature {still} has the same value in all rows, so no neighbourhood can be drawn")
    return mu, sigma
