"""A release as a student meets it: unzipped, opened in JupyterLab, run, one exercise wrong and then right."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import nbformat

from course_utils.delivery.release import release

ROOT = Path(__file__).resolve().parents[2]


def place_of(cells, start, tag=""):
    """The position of the cell that begins so, or that has the tag."""
    return next(
        i for i, c in enumerate(cells) if (tag in c.metadata.get("tags", []) if tag else c.source.startswith(start))
    )


def answer(exercise):
    """The solution of an exercise, as it stands in the solution notebook."""
    solved = nbformat.read(next((ROOT / "solutions").glob(f"{exercise[:2]}_*.ipynb")), as_version=4)
    return solved.cells[place_of(solved.cells, "", f"exercise-{exercise}")].source


def test_a_release_is_unzipped_opened_and_run(notebook, lab, tmp_path):
    with ZipFile(release(ROOT, "02", tmp_path)) as archive:
        archive.extractall(lab["work"])
    file = lab["work"] / "02_gradients" / "02_gradients.ipynb"
    cells = nbformat.read(file, as_version=4).cells
    notebook.visit(file)
    assert notebook.run_all() == []
    assert notebook.kernel("import course_utils; print(course_utils.__file__)").startswith(str(file.parent))

    # By hand means by hand; then the mistake that is made first, and the right answers.
    saliency, check = place_of(cells, "", "exercise-02.4"), place_of(cells, 'check("02.4")')
    notebook.type(saliency, "from course_utils.attribution import saliency_map")
    assert "saliency_map is what you write in this assignment" in notebook.run(check)
    notebook.type(saliency, "def saliency_map(gradient):\n    return gradient.amax(dim=1)")
    assert "You take the largest value with its sign" in notebook.run(check)
    notebook.shot("release_wrong", notebook.cell(check))
    for exercise in ("02.4", "02.2", "02.6"):
        notebook.type(place_of(cells, "", f"exercise-{exercise}"), answer(exercise))
        assert notebook.run(place_of(cells, f'check("{exercise}")')).startswith("PASS")

    # The explorer draws with the student's function alone.
    explorer = place_of(cells, "smooth_grad_explorer(")
    root = notebook.cell(explorer).locator(".course-explorer").first
    root.get_by_role("button", name="Try again").click()
    root.locator("img").last.wait_for()
    assert root.locator("pre.error").is_hidden()
    assert root.locator("img").count() == 3
    notebook.shot("release_explorer", root)
    assert notebook.callback_errors() == []
    assert notebook.outside == []
