"""A class of submissions, from Moodle's two downloads to the two uploads."""

from __future__ import annotations

import csv
import io
import json
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import nbformat
import pytest
from typer.testing import CliRunner

from course_utils.delivery.commands import app
from course_utils.delivery.grading import cluster, grading_run
from course_utils.delivery.grading.by_hand import with_points
from course_utils.delivery.grading.grading_run import grade
from course_utils.delivery.grading.handing_back import hand_back
from course_utils.delivery.grading.marking import Mark
from course_utils.delivery.grading.marking_submissions import _exercise as kept_of
from course_utils.delivery.grading.pages import feedback_line, student_page, teacher_page
from course_utils.delivery.grading.results import SubmissionResult
from course_utils.delivery.release import assignment_of, released_notebook
from course_utils.delivery.source import sources
from course_utils.exercises.catalogue import exercises_of
from course_utils.exercises.outcome import Outcome

from .conftest import ROOT, WRONG, solutions

ONLY = ("04.2", "04.3", "04.7")
HEADER = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Online text","Last modified (grade)","Feedback comments"'
)


def handed_out() -> Any:
    """The notebook of the release, with its metadata."""
    assignment = assignment_of(ROOT, "04", ONLY)
    source = sources(ROOT, ["04"])[0]
    content = released_notebook(source, assignment)
    notebook = nbformat.v4.new_notebook(
        cells=[
            (nbformat.v4.new_code_cell if c.cell_type == "code" else nbformat.v4.new_markdown_cell)(
                c.source, metadata={"tags": list(c.metadata.get("tags", []))}
            )
            for c in content.cells
        ]
    )
    notebook.metadata["course"] = {"assignment": "04", "release": assignment.release, "version": assignment.version}
    return notebook


def answered(**answers: str) -> bytes:
    """The notebook with answers typed in, by exercise: e04_2="def …"."""
    notebook = handed_out()
    for cell in notebook.cells:
        for tag in cell.metadata["tags"]:
            answer = answers.get(tag.replace("exercise-", "e").replace(".", "_"))
            if answer is not None:
                cell.source = answer
    return nbformat.writes(notebook).encode()


