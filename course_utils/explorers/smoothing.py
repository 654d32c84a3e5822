"""SmoothGrad under your hands: how much noise, how many samples?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_utils.attribution import smooth_grad
from course_utils.explorers.controls import Slider
from course_utils.explorers.frame import Frame, picture_panel, signed_panel
from course_utils.explorers.own_function import as_attributions, name_of, newest
from course_utils.explorers.pictures import as_images, as_targets, one_picture, which_picture
from course_utils.explorers.widget import Explorer
from course_utils.seeds import generator


def smooth_grad_explorer(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    target: Any = None,
    *,
    function: Callable[..., Any] = smooth_grad,
    needs: str | None = None,
) -> Explorer:
    """Explore SmoothGrad: one noisy copy of the picture, the plain gradient, and the mean over noisy copies.

    Parameters
    ----------
    model : callable
        (N, C, H, W) to scores (N, classes).
    inputs : Tensor, (N, C, H, W), in [0, 1]
        One picture or several to choose from. A photograph
        takes seconds for 25 samples: begin with few.
    target : int or N ints, optional
        By default the class with the highest score of each picture.
    function : callable
        Yours: called as `function(model, inputs, target, n_samples=n, noise_level=σ)` with one picture and an int,
        σ as a fraction of the picture's max − min; returns attributions of the picture's shape.
    needs : str, optional
        The exercise that must have passed, such as "02.4".

    Raises
    ------
    TypeError, ValueError
        If inputs or target do not fit.
    """
    images = as_images(inputs)
    targets = as_targets(model, images, target)

    def draw(picture: int, noise_level: float, n_samples: int) -> Frame:
        x, c, method = images[picture : picture + 1], targets[picture], newest(function)

        def mean_map(n_samples: int, noise_level: float) -> Tensor:
            returned = method(model, x.clone(), c, n_samples=n_samples, noise_level=noise_level)
            return as_attributions(name_of(method), returned, x)

        smooth, plain = mean_map(n_samples, noise_level), mean_map(1, 0.0)  # without noise there is nothing to average
        epsilon = torch.randn(x.shape, generator=generator("smooth_grad_explorer"), dtype=x.dtype)
        noisy = x + noise_level * (x.max() - x.min()) * epsilon
        return Frame(
            (
                picture_panel("one noisy copy", noisy[0], f"The picture with noise of level {noise_level:.2f}."),
                signed_panel(
                    f"plain gradient, class {c}", plain[0].sum(0), f"The gradient for class {c} without noise."
                ),
                signed_panel(
                    f"SmoothGrad, n = {n_samples}",
                    smooth[0].sum(0),
                    f"The mean gradient for class {c} over {n_samples} noisy copies, noise level {noise_level:.2f}.",
                ),
            ),
            f"Noise level {noise_level:.2f}, {n_samples} samples: {n_samples} forward and backward passes.",
        )

    return Explorer(
        "SmoothGrad: noise and samples",
        [
            Slider("noise_level", "Noise level σ", 0.0, 0.6, 0.01, 0.15),
            Slider("n_samples", "Samples n", 1, 100, 1, 25),
            *which_picture(images),
        ],
        one_picture(draw) if len(images) == 1 else draw,
        about="The gradient of one picture, averaged over noisy copies of it, beside the plain gradient.",
        needs=needs,
    )
