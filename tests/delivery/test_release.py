"""What a student is handed: it runs, it checks, and it holds nothing of what it asks for.

Each release is unpacked into a folder of its own and used there, by a Python in which the repository is installed too.
With EVERY_RELEASE=1 each notebook is also run from top to bottom, untouched and solved; without it one of
them, solved.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import nbformat
import pytest
from nbclient import NotebookClient
from typer.testing import CliRunner

from course_utils.delivery.commands import app
from course_utils.delivery.release import assignment_of, releasable, release, release_id, released_tree
from course_utils.delivery.source import exercise_cells, read_source, solution_lines, sources, tags, without_solution
from course_utils.delivery.withholding import located, without_bodies
from course_utils.exercises.catalogue import exercise, exercises_of, private_half
from course_utils.exercises.handed_out import worth
from course_utils.exercises.record import Private

ROOT = Path(__file__).resolve().parents[2]
OFFLINE = ROOT / "tests" / "offline"
NUMBERS = releasable(ROOT)
EVERY = bool(os.environ.get("EVERY_RELEASE"))
each = pytest.mark.parametrize("number", NUMBERS)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this test run share, so that what takes long is made once."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if os.environ.get("PYTEST_XDIST_WORKER") else own) / "releases"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def zips(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The releases of all exercises, each made when it is first asked for."""

    def made(number: str) -> Path:
        ready = list(shared.glob(f"{number}_*.zip"))
        if ready:
            return ready[0]
        path = release(ROOT, number, tmp_path_factory.mktemp("releases"))
        return path.replace(shared / path.name)

    return made


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


def surroundings(progress: str) -> dict[str, str]:
    """The environment of a student's Python: nothing of the repository is on its path, but what is installed."""
    return {**os.environ, "PYTHONPATH": str(OFFLINE), "COURSE_PROGRESS_DIR": progress}


def python(folder: Path, code: str, *arguments: str) -> str:
    """Run code as a notebook in that folder would: the folder first on the path, then what is installed."""
    with TemporaryDirectory() as progress:
        run = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=folder,
            env=surroundings(progress),
            capture_output=True,
            text=True,
            check=False,
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
                function = function.split(".")[-1]
                short = f'"{record.id}: {function} is what you write in this assignment"'
                assert short in path.read_text(encoding="utf-8"), f"{module}.{function}"
                assert ">>>" not in path.read_text("utf-8").split(f"def {function}(")[1].split("\ndef ")[0]


def test_the_same_input_gives_the_same_bytes(zips: Any, tmp_path: Path) -> None:
    again = release(ROOT, "03", tmp_path)
    assert again.read_bytes() == zips("03").read_bytes()
    assert {member.date_time for member in ZipFile(again).infolist()} == {(1980, 1, 1, 0, 0, 0)}


# --- used in a folder of its own -------------------------------------------------------------------------------------

INSIDE = """
import contextlib, importlib, inspect, io, json, sys
import numpy as np
from course_utils.exercises.catalogue import exercises_of, private_half
from course_utils.exercises.checking import evaluate
from course_utils.exercises.truth import truth_of

given = json.loads(open(sys.argv[1], encoding="utf-8").read())
number, found = given["number"], {"file": inspect.getfile(evaluate), "called": {}}
records = [record for record in exercises_of(number) if record.kind != "predict"]

def outcome(record, names):
    said = evaluate(record, names)
    return [said.status, said.earned, said.points, list(said.lines)]

def of_cells(cells):
    names = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()):
        for code in cells:
            exec(code, names)
        return {record.id: outcome(record, names) for record in records}, names

def as_answer(arrays):
    if list(arrays) == [""]:
        return arrays[""]
    return tuple(arrays.values()) if all(key.isdigit() for key in arrays) else arrays

def answer_of(record, results):
    answers = [as_answer(results[case.name]) for case in record.cases]
    if not record.is_function:
        return answers[0].item() if answers[0].size == 1 else answers[0]
    coming = iter([answers[0], *answers] if record.repeatable else answers)
    return lambda *arguments: next(coming)

found["private"] = [record.id for record in records if private_half(record.id)]
found["stubs"], _ = of_cells(given["stubs"])
found["solved"], names = of_cells(given["solved"])
found["mistakes"] = [
    [record.id, known.name, known.sentence, outcome(record, {**names, record.name: answer_of(record, known.results)})]
    for record in records
    for known in truth_of(record).mistakes(0)
    if not known.effect
]
found["written"] = []
for identifier, code in given["written"]:
    exec(code, names)
    found["written"].append(outcome(next(r for r in records if r.id == identifier), names))
for module, function in given["withheld"]:
    called = getattr(importlib.import_module(module), function)
    needed = [p.name for p in inspect.signature(called).parameters.values() if p.default is p.empty]
    try:
        called(**dict.fromkeys(needed))
    except NotImplementedError as error:
        found["called"][f"{module}.{function}"] = str(error)
print(json.dumps(found, default=str))
"""

