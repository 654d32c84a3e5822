"""LIME for images: switch superpixels off, many at a time, and fit a line to what the score does."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from course_utils.attribution.baselines import Baselines, as_baselines
from course_utils.attribution.batches import Progress, check_count
from course_utils.attribution.channels import images_only
from course_utils.attribution.coalitions import coalition_scores
from course_utils.attribution.feature_masks import as_feature_mask, on_values, superpixels
from course_utils.attribution.kernels import check_width, cosine_distance, exponential_kernel
from course_utils.attribution.linear_surrogates import LinearSurrogate, fit_line
from course_utils.attribution.scores import Model, Target, scores
from course_utils.seeds import generator


def lime_image(
    model: Model,
    inputs: Tensor,
    target: Target = None,
    *,
    feature_mask: Tensor | None = None,
    n_samples: int = 1000,
    baselines: Baselines = 0.0,
    kernel_width: float = 0.25,
    regressor: Any = None,
    seed: int = 0,
    batch_size: int | None = None,
    progress: Progress | None = None,
) -> LinearSurrogate:
    r"""Explain a score near an image by a line over its superpixels: z_j = 1 when superpixel j is there.

    .. math:: \min_\phi \sum_z \pi(z) \, \bigl(v(z) - \phi_0 - \phi \cdot z\bigr)^2 + \alpha |\phi|^2, \qquad
              \pi(z) = \sqrt{\exp(-d(z)^2 / \sigma^2)}

    where d is the cosine distance of z from the whole image: :math:`1 - \sqrt{\text{part of the superpixels there}}`.

    Parameters
    ----------
    model
        A callable from (N, C, H, W) to (N, classes), or to (N,) with `target=None`.
    inputs
        (N, C, H, W), floating point.
    target
        The class to explain: an int, an integer tensor (N,), or None.
    feature_mask
        The superpixel, 0 … K − 1, of each pixel: (H, W), or (N, 1, H, W). None: `superpixels(inputs)`.
    n_samples
        Images with superpixels on or off, each by a coin; the first is the image itself.
    baselines
        What stands in the place of a superpixel that is off: a number, a tensor that broadcasts to (N, C, H, W),
        `"mean"`, `"blur"`, or a list of these, over which the scores are averaged.
    kernel_width
        σ, in cosine distance, which runs from 0 to 1.
    regressor
        A linear regressor of scikit-learn; None is `Ridge(alpha=1.0)`. `Lasso(alpha=0.01)` is what Captum takes.
    seed
        For the coins: the same at each call. Images with equally many superpixels meet the same draws.
    batch_size
        Images that go through the model at once; None takes the default for inputs of this size.
    progress
        Called as `progress(done, total)` after each batch.

    Returns
    -------
    LinearSurrogate
        `attributions` hold for each pixel the coefficient of its superpixel: the score that it adds, on average over
        the neighbourhood. `r2` is the fidelity of the line.

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when a setting is out of its range.

    Notes
    -----
    Cost: `n_samples` forward passes per image and baseline.
    Pitfall: another seed gives another ranking, the more so the fewer samples. Look at `r2` and at a second seed. The
    images with grey holes are unlike any that the model was trained on.
    Source: Ribeiro et al. 2016, section 3, arXiv:1602.04938; kernel, distance and ridge as in the package lime 0.2.

    Examples
    --------
    >>> image, halves = torch.ones(1, 1, 2, 2), torch.tensor([[0, 1], [0, 1]])
    >>> explanation = lime_image(lambda x: 3 * x[:, 0, 0, 0] - x[:, 0, 0, 1], image, feature_mask=halves)
    >>> explanation.coefficients.round(decimals=1)
    tensor([[ 3., -1.]])
    """
    F, x = scores(model, inputs, target), images_only(inputs)
    check_count("n_samples", n_samples, at_least=2)
    check_width(kernel_width)
    x0s = as_baselines(baselines, x)
    mask, counts = as_feature_mask(superpixels(x) if feature_mask is None else feature_mask, x)
    z = on_or_off(counts, n_samples, seed).to(x.device)
    y = coalition_scores(F, x, x0s, mask, z, batch_size=batch_size, progress=progress)
    coefficients = torch.zeros(len(x), max(counts), dtype=torch.float64, device=x.device)
    pi, intercept, r2 = torch.zeros_like(y), torch.zeros_like(y[:, 0]), torch.zeros_like(y[:, 0])
    for i, K in enumerate(counts):
        there = z[i, :, :K].double()
        pi[i] = exponential_kernel(cosine_distance(there), kernel_width)
        coefficients[i, :K], intercept[i], r2[i] = fit_line(there, y[i], pi[i], regressor)
    return LinearSurrogate(
        attributions=on_values(coefficients, mask).to(x),
        coefficients=coefficients.to(x),
        intercept=intercept.to(x),
        r2=r2.to(x),
        samples=z,
        scores=y.to(x),
        weights=pi.to(x),
        feature_mask=mask,
    )


def top_superpixels(explanation: LinearSurrogate, n: int = 5) -> Tensor:
    """Return where the n superpixels lie that speak most for the class.

    Parameters
    ----------
    explanation
        From `lime_image`.
    n
        How many, at most: superpixels whose coefficient is not above 0 are left out.

    Returns
    -------
    Tensor
        Bool, like the attributions: `images * top_superpixels(explanation)` shows these and nothing else.

    Raises
    ------
    TypeError, ValueError
        When the explanation has no superpixels, or n is not an int of at least 1.

    Examples
    --------
    >>> image, thirds = torch.ones(1, 1, 1, 3), torch.tensor([[0, 1, 2]])
    >>> explanation = lime_image(lambda x: x[:, 0, 0] @ torch.tensor([3.0, -1.0, 1.0]), image, feature_mask=thirds)
    >>> top_superpixels(explanation, n=1), top_superpixels(explanation, n=3)
    (tensor([[[[ True, False, False]]]]), tensor([[[[ True, False,  True]]]]))
    """
    check_count("n", n)
    if explanation.feature_mask is None:
        raise ValueError("explanation: it has no superpixels; expected what lime_image returns")
    coefficients = explanation.coefficients
    best = coefficients.topk(min(n, coefficients.shape[1]), dim=1).indices
    chosen = torch.zeros_like(coefficients, dtype=torch.bool).scatter(1, best, True) & (coefficients > 0)
    return on_values(chosen, explanation.feature_mask)


def on_or_off(counts: list[int], n_samples: int, seed: int) -> Tensor:
    """Return a coin for each superpixel of each sample, (N, n, K), bool; the first sample has all of them.

    Every input starts the stream anew, so that it gets the same in a batch and alone.
    """
    z = torch.zeros(len(counts), n_samples, max(counts), dtype=torch.bool)
    for i, K in enumerate(counts):
        z[i, :, :K] = torch.rand(n_samples, K, generator=generator("lime_image", seed=seed)) < 0.5
        z[i, 0, :K] = True
    return z
