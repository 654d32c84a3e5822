"""A student edits, the course is updated, and again: nothing is lost, and what was not edited is kept new."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from course_utils.delivery.workspace import RECORD, lay_out

NAME = "04_integrated_gradients.ipynb"
BESIDE = "04_integrated_gradients.new.ipynb"


@pytest.fixture
def course(tmp_path: Path) -> tuple[Path, Path]:
    """Return the folders of a small course: notebooks (with two) and work (not there yet)."""
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    (notebooks / "01_terminology.ipynb").write_text("one, version 1")
    (notebooks / NAME).write_text("four, version 1")
    return notebooks, tmp_path / "work"


def contents(work: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(work.glob("*.ipynb"))}


def test_the_first_time_everything_is_laid_out_and_the_second_time_nothing_happens(course: tuple[Path, Path]) -> None:
    notebooks, work = course
    assert lay_out(notebooks, work) == ["01_terminology.ipynb is new in work/", f"{NAME} is new in work/"]
    assert contents(work) == contents(notebooks)
    before = {path: path.stat().st_mtime_ns for path in work.glob("*.ipynb")}
    assert lay_out(notebooks, work) == []
    assert {path: path.stat().st_mtime_ns for path in work.glob("*.ipynb")} == before


def test_a_students_life(course: tuple[Path, Path]) -> None:
    notebooks, work = course
    lay_out(notebooks, work)

    (work / NAME).write_text("four, version 1, and my answers")
    assert lay_out(notebooks, work) == []  # edited, and nothing newer: not a word

    (notebooks / "01_terminology.ipynb").write_text("one, version 2")
    (notebooks / NAME).write_text("four, version 2")
    (notebooks / "05_captum.ipynb").write_text("five, version 1")
    lines = lay_out(notebooks, work)
    assert contents(work) == {
        "01_terminology.ipynb": "one, version 2",  # not edited: replaced
        NAME: "four, version 1, and my answers",  # edited: kept
        BESIDE: "four, version 2",
        "05_captum.ipynb": "five, version 1",
    }
    assert f"{NAME} is yours and stays as it is; a newer version lies beside it: {BESIDE}" in lines
    assert lay_out(notebooks, work) == []

    (notebooks / NAME).write_text("four, version 3")  # the one beside was not edited: it is brought up to date
    lay_out(notebooks, work)
    assert contents(work)[BESIDE] == "four, version 3"

    (work / BESIDE).write_text("four, version 3, and I went on here")
    (notebooks / NAME).write_text("four, version 4")
    lay_out(notebooks, work)
    assert contents(work)[NAME] == "four, version 1, and my answers"
    assert contents(work)[BESIDE] == "four, version 3, and I went on here"
    assert contents(work)["04_integrated_gradients.new2.ipynb"] == "four, version 4"
    assert lay_out(notebooks, work) == []


def test_a_newer_version_that_was_thrown_away_does_not_come_back(course: tuple[Path, Path]) -> None:
    notebooks, work = course
    lay_out(notebooks, work)
    (work / NAME).write_text("mine")
    (notebooks / NAME).write_text("version 2")
    lay_out(notebooks, work)
    (work / BESIDE).unlink()
    assert lay_out(notebooks, work) == []
    assert not (work / BESIDE).exists()


def test_a_notebook_that_was_deleted_is_laid_out_again(course: tuple[Path, Path]) -> None:
    notebooks, work = course
    lay_out(notebooks, work)
    (work / NAME).unlink()
    assert lay_out(notebooks, work) == [f"{NAME} is new in work/"]


def test_taking_over_the_newer_version_ends_the_matter(course: tuple[Path, Path]) -> None:
    notebooks, work = course
    lay_out(notebooks, work)
    (work / NAME).write_text("mine")
    (notebooks / NAME).write_text("version 2")
    lay_out(notebooks, work)
    (work / BESIDE).replace(work / NAME)
    (notebooks / NAME).write_text("version 3")
    assert lay_out(notebooks, work) == [f"{NAME} was replaced by a newer version (yours was unchanged)"]


@pytest.mark.parametrize("damage", [None, "", "{", "[]"])
def test_without_the_record_every_file_is_the_students(course: tuple[Path, Path], damage: str | None) -> None:
    notebooks, work = course
    lay_out(notebooks, work)
    (notebooks / NAME).write_text("version 2")
    if damage is None:
        (work / RECORD).unlink()
    else:
        (work / RECORD).write_text(damage)
    lay_out(notebooks, work)
    assert contents(work)[NAME] == "four, version 1"
    assert contents(work)[BESIDE] == "version 2"


def test_other_files_in_work_are_left_alone(course: tuple[Path, Path]) -> None:
    notebooks, work = course
    work.mkdir()
    (work / "my_cat.jpg").write_bytes(b"cat")
    (work / "notes.ipynb").write_text("notes")
    lay_out(notebooks, work)
    assert (work / "my_cat.jpg").read_bytes() == b"cat"
    assert (work / "notes.ipynb").read_text() == "notes"
    assert "notes.ipynb" not in json.loads((work / RECORD).read_text())
    assert not list(work.glob("*.partial"))
    assert not list(work.glob(".*.partial"))


def test_an_interruption_between_two_files_loses_nothing(
    course: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first notebook is written, the second is not; afterwards neither counts as edited."""
    from course_utils.delivery import workspace

    notebooks, work = course
    write_whole = workspace.write_whole

    def interrupted(path: Path, content: bytes) -> None:
        if path.name == NAME:
            raise KeyboardInterrupt
        write_whole(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(workspace, "write_whole", interrupted)
        with pytest.raises(KeyboardInterrupt):
            lay_out(notebooks, work)
    for path in notebooks.glob("*.ipynb"):
        path.write_text(f"{path.name}, version 2")
    lay_out(notebooks, work)
    assert contents(work) == contents(notebooks)


def test_outside_the_course_the_error_says_where_to_go(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="folder of the course"):
        lay_out(tmp_path / "nowhere", tmp_path / "work")