WRITTEN = {  # what students write, and the beginning of the sentence that helps
    "01": [("01.2", "def smallest_change(model, x, feature):\n    return model(x) / model.weights[feature]", "")],
    "02": [
        (
            "02.4",
            "def saliency_map(gradient):\n    return gradient.amax(dim=1)",
            "You take the largest value with its sign",
        ),
        (
            "02.2",
            "def vanilla_gradient(model, inputs, target):\n"
            "    from course_utils.attribution import vanilla_gradient as theirs\n"
            "    return theirs(model, inputs, target)",
            "Next: vanilla_gradient is what you write in this assignment.",
        ),
    ],
    "03": [("03.5", "def relu_backward(z, R, rule):\n    return R * (z > 0)", "")],
    "04": [
        (
            "04.3",
            "def completeness_gap(F, x, baseline, attributions):\n    return attributions.sum()",
            "Your gap is the sum of the attributions alone",
        ),
        (
            "04.2",
            "def integrated_gradients(F, x, baseline, m):\n    total = 0\n    for k in range(m):\n"
            "        point = (baseline + (k + 0.5) / m * (x - baseline)).requires_grad_()\n"
            "        total = total + torch.autograd.grad(F(point).sum(), point)[0]\n    return total / m",
            "Your values are the average gradient along the path.",
        ),
    ],
}


@each
def test_it_checks_and_helps_without_the_repository(number: str, unpacked: Any, tmp_path: Path) -> None:
    """Stubs are NOT STARTED, solutions pass, each mistake gets its sentence, what is asked for cannot be called."""
    folder, notebook = unpacked(number), read_source(sources(ROOT, [number])[0])
    setup = [cell.source for cell in notebook.cells if "setup" in tags(cell)]
    cells = list(exercise_cells(notebook))
    halves = {record.id: private_of(record.id) for record in exercises_of(number)}
    withheld = {
        (".".join(path.relative_to(folder).with_suffix("").parts), function)
        for half in halves.values()
        for name in half.withheld
        for path, function in located(folder / "course_utils", name)
        if "." not in function
    }
    given = {
        "number": number,
        "stubs": setup + [without_solution(cell.source, record) for record, cell in cells],
        "solved": setup + [cell.source for _, cell in cells],
        "written": [(identifier, code) for identifier, code, _ in WRITTEN.get(number, [])],
        "withheld": sorted(withheld),
    }
    (tmp_path / "given.json").write_text(json.dumps(given), encoding="utf-8")
    found = json.loads(python(folder, INSIDE, str(tmp_path / "given.json")).splitlines()[-1])
    assert Path(found["file"]).is_relative_to(folder), "the release wins over the package that is installed"
    assert found["private"] == []
    for identifier, (status, *_) in found["stubs"].items():
        assert status == "NOT STARTED", identifier
    for identifier, (status, earned, points, lines) in found["solved"].items():
        assert status == "PASS", f"{identifier}: {lines}"
        assert earned == points == exercise(identifier).points
    expected = [m for r in exercises_of(number) if r.kind != "predict" for m in halves[r.id].mistakes if not m.effect]
    assert [name for _, name, *_ in found["mistakes"]] == [mistake.name for mistake in expected]
    for identifier, name, sentence, (status, _, _, lines) in found["mistakes"]:
        assert status == "NOT YET", f"{identifier} {name}: {lines}"
        assert sentence in lines, f"{identifier} {name}: {lines}"
    for (_, _, help_text), (status, _, _, lines) in zip(WRITTEN.get(number, []), found["written"], strict=True):
        assert status == ("NOT STARTED" if help_text.startswith("Next:") else "NOT YET"), lines
        assert [line for line in lines if line.startswith(help_text)]
    assert len(found["called"]) == len(withheld)
    for name, message in found["called"].items():
        assert re.fullmatch(rf"{number}\.\d+: {name.split('.')[-1]} is what you write in this assignment", message)


@pytest.mark.parametrize(
    ("number", "names"),
    [
        ("02", {"vanilla_gradient", "gradient", "slope", "saliency_map", "smooth_grad"}),
        ("04", {"integrated_gradients", "weighted_path_gradient", "convergence_delta"}),
        ("05", {"integrated_gradients", "path_integrated_gradients", "smooth_grad", "convergence_delta"}),
        ("06", {"occlusion", "rise"}),
        ("08", {"fidelity", "exponential_kernel", "fit_line", "lime_tabular", "lime_image", "switched"}),
        ("08", {"shapley_values", "kernel_shap"}),
    ],
)
def test_what_is_asked_for_by_hand_is_withheld(number: str, names: set[str]) -> None:
    withheld = [name for record in exercises_of(number) for name in private_of(record.id).withheld]
    assert names <= {function for name in withheld for _, function in located(ROOT / "course_utils", name)}


