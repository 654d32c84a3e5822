"""Which cells are run, and what is said where one cannot be."""

from __future__ import annotations

import os
from typing import Any

import pytest

from .conftest import RIGHT, WRONG, controls, results, solutions

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the sandboxes that run here are Linux's")


def test_cells_that_measure_and_magics_are_run(submit: Any) -> None:
    own = controls()
    marks, _ = submit(
        f"%matplotlib inline\n!ls\n{own['04.2']}",
        f"%%time\n{RIGHT}",
        f"%%capture out\n{own['04.5']}",
        f"%%timeit\n{own['04.6']}",
    )
    said = results(marks)
    assert [said[e] for e in ("04.2", "04.3", "04.5")] == ["right"] * 3
    assert said["04.6"] == "missing", "%%timeit keeps nothing"


def test_a_cell_that_did_not_run_is_named(submit: Any) -> None:
    marks, _ = submit("def integrated_gradients(:\n    pass", RIGHT)
    assert (results(marks)["04.2"], results(marks)["04.3"]) == ("crashed", "right")
    assert "raised SyntaxError" in marks["04.2"].outcome.lines[0]


def test_a_name_that_no_cell_binds_for_itself_is_found_by_running_the_whole_notebook(submit: Any) -> None:
    hidden = "exec('def difference(F, x, baseline): return (F(x) - F(baseline)).sum()', globals())"
    uses_it = (
        "def completeness_gap(F, x, baseline, attributions):\n"
        "    return attributions.sum() - difference(F, x, baseline)"
    )
    marks, found = submit(WRONG, hidden, uses_it)
    assert (results(marks)["04.2"], results(marks)["04.3"]) == ("wrong", "right")
    assert found.whole


def test_the_last_definition_counts_as_in_run_all(submit: Any) -> None:
    marks, _ = submit(WRONG, solutions()["04.2"])
    assert results(marks)["04.2"] == "right"
