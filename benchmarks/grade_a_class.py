"""Grade a class that is made from the records: `python benchmarks/grade_a_class.py 04 --jobs 2`.

Every right answer, every known mistake in every spelling, untouched, broken and hostile notebooks become submissions
in a zip as Moodle writes it. All of them are graded as a teacher would; what came out is compared with what must come
out, and seconds and memory are printed. `--sheets FOLDER` adds answer sheets in JSON (see `sheets`), such as those of
people who have not seen the records.
"""

from __future__ import annotations

import argparse
import inspect
import json
import resource
import statistics
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import nbformat

from course_utils.delivery.grading.grading_run import Graded, grade
from course_utils.delivery.release import assignment_of, released_notebook
from course_utils.delivery.source import sources, tags
from course_utils.exercises.catalogue import exercises_of, private_half
from course_utils.exercises.record import Exercise

ROOT = Path(__file__).resolve().parents[1]
HEADER = 'Identifier,"Full name",Status,Grade,"Maximum grade","Last modified (grade)","Feedback comments"'


@dataclass(frozen=True)
class Made:
    """A submission with the results that it must have, by exercise: right, wrong, missing, crashed."""

    who: str
    content: bytes
    expected: dict[str, str] = field(default_factory=dict)
    status: str = "graded"


class Class:
    """Makes notebooks of one assignment with answers typed in."""

    def __init__(self, number: str) -> None:
        self.number = number
        self.assignment = assignment_of(ROOT, number)
        source = sources(ROOT, [number])[0]
        self.handed_out = released_notebook(source, self.assignment)
        self.records = {e.id: e for e in exercises_of(number) if e.kind != "predict"}
        solved = nbformat.read(source.with_suffix(".ipynb"), as_version=4)
        self.solutions = {exercise: cell.source for cell in solved.cells if (exercise := _exercise(cell))}

    def notebook(self, answers: dict[str, str], extra: str = "") -> bytes:
        """Return a student's notebook with these answers, and with a cell of its own before the first exercise."""
        cells = []
        for cell in self.handed_out.cells:
            exercise = _exercise(cell)
            if exercise and extra:
                cells.append(nbformat.v4.new_code_cell(extra))
                extra = ""
            make = nbformat.v4.new_code_cell if cell.cell_type == "code" else nbformat.v4.new_markdown_cell
            cells.append(make(answers.get(exercise or "", cell.source), metadata={"tags": tags(cell)}))
        course = {"assignment": self.number, "release": self.assignment.release, "version": self.assignment.version}
        made = nbformat.v4.new_notebook(cells=cells, metadata={"course": course})
        return nbformat.writes(made).encode()

    def of_records(self) -> Iterator[Made]:
        """Yield the solution, every other right answer, every mistake, and a notebook that nobody touched."""
        right = dict.fromkeys(self.records, "right")
        yield Made("the solutions", self.notebook(self.solutions), right)
        yield Made("untouched", self.notebook({}), dict.fromkeys(self.records, "missing"))
        for exercise in self.records.values():
            half = private_half(exercise.id)
            assert half is not None
            for i, _ in enumerate(half.alternatives):
                yield self._from_record(exercise, f"alternatives[{i}]", "right")
            for i, mistake in enumerate(half.mistakes):
                result = "right" if mistake.effect else "wrong"  # an effect costs no points: it is feedback
                yield self._from_record(exercise, f"mistakes[{i}].answer", result)
                for k, _ in enumerate(mistake.also):
                    yield self._from_record(exercise, f"mistakes[{i}].also[{k}]", result)

    def _from_record(self, exercise: Exercise, which: str, result: str) -> Made:
        """Return a submission whose answer is one of the record's own functions, its source pasted in."""
        module = import_module(f"course_utils.exercises.private.nb{self.number}")
        taken = f"PRIVATE[{exercise.id!r}].{which}"
        answer = f"{exercise.name} = {taken}" if exercise.is_function else f"{exercise.name} = ({taken})()"
        reason = f"\n{exercise.reason} = 'because'" if exercise.reason else ""
        definition = f"{inspect.getsource(module)}\n{PUT_BACK.get(self.number, '')}\n{answer}{reason}"
        answers = {**self.solutions, exercise.id: definition}
        return Made(f"{exercise.id} {which}", self.notebook(answers), {exercise.id: result})

    def broken(self) -> Iterator[Made]:
        """Yield what cannot be graded, and what is hostile."""
        yield Made("no notebook", b"", status="missing")
        yield Made("half a file", self.notebook({})[:2000], status="unreadable")
        yield Made("a web page", b"<!DOCTYPE html><html>", status="unreadable")
        yield Made("another assignment", b'{"cells": [], "nbformat": 4}', status="another assignment")
        first, *others = (e for e in self.records.values() if e.is_function)
        rest = {e.id: "right" for e in others if first.id not in e.needs}  # what builds on a wrong answer is wrong too
        for what, result in (("os._exit(0)", "crashed"), ("sys.exit(0)", "wrong"), ("1 / 0", "wrong")):
            code = f"import os, sys\ndef {first.name}(*arguments):\n    {what}"
            yield Made(
                f"a function with {what}", self.notebook({**self.solutions, first.id: code}), {first.id: result, **rest}
            )
        yield Made(
            "a syntax error", self.notebook({**self.solutions, first.id: "def ("}), {first.id: "missing", **rest}
        )

    def sheets(self, folder: Path) -> Iterator[Made]:
        """Yield answer sheets: {"who", "cells": {exercise: code}, "extra_cell", "verdict": {exercise: result}}."""
        for path in sorted(folder.glob("*.json")):
            sheet = json.loads(path.read_text("utf-8"))
            content = self.notebook(sheet["cells"], sheet.get("extra_cell") or "")
            yield Made(f"{path.stem}: {sheet['who']}", content, sheet["verdict"])


