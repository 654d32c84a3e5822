"""What the tests of the exercises share: every record, and the answers as a student's notebook would hold them."""

from __future__ import annotations

import linecache
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from course_utils.delivery.source import exercise_cells, read_source, sources, tags, without_solution
from course_utils.exercises.catalogue import exercises_of, notebooks
from course_utils.exercises.progress import forget_session
from course_utils.exercises.record import Exercise

ROOT = Path(__file__).resolve().parents[2]


def all_exercises() -> list[Exercise]:
    """Every exercise of the course, in order."""
    return [record for number in notebooks() for record in exercises_of(number)]


def run_as_student(code: str, namespace: dict[str, Any], name: str) -> None:
    """Run a cell as IPython does: under a file name of its own, with its lines known to tracebacks."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    exec(compile(code, name, "exec"), namespace)


@cache
def _cells(number: str) -> tuple[str, dict[str, tuple[str, str]]]:
    notebook = read_source(sources(ROOT, [number])[0])
    setup = "\n".join(cell.source for cell in notebook.cells if "setup" in tags(cell))
    answers = {e.id: (cell.source, without_solution(cell.source, e)) for e, cell in exercise_cells(notebook)}
    return setup, answers


def namespace_of(number: str, *, stub_from: str | None = None) -> dict[str, Any]:
    """Run the set-up cell and the exercise cells of a notebook; from the exercise `stub_from` on, run the stubs."""
    setup, answers = _cells(number)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    run_as_student(setup, namespace, f"<{number} set-up>")
    stubs = False
    for identifier, (solved, stub) in answers.items():
        stubs = stubs or identifier == stub_from
        run_as_student(stub if stubs else solved, namespace, f"<cell {identifier}>")
    return namespace


@pytest.fixture(autouse=True)
def fresh_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a progress folder of its own, and a session in which nothing was done."""
    monkeypatch.setenv("COURSE_PROGRESS_DIR", str(tmp_path / "progress"))
    forget_session()
