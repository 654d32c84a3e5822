"""The samples around a point: their sizes say their weights, and the line is the one that was given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from course_utils.plots import neighbourhood, panels

CLOUD = torch.tensor([[-1.0, -2.0], [2.0, 1.0], [0.5, 3.0]])


def score(points: torch.Tensor) -> torch.Tensor:
    """The right half of the plane is class 1."""
    return points[:, 0] - 0.25


def test_a_sample_is_as_large_as_its_weight() -> None:
    _, (ax,) = panels()
    neighbourhood(ax, score, [[0, 0]], CLOUD, weights=[1.0, 0.5, 0.0])
    outside, inside = ax.collections[-2:]
    assert np.allclose(outside.get_offsets(), CLOUD[:1])
    assert np.allclose(inside.get_offsets(), CLOUD[1:])
    assert outside.get_sizes()[0] > inside.get_sizes()[0] > inside.get_sizes()[1]


@pytest.mark.parametrize(("w", "b"), [((1.0, 2.0), -3.0), ((0.0, 1.0), 0.5), ((-2.0, 0.0), 1.0)])
def test_the_line_is_where_the_surrogate_is_zero(w: tuple[float, float], b: float) -> None:
    _, (ax,) = panels()
    neighbourhood(ax, score, [[0, 0]], CLOUD, line=(w, b))
    line = ax.get_lines()[0].get_xydata()
    assert np.allclose(line @ np.array(w) + b, 0)
    assert np.ptp(line, axis=0).max() > 6, "it crosses the whole figure"
    assert (ax.get_xlim(), ax.get_ylim()) == ((-1, 2), (-2, 3)), "and leaves the figure's bounds as they are"


def test_a_surrogate_without_slope_has_no_line() -> None:
    _, (ax,) = panels()
    neighbourhood(ax, score, [[0, 0]], CLOUD, line=((0.0, 0.0), 1.0))
    assert len(ax.get_lines()) == 1  # the star


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": [0, 0]}, r"x, samples: expected \(1, 2\) and \(n, 2\), got \(2,\)"),
        ({"weights": [1, 2]}, "weights"),
        ({"weights": [1, -1, 0]}, "weights: expected numbers from 0 on, got -1"),
        ({"line": ((1, 2, 3), 0.0)}, "line"),
    ],
)
def test_bad_arguments(change: dict[str, Any], message: str) -> None:
    _, (ax,) = panels()
    arguments: dict[str, Any] = {"x": [[0, 0]], "samples": CLOUD, **change}
    with pytest.raises(ValueError, match=message):
        neighbourhood(ax, score, **arguments)
