"""The patch detector finds what it was built for, and nothing else; its true explanation is the one that it states."""

from __future__ import annotations

import itertools

import pytest
import torch

from course_utils.assets import PatchDetector, planted
from course_utils.assets.patch_detector import PATTERNS
from course_utils.attribution import class_activation_map


def test_each_filter_answers_to_its_pattern_alone():
    """All 512 pictures of 3 × 3 zeros and ones."""
    every = torch.tensor(list(itertools.product([0.0, 1.0], repeat=9))).reshape(-1, 1, 3, 3)
    model = PatchDetector([[1.0, 0.0]])
    centre = model.relu(model.conv(every))[:, :, 1, 1]
    for channel, pattern in enumerate(PATTERNS.values()):
        expected = (every[:, 0] == torch.tensor(pattern)).all(dim=(1, 2))
        assert expected.sum() == 1
        assert torch.equal(centre[:, channel], expected.float())


def test_the_score_counts_the_patterns():
    weights, bias = [[3.0, -2.0], [1.0, 5.0]], [0.5, -1.0]
    x = planted({"plus": [(1, 1), (1, 8)], "cross": [(4, 3)]}, size=(6, 10))
    expected = torch.tensor(bias) + torch.tensor(weights) @ torch.tensor([2.0, 1.0]) / 60
    assert torch.allclose(PatchDetector(weights, bias)(x)[0], expected)


def test_the_true_map():
    x = planted({"plus": [(1, 1)], "cross": [(4, 6)]}, size=(7, 9))
    M = class_activation_map(PatchDetector([[3.0, -2.0]]), x, 0, layer="relu", classifier="classifier")[0, 0]
    assert (M[1, 1], M[4, 6], M.abs().sum()) == (3, -2, 5)


def test_nothing_is_drawn_from_the_global_generator():
    before = torch.get_rng_state()
    PatchDetector([[1.0, 2.0]])
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: PatchDetector([[1.0, 2.0, 3.0]]), r"weights: got shape \(1, 3\)"),
        (lambda: PatchDetector([[1.0, 2.0]], [1.0, 2.0]), r"bias: got shape \(2,\), expected \(1,\)"),
        (lambda: planted({"star": [(1, 1)]}), "places: got 'star', expected plus or cross"),
        (lambda: planted({"plus": [(0, 1)]}), r"the plus at \(0, 1\) is not inside"),
        (lambda: planted({"plus": [(1, 1)], "cross": [(3, 2)]}), r"the cross at \(3, 2\) .* lies on another"),
    ],
)
def test_what_cannot_be_built_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()
