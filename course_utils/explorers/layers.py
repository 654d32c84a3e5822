"""Grad-CAM from layer to layer and class by class: where does each layer see the class, and how finely?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from course_utils.attribution import grad_cam
from course_utils.attribution.channels import enlarged
from course_utils.attribution.layers import find_layer
from course_utils.explorers.chart import in_words
from course_utils.explorers.controls import Choice, Slider
from course_utils.explorers.frame import Frame, overlay_panel, picture_panel, signed_panel
from course_utils.explorers.own_function import as_places, name_of, newest
from course_utils.explorers.pictures import as_class_names, as_classes, as_images, one_picture, which_picture
from course_utils.explorers.widget import Explorer

RELU = ("with ReLU", "without ReLU")


def coarse_grad_cam(
    model: Callable[[Tensor], Tensor], inputs: Tensor, target: int, *, layer: str, relu: bool
) -> Tensor:
    """Return Grad-CAM as the layer sees it, (N, 1, h, w): one value for each of its places."""
    return grad_cam(model, inputs, target, layer=layer, relu=relu, upsample=False)


def layer_explorer(
    model: Callable[[Tensor], Tensor],
    inputs: Tensor,
    targets: Sequence[int],
    *,
    layers: Sequence[str],
    names: Sequence[str] | None = None,
    function: Callable[..., Any] = coarse_grad_cam,
    needs: str | None = None,
) -> Explorer:
    """Explore Grad-CAM: choose the layer, the class, and whether evidence against the class is shown.

    Parameters
    ----------
    model : callable
        (N, C, H, W) to scores (N, classes); a module that knows the layers by name.
    inputs : Tensor, (N, C, H, W), in [0, 1]
        One picture or several to choose from.
    targets : sequence of int
        The classes to choose from.
    layers : sequence of str
        Names of modules inside the model, from early to late.
    names : sequence of str, optional
        Words for the classes, one for each.
    function : callable
        Yours: called as `function(model, inputs, target, layer=name, relu=True or False)` with one picture and an int;
        returns the map, (1, 1, h, w), as coarse as the layer or enlarged. By default the course's Grad-CAM, coarse.
    needs : str, optional
        The exercise that must have passed, such as "07.3".

    Raises
    ------
    TypeError, ValueError
        If the inputs do not fit, there is no class or no layer, a class or layer does not exist, or the names do not
        match the classes.
    """
    images = as_images(inputs)
    classes = as_classes(model, images, targets)
    words = as_class_names(names, classes)
    if len(set(words)) < len(words):
        raise ValueError(f"names: expected a different one for each class, got {words}")
    if isinstance(layers, str) or not layers or not all(isinstance(layer, str) for layer in layers):
        raise ValueError(f"layers: expected names of layers, from early to late, got {layers!r}")
    for layer in layers:
        find_layer(model, layer, "layers")

    def draw(picture: int, layer: int, target: str, relu: str) -> Frame:
        x, c, at, method = images[picture : picture + 1], classes[words.index(target)], layers[layer], newest(function)
        cam = as_places(name_of(method), method(model, x.clone(), c, layer=at, relu=relu == RELU[0]))
        with torch.no_grad():
            score = float(model(x)[0, c])
        size = " × ".join(map(str, cam.shape))
        coarse = signed_panel(
            f"enlarged to {size}" if cam.shape == x.shape[2:] else f"{size} places",
            cam,
            f"Grad-CAM of {target} at {at}, {relu}, {size} values.",
        )
        over = enlarged(cam[None, None].to(x), x)[0, 0]
        panels = (
            picture_panel("picture", x[0], "The picture to be explained."),
            coarse,
            overlay_panel("over the picture", x[0], over, "The same map, enlarged, over the picture.", coarse.bound),
        )
        return Frame(panels, in_words(f"{at}, {target}: {_sums(cam, relu == RELU[0])}. Score {score:.2f}."))

    controls: list[Slider | Choice] = [
        Slider("layer", "Layer", 0, len(layers) - 1, 1, len(layers) - 1, words=tuple(layers)),
        Choice("target", "Class", tuple(words), words[0]),
        Choice("relu", "Evidence", RELU, RELU[0]),
    ]
    return Explorer(
        "Grad-CAM: layer and class",
        [*controls, *which_picture(images)],
        one_picture(draw) if len(images) == 1 else draw,
        about="Grad-CAM of one picture at any layer, as coarse as the layer is, and enlarged over the picture.",
        needs=needs,
    )


def _sums(cam: Tensor, relu: bool) -> str:
    """Say how much the map holds for and against the class."""
    above, below = float(cam.clamp(min=0).sum()), float(cam.clamp(max=0).sum())
    against = "those against it are cut off by the ReLU" if relu and not below else f"those against it to {below:.3g}"
    return f"values for the class add up to {above:.3g}, {against}"
