"""A student edits, the course is updated and built, and the tests run: nothing is lost, and nothing fails for it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from course_utils.delivery.build import build, changes
from course_utils.delivery.source import sources
from course_utils.delivery.workspace import lay_out

ROOT = Path(__file__).resolve().parents[2]
LATER = "A sentence that came later."


def answer(notebook: Path, text: str) -> None:
    """Add a cell at the end, as a student does, and leave behind what a run leaves behind."""
    content = json.loads(notebook.read_text("utf-8"))
    cell = {"cell_type": "code", "id": "mine", "metadata": {}, "source": text, "outputs": [], "execution_count": 7}
    content["cells"].append(cell)
    notebook.write_text(json.dumps(content), "utf-8")


def test_edit_update_build_test(tmp_path: Path) -> None:
    """With a real notebook of the course, in a folder of its own."""
    original = sources(ROOT)[0]
    name, beside = original.with_suffix(".ipynb").name, original.with_suffix(".new.ipynb").name
    notebooks, work = tmp_path / "notebooks", tmp_path / "work"
    source = tmp_path / "solutions" / original.name
    source.parent.mkdir()
    shutil.copy(original, source)
    build(tmp_path)
    lay_out(notebooks, work)
    assert (work / name).read_bytes() == (notebooks / name).read_bytes()

    answer(work / name, "my_answer = 42")
    mine = (work / name).read_bytes()
    assert changes(tmp_path) == {}, "what a student does must not look like a stale build"

    source.write_text(f"{source.read_text('utf-8')}\n{LATER}\n", "utf-8")
    assert changes(tmp_path)
    build(tmp_path)
    lines = lay_out(notebooks, work)
    assert (work / name).read_bytes() == mine
    assert LATER in (work / beside).read_text("utf-8")
    assert len(lines) == 1
    assert beside in lines[0]

    assert changes(tmp_path) == {}
    build(tmp_path)
    assert lay_out(notebooks, work) == []
    assert (work / name).read_bytes() == mine


def test_what_stands_in_work_is_nobodys_business_but_the_students() -> None:
    """Neither git nor ruff nor pytest looks into work/: unfinished answers fail no test and are never committed."""
    unfinished = "work/04_integrated_gradients.ipynb"
    if (ROOT / ".git").exists():
        ignored = subprocess.run(["git", "check-ignore", "--quiet", unfinished], cwd=ROOT, check=False)
        assert ignored.returncode == 0
    settings = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--show-settings", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    exclusions = settings.stdout.partition("file_resolver.exclude")[2].partition("file_resolver.include")[0]
    assert '"work"' in exclusions
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "--nbval solutions" in makefile
    assert "--nbval-lax notebooks" in makefile
