"""Marks one submission: finds its notebook, sends it through the sandbox, and writes down what came out."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from course_utils.delivery.grading.intake import NoNotebook, find_notebook
from course_utils.delivery.grading.marking import Mark, mark
from course_utils.delivery.grading.results import ExerciseResult, SubmissionResult
from course_utils.delivery.grading.workers import Examination
from course_utils.delivery.moodle.archive import Submission
from course_utils.exercises.catalogue import exercises_of
from course_utils.exercises.handed_out import Assignment
from course_utils.exercises.record import Exercise


def mark_submission(
    submission: Submission, key: str, examination: Examination, assignment: Assignment, handed_out: str
) -> SubmissionResult:
    """Mark one submission; whatever goes wrong in the grader becomes its status and stops no other."""
    known: dict[str, Any] = {"id": submission.id, "name": submission.name, "folder": submission.folder, "key": key}
    try:
        notebook = find_notebook(submission, assignment, handed_out)
        if isinstance(notebook, NoNotebook):
            return SubmissionResult(**known, status=notebook.refusal, why=notebook.why, notes=submission.problems)
        marked = mark(notebook.cells, examination)
    except Exception as error:
        return SubmissionResult(
            **known, status="failed", why=f"The grader failed: {type(error).__name__}: {error}"[:500]
        )
    records = {record.id: record for record in exercises_of(assignment.assignment)}
    open_ones = {one.outcome.exercise for one in marked.marks if one.result != "right"}
    return SubmissionResult(
        **known,
        status="graded",
        notebook=notebook.name,
        exercises=tuple(_exercise(one, records[one.outcome.exercise], open_ones) for one in marked.marks),
        notes=(*submission.problems, *notebook.notes, *marked.notes),
        seconds=round(marked.seconds, 1),
        workers=marked.workers,
        whole=marked.whole,
    )


def _exercise(one: Mark, record: Exercise, open_ones: Container[str]) -> ExerciseResult:
    """Return what is kept of a mark; a wrong answer that builds on another one which is not right says so."""
    outcome, misconception = one.outcome, one.outcome.misconception
    lines = [line for line in outcome.lines if not line.startswith("Stuck? hint(")]
    before = [needed for needed in record.needs if needed in open_ones]
    if one.result == "wrong" and misconception is None and before:
        misconception = f"builds on {' and '.join(before)}"
        lines.append(f"This {misconception}, which is not right yet. Look there first.")
    return ExerciseResult(
        exercise=outcome.exercise,
        title=record.title,
        result=one.result,
        status=outcome.status,
        lines=tuple(lines),
        earned=outcome.earned,
        points=outcome.points,
        misconception=misconception,
        reason=one.reason,
    )
