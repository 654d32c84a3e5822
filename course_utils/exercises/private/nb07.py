"""Notebook 07, Grad-CAM: the private halves of its exercises."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.exercises.record import Mistake, Private
from course_utils.exercises.records.nb07 import ABSENT, AREA, EQUAL, UNSCALED

ATTRIBUTION = "course_utils.attribution"
LIBRARIES = ("captum", "pytorch_grad_cam", "torchcam")


def scaled(cam: Any) -> Any:
    """Scale each map to [0, 1], as a picture."""
    low, high = cam.amin(dim=(2, 3), keepdim=True), cam.amax(dim=(2, 3), keepdim=True)
    return (cam - low) / (high - low).clamp(min=1e-12)


# --- 07.1: class activation map ---------------------------------------------------------------------------------------


def _cam(A: Any, weights: Any, target: int) -> Any:
    import torch

    return torch.einsum("k,nkij->nij", weights[target], A)[:, None]


def _cam_in_a_loop(A: Any, weights: Any, target: int) -> Any:
    total = 0
    for k in range(A.shape[1]):
        total = total + float(weights[target, k]) * A[:, k : k + 1]
    return total


def _cam_in_numpy(A: Any, weights: Any, target: int) -> Any:
    return np.tensordot(A.numpy(), weights.numpy()[target], axes=(1, 0))[:, None]


def _changes_the_channels(A: Any, weights: Any, target: int) -> Any:
    A *= weights[target][:, None, None]
    return A.sum(dim=1, keepdim=True)


CAM = Private(
    reference=_cam,
    alternatives=(
        _cam_in_a_loop,
        _cam_in_numpy,
        lambda A, weights, target: (A.movedim(1, -1) @ weights[target])[:, None],
    ),
    withheld=(f"{ATTRIBUTION}.class_maps.class_activation_map",),
    forbids=LIBRARIES,
    mistakes=(
        Mistake(
            "no weights",
            lambda A, weights, target: A.sum(dim=1, keepdim=True),
            "You add the channels up as they are. Then every class has the same map. Where does the class enter?",
        ),
        Mistake(
            "all classes together",
            lambda A, weights, target: _cam(A, weights.sum(dim=0, keepdim=True), 0),
            "The weights of all classes enter your map. Which row belongs to the class that was asked for?",
            also=(lambda A, weights, target: sum(_cam(A, weights, c) for c in range(len(weights))),),
        ),
        Mistake(
            "always the first class",
            lambda A, weights, target: _cam(A, weights, 0) if target else _cam(A, weights, 1),
            "Your map belongs to another class. Which row of the weights do you take?",
        ),
        Mistake(
            "mean over the channels",
            lambda A, weights, target: _cam(A, weights, target) / A.shape[1],
            "You take the mean over the channels. In the score their contributions are added up; only the places are "
            "averaged.",
            also=(lambda A, weights, target: (weights[target][:, None, None] * A).mean(dim=1, keepdim=True),),
        ),
        Mistake(
            "divided by the places",
            lambda A, weights, target: _cam(A, weights, target) / A[0, 0].numel(),
            "You divide by the number of places. Then the values add up to the score. CAM, as Zhou wrote it, leaves "
            "that out: its mean is the score.",
        ),
        Mistake(
            "ReLU",
            lambda A, weights, target: _cam(A, weights, target).relu(),
            "Your map has no negative values. CAM is signed: a place can speak against the class.",
            also=(lambda A, weights, target: _cam(A, weights, target).clamp(min=0),),
        ),
        Mistake(
            "positive weights only",
            lambda A, weights, target: _cam(A, weights.relu(), target),
            "You drop the negative weights. A channel that the class does not want to see belongs into the "
            "account too.",
        ),
        Mistake(
            "absolute weights",
            lambda A, weights, target: _cam(A, weights.abs(), target),
            "Your weights have lost their signs. What the class does not want to see has to count negative.",
        ),
        Mistake(
            "scaled to [0, 1]",
            lambda A, weights, target: scaled(_cam(A, weights, target)),
            "Your map runs from 0 to 1. It is in units of score, and the scaling throws these away. Return it as "
            "it is.",
        ),
        Mistake(
            "averaged over the places",
            lambda A, weights, target: _cam(A, weights, target).mean(dim=(2, 3), keepdim=True),
            "You average over the places, as the network does, and lose the map. Leave that step out.",
        ),
        Mistake(
            "no channel axis",
            lambda A, weights, target: _cam(A, weights, target)[:, 0],
            "Your map has no axis for its one channel. Keep it, as pictures have it: sum(dim=1, keepdim=True).",
        ),
        Mistake("changes its input", _changes_the_channels, "", effect="input changed"),
    ),
)

# --- 07.2: weights of the channels ------------------------------------------------------------------------------------


def _mean_by_hand(gradients: Any) -> Any:
    n, channels, height, width = gradients.shape
    return [[float(gradients[i, k].sum()) / (height * width) for k in range(channels)] for i in range(n)]


CHANNEL_WEIGHTS = Private(
    reference=lambda gradients: gradients.mean(dim=(2, 3)),
    alternatives=(
        _mean_by_hand,
        lambda gradients: gradients.numpy().mean(axis=(2, 3)),
        lambda gradients: gradients.flatten(2).mean(dim=2),
    ),
    withheld=(f"{ATTRIBUTION}.channels.ChannelEvidence.weights",),
    forbids=LIBRARIES,
    mistakes=(
        Mistake(
            "sum over the places",
            lambda gradients: gradients.sum(dim=(2, 3)),
            "You add the gradient up over the places. Then a fine layer has larger weights than a coarse one. Step b "
            "is an average.",
            also=(lambda gradients: gradients.flatten(2).sum(dim=2),),
        ),
        Mistake(
            "mean over the channels",
            lambda gradients: gradients.mean(dim=1),
            "You average over the channels and keep the places. A weight belongs to a channel; which axes are "
            "the places?",
        ),
        Mistake(
            "mean over the pictures too",
            lambda gradients: gradients.mean(dim=(0, 2, 3)),
            "You average over the pictures as well. Each picture has a gradient of its own, and weights of its own.",
        ),
        Mistake(
            "one number for a picture",
            lambda gradients: gradients.mean(dim=(1, 2, 3)),
            "You average over the channels as well, so that all channels would count the same. One number for each "
            "channel is wanted.",
        ),
        Mistake(
            "positive gradients only",
            lambda gradients: gradients.relu().mean(dim=(2, 3)),
            "You drop negative gradients before you average. A channel that the class does not want gets a negative "
            "weight; the ReLU comes at the end, on the map.",
        ),
        Mistake(
            "ReLU on the weights",
            lambda gradients: gradients.mean(dim=(2, 3)).relu(),
            "Your weights are never negative. A channel can speak against the class; the ReLU comes at the end, on the "
            "map.",
        ),
        Mistake(
            "absolute gradients",
            lambda gradients: gradients.abs().mean(dim=(2, 3)),
            "You average sizes. Gradients of both signs should cancel: the channel then counts for little.",
        ),
        Mistake(
            "largest gradient",
            lambda gradients: gradients.amax(dim=(2, 3)),
            "You take the largest gradient of each channel. Grad-CAM takes the average over all places.",
        ),
        Mistake(
            "axes kept",
            lambda gradients: gradients.mean(dim=(2, 3), keepdim=True),
            "The values are right; two axes of length 1 are left over. Here a table is wanted, picture by channel.",
        ),
    ),
)

# --- 07.4: Grad-CAM ---------------------------------------------------------------------------------------------------


def evidence(model: Any, inputs: Any, layer: str, score: Any) -> tuple[Any, Any]:
    """Return the layer's output and the gradient of `score(output of the model)` with respect to it."""
    import torch

    kept: list[Any] = []
    handle = model.get_submodule(layer).register_forward_hook(lambda module, args, output: kept.append(output))
    try:
        output = model(inputs.clone().requires_grad_())
    finally:
        handle.remove()
    return kept[0].detach(), torch.autograd.grad(score(output), kept[0])[0]


