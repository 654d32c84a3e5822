"""The build: one source, two notebooks, the same bytes each time, and never a solution in a student's hands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jupytext
import nbformat
import pytest

from course_utils.delivery.build import build, changes, derive, examine, student_notebook
from course_utils.delivery.source import (
    MYST,
    SourceError,
    exercise_cells,
    header,
    read_source,
    solution_lines,
    source_text,
    sources,
    without_solution,
)
from course_utils.exercises.catalogue import exercise

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sources(ROOT)
each = pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)


def test_there_are_sources() -> None:
    assert [path.name[:2] for path in SOURCES][:4] == ["01", "02", "03", "04"]


@each
def test_a_build_would_change_no_file(source: Path) -> None:
    stale = [path.relative_to(ROOT) for path in changes(ROOT, [source.name[:2]])]
    assert not stale, f"run `make build` and commit: {stale}"


@each
def test_the_same_source_gives_the_same_bytes(source: Path) -> None:
    assert derive(ROOT, source) == derive(ROOT, source)


@each
def test_nothing_of_a_solution_reaches_the_student(source: Path) -> None:
    notebook = read_source(source)
    student = (ROOT / "notebooks" / source.with_suffix(".ipynb").name).read_text(encoding="utf-8")
    handed_out = nbformat.reads(student, as_version=4)
    assert "BEGIN SOLUTION" not in student
    solved = {e.id: cell.source for e, cell in exercise_cells(notebook)}
    for record, cell in exercise_cells(handed_out):
        assert record.stub.strip().splitlines()[0] in cell.source
        lines = solution_lines(solved[record.id])
        assert lines, f"{record.id} has no solution"
        for line in lines:
            if len(line) >= 8 and line not in record.stub:
                assert line not in cell.source, f"{record.id}: {line!r} is in the student's cell"
                assert json.dumps(line, ensure_ascii=False)[1:-1] not in student, f"{record.id}: {line!r} leaks"


@each
def test_a_students_notebook_holds_no_trace_of_a_run(source: Path) -> None:
    handed_out = nbformat.read(ROOT / "notebooks" / source.with_suffix(".ipynb").name, as_version=4)
    assert set(handed_out.metadata) == {"course", "kernelspec", "language_info"}
    for cell in handed_out.cells:
        assert "attachments" not in cell
        assert set(cell.metadata) <= {"tags"}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@each
def test_every_cell_of_a_solution_was_executed(source: Path) -> None:
    """A cell that was never run has nothing that a later run could be compared with."""
    solved = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    missing = [i for i, c in enumerate(solved.cells) if c.cell_type == "code" and c.execution_count is None]
    assert not missing, f"cells {missing} of {source.stem} have no stored run: course execute {source.stem[:2]}"


@each
def test_no_cell_is_longer_than_a_screen(source: Path) -> None:
    for cell in read_source(source).cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 40, cell.source[:80]


@each
def test_saving_the_solution_notebook_keeps_the_source(source: Path) -> None:
    """What the pairing writes when an author saves in JupyterLab is, after the next build, the same source."""
    notebook = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
    paired = jupytext.writes(notebook, fmt=MYST)
    again = source_text(jupytext.reads(paired, fmt=MYST))
    assert again == source.read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one notebook, to be changed and broken."""
    (tmp_path / "solutions").mkdir()
    shutil.copy(SOURCES[3], tmp_path / "solutions")
    build(tmp_path)
    return tmp_path


def test_outputs_are_kept_where_the_source_is_the_same(project: Path) -> None:
    path = project / "solutions" / SOURCES[3].with_suffix(".ipynb").name
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in code[:2]:
        cell.outputs = [nbformat.v4.new_output("stream", text="kept")]
    code[1].source += "\n# another line"
    nbformat.write(notebook, path)
    build(project)
    again = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert again[0].outputs[0].text == "kept"
    assert again[1].outputs == [], "an output of other code is not kept"


def test_widget_state_and_attachments_of_the_solution_stay_behind(project: Path) -> None:
    path = project / "solutions" / SOURCES[3].with_suffix(".ipynb").name
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"secret": 1}}}
    notebook.cells[0]["attachments"] = {"secret.png": {"image/png": "AAAA"}}
    nbformat.write(notebook, path)
    build(project)
    for text in (path.read_text(), (project / "notebooks" / path.name).read_text()):
        assert "secret" not in text


def test_a_second_build_changes_nothing(project: Path) -> None:
    assert build(project) == []
    (project / "notebooks" / SOURCES[3].with_suffix(".ipynb").name).write_text("{}")
    assert [path.parent.name for path in changes(project)] == ["notebooks"]


def test_a_header_that_was_edited_by_hand_comes_back_from_the_record(project: Path) -> None:
    source = project / "solutions" / SOURCES[3].name
    right = source.read_text(encoding="utf-8")
    heading = f"### Exercise 04.3 · {exercise('04.3').title}"
    assert heading in right
    source.write_text(right.replace(heading, "### Exercise 04.3 · Another title"), encoding="utf-8")
    build(project)
    assert source.read_text(encoding="utf-8") == right


def test_a_source_that_breaks_a_rule_is_refused_with_the_remedy() -> None:
    notebook = read_source(SOURCES[3])
    cell = next(cell for record, cell in exercise_cells(notebook) if record.id == "04.3")
    record = exercise("04.3")
    with pytest.raises(SourceError, match="without its partner"):
        without_solution("### END SOLUTION", record)
    with pytest.raises(SourceError, match="expected one region"):
        without_solution("x = 1", record)
    cell.metadata.tags = []
    with pytest.raises(SourceError, match=r"04.3.*Add the missing cell or record"):
        examine(notebook, SOURCES[3])
    with pytest.raises(SourceError, match="there is no notebook 99"):
        sources(ROOT, ["99"])


def test_header_says_what_the_record_says() -> None:
    record = exercise("04.3")
    text = header(record)
    assert record.title in text
    assert f"{record.minutes} minutes" in text
    assert text.count("●") == record.difficulty


def test_the_students_notebook_is_a_copy(project: Path) -> None:
    notebook = read_source(SOURCES[3])
    before = source_text(notebook)
    student_notebook(notebook)
    assert source_text(notebook) == before
