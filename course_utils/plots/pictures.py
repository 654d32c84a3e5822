"""Pictures as they are: digits, photographs, baselines."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from course_utils.plots.arrays import as_array


def as_picture(name: str, value: Any) -> np.ndarray:
    """Return a picture, (C, H, W) or (H, W), as (H, W) or (H, W, 3).

    Raises
    ------
    ValueError
        If the shape is that of a batch, or the channels are neither 1 nor 3.

    Examples
    --------
    >>> as_picture("image", np.zeros((3, 4, 5))).shape
    (4, 5, 3)
    """
    array = as_array(name, value)
    if array.ndim == 4:
        raise ValueError(f"{name}: got a batch of shape {array.shape}; choose one of them, such as {name}[0]")
    if array.ndim == 3 and array.shape[0] == 1:
        array = array[0]
    if array.ndim == 3 and array.shape[0] == 3:
        array = array.transpose(1, 2, 0)
    elif array.ndim != 2:
        raise ValueError(f"{name}: expected (H, W), (1, H, W) or (3, H, W), got shape {array.shape}")
    return array


def bare(ax: Axes) -> None:
    """Take away ticks, grid and frame: a picture has no axes to read."""
    ax.grid(False)
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)


def image(ax: Axes, picture: Any, title: str = "") -> None:
    """Draw a digit or a photograph with values in [0, 1]; 0 is black in every figure.

    Values outside [0, 1] (a noisy input, a point beyond the path) are drawn as the nearest end, and the title says
    so, because a picture that was stretched to fit would look like another input.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    picture : Tensor or array, (C, H, W) or (H, W)
    title : str

    Raises
    ------
    TypeError, ValueError
        If `picture` is not one picture of numbers.

    Examples
    --------
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> image(ax, np.zeros((1, 28, 28)), "black")
    >>> ax.get_title()
    'black'
    """
    array = as_picture("picture", picture)
    if array.min() < -1e-6 or array.max() > 1 + 1e-6:
        title = f"{title}\n(clipped to [0, 1])".strip()
    ax.imshow(array.clip(0, 1), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set_title(title)
    bare(ax)