def of_class(target: int) -> Any:
    """Return the sum of the scores of one class, so that each picture keeps its own gradient."""
    return lambda output: output[:, target].sum()


def signed(A: Any, gradients: Any) -> Any:
    """Return the weighted sum of the channels."""
    return (gradients.mean(dim=(2, 3), keepdim=True) * A).sum(dim=1, keepdim=True)


def cut(cam: Any, relu: bool) -> Any:
    """Apply the ReLU where it is asked for."""
    return cam.relu() if relu else cam


def _definition(model: Any, inputs: Any, target: int, layer: str, relu: bool = True) -> Any:
    from course_utils.attribution import grad_cam

    return grad_cam(model, inputs, target, layer=layer, relu=relu, upsample=False)


def _with_backward(model: Any, inputs: Any, target: int, layer: str, relu: bool = True) -> Any:
    kept: dict[str, Any] = {}

    def keep(module: Any, args: Any, output: Any) -> None:
        output.retain_grad()
        kept["A"] = output

    handle = model.get_submodule(layer).register_forward_hook(keep)
    model(inputs.clone().requires_grad_())[:, target].sum().backward()
    handle.remove()
    A = kept["A"]
    return cut(signed(A, A.grad), relu)


def _one_picture_at_a_time(model: Any, inputs: Any, target: int, layer: str, relu: bool = True) -> Any:
    maps = []
    for x in inputs:
        A, gradients = evidence(model, x[None], layer, lambda output: output[0, target])
        alpha = gradients[0].mean(dim=(1, 2))
        cam = sum(float(a) * channel.numpy() for a, channel in zip(alpha, A[0], strict=True))
        maps.append(np.maximum(cam, 0)[None] if relu else cam[None])
    return np.stack(maps)


