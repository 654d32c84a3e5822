"""Class activation maps: a network that averages its last channels can be read backwards, place by place."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_utils.attribution.asking import ask_inputs
from course_utils.attribution.channels import channel_evidence, enlarged, images_only
from course_utils.attribution.layers import Layer, find_layer
from course_utils.attribution.scores import Model, Target, scores


def class_activation_map(
    model: Model,
    inputs: Tensor,
    target: Target = None,
    *,
    layer: Layer,
    classifier: nn.Linear | str,
    upsample: bool = True,
) -> Tensor:
    r"""Attribute a score to the places of the last convolution, in a network that averages it and then adds up.

    .. math:: F_c(x) = b_c + \frac1{hw} \sum_{ij} M_{ij}, \qquad M = \sum_k w^c_k A^k

    Parameters
    ----------
    model, inputs, target
        As in `grad_cam`.
    layer
        The layer whose output A is averaged over all places: a module inside the model, or its name there.
    classifier
        The linear layer from these averages to the classes: the module, or its name.
    upsample
        Enlarge the map to the size of the images, bilinearly.

    Returns
    -------
    Tensor
        (N, 1, H, W), or (N, 1, h, w) when not enlarged; signed, in units of score. The mean of the small map is the
        score without its bias.

    Raises
    ------
    TypeError, ValueError
        See `scores` and `grad_cam`; and when the equation above does not hold for this layer and classifier, since CAM
        is defined for no other architecture.

    Notes
    -----
    Cost: two forward passes and one backward pass to the layer, per input; the second checks the equation.
    Grad-CAM is the same up to the factor h w: below global average pooling, the mean gradient is w / (h w).
    Source: Zhou et al. 2016, eq. 1 and 2, arXiv:1512.04150.

    Examples
    --------
    >>> model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 5))
    >>> x = torch.ones(1, 1, 8, 8)
    >>> cam = class_activation_map(model, x, target=4, layer="0", classifier="3", upsample=False)
    >>> cam.shape, bool(torch.isclose(cam.mean() + model[3].bias[4], model(x)[0, 4], atol=1e-5))
    (torch.Size([1, 1, 6, 6]), True)
    """
    F, x = scores(model, inputs, target), images_only(inputs)
    linear, name = find_layer(model, classifier, "classifier")
    if not isinstance(linear, nn.Linear):
        raise TypeError(f"classifier: {name} is {type(linear).__name__}; expected the nn.Linear that makes the scores")
    A = channel_evidence(model, inputs, target, layer=layer).activations
    if A.shape[1] != linear.in_features:
        raise ValueError(f"classifier: {name} takes {linear.in_features} values; the layer has {A.shape[1]} channels")
    if F.target is None and linear.out_features != 1:
        raise ValueError(f"target: None, but classifier has {linear.out_features} classes; say which to explain")
    classes = torch.zeros(len(x), dtype=torch.long, device=x.device) if F.target is None else F.target
    if classes.max() >= linear.out_features:
        raise ValueError(f"target: {int(classes.max())}; classifier has classes 0 to {linear.out_features - 1}")
    w = linear.weight.detach()[classes]  # (N, K)
    M = torch.einsum("nk,nkij->nij", w, A).unsqueeze(1)
    bias = 0.0 if linear.bias is None else linear.bias.detach()[classes]
    score = ask_inputs(F, x)
    gap = (M.mean(dim=(1, 2, 3)) + bias - score).abs().max()
    if gap > 1e-2 * torch.maximum(score.abs().max(), M.abs().mean()):
        raise ValueError(
            f"model: its score is not the mean of the class activation map plus the bias (they differ by {gap:.3g}); "
            "CAM needs global average pooling and one linear layer directly above the layer; use grad_cam"
        )
    return enlarged(M, inputs) if upsample else M
