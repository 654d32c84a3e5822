"""Feature masks: which values of an input belong together, so that they are switched on and off as one.

A mask gives each value of an input the number of its feature, 0 … K − 1. The pixels of a superpixel share a number;
without a mask every value is a feature of its own.
"""

from __future__ import annotations

import torch
from torch import Tensor


def as_feature_mask(feature_mask: Tensor | None, x: Tensor) -> tuple[Tensor, list[int]]:
    """Return the mask as (N, …) like the inputs x, and for each input its number of features K.

    Parameters
    ----------
    feature_mask
        Integers that broadcast to (N, …): (H, W) for all images, (N, 1, H, W) for one mask each. None: every value is
        a feature.
    x
        (N, …), the inputs.

    Raises
    ------
    TypeError, ValueError
        When it is no integer tensor, does not broadcast, or leaves a number out.

    Examples
    --------
    >>> as_feature_mask(torch.tensor([0, 0, 1]), torch.zeros(2, 3))
    (tensor([[0, 0, 1],
             [0, 0, 1]]), [2, 2])
    """
    if feature_mask is None:
        feature_mask = torch.arange(x[0].numel()).reshape(x.shape[1:])
    if not isinstance(feature_mask, Tensor):
        raise TypeError(f"feature_mask: {type(feature_mask).__name__}; expected an integer tensor, or None")
    if feature_mask.is_floating_point() or feature_mask.is_complex() or feature_mask.dtype == torch.bool:
        raise TypeError(f"feature_mask: dtype {feature_mask.dtype}; expected integers, for example feature_mask.long()")
    numbers = feature_mask.detach().to(x.device, torch.long)
    try:
        mask = torch.broadcast_to(numbers, x.shape)
    except RuntimeError:
        raise ValueError(
            f"feature_mask: shape {tuple(numbers.shape)} does not broadcast to inputs {tuple(x.shape)}"
        ) from None
    return mask, [_number_of_features(one) for one in mask]


def _number_of_features(mask: Tensor) -> int:
    if mask.min() < 0 or mask.max() >= mask.numel() or not (times := mask.flatten().bincount()).all():
        raise ValueError(
            f"feature_mask: the numbers of an input lie between {int(mask.min())} and {int(mask.max())} and leave some "
            "out; expected each of 0 to K − 1, for example torch.unique(mask, return_inverse=True)[1]"
        )
    return len(times)


def on_values(of_features: Tensor, mask: Tensor) -> Tensor:
    """Return what each feature has, (N, K), at each value of that feature, (N, …).

    Examples
    --------
    >>> on_values(torch.tensor([[5.0, 7.0]]), torch.tensor([[0, 0, 1]]))
    tensor([[5., 5., 7.]])
    """
    return of_features.gather(1, mask.flatten(1)).reshape(mask.shape)


def superpixels(images: Tensor, n_segments: int = 50, compactness: float = 10.0) -> Tensor:
    """Cut images into superpixels: connected pieces of similar colour.

    Parameters
    ----------
    images
        (N, 3, H, W), or (N, 1, H, W) in grey, in [0, 1].
    n_segments
        About how many pieces; SLIC decides.
    compactness
        Small values follow the colours, large ones make squares.

    Returns
    -------
    Tensor
        (N, 1, H, W), int64: the number of each pixel's superpixel, from 0. A `feature_mask` for `lime_image`.

    Raises
    ------
    ValueError
        When the images are neither.

    Notes
    -----
    Source: Achanta et al. 2012, SLIC, doi:10.1109/TPAMI.2012.120, by scikit-image.

    Examples
    --------
    >>> halves = torch.zeros(1, 3, 16, 16)
    >>> halves[..., 6:] = 1
    >>> pieces = superpixels(halves, n_segments=4)[0, 0]
    >>> bool(set(pieces[:, :6].unique().tolist()) & set(pieces[:, 6:].unique().tolist()))
    False
    """
    from skimage.segmentation import slic

    if images.ndim != 4 or images.shape[1] not in (1, 3):
        raise ValueError(f"images: shape {tuple(images.shape)}; expected (N, 3, H, W) or (N, 1, H, W)")
    masks = []
    for image in images.detach().double().cpu():
        # Grey as a colour, so that compactness weighs it alike.
        colours = image.expand(3, -1, -1).movedim(0, -1).numpy()  # (H, W, 3)
        segments = slic(colours, n_segments=n_segments, compactness=compactness)
        # SLIC counts from 1 and may leave numbers out.
        masks.append(torch.unique(torch.from_numpy(segments), return_inverse=True)[1])
    return torch.stack(masks).unsqueeze(1).to(images.device)