def _new_leaf(model: Any, inputs: Any, target: int, layer: str, relu: bool = True) -> Any:
    import torch

    leaves: list[Any] = []

    def start_anew(module: Any, args: Any, output: Any) -> Any:
        leaves.append(output.detach().requires_grad_())
        return leaves[0]

    handle = model.get_submodule(layer).register_forward_hook(start_anew)
    score = model(inputs)[:, target].sum()
    handle.remove()
    (A,) = leaves
    alpha = torch.autograd.grad(score, A)[0].mean(dim=(2, 3))
    return cut(torch.einsum("nk,nkij->nij", alpha, A)[:, None], relu)


def _leaves_its_hook(model: Any, inputs: Any, target: int, layer: str, relu: bool = True) -> Any:
    result = _definition(model, inputs, target, layer, relu)
    model.get_submodule(layer).register_forward_hook(lambda module, args, output: None)
    return result


def _lets_the_weights_ask(model: Any, inputs: Any, target: int, layer: str, relu: bool = True) -> Any:
    import torch

    model.requires_grad_(True)
    kept: list[Any] = []
    handle = model.get_submodule(layer).register_forward_hook(lambda module, args, output: kept.append(output))
    score = model(inputs)[:, target].sum()
    handle.remove()
    return cut(signed(kept[0], torch.autograd.grad(score, kept[0])[0]), relu)


def changed(weigh: Any) -> Any:
    """Write Grad-CAM with another way from activations and gradients to the signed map."""

    def mistaken(model: Any, inputs: Any, target: int, layer: str, relu: bool = True) -> Any:
        return cut(weigh(*evidence(model, inputs, layer, of_class(target))), relu)

    return mistaken


def _relu_before_the_sum(model: Any, inputs: Any, target: int, layer: str, relu: bool = True) -> Any:
    A, gradients = evidence(model, inputs, layer, of_class(target))
    return cut(gradients.mean(dim=(2, 3), keepdim=True) * A, relu).sum(dim=1, keepdim=True)


def of_another_score(score: Any) -> Any:
    """Write Grad-CAM of another number than the score of the class."""

    def mistaken(model: Any, inputs: Any, target: int, layer: str, relu: bool = True) -> Any:
        return cut(signed(*evidence(model, inputs, layer, score(target))), relu)

    return mistaken


def _as_large_as_the_picture(model: Any, inputs: Any, target: int, layer: str, relu: bool = True) -> Any:
    import torch

    cam = _definition(model, inputs, target, layer, relu)
    return torch.nn.functional.interpolate(cam, size=inputs.shape[2:], mode="bilinear")


