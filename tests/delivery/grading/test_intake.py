"""Which notebook counts, and why sometimes none does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from course_utils.delivery.grading.intake import NoNotebook, Notebook, find_notebook
from course_utils.delivery.moodle.archive import Submission, SubmittedFile
from course_utils.exercises.handed_out import Assignment

NAME = "04_integrated_gradients.ipynb"
ASSIGNMENT = Assignment("04", "abc123", "0.1.0", ("04.2",))


def code(source: str, exercise: str | None = None) -> dict[str, Any]:
    tags = [f"exercise-{exercise}"] if exercise else []
    return {"cell_type": "code", "source": source.splitlines(keepends=True), "metadata": {"tags": tags}}


def notebook(*cells: dict[str, Any], release: str | None = "abc123", assignment: str = "04") -> bytes:
    course = {"assignment": assignment, "release": release} if release else {}
    metadata = {"course": course, "kernelspec": {"name": "a kernel that nobody has"}}
    return json.dumps({"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


GOOD = notebook({"cell_type": "markdown", "source": "text"}, code("x = 1\ny = 2", "04.2"))


def found(*files: tuple[str, bytes], problems: tuple[str, ...] = ()) -> Notebook | NoNotebook:
    submitted = tuple(SubmittedFile(name, content) for name, content in files)
    return find_notebook(Submission("4", "Sam", "Sam_4_assignsubmission_file", submitted, problems), ASSIGNMENT, NAME)


def test_a_notebook_comes_as_the_code_of_its_cells() -> None:
    assert found((NAME, GOOD)) == Notebook(NAME, {1: "x = 1\ny = 2"})


@pytest.mark.parametrize(
    "name", ["x.ipynb", "x (1).ipynb", "x.ipynb.txt", "x.ipynb.json", "X.IPYNB", "work/x.ipynb", "x.txt"]
)
def test_other_names_are_taken_where_there_is_one_notebook(name: str) -> None:
    assert isinstance(found((name, GOOD), ("plot.png", b"png")), Notebook)


def test_with_a_byte_order_mark_and_an_unknown_kernel() -> None:
    assert isinstance(found((NAME, b"\xef\xbb\xbf" + GOOD)), Notebook)


def test_format_3_is_read() -> None:
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": ['check("04.2")']}]}], "nbformat": 3}
    assert found((NAME, json.dumps(old).encode())) == Notebook(
        NAME, {0: 'check("04.2")'}, ("The notebook does not say which release it is; it is graded as this one.",)
    )


@pytest.mark.parametrize(
    ("files", "refusal", "words"),
    [
        ([], "missing", "nothing that could be read"),
        ([("plot.png", b"png")], "missing", "plot.png"),
        ([(NAME, b"")], "unreadable", "empty"),
        ([(NAME, b" \n")], "unreadable", "empty"),
        ([(NAME, b"not json")], "unreadable", "no JSON"),
        ([(NAME, b"<!DOCTYPE html><title>")], "unreadable", "web page"),
        ([(NAME, '{"cells": "ü"}'.encode("latin1"))], "unreadable", "UTF-8"),
        ([(NAME, b"[" * 200_000)], "unreadable", "nested too deep"),
        ([(NAME, b"[1, 2]")], "unreadable", "no notebook"),
        ([(NAME, b'{"a": 1}')], "unreadable", "no notebook"),
        ([(NAME, notebook(code("print(1)"), release=None))], "another assignment", "none of the exercises"),
        ([(NAME, notebook(code("x", "03.1"), assignment="03"))], "another assignment", "none of the exercises"),
        ([("a.ipynb", GOOD), ("b.ipynb", GOOD + b" ")], "several", "a.ipynb, b.ipynb"),
        ([(NAME, notebook(code("x", "04.2"), release="old"))], "another release", "release old"),
    ],
)
def test_what_is_not_graded_says_why(files: list[tuple[str, bytes]], refusal: str, words: str) -> None:
    said = found(*files)
    assert isinstance(said, NoNotebook)
    assert said.refusal == refusal
    assert words in said.why


def test_a_refused_file_is_named() -> None:
    said = found(problems=("../x.ipynb: its path leads outside",))
    assert isinstance(said, NoNotebook)
    assert "../x.ipynb" in said.why


def test_of_several_the_handed_out_name_counts_and_equal_ones_are_one() -> None:
    said = found((NAME, GOOD), ("old version.ipynb", notebook(code("old", "04.2"))))
    assert isinstance(said, Notebook)
    assert said.cells == {1: "x = 1\ny = 2"}
    assert "was taken" in said.notes[0]
    assert found((NAME, GOOD), ("copy.ipynb", GOOD)) == Notebook(NAME, {1: "x = 1\ny = 2"})


def test_one_broken_file_does_not_hide_a_good_one() -> None:
    said = found(("broken.ipynb", b"{"), (NAME, GOOD))
    assert isinstance(said, Notebook)
    assert "broken.ipynb" in said.notes[0]


def test_odd_cells_are_passed_over_and_named() -> None:
    strange: list[Any] = [code("a", "04.2"), None, 3, {"cell_type": "code", "source": None}, code("b", "04.2"), {}]
    said = found((NAME, notebook(*strange)))
    assert isinstance(said, Notebook)
    assert list(said.cells.values()) == ["a", "None", "b"]
    assert said.notes == ("Exercise 04.2 has several cells; as in Run All, the last definition counts.",)


def test_a_notebook_without_end_is_cut() -> None:
    said = found((NAME, notebook(*[code("x = 1", "04.2")] * 3_000)))
    assert isinstance(said, Notebook)
    assert len(said.cells) == 2_000
    said = found((NAME, notebook(code("x = 1", "04.2"), code("y" * 3_000_000))))
    assert isinstance(said, Notebook)
    assert list(said.cells) == [0]
