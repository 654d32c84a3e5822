"""What a student is handed: it runs, it checks, and it holds nothing of what it asks for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from course_utils.delivery.release import releasable, release
from course_utils.delivery.source import exercise_cells, read_source, solution_lines, sources
from course_utils.delivery.withholding import located
from course_utils.exercises.catalogue import exercises_of, private_half
from course_utils.exercises.record import Private

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = releasable(ROOT)
each = pytest.mark.parametrize("number", NUMBERS)


@pytest.fixture(scope="session")
def zips(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The releases of all exercises, each made once when it is first asked for."""
    return cache(lambda number: release(ROOT, number, tmp_path_factory.mktemp("releases")))


@pytest.fixture(scope="session")
def unpacked(zips: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A release as a student unpacks it: the folder with the notebook."""

    def unpack(number: str) -> Path:
        folder = tmp_path_factory.mktemp(f"student-{number}")
        with ZipFile(zips(number)) as archive:
            archive.extractall(folder)
        return next(folder.iterdir())

    return cache(unpack)


def private_of(identifier: str) -> Private:
    half = private_half(identifier)
    assert half is not None
    return half


def texts(folder: Path) -> dict[str, str]:
    """Every file that is text, by its place."""
    kinds = {".py", ".ipynb", ".txt", ".md", ".json", ".js", ".css", ""}
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in kinds
    }


def python(folder: Path, code: str) -> str:
    """Run code as a notebook in that folder would: the folder first on the path, then what is installed."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment["COURSE_PROGRESS_DIR"] = str(folder / ".course")
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_every_notebook_with_records_can_be_released() -> None:
    assert NUMBERS[:4] == ["01", "02", "03", "04"]


@each
def test_the_zip_holds_what_is_needed_and_nothing_else(number: str, zips: Any) -> None:
    name = sources(ROOT, [number])[0].stem
    assert zips(number).stat().st_size < 5e6
    with ZipFile(zips(number)) as archive:
        members = archive.namelist()
        assert archive.testzip() is None
    assert {"/".join(m.split("/")[:2]) for m in members} == {
        f"{name}/{part}" for part in (f"{name}.ipynb", "README.txt", "course_utils", "data")
    }
    inside = {m.removeprefix(f"{name}/") for m in members}
    assert not [m for m in inside if re.search(r"private|delivery|solutions|docs|tests|__pycache__|/\.", m)]
    records = [
        m for m in inside if m.startswith(("course_utils/exercises/records/", "course_utils/exercises/quizzes/"))
    ]
    assert {Path(m).name for m in records} <= {"__init__.py", f"nb{number}.py", f"q{number}.py"}
    stored = {Path(m).stem for m in inside if m.startswith("course_utils/exercises/stored/")}
    assert stored == {record.id for record in exercises_of(number)}


@each
def test_no_solution_is_inside(number: str, unpacked: Any) -> None:
    """No telling line of a solution stands in any file, but for what the notebook itself says outside of the answer."""
    folder, source = unpacked(number), sources(ROOT, [number])[0]
    notebook = read_source(source)
    said = "\n".join(record.stub + "".join(record.hints) for record in exercises_of(number))
    for name, text in texts(folder).items():
        assert "BEGIN SOLUTION" not in text or name == "course_utils/exercises/notebook.py", name
        flat = text.replace('\\"', '"')
        for record, cell in exercise_cells(notebook):
            if record.is_function:
                long = [line for line in solution_lines(cell.source) if len(line) >= 30 and line not in said]
                assert not [line for line in long if line in flat], f"{record.id}: a line of its solution is in {name}"


@each
def test_nothing_of_the_private_half_is_inside(number: str, unpacked: Any) -> None:
    functions = re.findall(
        r"^def (\w+)", (ROOT / f"course_utils/exercises/private/nb{number}.py").read_text("utf-8"), re.MULTILINE
    )
    rubrics = [private_of(record.id).rubric for record in exercises_of(number)]
    for name, text in texts(unpacked(number)).items():
        if name.startswith("course_utils/exercises/"):
            assert not [f for f in functions if re.search(rf"\bdef {f}\b", text) and f.startswith("_")], name
        assert not [rubric for rubric in rubrics if rubric and rubric[:40] in text], name


@each
def test_what_is_asked_for_by_hand_raises(number: str, unpacked: Any) -> None:
    folder = unpacked(number)
    for record in exercises_of(number):
        for name in private_of(record.id).withheld:
            for path, function in located(folder / "course_utils", name):
                module = ".".join(path.relative_to(folder).with_suffix("").parts)
                short = f'"{record.id}: {function} is what you write in this assignment"'
                assert short in path.read_text(encoding="utf-8"), f"{module}.{function}"
                assert ">>>" not in path.read_text("utf-8").split(f"def {function}(")[1].split("\ndef ")[0]


def test_a_students_cell_cannot_call_the_reference(unpacked: Any) -> None:
    code = """
import torch
from course_utils.attribution import integrated_gradients, convergence_delta
from course_utils.attribution.paths import weighted_path_gradient
x = torch.ones(1, 2)
for call in (
    lambda: integrated_gradients(lambda z: z.sum(1), x),
    lambda: convergence_delta(lambda z: z.sum(1), x, x),
    lambda: weighted_path_gradient(None, x, x, x, x),
):
    try:
        print(call())
    except NotImplementedError as error:
        print(error)
"""
    assert python(unpacked("04"), code).splitlines() == [
        "04.2: integrated_gradients is what you write in this assignment",
        "04.3: convergence_delta is what you write in this assignment",
        "04.2: weighted_path_gradient is what you write in this assignment",
    ]


def test_the_same_input_gives_the_same_bytes(zips: Any, tmp_path: Path) -> None:
    again = release(ROOT, "03", tmp_path)
    assert again.read_bytes() == zips("03").read_bytes()
    assert {member.date_time for member in ZipFile(again).infolist()} == {(1980, 1, 1, 0, 0, 0)}