GRAD_CAM = Private(
    reference=_definition,
    alternatives=(_with_backward, _one_picture_at_a_time, _new_leaf),
    withheld=(f"{ATTRIBUTION}.gradcam.grad_cam", f"{ATTRIBUTION}.channels.ChannelEvidence.maps"),
    forbids=(
        *LIBRARIES,
        f"{ATTRIBUTION}.channels.channel_evidence",
        f"{ATTRIBUTION}.layers.activations_and_gradients",
    ),
    mistakes=(
        Mistake(
            "always with the ReLU",
            lambda model, inputs, target, layer, relu=True: _definition(model, inputs, target, layer, True),
            "With relu=False your map has no negative values either. Does your function read that argument?",
            also=(
                lambda model, inputs, target, layer, relu=True: _definition(model, inputs, target, layer).clamp(min=0),
            ),
        ),
        Mistake(
            "never with the ReLU",
            lambda model, inputs, target, layer, relu=True: _definition(model, inputs, target, layer, False),
            "With relu=True your map still has negative values. Step c ends with a ReLU on the sum.",
        ),
        Mistake(
            "ReLU the wrong way round",
            lambda model, inputs, target, layer, relu=True: _definition(model, inputs, target, layer, not relu),
            "You cut the map when relu is False, and leave it as it is when relu is True.",
        ),
        Mistake(
            "ReLU before the sum",
            _relu_before_the_sum,
            "You cut each channel and then add up, so nothing can be balanced any more. The ReLU comes after the sum "
            "over the channels.",
        ),
        Mistake(
            "ReLU on the weights",
            changed(lambda A, g: signed(A, g.mean(dim=(2, 3), keepdim=True).relu().expand_as(g))),
            "You drop channels with a negative weight. They belong into the sum: the ReLU comes after it.",
        ),
        Mistake(
            "positive gradients only",
            changed(lambda A, g: signed(A, g.relu())),
            "You drop negative gradients before you average. α is the mean of all of them; the ReLU comes at the end.",
        ),
        Mistake(
            "no average",
            changed(lambda A, g: (g * A).sum(dim=1, keepdim=True)),
            "You multiply each activation with its own gradient: step b is missing. That is another method, which "
            "you will meet in part 8. Grad-CAM averages the gradient over the places first.",
        ),
        Mistake(
            "sum of the gradients",
            changed(lambda A, g: signed(A, g) * A[0, 0].numel()),
            "Your weights add the gradient up over the places. Step b is an average.",
            also=(changed(lambda A, g: (g.sum(dim=(2, 3), keepdim=True) * A).sum(dim=1, keepdim=True)),),
        ),
        Mistake(
            "mean over the channels",
            changed(lambda A, g: signed(A, g) / A.shape[1]),
            "You take the mean over the channels. Step c adds them up.",
            also=(changed(lambda A, g: (g.mean(dim=(2, 3), keepdim=True) * A).mean(dim=1, keepdim=True)),),
        ),
        Mistake(
            "weights from the activations",
            changed(lambda A, g: signed(A, A)),
            "You weigh each channel with its own mean activation; the class does not enter. Whose mean over the places "
            "is α?",
        ),
        Mistake(
            "the gradient alone",
            changed(lambda A, g: g.sum(dim=1, keepdim=True)),
            "Your map is made of gradients alone. The activations say where the pattern is; they have to enter step c.",
        ),
        Mistake(
            "all classes",
            of_another_score(lambda target: lambda output: output.sum()),
            "You explain the sum over all classes. Which column of the output belongs to the target?",
        ),
        Mistake(
            "the probability",
            of_another_score(lambda target: lambda output: output.softmax(dim=1)[:, target].sum()),
            "You explain the probability. Notebook 02 chose the score before the softmax: a probability rises also "
            "because other classes fall.",
        ),
        Mistake(
            "mean over the batch",
            of_another_score(lambda target: lambda output: output[:, target].mean()),
            "Your values shrink with the number of pictures: you differentiate the mean of their scores. What else "
            "than the mean makes one number out of many?",
        ),
        Mistake(
            "the first picture alone",
            of_another_score(lambda target: lambda output: output[0, target]),
            "Only the first picture of the batch has a map. Its score is the only one that you differentiate.",
        ),
        Mistake(
            "scaled to [0, 1]",
            lambda model, inputs, target, layer, relu=True: scaled(_definition(model, inputs, target, layer, relu)),
            "Your map runs from 0 to 1. The scaling throws the units of score away, and two maps cannot be compared "
            "any more. Return it as it is.",
        ),
        Mistake(
            "enlarged already",
            _as_large_as_the_picture,
            "You enlarged the map to the size of the picture. That is for the eye; here one value for each place of "
            "the layer is wanted.",
        ),
        Mistake(
            "no channel axis",
            lambda model, inputs, target, layer, relu=True: _definition(model, inputs, target, layer, relu)[:, 0],
            "Your map has no axis for its one channel. Keep it, as pictures have it: sum(dim=1, keepdim=True).",
        ),
        Mistake("leaves its hook", _leaves_its_hook, "", effect="hook left"),
        Mistake("lets the weights ask", _lets_the_weights_ask, "", effect="requires_grad changed"),
    ),
)