def run(folder: Path, answers: dict[str, str]) -> Any:
    """Run the notebook of a release in a fresh kernel, as JupyterLab does, with answers in the place of stubs."""
    notebook = nbformat.read(next(folder.glob("*.ipynb")), as_version=4)
    for cell in notebook.cells:
        for tag in tags(cell):
            cell.source = answers.get(tag.removeprefix("exercise-"), cell.source)
    where = nbformat.v4.new_code_cell("import course_utils; print(course_utils.__file__)")
    notebook.cells.append(where)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3")
    with TemporaryDirectory() as progress:
        client.execute(cwd=str(folder), env=surroundings(progress))
    assert where.outputs[0].text.startswith(str(folder.resolve()))
    return notebook


def said(notebook: Any) -> str:
    """All that the cells show as plain text."""
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "\n".join(str(o.get("text") or o.get("data", {}).get("text/plain", "")) for o in shown)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.skipif(not EVERY, reason="takes a minute a notebook; EVERY_RELEASE=1 runs it")
def test_an_untouched_notebook_runs(number: str, unpacked: Any) -> None:
    text = said(run(unpacked(number), {}))
    assert text.count("NOT STARTED") >= len(exercises_of(number))
    assert "PASS " not in text


@pytest.mark.parametrize("number", NUMBERS if EVERY else ["03"])
def test_a_solved_notebook_passes_and_nothing_is_missing(number: str, unpacked: Any) -> None:
    cells = exercise_cells(read_source(sources(ROOT, [number])[0]))
    text = said(run(unpacked(number), {record.id: cell.source for record, cell in cells}))
    points = sum(record.points for record in exercises_of(number))
    assert f"{points} of {points} points" in text
    assert "This cell needs" not in text


# --- a choice of exercises, other points -----------------------------------------------------------------------------


def test_only_some_exercises_with_points_of_their_own(tmp_path: Path) -> None:
    folder = tmp_path / "release"
    made = released_tree(ROOT, "04", folder, ["04.5", "04.2"], {"04.2": 10})
    assert made.only == ("04.2", "04.5")
    stored = {path.stem for path in (folder / "course_utils/exercises/stored").iterdir()}
    assert stored == {"04.2", "04.5"}
    assert "raise NotImplementedError" not in (folder / "course_utils/attribution/completeness.py").read_text("utf-8")
    headers = {
        tag.removeprefix("header-"): cell.source
        for cell in nbformat.read(next(folder.glob("*.ipynb")), as_version=4).cells
        for tag in tags(cell)
        if tag.startswith("header-")
    }
    assert "10 points" in headers["04.2"]
    assert [identifier for identifier, text in headers.items() if "Not part of this assignment" not in text] == [
        "04.2",
        "04.5",
    ]
    code = """
from course_utils.exercises import begin, check, needs, predict, report
begin("04")
check("04.3")
predict("04.1", "Which one?", answer="1")
with needs("04.3"):
    raise NotImplementedError("04.3: start with the sum over all pixels")
check("04.2")
report()
"""
    lines = python(folder, code).splitlines()
    assert "2 exercises, 13 points" in lines[0]
    assert lines[1:4] == [
        "04.3 is not part of this assignment: its answer is not checked and earns no points.",
        "04.1 is not part of this assignment: its answer is not checked and earns no points.",
        "This cell needs 04.3 (Does it add up?). That is not part of this assignment.",
    ]
    assert lines[4].startswith("NOT STARTED")
    assert [line.split()[0] for line in lines[-3:]] == ["04.2", "04.5", "Sum"]
    assert lines[-1].endswith("0 of 13 points")


