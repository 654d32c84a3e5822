"""Ours and the libraries: each does the same job on the same subject, and returns its map.

A library gets its default settings, and where it can be told how many rows go through the model at once, the best
number too. Progress bars are off. What a library lacks is left out; what it fails at is shown as such.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from course_utils import attribution

from .jobs import Amount, Job
from .measuring import fastest
from .subjects import Subject

Explain = Callable[..., Any]


def contenders(job: Job, subject: Subject, amount: Amount, sizes: tuple[int, ...]) -> dict[str, Callable[[], Any]]:
    """Return who can do the job, each at its default and, if it has one to choose, at its best batch size."""
    found: dict[str, Callable[[], Any]] = {}
    for who, explain in _of(job.method, subject, amount):
        found[who] = explain
        if _takes_batches(who, job):
            tries = {f"{who}, {size} at once": partial(explain, size) for size in sizes if size <= job.passes}
            found |= tries
    return found


def best_only(runs: dict[str, Callable[[], Any]], small: dict[str, Callable[[], Any]]) -> dict[str, Callable[[], Any]]:
    """Keep of each library its default and the batch size that is fastest on the small job."""
    kept = {}
    for who in dict.fromkeys(name.split(",")[0] for name in runs):
        variants = [name for name in runs if name.split(",")[0] == who]
        kept[who] = runs[who]
        others = {name: small[name] for name in variants if name != who and name in small}
        if others:
            best = fastest(others) if len(others) > 1 else next(iter(others))
            kept[best] = runs[best]
    return kept


def _takes_batches(who: str, job: Job) -> bool:
    if who == "ours":
        return job.method in ("integrated gradients", "occlusion", "RISE", "LIME")
    if who == "Captum":
        return job.method in ("SmoothGrad", "integrated gradients", "occlusion", "LIME")
    return who == "lime"


def _of(method: str, subject: Subject, amount: Amount) -> Iterator[tuple[str, Explain]]:
    yield "ours", _ours(method, subject, amount)
    makers = {"Captum": _captum, "zennit": _zennit, "torchcam": _torchcam, "grad-cam": _grad_cam, "lime": _lime}
    for who, make in makers.items():
        explain = make(method, subject, amount)
        if explain is not None:
            yield who, explain


def _ours(method: str, s: Subject, amount: Amount) -> Explain:
    shape = (s.image.shape[1], s.window, s.window)

    def explain(batch_size: int | None = None) -> Tensor:
        if method == "vanilla gradient":
            return attribution.vanilla_gradient(s.model, s.image, s.target)
        if method == "SmoothGrad":
            return attribution.smooth_grad(s.model, s.image, s.target, n_samples=amount.smooth)
        if method == "integrated gradients":
            return attribution.integrated_gradients(
                s.model, s.image, s.target, n_steps=amount.steps, batch_size=batch_size
            )
        if method == "occlusion":
            return attribution.occlusion(
                s.model,
                s.image,
                s.target,
                sliding_window_shapes=shape,
                strides=(shape[0], s.stride, s.stride),
                batch_size=batch_size,
            )
        if method == "RISE":
            return attribution.rise(s.model, s.image, s.target, n_masks=amount.masks, batch_size=batch_size)
        if method == "Grad-CAM":
            assert s.layer is not None
            return attribution.grad_cam(s.model, s.image, s.target, layer=s.layer)
        return attribution.lime_image(
            s.model, s.image, s.target, feature_mask=s.segments, n_samples=amount.lime, batch_size=batch_size
        ).attributions

    return explain


def _captum(method: str, s: Subject, amount: Amount) -> Explain | None:
    from captum.attr import (
        IntegratedGradients,
        LayerAttribution,
        LayerGradCam,
        Lime,
        NoiseTunnel,
        Occlusion,
        Saliency,
    )

    size = s.image.shape[2:]
    if method == "vanilla gradient":
        return lambda: Saliency(s.model).attribute(s.image, s.target, abs=False)
    if method == "SmoothGrad":
        spread = 0.15 * float(s.image.max() - s.image.min())
        tunnel = NoiseTunnel(Saliency(s.model))
        return lambda batch=None: tunnel.attribute(
            s.image,
            nt_samples=amount.smooth,
            nt_samples_batch_size=batch,
            stdevs=spread,
            target=s.target,
            abs=False,
        )
    if method == "integrated gradients":
        return lambda batch=None: IntegratedGradients(s.model).attribute(
            s.image, target=s.target, n_steps=amount.steps, internal_batch_size=batch
        )
    if method == "occlusion":
        return lambda batch=1: Occlusion(s.model).attribute(
            s.image,
            (s.image.shape[1], s.window, s.window),
            strides=(s.image.shape[1], s.stride, s.stride),
            target=s.target,
            perturbations_per_eval=batch,
        )
    if method == "Grad-CAM" and s.layer is not None:
        explainer = LayerGradCam(s.model, s.layer)
        return lambda: LayerAttribution.interpolate(
            explainer.attribute(s.image, s.target, relu_attributions=True), tuple(size), "bilinear"
        )
    if method == "LIME":
        return lambda batch=1: Lime(s.model, interpretable_model=_ridge()).attribute(
            s.image,
            target=s.target,
            feature_mask=s.segments[None, None],
            n_samples=amount.lime,
            perturbations_per_eval=batch,
        )
    return None


def _ridge() -> Any:
    """Return ridge regression as Captum wants it: its default, lasso, is another fit."""
    from captum._utils.models.linear_model import SkLearnLinearModel

    return SkLearnLinearModel(sklearn_module="linear_model.Ridge", alpha=1.0)


def _zennit(method: str, s: Subject, amount: Amount) -> Explain | None:
    from zennit.attribution import Gradient, IntegratedGradients, Occlusion, SmoothGrad, occlude_independent

    made: dict[str, Callable[[], Any]] = {
        "vanilla gradient": lambda: Gradient(s.model),
        "SmoothGrad": lambda: SmoothGrad(s.model, noise_level=0.15, n_iter=amount.smooth),
        "integrated gradients": lambda: IntegratedGradients(s.model, n_iter=amount.steps),
        "occlusion": lambda: Occlusion(
            s.model,
            window=(s.window, s.window),
            stride=(s.stride, s.stride),
            occlusion_fn=partial(occlude_independent, fill_fn=torch.zeros_like, invert=True),
        ),
    }
    if method not in made:
        return None
    chosen = torch.nn.functional.one_hot(torch.tensor([s.target]), len(s.model(s.image)[0])).float()

    def explain() -> Tensor:
        with made[method]() as attributor:
            # Occlusion there asks a function of the output; the others take the output's weights.
            weights = (lambda output: output * chosen) if method == "occlusion" else chosen
            return attributor(s.image, weights)[1]

    return explain


def _torchcam(method: str, s: Subject, amount: Amount) -> Explain | None:
    if method != "Grad-CAM" or s.layer is None:
        return None
    from torchcam.methods import GradCAM

    def explain() -> Tensor:
        with GradCAM(s.model, target_layer=s.layer) as extractor:
            # The library differentiates down to its input's layer: a frozen model needs an input that asks for it.
            logits = s.model(s.image.clone().requires_grad_())
            cam = extractor(s.target, logits)[0]
        return functional.interpolate(cam[None], size=s.image.shape[2:], mode="bilinear")

    return explain


def _grad_cam(method: str, s: Subject, amount: Amount) -> Explain | None:
    if method != "Grad-CAM" or s.layer is None:
        return None
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    def explain() -> np.ndarray:
        with GradCAM(model=s.model, target_layers=[s.layer]) as cam:
            # A frozen model needs an input that asks for the gradient.
            return cam(input_tensor=s.image.clone().requires_grad_(), targets=[ClassifierOutputTarget(s.target)])

    return explain


def _lime(method: str, s: Subject, amount: Amount) -> Explain | None:
    if method != "LIME":
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about an old way to import scikit-image
        from lime.lime_image import LimeImageExplainer

    channels = s.image.shape[1]
    picture = s.image[0].expand(3, -1, -1).movedim(0, -1).double().numpy()
    segments = s.segments.numpy()

    def score(pictures: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            rows = torch.from_numpy(pictures).movedim(-1, 1)[:, :channels].float()
            return s.model(rows).numpy()

    def explain(batch: int = 10) -> np.ndarray:
        explanation = LimeImageExplainer(random_state=0).explain_instance(
            picture,
            score,
            labels=(s.target,),
            top_labels=None,
            hide_color=0,
            num_samples=amount.lime,
            batch_size=batch,
            segmentation_fn=lambda _: segments,
        )
        weights = dict(explanation.local_exp[s.target])
        return np.vectorize(weights.get)(segments)

    return explain
