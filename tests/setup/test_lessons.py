"""The lesson plans name every notebook and exercise, their minutes add up, and their results stand in the notebooks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from course_utils.exercises import catalogue

ROOT = Path(__file__).resolve().parents[2]
LESSONS = (ROOT / "docs" / "lessons.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (\d\d) · [^\n]+\n(.*?)(?=^## |\Z)", LESSONS, re.MULTILINE | re.DOTALL))
LENGTHS = (45, 90)

EACH_NOTEBOOK = pytest.mark.parametrize("notebook", catalogue.notebooks())
EACH_PLAN = pytest.mark.parametrize("length", LENGTHS)

ID = re.compile(r"\b\d\d\.\d\b")


def minutes_of(notebook: str) -> dict[str, int]:
    """Return the minutes that the notebook states for each of its exercises."""
    return {exercise.id: exercise.minutes for exercise in catalogue.exercises_of(notebook)}


def rows(notebook: str, length: int) -> list[tuple[str, int]]:
    """Return what is done in one of the two lessons, and its minutes, without the sum."""
    table = re.findall(r"^\| (.+?) \| (–|\d+) \| (–|\d+) \|$", SECTIONS[notebook], re.MULTILINE)
    cells = [(row[0], row[1 + LENGTHS.index(length)]) for row in table if row[0] != "in class"]
    return [(what, int(minutes)) for what, minutes in cells if minutes != "–"]


def at_home(notebook: str, length: int) -> dict[str, int]:
    """Return the exercises that a lesson leaves for home, with the minutes as the plan states them."""
    line = re.search(rf"^\*\*At home after {length}:\*\*(.+?)(?=\n\n)", SECTIONS[notebook], re.MULTILINE | re.DOTALL)
    assert line
    return {found: int(minutes) for found, minutes in re.findall(r"(\d\d\.\d) \((\d+)\)", line[1])}


def numbers(text: str) -> set[str]:
    """Return the numbers of a text, each with its sign; ids of exercises are no numbers."""
    return set(re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w]|\.\d)", ID.sub("", text.replace("−", "-"))))


def everything_in(notebook: str) -> str:
    """Return all text of a notebook with solutions, what its cells printed included."""
    (path,) = (ROOT / "solutions").glob(f"{notebook}_*.ipynb")
    cells = json.loads(path.read_text("utf-8"))["cells"]
    printed = [output.get("text", "") for cell in cells for output in cell.get("outputs", [])]
    return "\n".join("".join(part) for part in [cell["source"] for cell in cells] + printed)


def test_every_notebook_has_its_section_in_order() -> None:
    assert tuple(SECTIONS) == catalogue.notebooks()


@EACH_NOTEBOOK
def test_every_exercise_that_is_named_exists(notebook: str) -> None:
    named = {found for found in ID.findall(SECTIONS[notebook]) if found[:2] == notebook}
    assert named == set(minutes_of(notebook))


@EACH_PLAN
@EACH_NOTEBOOK
def test_the_minutes_of_a_lesson_add_up(notebook: str, length: int) -> None:
    stated = re.search(r"^\| \*\*sum\*\* \| \*\*(\d+)\*\* \| \*\*(\d+)\*\* \|$", SECTIONS[notebook], re.MULTILINE)
    assert stated
    total = sum(minutes for _, minutes in rows(notebook, length))
    assert total == int(stated[1 + LENGTHS.index(length)]) <= length


@EACH_PLAN
@EACH_NOTEBOOK
def test_an_exercise_in_class_has_at_least_its_minutes(notebook: str, length: int) -> None:
    for what, minutes in rows(notebook, length):
        assert sum(minutes_of(notebook)[found] for found in ID.findall(what)) <= minutes, what


@EACH_PLAN
@EACH_NOTEBOOK
def test_every_exercise_is_done_once_in_class_or_at_home(notebook: str, length: int) -> None:
    in_class = [found for what, _ in rows(notebook, length) for found in ID.findall(what)]
    home = at_home(notebook, length)
    assert sorted([*in_class, *home]) == sorted(minutes_of(notebook))
    assert home == {found: minutes_of(notebook)[found] for found in home}


@EACH_NOTEBOOK
def test_a_part_that_is_named_exists(notebook: str) -> None:
    (path,) = (ROOT / "solutions").glob(f"{notebook}_*.md")
    parts = {int(found) for found in re.findall(r"^## (\d+) · ", path.read_text("utf-8"), re.MULTILINE)}
    named = {int(found) for found in re.findall(r"\b[Pp]arts? (\d+)", SECTIONS[notebook])}
    assert named <= parts


@EACH_NOTEBOOK
def test_two_to_four_errors_each_with_a_question(notebook: str) -> None:
    errors = re.findall(r"^- \*\*\d\d\.\d\*\* .+?(?=^- |^$)", SECTIONS[notebook], re.MULTILINE | re.DOTALL)
    assert 2 <= len(errors) <= 4
    assert all("*Ask:*" in error and error.rstrip().endswith("?") for error in errors)


@EACH_NOTEBOOK
def test_the_discussion_takes_its_numbers_from_the_notebook(notebook: str) -> None:
    discussion = SECTIONS[notebook].partition("**Discuss.**")[2]
    assert "?" in discussion
    assert numbers(discussion)
    assert numbers(discussion) <= numbers(everything_in(notebook))