def solved() -> dict[str, str]:
    notebook = nbformat.read(next((ROOT / "solutions").glob("04_*.ipynb")), as_version=4)
    return {
        tag.replace("exercise-", "e").replace(".", "_"): cell.source
        for cell in notebook.cells
        for tag in cell.metadata.get("tags", [])
        if tag.startswith("exercise-")
    }


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A zip and a worksheet, as Moodle gives them, of a small class with every kind of trouble."""
    right = solved()
    helper = "def slope(F, z):\n    z = z.detach().requires_grad_()\n    return torch.autograd.grad(F(z).sum(), z)[0]\n"
    own = (
        helper + "\ndef integrated_gradients(F, x, baseline, m):\n"
        "    steps = [slope(F, baseline + (k + 0.5) / m * (x - baseline)) for k in range(m)]\n"
        "    return (x - baseline) * sum(steps) / m\n"
    )
    no_choice = "choice_04_7 = None\nreason_04_7 = ''"
    class_of = {
        "Ada Right": {"04_integrated_gradients.ipynb": answered(**right)},
        "Ben Half": {"x (1).ipynb": answered(**{**right, "e04_2": WRONG, "e04_7": no_choice})},
        "Cem Helper": {"a.ipynb": answered(e04_2=own)},
        "Dora Nothing": {"a.ipynb": answered()},
        "Eli Image": {"plot.png": b"png"},
        "Fay Broken": {"a.ipynb": b"{not json"},
        "Gus Other": {"03.ipynb": b'{"cells": [], "nbformat": 4}'},
        "Hal <b>Hostile</b>": {"a.ipynb": answered(e04_2="import os\nos._exit(1)", e04_3=right["e04_3"])},
    }
    folder = tmp_path_factory.mktemp("moodle")
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        for number, (name, files) in enumerate(class_of.items(), start=1):
            cleaned = name.replace("<", "").replace(">", "").replace("/", "")
            for file, content in files.items():
                archive.writestr(f"{cleaned}_{number}_assignsubmission_file/{file}", content)
    rows = [
        f'"Participant {number}","{name}",s{number}@example.invalid,"Submitted for grading -  - ",,100.00,Yes,'
        f'"Monday, 21 September 2026, 3:13 PM",,-,'
        for number, name in enumerate(class_of, start=1)
    ]
    (folder / "grades.csv").write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8-sig")
    return folder / "submissions.zip", folder / "grades.csv"


@pytest.fixture(scope="module")
def graded(downloads: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path, list[str]]:
    out = tmp_path_factory.mktemp("out")
    found = grade(ROOT, *downloads, "04", out, only=ONLY, jobs=2)
    return found, out, hand_back(found, out)


def by_name(found: Any) -> dict[str, SubmissionResult]:
    return {result.name.split()[0]: result for result in found.results}


def test_each_ends_as_it_should(graded: Any) -> None:
    results = by_name(graded[0])
    assert {name: result.status for name, result in results.items()} == {
        "Ada": "graded",
        "Ben": "graded",
        "Cem": "graded",
        "Dora": "graded",
        "Eli": "missing",
        "Fay": "unreadable",
        "Gus": "another assignment",
        "Hal": "graded",
    }
    said = {name: [one.result for one in result.exercises] for name, result in results.items() if result.exercises}
    assert said == {
        "Ada": ["right", "right", "right"],
        "Ben": ["wrong", "right", "missing"],
        "Cem": ["right", "missing", "missing"],
        "Dora": ["missing", "missing", "missing"],
        "Hal": ["missing", "right", "missing"],
    }


def test_a_reason_waits_for_a_person_and_the_others_get_their_grade(graded: Any) -> None:
    results = by_name(graded[0])
    assert results["Ada"].waits == ("04.7",)
    assert results["Ada"].score is None
    assert results["Dora"].score == 0
    assert results["Eli"].score is None, "nothing handed in is no zero"
    assert 0 < results["Ben"].score < 1
    assert results["Hal"].score == Fraction(results["Hal"].exercises[1].points, results["Hal"].points)


def uploaded(out: Path) -> dict[str, dict[str, str]]:
    text = (out / "grades-upload.csv").read_bytes().decode("utf-8-sig")
    return {row["Identifier"]: row for row in csv.DictReader(io.StringIO(text))}


def test_only_the_graded_are_uploaded(graded: Any) -> None:
    rows = uploaded(graded[1])
    assert set(rows) == {"Participant 2", "Participant 3", "Participant 4", "Participant 8"}
    assert rows["Participant 4"]["Grade"] == "0.00"
    assert all(row["Last modified (grade)"] == "-" for row in rows.values())
    assert all("\n" not in row["Feedback comments"] for row in rows.values())


def test_points_by_hand_are_merged_back(graded: Any, downloads: tuple[Path, Path]) -> None:
    found, out, _ = graded
    table = out / "by-hand.csv"
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8-sig"))))
    assert [(row["id"], row["exercise"], row["points by hand"]) for row in rows] == [("1", "04.7", "")]
    assert "Full marks" in rows[0]["rubric"]
    assert rows[0]["answer"]
    table.write_text(
        table.read_text("utf-8-sig").replace("1,Ada Right,04.7,,1,", "1,Ada Right,04.7,0.5,1,"), "utf-8-sig"
    )
    hand_back(grade(ROOT, *downloads, "04", out, only=ONLY), out)
    total = found.results[0].points
    assert uploaded(out)["Participant 1"]["Grade"] == f"{100 * (total - 0.5) / total:.2f}"
    assert "0.5" in table.read_text("utf-8-sig"), "the points stay in the table"


def test_a_second_run_grades_nothing_twice(graded: Any, downloads: tuple[Path, Path]) -> None:
    found, out, _ = graded
    again = grade(ROOT, *downloads, "04", out, only=ONLY)
    assert again.marked == 0
    assert again.run == found.run
    assert again.results == found.results


def test_half_a_result_counts_as_none_and_none_is_ever_left(
    graded: Any, downloads: tuple[Path, Path], tmp_path: Path
) -> None:
    _, out, _ = graded
    shutil.copytree(out, tmp_path / "out")
    path = next((tmp_path / "out" / "results").glob("6-*.json"))  # Fay's, whose file is unreadable
    path.write_bytes(path.read_bytes()[:50])
    assert grade(ROOT, *downloads, "04", tmp_path / "out", only=ONLY).marked == 1
    assert SubmissionResult.load(path) is not None
    assert not list((tmp_path / "out").rglob("*.partial"))


def test_an_interrupted_run_goes_on(
    downloads: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    real: Callable[..., SubmissionResult] = grading_run.mark_submission

    def counted(submission: Any, key: str, **settings: Any) -> SubmissionResult:
        if len(calls) == 2 and "interrupted" not in calls:
            calls.append("interrupted")
            raise KeyboardInterrupt
        calls.append(submission.name)
        cheap = submission.name.split()[0] in ("Eli", "Fay", "Gus")
        return real(submission, key, **settings) if cheap else SubmissionResult(
            submission.id, submission.name, submission.folder, key, "graded"
        )  # fmt: skip

    monkeypatch.setattr(grading_run, "mark_submission", counted)
    with pytest.raises(KeyboardInterrupt):
        grade(ROOT, *downloads, "04", tmp_path, only=ONLY)
    first = len(list((tmp_path / "results").glob("*.json")))
    assert 1 <= first < 8
    finished = grade(ROOT, *downloads, "04", tmp_path, only=ONLY)
    assert finished.marked == 8 - first
    assert len(finished.results) == 8


def test_results_of_another_release_are_not_mixed(graded: Any, downloads: tuple[Path, Path]) -> None:
    with pytest.raises(ValueError, match="holds results of assignment 04, release"):
        grade(ROOT, *downloads, "04", graded[1], only=("04.2",))


def test_pages_escape_what_a_student_wrote_and_never_show_the_reference(graded: Any) -> None:
    _, out, lines = graded
    with zipfile.ZipFile(out / "feedback.zip") as archive:
        pages = {name.split("/")[0]: archive.read(name).decode() for name in archive.namelist()}
    assert len(pages) == 5
    assert "What turns a slope" not in pages["Ada Right_1_assignsubmission_file"]
    assert "Full marks" not in "".join(pages.values()), "a rubric is for whoever grades"
    teacher = (out / "report.html").read_text("utf-8")
    assert "<script" not in teacher
    assert "Fay Broken" in teacher
    assert any("5 pages" in line for line in lines)
    assert any(line.startswith("not graded: 1 another assignment, 1 missing, 1 unreadable.") for line in lines)


def test_who_handed_in_nothing_is_counted_and_points_by_hand_are_named(graded: Any) -> None:
    found, _, _ = graded
    everybody = found.worksheet.rows
    more = replace(found.worksheet, rows=(*everybody, replace(everybody[0], id="99")))
    page = teacher_page(replace(found, worksheet=more)).decode()
    assert "<td>in the worksheet, and handed in nothing</td><td>1</td>" in page
    by_hand = with_points(found.results[0], {("1", "04.7"): 0.5})
    assert "<strong>graded by a person</strong> · 0.5 of 1 points" in student_page(by_hand, "04").decode()
    assert "<strong>04.7</strong> graded by a person, 0.5 of 1 points." in feedback_line(by_hand)


def test_a_wrong_answer_that_builds_on_another_says_so() -> None:
    record = next(record for record in exercises_of("04") if record.id == "04.5")
    wrong = Mark(Outcome("04.5", "NOT YET", ("Your values are off.",), points=3), "wrong")
    said = kept_of(wrong, record, {"04.2"})
    assert said.misconception == "builds on 04.2"
    assert said.lines[-1] == "This builds on 04.2, which is not right yet. Look there first."
    assert kept_of(wrong, record, set()).misconception is None


def test_the_report_says_how_it_was_made(graded: Any, level: str) -> None:
    data = json.loads((graded[1] / "report.json").read_text("utf-8"))
    assert data["run"]["isolation"] == level
    assert {"course", "python", "torch", "numpy", "system"} <= data["versions"].keys()
    assert isinstance(data["run"]["draw"], int)
    assert [one["name"] for one in data["submissions"]] == sorted(one["name"] for one in data["submissions"])


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "x.zip"
    wrong.write_bytes(b"no zip")
    said = CliRunner().invoke(app, ["grade", str(wrong), "--assignment", "04", "--out", str(tmp_path / "out")])
    assert said.exit_code == 1
    assert "[FAIL] x.zip" in said.output


def test_a_notebook_of_another_release_is_refused_and_the_version_that_it_needs_is_said(tmp_path: Path) -> None:
    """Nothing of it runs, and nobody gets a zero for the difference."""
    notebook = answered().replace(assignment_of(ROOT, "04", ONLY).release.encode(), b"0123456789ab")
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as archive:
        archive.writestr("Ada_1_assignsubmission_file/a.ipynb", notebook)
    options = ["--assignment", "04", "--only", ",".join(ONLY), "--out", str(tmp_path / "out")]
    said = CliRunner().invoke(app, ["grade", str(tmp_path / "old.zip"), *options])
    assert said.exit_code == 0
    assert "1 another release" in said.output
    assert "release 0123456789ab of version 0.1.0; this is release" in " ".join(said.output.split())


def test_ctrl_c_ends_the_command_and_leaves_whole_results(downloads: tuple[Path, Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "course_utils.delivery.commands", "grade", str(downloads[0])]
    options = ["--assignment", "04", "--only", ",".join(ONLY), "--out", str(tmp_path)]
    with subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore Ctrl-C
    ) as running:
        while not list((tmp_path / "results").glob("[0-9]*.json")) and running.poll() is None:
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "goes on from there" in said
    kept = list((tmp_path / "results").glob("[0-9]*.json"))
    assert 1 <= len(kept) < 8
    assert all(SubmissionResult.load(path) is not None for path in kept)


def test_solutions_are_what_the_tests_type(graded: Any) -> None:
    assert "def integrated_gradients(" in solved()["e04_2"]
    assert solutions()["04.2"].startswith("def integrated_gradients(")


def test_a_scheduler_distributes_the_same_marking(downloads: tuple[Path, Path], graded: Any, tmp_path: Path) -> None:
    """A local cluster of one process: the same draw gives the same results, of a part of the class."""
    distributed = pytest.importorskip("distributed")
    some = {"Ben": "wrong, right, missing", "Cem": "right, missing, missing", "Fay": ""}
    with zipfile.ZipFile(downloads[0]) as everybody, zipfile.ZipFile(tmp_path / "some.zip", "w") as archive:
        for name in everybody.namelist():
            if name.split()[0] in some:
                archive.writestr(name, everybody.read(name))
    (tmp_path / "run.json").write_bytes((graded[1] / "run.json").read_bytes())
    settings = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None, "processes": True}
    with distributed.LocalCluster(**settings) as engine:
        address = engine.scheduler_address
        found = grade(ROOT, tmp_path / "some.zip", None, "04", tmp_path, only=ONLY, scheduler=address)
    there, here = by_name(found), by_name(graded[0])
    assert {name: ", ".join(e.result for e in result.exercises) for name, result in there.items()} == some
    for name, result in there.items():
        assert (result.status, result.exercises) == (here[name].status, here[name].exercises)


def test_nobody_at_the_address_is_said(
    downloads: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with pytest.raises(RuntimeError, match="no Dask scheduler answers"):
        grade(ROOT, *downloads, "04", tmp_path, only=ONLY, scheduler="tcp://127.0.0.1:9")