@pytest.mark.parametrize(
    ("only", "points", "words"),
    [
        (["04.9"], {}, "there is no exercise '04.9' in notebook 04; it has 04.1, 04.2"),
        (["04.5"], {}, "04.5 needs the answer of 04.2"),
        (["04.3"], {"04.2": 3}, "04.2 has points, but is not part of this assignment: 04.3"),
        ([], {"04.2": 1}, "04.2 has 3 properties"),
        ([], {"04.1": 2}, "04.1 is a prediction and earns no points"),
    ],
)
def test_choices_that_make_no_sense_are_refused(only: list[str], points: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        assignment_of(ROOT, "04", only, points)


def test_points_are_shared_out_as_in_the_record() -> None:
    record = exercise("04.2")
    parts = [p.points for p in record.properties]
    for n in range(len(parts), 60):
        given = [p.points for p in worth(record, n).properties]
        assert sum(given) == n
        assert min(given) >= 1
        assert all(abs(part - n * share / sum(parts)) < 1 for part, share in zip(given, parts, strict=True))
    assert [p.points for p in worth(record, 3 * sum(parts)).properties] == [3 * part for part in parts]


def test_the_id_changes_with_what_decides_the_grading() -> None:
    ids = [release_id(ROOT, "04"), release_id(ROOT, "04", ["04.2"]), release_id(ROOT, "04", [], {"04.2": 10})]
    assert len({*ids, release_id(ROOT, "03")}) == 4
    assert release_id(ROOT, "04") == ids[0]
    assert all(re.fullmatch("[0-9a-f]{12}", number) for number in ids)


def test_the_notebook_and_the_package_carry_the_same_id(unpacked: Any) -> None:
    folder = unpacked("03")
    notebook = nbformat.read(next(folder.glob("*.ipynb")), as_version=4)
    handed_out = json.loads((folder / "course_utils/exercises/release.json").read_text("utf-8"))
    assert notebook.metadata.course.release == handed_out["release"] == release_id(ROOT, "03")
    assert handed_out["only"] == [record.id for record in exercises_of("03")]


# --- where it is graded ----------------------------------------------------------------------------------------------


def test_the_copy_for_grading_is_without_what_is_forbidden(tmp_path: Path) -> None:
    released_tree(ROOT, "04", tmp_path / "tree", for_grading=True)
    assert not (tmp_path / "tree/course_utils/exercises/stored").exists()
    code = """
import torch
from course_utils.attribution import path_integrated_gradients, integrated_gradients, vanilla_gradient
from course_utils.exercises import check
for method in (path_integrated_gradients, integrated_gradients):
    try:
        method(lambda x: x[:, 0], torch.ones(1, 2), path=torch.ones(2, 1, 2))
    except (NotImplementedError, TypeError) as error:
        print(error)
print(vanilla_gradient(lambda x: x[:, 0], torch.ones(1, 2)).tolist())
check("04.2")
"""
    assert python(tmp_path / "tree", code).splitlines()[0:4:3] == [
        "04.2: path_integrated_gradients is absent where this is graded, since it is asked for by hand",
        "04.2 is graded after the run.",
    ]


# --- the pieces ------------------------------------------------------------------------------------------------------


def test_a_withheld_function_keeps_its_face() -> None:
    source = '''import math


@decorated
def area(
    r: float,
    *,
    unit: str = "m",
) -> float:
    """Area of a disc.

    Returns
    -------
    float

    Examples
    --------
    >>> area(1.0)
    3.14
    """
    # a comment that gives it away
    return math.pi * r**2


class Disc:
    def area(self) -> float:
        # and another one
        return area(self.r)


def other() -> int:
    return 1
'''
    expected = '''import math


@decorated
def area(
    r: float,
    *,
    unit: str = "m",
) -> float:
    """Area of a disc.

    Returns
    -------
    float
    """
    raise NotImplementedError("yours")


class Disc:
    def area(self) -> float:
        raise NotImplementedError("yours too")


def other() -> int:
    return 1
'''
    assert without_bodies(source, {"area": "yours", "Disc.area": "yours too"}) == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("captum.attr", "expected the dotted name of a function or module of course_utils"),
        ("course_utils.attribution.paths.straight", "has no function 'straight'; it has path_integrated_gradients"),
        ("course_utils.attributions.paths", "there is no such module"),
    ],
)
def test_a_name_that_stands_for_nothing_is_refused(name: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        list(located(ROOT / "course_utils", name))


@pytest.mark.parametrize("number", NUMBERS)
def test_what_records_withhold_and_forbid_exists(number: str) -> None:
    for record in exercises_of(number):
        half = private_of(record.id)
        ours = [name for name in (*half.withheld, *half.forbids) if name.startswith("course_utils")]
        for name in ours:
            assert list(located(ROOT / "course_utils", name))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "which notebook?"),
        (["99"], "there is no notebook 99"),
        (["03", "04", "--only", "04.2"], "give its number alone"),
        (["04", "--points", "04.2=many"], "expected whole numbers, as in 04.2=10"),
        (["04", "--only", "04.9"], "there is no exercise '04.9'"),
    ],
)
def test_the_command_says_what_is_wrong(arguments: list[str], words: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["release", *arguments, "--out", str(tmp_path)])
    assert result.exit_code == 1
    assert words in result.output
    assert not list(tmp_path.iterdir())


def test_the_command_writes_zips(tmp_path: Path) -> None:
    arguments = ["release", "03", "--only", "03.5, 03.6", "--points", "03.5=6", "--out", str(tmp_path / "new")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "03_relu_sensitivity.zip, 1.3 MB" in result.output
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["03_relu_sensitivity.zip"]