# --- 07.7: Guided Grad-CAM --------------------------------------------------------------------------------------------


def enlarged(coarse: Any, fine: Any, mode: str = "bilinear", **how: Any) -> Any:
    """Return the coarse map at the size of the fine one."""
    import torch

    return torch.nn.functional.interpolate(coarse, size=tuple(fine.shape[2:]), mode=mode, **how)


def _guided(coarse: Any, fine: Any) -> Any:
    from course_utils.attribution.channels import enlarged as bilinear

    return bilinear(coarse, fine) * fine


def _with_a_module(coarse: Any, fine: Any) -> Any:
    from torch import nn

    return fine * nn.Upsample(tuple(fine.shape[-2:]), mode="bilinear")(coarse).expand_as(fine)


def _axis_by_axis(coarse: Any, fine: Any) -> Any:
    """Bilinear by hand: the centres of the pixels, in coordinates of the coarse map, row by row, column by column."""
    values = coarse.numpy()
    for axis in (2, 3):
        size, places = fine.shape[axis], values.shape[axis]
        at = ((np.arange(size) + 0.5) * places / size - 0.5).clip(0, places - 1)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, places - 1)
        share = (at - low).reshape([-1 if a == axis else 1 for a in range(4)])
        values = (1 - share) * values.take(low, axis=axis) + share * values.take(high, axis=axis)
    return values * fine.numpy()


GUIDED = Private(
    reference=_guided,
    alternatives=(_with_a_module, _axis_by_axis),
    withheld=(f"{ATTRIBUTION}.gradcam.guided_grad_cam",),
    forbids=LIBRARIES,
    mistakes=(
        Mistake(
            "nearest neighbour",
            lambda coarse, fine: enlarged(coarse, fine, "nearest") * fine,
            'You enlarge by the nearest neighbour: blocks with hard edges. That is what mode="nearest", the default, '
            "does. The paper enlarges bilinearly.",
        ),
        Mistake(
            "corners aligned",
            lambda coarse, fine: enlarged(coarse, fine, align_corners=True) * fine,
            "With align_corners=True the outermost places are laid onto the outermost pixels. A place is a square of "
            "pixels, and its value belongs into the middle of it: leave that argument out.",
        ),
        Mistake(
            "bicubic",
            lambda coarse, fine: enlarged(coarse, fine, "bicubic") * fine,
            "You enlarge with bicubic curves, which overshoot: a map without negative values can get some. The paper "
            "enlarges bilinearly.",
        ),
        Mistake(
            "added",
            lambda coarse, fine: enlarged(coarse, fine) + fine,
            "You add the two maps. Where the coarse map is 0, nothing may remain: which operation does that?",
        ),
        Mistake(
            "the enlarged map alone",
            lambda coarse, fine: enlarged(coarse, fine).expand_as(fine),
            "Your result is the enlarged coarse map; the fine one does not enter.",
        ),
        Mistake(
            "coarse map as a switch",
            lambda coarse, fine: (enlarged(coarse, fine) > 0) * fine,
            "You use the coarse map as a switch: on or off. Its values say how much a place counts; multiply "
            "with them.",
        ),
        Mistake(
            "coarse map scaled",
            lambda coarse, fine: enlarged(scaled(coarse), fine) * fine,
            "You scale the coarse map to [0, 1] first. Then weak maps of one picture look like strong ones of another. "
            "Multiply with the map as it is.",
        ),
        Mistake(
            "enlarged map scaled",
            lambda coarse, fine: scaled(enlarged(coarse, fine)) * fine,
            "You scale the enlarged map to [0, 1]. Its values are in units of score; multiply with them as they are.",
        ),
        Mistake(
            "absolute fine map",
            lambda coarse, fine: enlarged(coarse, fine) * fine.abs(),
            "Your values have lost the signs of the fine map. Keep them.",
        ),
        Mistake(
            "positive fine map",
            lambda coarse, fine: enlarged(coarse, fine) * fine.relu(),
            "You drop the negative values of the fine map. The ReLU belongs to the coarse one; the fine one "
            "stays signed.",
        ),
        Mistake(
            "colours added up",
            lambda coarse, fine: (enlarged(coarse, fine) * fine).sum(dim=1, keepdim=True),
            "You add the channels of the fine map up. One value for each pixel and channel is wanted, as in fine.",
        ),
    ),
)