PUT_BACK = {
    "04": """
def _by_hand(F, x, *, baselines, n_steps, rule):
    return (x - baselines) * mean_slope(F, x, baselines, middles(n_steps))
import course_utils.attribution
course_utils.attribution.integrated_gradients = _by_hand""",
}
"""A record's mistakes may call the reference, which is withheld where they are graded; here it is written out."""


def _exercise(cell: nbformat.NotebookNode) -> str | None:
    return next((tag.removeprefix("exercise-") for tag in tags(cell) if tag.startswith("exercise-")), None)


def downloads(made: list[Made], folder: Path) -> tuple[Path, Path]:
    """Write the zip and the worksheet as Moodle gives them."""
    archive, worksheet = folder / "submissions.zip", folder / "grades.csv"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for number, one in enumerate(made, start=1):
            name = "plot.png" if one.status == "missing" else "notebook.ipynb"
            file.writestr(f"Person {number}_{number}_assignsubmission_file/{name}", one.content or b"x")
    rows = [f'"Participant {n}","Person {n}",Submitted,,100.00,-,' for n in range(1, len(made) + 1)]
    worksheet.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8-sig")
    return archive, worksheet


def compare(made: list[Made], graded: Graded) -> dict[str, list[str]]:
    """Return, by kind, a line for each result that is not what it must be."""
    by_number = {int(result.id): result for result in graded.results}
    found: dict[str, list[str]] = {"accepted, must not be": [], "not accepted, must be": [], "of another kind": []}
    for number, one in enumerate(made, start=1):
        result = by_number[number]
        if result.status != one.status:
            found["of another kind"].append(f"{one.who}: {result.status} for {one.status} ({result.why})")
        got = {e.exercise: e for e in result.exercises}
        for exercise, expected in one.expected.items():
            if exercise in got and got[exercise].result != expected:
                said = " ".join(got[exercise].lines)[:200]
                pair = {"right": "not accepted, must be"}.get(expected, "of another kind")
                kind = "accepted, must not be" if got[exercise].result == "right" else pair
                found[kind].append(f"{one.who}: {exercise} is {got[exercise].result}, must be {expected}. {said}")
    return found


def main() -> None:
    """Make the class, grade it, and say what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("number")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--sheets", type=Path)
    parser.add_argument("--limit", type=int, default=10_000, help="the first of the submissions, for a quick look")
    chosen = parser.parse_args()
    school = Class(chosen.number)
    made = [*school.broken(), *school.of_records()]
    if chosen.sheets:
        made = [*school.sheets(chosen.sheets), *made]
    made = made[: chosen.limit]
    with tempfile.TemporaryDirectory() as folder:
        archive, worksheet = downloads(made, Path(folder))
        out = Path(folder) / "out"

        def report(done: int, total: int) -> None:
            print(f"\r{done} of {total}", end="", flush=True)

        graded = grade(ROOT, archive, worksheet, chosen.number, out, jobs=chosen.jobs, report=report)
    found = compare(made, graded)
    seconds = [result.seconds for result in graded.results if result.workers]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    named = sum(e.misconception is not None for r in graded.results for e in r.exercises if e.result == "wrong")
    not_right = sum(e.result == "wrong" for r in graded.results for e in r.exercises)
    print(f"\n{len(made)} submissions of {chosen.number}, {chosen.jobs} at once, in {graded.run.isolation}")
    print("status:", dict(Counter(result.status for result in graded.results)))
    print(f"wrong answers: {not_right}, of which {named} with the name of the misconception")
    print(f"seconds: {graded.seconds:.0f} in all, {graded.seconds / len(made):.1f} a submission;", end=" ")
    print(f"one alone: median {statistics.median(seconds):.1f}, slowest {max(seconds):.1f}")
    print(f"peak memory: {peak:.0f} MB a worker, {own:.0f} MB the grader")
    for kind, lines in found.items():
        print(f"{kind}: {len(lines)}")
        for line in lines:
            print("  ", line)


if __name__ == "__main__":
    main()
