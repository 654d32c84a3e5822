"""A matrix with its numbers: every number stands in its cell, and closed gates are hatched."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from course_utils.plots import panels
from course_utils.plots.grids import number_grid


def test_numbers_stand_in_their_cells() -> None:
    _, (ax,) = panels()
    number_grid(ax, np.array([[1.5, -2.0, 0.0]]))
    assert {(t.get_position(), t.get_text()) for t in ax.texts} == {((0, 0), "1.5"), ((1, 0), "−2"), ((2, 0), "0")}


def test_closed_gates_are_hatched() -> None:
    _, (ax,) = panels()
    number_grid(ax, np.ones((2, 2)), closed=[[True, False], [False, True]])
    hatched = [p.get_xy() for p in ax.patches if isinstance(p, Rectangle) and p.get_hatch()]
    assert hatched == [(-0.5, -0.5), (0.5, 0.5)]


def test_zero_is_the_middle_of_the_scale() -> None:
    _, (ax,) = panels()
    number_grid(ax, np.zeros((2, 2)))
    low, high = ax.images[0].get_clim()
    assert low == -high < 0


def test_shapes_must_match() -> None:
    _, (ax,) = panels()
    with pytest.raises(ValueError, match="closed"):
        number_grid(ax, np.ones((2, 2)), closed=[[True]])