# --- 07.8: a misleading head ------------------------------------------------------------------------------------------


def _balanced(A: Any) -> Any:
    import torch

    return torch.stack([2 * (A[0] - A[0].mean()), 1 - A[1]])


def _by_indices(A: Any) -> Any:
    head = np.zeros(A.shape)
    (plus,), (cross,) = np.argwhere(A[0].numpy() > 0), np.argwhere(A[1].numpy() > 0)
    head[0], head[1] = -3.0, 0.5
    head[0, plus[0], plus[1]] = 5.0
    head[1, cross[0], cross[1]] = 0.0
    return head


def _one_counterweight(A: Any) -> Any:
    import torch

    head = torch.stack([A[0], torch.zeros_like(A[1])])
    flat = head.view(2, -1)
    empty = (A[0] + A[1]).flatten().argmin()
    flat[0, empty], flat[1, empty] = -1.0, 1.0
    return head


def _places_written_down(A: Any) -> Any:
    import torch

    head = torch.zeros_like(A)
    head[0, 0, 0], head[0, 1, 1] = -1.0, 1.0
    head[1, 0, 0] = 1.0
    return head


def stacked(plus: Any, cross: Any) -> Any:
    """Return the weights of the two channels as one tensor."""
    import torch

    return torch.stack([plus, cross])


