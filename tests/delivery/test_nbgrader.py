"""A site that has nbgrader can hand the notebooks out: its own preprocessors find the solutions and take them away."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.stem[:2])
def test_nbgraders_own_preprocessors_clear_the_solutions(path: Path) -> None:
    preprocessors = pytest.importorskip("nbgrader.preprocessors")
    notebook = nbformat.read(path, as_version=4)
    solved = [i for i, cell in enumerate(notebook.cells) if "### BEGIN SOLUTION" in cell.source]
    assert solved
    # As `c.ClearSolutions.enforce_metadata = False` in nbgrader_config.py: our cells have no metadata of nbgrader's.
    steps = [preprocessors.ClearSolutions(enforce_metadata=False), preprocessors.ClearOutput()]
    cleared, resources = notebook, {"language": "python", "nbgrader": {}}
    for step in steps:
        cleared, resources = step.preprocess(cleared, resources)
    for i in solved:
        source = cleared.cells[i].source
        assert "SOLUTION" not in source
        assert "YOUR CODE HERE" in source
        compile(source, f"cell {i}", "exec")
    assert not any(cell.get("outputs") for cell in cleared.cells)
