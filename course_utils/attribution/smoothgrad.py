"""SmoothGrad: the mean of an attribution over noisy copies of the input."""

from __future__ import annotations

import math
import numbers
from typing import Protocol

import torch
from torch import Tensor

from course_utils.attribution.batches import Progress, batches, check_count, default_batch_size
from course_utils.attribution.gradients import vanilla_gradient
from course_utils.attribution.scores import Model, Target, scores
from course_utils.seeds import generator


class Method(Protocol):
    """An attribution method: called with model, inputs (N, …) and target, it returns attributions (N, …)."""

    def __call__(self, model: Model, inputs: Tensor, target: Target, /) -> Tensor: ...


def smooth_grad(
    model: Model,
    inputs: Tensor,
    target: Target = None,
    *,
    n_samples: int = 25,
    noise_level: float = 0.15,
    method: Method = vanilla_gradient,
    seed: int = 0,
    progress: Progress | None = None,
) -> Tensor:
    r"""Average an attribution over noisy copies of the input.

    .. math:: \hat M(x) = \frac1n \sum_{j=1}^{n} M(x + \varepsilon_j), \qquad \varepsilon_j \sim N(0, \sigma^2)

    Parameters
    ----------
    model, inputs, target
        As in `vanilla_gradient`; inputs are (N, …).
    n_samples
        Number of noisy copies n, at least 1.
    noise_level
        σ as a fraction of the range, max − min, of each input; 0 adds no noise. Captum's `NoiseTunnel` takes σ itself.
    method
        The attribution M to smooth, called as `method(model, noisy_inputs, target)`. Settings go in with
        `functools.partial(integrated_gradients, n_steps=20)`.
    seed
        Every input of a batch meets the same draws, scaled by its own σ, so a result depends neither on the rest of
        the batch nor on the global random state.
    progress
        Called as `progress(copies_done, n_samples)` after each batch.

    Returns
    -------
    Tensor
        (N, …) like the inputs, in the units of `method`.

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when a setting is out of its range.

    Notes
    -----
    Cost: `n_samples` times the cost of `method`.
    Pitfall: it answers for a blurred score, the mean of F over the noise, and no longer for F itself.
    Source: Smilkov et al. 2017, section 3, arXiv:1706.03825.

    Examples
    --------
    >>> smooth_grad(lambda x: 3 * x[:, 0] - 2 * x[:, 1], torch.tensor([[5.0, 7.0]]), n_samples=4)
    tensor([[ 3., -2.]])
    """
    F, x = scores(model, inputs, target), inputs.detach()
    check_count("n_samples", n_samples)
    if not (isinstance(noise_level, numbers.Real) and math.isfinite(noise_level) and noise_level >= 0):
        raise ValueError(f"noise_level: {noise_level!r}; expected a number of at least 0, a fraction of max − min")
    flat = x.flatten(1)
    sigma = noise_level * (flat.amax(1) - flat.amin(1)).reshape(-1, *[1] * (x.ndim - 1))  # (N, 1, …)

    noise = generator("smooth_grad", seed=seed)
    total = torch.zeros_like(x)
    for copies in batches(n_samples, x, max(1, default_batch_size(x) // len(x)), progress):
        k = len(copies)
        # One draw at a time, so that the noise does not depend on how many copies go through the model together.
        draws = [torch.randn(x.shape[1:], generator=noise, dtype=torch.float32).to(x) for _ in range(k)]
        noisy = torch.cat([x + sigma * epsilon for epsilon in draws])  # (k N, …)
        attributions = method(model, noisy, None if F.target is None else F.target.repeat(k))
        if not isinstance(attributions, Tensor) or attributions.shape != noisy.shape:
            came = tuple(attributions.shape) if isinstance(attributions, Tensor) else type(attributions).__name__
            raise ValueError(f"method: returned {came} for inputs {tuple(noisy.shape)}; expected the same shape")
        total += attributions.detach().reshape(k, *x.shape).sum(0)
    return total / n_samples