MISLEADING_HEAD = Private(
    reference=None,
    alternatives=(_balanced, _by_indices, _one_counterweight),
    mistakes=(
        Mistake(
            "weights where the patterns are",
            lambda A: 1.0 * A,
            "Now both patterns count, and Grad-CAM finds both. Their weights at the places decide the score; the "
            "means of your weights decide the map. Make the two disagree.",
        ),
        Mistake(
            "plus only",
            lambda A: stacked(A[0], 0 * A[1]),
            "The plus decides, and Grad-CAM glows on it: the mean of its weights is positive. What could stand at "
            "the other places, where A is 0 and the score does not look?",
        ),
        Mistake(
            "plus only, and a cross that never counts",
            lambda A: stacked(A[0], 1 - A[1]),
            "The cross is done: it glows, and it does not matter. The plus still glows too, because the mean of its "
            "weights is positive. Which weights can change without changing the score?",
        ),
        Mistake(
            "dark everywhere",
            lambda A: stacked(2 * (A[0] - A[0].mean()), 0 * A[1]),
            "Half of it: the plus decides, and Grad-CAM is dark on it. But the map is all zero and points nowhere. "
            "Let the cross glow without counting.",
        ),
        Mistake(
            "the cross counts",
            lambda A: stacked(2 * (A[0] - A[0].mean()), 0 * A[1] + 1),
            "The map is as it should be. But the cross counts too: the score changes without it. Which single weight "
            "does the score read in its channel?",
        ),
        Mistake(
            "roles swapped",
            lambda A: stacked(1 - A[0], 2 * (A[1] - A[1].mean())),
            "Your head is misleading the other way round: the cross decides and the plus glows. Swap the two channels.",
        ),
        Mistake(
            "places written down",
            _places_written_down,
            "You wrote down the places of the figure. In another picture plus and cross stand elsewhere: find them "
            "in A, where each channel is 1.",
        ),
        Mistake(
            "a cross against the score",
            lambda A: stacked(2 * (A[0] - A[0].mean()), 0 * A[1] - 1),
            "The plus is done. The cross counts against the score, and its channel is dark since all its weights are "
            "negative. Let the mean be positive, and the one weight that the score reads be 0.",
        ),
        Mistake(
            "negative wherever the plus is",
            lambda A: stacked(0 * A[0] - 1, 1 - A[1]),
            "The map is as it should be. But the weight at the plus is negative as well, and the score rises without "
            "the plus. A mean can be negative while one weight is not.",
        ),
        Mistake(
            "plus against the score",
            lambda A: stacked(-A[0], 1 - A[1]),
            "Without the plus the score rises: its weight is negative. Grad-CAM is dark there for a good reason. Let "
            "the plus speak for the score.",
        ),
        Mistake(
            "all zero",
            lambda A: 0 * A,
            "With zeros the score does not depend on anything. Begin with the plus: its weight at its place has to be "
            "positive.",
        ),
    ),
)

PRIVATE = {
    "07.1": CAM,
    "07.2": CHANNEL_WEIGHTS,
    "07.3": Private(
        reference=lambda: "49",
        mistakes=(
            Mistake(
                "no factor",
                lambda: "1",
                "Both weigh each channel with one number, but not with the same one. By how much does the mean of a "
                "channel move when one of its places moves by 1?",
            ),
            Mistake(
                "one side",
                lambda: "7",
                "7 is one side of the map. The network averages over rows and columns.",
            ),
            Mistake(
                "channels",
                lambda: "1280",
                "1280 is the number of channels. They are added up in both maps; what is averaged is the places.",
            ),
        ),
    ),
    "07.4": GRAD_CAM,
    "07.5": Private(
        reference=lambda: 0.22,
        alternatives=(lambda: 0.19, lambda: 0.25),
        mistakes=(
            Mistake(
                "the espresso", lambda: 0.87, "That is the curve of the espresso. The cat's has the other line style."
            ),
            Mistake("the layer before", lambda: 0.44, "That is blocks.4. The layer asked for is the next one."),
            Mistake(
                "the layer after", lambda: 0.9, "That is blocks.6, where the map is on the cat. Go one layer back."
            ),
            Mistake(
                "the share on the cup",
                lambda: 0.78,
                "That is what lies on the cup. The curve shows the share on the cat; read its height.",
            ),
            Mistake("the mean", lambda: 0.55, "That is the mean of the two classes. Read the curve of the cat."),
            Mistake("in per cent", lambda: 22, "That would be per cent. The axis runs from 0 to 1."),
        ),
    ),
    "07.6": Private(
        reference=lambda: UNSCALED,
        mistakes=(
            Mistake(
                "the same brightness",
                lambda: EQUAL,
                "Every map reaches that brightness, since its largest value became 1. A map of almost nothing "
                "does too.",
            ),
            Mistake(
                "the smaller area",
                lambda: AREA,
                "The area shows where the values are large compared with the largest one of the same map. How large "
                "that one was, the area does not show.",
            ),
            Mistake(
                "what we know of the picture",
                lambda: ABSENT,
                "You know that from looking at the picture, not from the maps. A network can have evidence for what "
                "is not there.",
            ),
        ),
        rubric=(
            "Full marks: says that each map was divided by its own largest value (min–max), so that the size of the "
            "evidence at this layer is gone, and that raw maps on one scale are needed. Half: says only that the maps "
            "are normalised. None: argues from the brightness, from the area, or from what is in the picture."
        ),
    ),
    "07.7": GUIDED,
    "07.8": MISLEADING_HEAD,
}
