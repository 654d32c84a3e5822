"""Grades all submissions of an assignment: in parallel, resumable, each result written whole as soon as it is there."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from course_utils import __version__
from course_utils.delivery.grading.cluster import Recipe, executor_of, mark_elsewhere
from course_utils.delivery.grading.examining import examination_of
from course_utils.delivery.grading.marking_submissions import mark_submission
from course_utils.delivery.grading.results import SubmissionResult
from course_utils.delivery.grading.sandbox import Probed, choose
from course_utils.delivery.moodle.archive import Submission, read_submissions
from course_utils.delivery.moodle.worksheet import Worksheet
from course_utils.delivery.release import assignment_of
from course_utils.delivery.source import sources
from course_utils.delivery.workspace import write_whole
from course_utils.exercises.handed_out import Assignment

Report = Callable[[int, int], None]
"""Called as `report(done, total)` after each submission."""


@dataclass(frozen=True)
class Run:
    """What decides the results of a run; kept beside them, and the same when it is resumed or done again.

    Attributes
    ----------
    draw
        Which inputs were drawn.
    isolation
        The sandbox that was used, in each report.
    """

    assignment: str
    release: str
    version: str
    only: tuple[str, ...]
    points: Mapping[str, int]
    draw: int
    isolation: str

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        write_whole(path, (json.dumps(self.__dict__, indent=1) + "\n").encode())


@dataclass(frozen=True)
class Graded:
    """All results of a run, and what was odd about the two files from Moodle."""

    run: Run
    results: tuple[SubmissionResult, ...]
    worksheet: Worksheet | None
    doubts: tuple[str, ...] = ()
    marked: int = 0
    seconds: float = 0.0


def grade(
    root: Path,
    archive: Path,
    worksheet: Path | None,
    notebook: str,
    out: Path,
    *,
    only: Sequence[str] = (),
    points: Mapping[str, int] | None = None,
    jobs: int = 1,
    reduced_isolation: bool = False,
    scheduler: str | None = None,
    report: Report | None = None,
) -> Graded:
    """Grade what Moodle's "Download all submissions" gave, and keep each result in `out`.

    Called again with the same files it takes the results that are there, so an interrupted run goes on where it was.

    Parameters
    ----------
    root
        The folder of the course.
    archive, worksheet
        The two downloads; without a worksheet nobody is matched to a row.
    notebook
        The assignment, "04".
    out
        The folder for all that is written.
    only, points
        As the assignment was released.
    jobs
        Submissions at once.
    reduced_isolation
        Run students' code under this account where no sandbox holds.
    scheduler
        The address of a Dask scheduler, which then distributes the submissions; `jobs` is its business.
    report
        Called with the submissions done and all of them.

    Raises
    ------
    UnsafeArchive, WorksheetError
        If one of the files is not what it should be.
    RuntimeError
        If no sandbox holds, see `sandbox.choose`.
    ValueError
        If `out` holds the results of another assignment or release.
    """
    began = time.monotonic()
    submissions = read_submissions(archive)
    sheet = Worksheet.read(worksheet) if worksheet else None
    assignment = assignment_of(root, notebook, only, points)
    results_in = out / "results"
    results_in.mkdir(parents=True, exist_ok=True)
    run = _run(out / "run.json", assignment, choose(reduced_isolation))
    handed_out = sources(root, [notebook])[0].with_suffix(".ipynb").name
    done: dict[int, SubmissionResult] = {}
    waiting: dict[int, Submission] = {}
    for number, submission in enumerate(submissions):
        kept = SubmissionResult.load(_path(results_in, submission))
        if kept is not None and kept.key == _key(submission, run) and kept.status != "failed":
            done[number] = kept
        else:
            waiting[number] = submission
    marked = len(waiting)

    def finished(number: int, result: SubmissionResult) -> None:
        result.save(_path(results_in, submissions[number]))
        done[number] = result
        if report is not None:
            report(len(done), len(submissions))

    if report is not None:
        report(len(done), len(submissions))
    keyed = {number: (submission, _key(submission, run)) for number, submission in waiting.items()}
    if scheduler is not None:
        recipe = _recipe(root, assignment, run, reduced_isolation)
        with executor_of(scheduler) as workers:
            _mark_all(keyed, workers, partial(mark_elsewhere, recipe=recipe, handed_out=handed_out), finished)
    elif waiting:
        with (
            examination_of(root, notebook, level=run.isolation, draw=run.draw, only=only, points=points) as examination,
            ThreadPoolExecutor(max_workers=max(1, jobs)) as workers,
        ):
            marking = partial(mark_submission, examination=examination, assignment=assignment, handed_out=handed_out)
            _mark_all(keyed, workers, marking, finished)
    results = tuple(_matched(done[number], submission, sheet) for number, submission in enumerate(submissions))
    doubts = sheet.doubts(submissions) if sheet else ()
    return Graded(run, results, sheet, doubts, marked, time.monotonic() - began)


def _run(path: Path, assignment: Assignment, sandbox: Probed) -> Run:
    """Return the run that is kept here, or begin one with a new draw."""
    fresh = Run(
        assignment.assignment,
        assignment.release,
        __version__,
        tuple(assignment.only),
        dict(assignment.points),
        secrets.randbelow(2**31),
        sandbox.level,
    )
    if path.exists():
        kept = Run(**json.loads(path.read_text("utf-8")))
        if (kept.assignment, kept.release) != (fresh.assignment, fresh.release):
            raise ValueError(
                f"{path.parent} holds results of assignment {kept.assignment}, release {kept.release}; this is "
                f"assignment {fresh.assignment}, release {fresh.release}. Take another folder with --out."
            )
        fresh = replace(fresh, draw=kept.draw)
    fresh.save(path)
    return fresh


def _key(submission: Submission, run: Run) -> str:
    """Return what changes when the submission, or anything that decides its result, does."""
    content = hashlib.sha256(f"{run.release} {run.draw} {run.version} {submission.id}".encode())
    for file in submission.files:
        content.update(f"\0{file.name}\0{len(file.content)}\0".encode("utf-8", "replace"))
        content.update(file.content)
    return content.hexdigest()[:24]


def _path(folder: Path, submission: Submission) -> Path:
    """Return where a result lies: never under a name that a student chose."""
    number = submission.id if submission.id.isdecimal() and submission.id.isascii() else "none"
    return folder / f"{number[:12]}-{hashlib.sha256(submission.folder.encode()).hexdigest()[:8]}.json"


def _recipe(root: Path, assignment: Assignment, run: Run, reduced_isolation: bool) -> Recipe:
    return Recipe(
        str(root.resolve()),
        assignment.assignment,
        tuple(assignment.only),
        tuple(sorted(assignment.points.items())),
        assignment.release,
        run.draw,
        reduced_isolation,
    )


def _mark_all(
    waiting: Mapping[int, tuple[Submission, str]],
    workers: Executor,
    marking: Callable[[Submission, str], SubmissionResult],
    finished: Callable[[int, SubmissionResult], None],
) -> None:
    """Mark what is waiting; on Ctrl-C what has not begun is dropped, and what is finished is on disk."""
    tasks: dict[Future[SubmissionResult], int] = {
        workers.submit(marking, submission, key): number for number, (submission, key) in waiting.items()
    }
    try:
        pending = set(tasks)
        while pending:
            ended, pending = wait(pending, return_when=FIRST_COMPLETED)
            for task in ended:
                finished(tasks[task], task.result())
    except BaseException:
        for task in tasks:
            task.cancel()
        raise


def _matched(result: SubmissionResult, submission: Submission, sheet: Worksheet | None) -> SubmissionResult:
    """Return the result with the rows of the worksheet that it belongs to."""
    rows = tuple(row.id for row in sheet.row_of(submission)) if sheet else ()
    return replace(result, rows=rows)
