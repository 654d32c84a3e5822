r"""Grad-CAM: where do the channels that matter for the class answer?

A channel k of a convolution is a small picture :math:`A^k` of where it found its pattern. Grad-CAM adds these pictures
up, each weighted by how much the class cares for it: by the mean gradient. It needs a network whose layers have places,
so a convolutional one.
"""

from __future__ import annotations

from torch import Tensor

from course_utils.attribution.channels import channel_evidence, enlarged
from course_utils.attribution.layers import Layer
from course_utils.attribution.rectifiers import guided_backprop
from course_utils.attribution.scores import Model, Target


def grad_cam(
    model: Model, inputs: Tensor, target: Target = None, *, layer: Layer, relu: bool = True, upsample: bool = True
) -> Tensor:
    r"""Attribute a score to the places of a convolution: its channels, weighted by their mean gradients.

    .. math::
        \alpha_k = \frac1{hw} \sum_{ij} \frac{\partial F}{\partial A^k_{ij}}, \qquad
        L = \text{ReLU}\Bigl(\sum_k \alpha_k A^k\Bigr)

    Parameters
    ----------
    model
        A callable from (N, C, H, W) to (N, classes), or to (N,) with `target=None`, with a convolution in it.
    inputs
        (N, C, H, W), floating point.
    target
        The class to explain: an int, an integer tensor (N,), or None.
    layer
        The layer whose output A is (N, K, h, w): a module inside the model, or its name there. Late layers know
        classes but are coarse; early ones are fine but know edges only.
    relu
        Keep only what speaks for the class. Without it, negative values are places that speak against it.
    upsample
        Enlarge the map to the size of the images, bilinearly.

    Returns
    -------
    Tensor
        (N, 1, H, W), or (N, 1, h, w) when not enlarged. It is not scaled; a map without positive evidence is all zero.

    Raises
    ------
    TypeError, ValueError
        See `scores`; and when the layer cannot be found, is not called, is called more than once, or returns no maps.

    Notes
    -----
    Cost: one forward pass, and one backward pass from the score down to the layer, per input.
    Pitfall: averaging the gradients is exact only where they are the same at all places, as below global average
    pooling. A place can count for the class in a layer where the mean does not see it.
    `channel_evidence` shows A, the gradients and the weights. Captum's `LayerGradCam` is this without the ReLU; the
    package grad-cam scales each map to [0, 1], so that two maps cannot be compared.
    Source: Selvaraju et al. 2017, eq. 1 and 2, arXiv:1610.02391.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> conv = nn.Conv2d(1, 2, 1, bias=False)
    >>> conv.weight.data = torch.tensor([3.0, -1.0]).reshape(2, 1, 1, 1)
    >>> x = torch.tensor([[[[0.0, 1.0]]]])
    >>> grad_cam(lambda x: conv(x).mean((2, 3)), x, target=0, layer=conv)
    tensor([[[[0.0000, 1.5000]]]])
    """
    cam = channel_evidence(model, inputs, target, layer=layer).maps.sum(dim=1, keepdim=True)  # (N, 1, h, w)
    if relu:
        cam = cam.relu()
    return enlarged(cam, inputs) if upsample else cam


def guided_grad_cam(model: Model, inputs: Tensor, target: Target = None, *, layer: Layer) -> Tensor:
    r"""Attribute a score to the pixels: guided backpropagation, kept where Grad-CAM sees the class.

    .. math:: \text{attribution} = \text{guided backpropagation} \odot \text{upsampled}\,\bigl(L_\text{Grad-CAM}\bigr)

    Parameters and Raises as `grad_cam`; the model needs a ReLU, see `guided_backprop`.

    Returns
    -------
    Tensor
        (N, C, H, W) like the inputs, signed, without a unit.

    Notes
    -----
    Cost: two forward passes, one backward pass to the inputs and one to the layer, per input.
    Pitfall: sharp, because guided backpropagation is, and with the failings of both. Captum's `GuidedGradCam` enlarges
    by the nearest neighbour unless told otherwise; here it is bilinear, as in the paper.
    Source: Selvaraju et al. 2017, section 3.2, arXiv:1610.02391.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> conv = nn.Conv2d(1, 1, 1, bias=False)
    >>> conv.weight.data.fill_(2.0).shape
    torch.Size([1, 1, 1, 1])
    >>> guided_grad_cam(lambda x: conv(x).relu().sum((1, 2, 3)), torch.tensor([[[[-1.0, 3.0]]]]), layer=conv)
    tensor([[[[0., 6.]]]])
    """
    where = grad_cam(model, inputs, target, layer=layer)
    return guided_backprop(model, inputs, target) * where
