"""A convolutional network with two hand-set filters: where it looks is known, place by place."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from course_utils.assets.normalisation import freeze

PATTERNS: dict[str, tuple[tuple[int, ...], ...]] = {
    "plus": ((0, 1, 0), (1, 1, 1), (0, 1, 0)),
    "cross": ((1, 0, 1), (0, 1, 0), (1, 0, 1)),
}
"""What the two filters find, in the order of the channels: five bright pixels of nine, each."""


class PatchDetector(nn.Module):
    r"""Two filters, ReLU, global average pooling and one linear layer: the smallest network with an honest map.

    On pictures of zeros and ones, channel k is 1 where pattern k has its centre and 0 everywhere else. So with
    :math:`n_k` patterns in a picture of :math:`h w` pixels the score is

    .. math:: F_c = b_c + \frac1{hw} \sum_k w^c_k n_k

    and the true explanation is known: the centre of each pattern k receives :math:`w^c_k / (h w)`, all else nothing.

    Parameters
    ----------
    weights : Tensor or nested sequence of float, shape (classes, 2)
        How much each class asks for a plus and for a cross.
    bias : sequence of float or Tensor of shape (classes,), optional
        The score of an empty picture; by default 0.

    Examples
    --------
    >>> model = PatchDetector([[36.0, -18.0], [0.0, 36.0]])
    >>> model(planted({"plus": [(1, 1)], "cross": [(4, 4)]}, size=(6, 6)))
    tensor([[0.5000, 1.0000]])
    """

    def __init__(
        self, weights: Tensor | Sequence[Sequence[float]], bias: Tensor | Sequence[float] | None = None
    ) -> None:
        super().__init__()
        rows = torch.as_tensor(weights, dtype=torch.get_default_dtype())
        if rows.ndim != 2 or rows.shape[1] != len(PATTERNS):
            raise ValueError(f"weights: got shape {tuple(rows.shape)}, expected (classes, 2)")
        scores = rows.new_zeros(len(rows)) if bias is None else torch.as_tensor(bias, dtype=rows.dtype)
        if scores.shape != rows.shape[:1]:
            raise ValueError(f"bias: got shape {tuple(scores.shape)}, expected ({len(rows)},)")
        with torch.random.fork_rng(devices=[]):  # torch draws first; its global random state is put back
            self.conv = nn.Conv2d(1, len(PATTERNS), kernel_size=3, padding=1)
            self.relu = nn.ReLU()
            self.pool = nn.AdaptiveAvgPool2d(1)
            self.flatten = nn.Flatten()
            self.classifier = nn.Linear(len(PATTERNS), len(rows))
        patterns = torch.tensor(list(PATTERNS.values()), dtype=rows.dtype)
        with torch.no_grad():
            # 5 on the pattern itself; one pixel too few or too many gives 4 at most, and the bias takes 4 away.
            self.conv.weight.copy_(2 * patterns[:, None] - 1)
            self.conv.bias = nn.Parameter(rows.new_full((len(PATTERNS),), -4.0))
            self.classifier.weight.copy_(rows)
            self.classifier.bias.copy_(scores)
        freeze(self)

    def forward(self, images: Tensor) -> Tensor:
        """Map images (N, 1, h, w) of zeros and ones to scores (N, classes)."""
        found = self.relu(self.conv(images))  # (N, 2, h, w)
        scores: Tensor = self.classifier(self.flatten(self.pool(found)))
        return scores


def planted(places: dict[str, Sequence[tuple[int, int]]], *, size: tuple[int, int] = (6, 6)) -> Tensor:
    """Draw a picture with patterns at known places.

    Parameters
    ----------
    places : dict
        For "plus" and "cross", the centres as (row, column); patterns must lie inside and apart.
    size : pair of int
        Height and width.

    Returns
    -------
    Tensor of shape (1, 1, height, width), float32
        Ones on the patterns, zeros elsewhere.

    Raises
    ------
    ValueError
        When a pattern is not known, does not lie inside the picture, or touches the pixels of another.

    Examples
    --------
    >>> planted({"plus": [(1, 1)]}, size=(3, 4))[0, 0].int().tolist()
    [[0, 1, 0, 0], [1, 1, 1, 0], [0, 1, 0, 0]]
    """
    picture = torch.zeros(1, 1, *size)
    taken = torch.zeros(size, dtype=torch.bool)
    for name, centres in places.items():
        if name not in PATTERNS:
            raise ValueError(f"places: got {name!r}, expected {' or '.join(PATTERNS)}")
        for row, column in centres:
            area = (slice(row - 1, row + 2), slice(column - 1, column + 2))
            if not (1 <= row < size[0] - 1 and 1 <= column < size[1] - 1) or taken[area].any():
                raise ValueError(
                    f"places: the {name} at {(row, column)} is not inside {size}, or lies on another pattern"
                )
            taken[area] = True
            picture[0, 0][area] = torch.tensor(PATTERNS[name], dtype=picture.dtype)
    return picture
