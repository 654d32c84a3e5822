"""Writes what goes back: worksheet and pages for Moodle, reports, and the table of what waits for a person."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from course_utils.delivery.grading.by_hand import read_points, with_points, write_table
from course_utils.delivery.grading.grading_run import Graded
from course_utils.delivery.grading.pages import feedback_line, report_json, student_page, teacher_page
from course_utils.delivery.moodle.feedback_files import write_feedback_zip
from course_utils.delivery.moodle.worksheet import Grade
from course_utils.delivery.workspace import write_whole
from course_utils.exercises.catalogue import private_half

BY_HAND = "by-hand.csv"


def hand_back(graded: Graded, out: Path) -> list[str]:
    """Write all files of a run, and return a line for each.

    Points that a person wrote into the table of an earlier call are taken from it first.
    """
    table = out / BY_HAND
    if table.exists():
        points = read_points(table)
        graded = replace(graded, results=tuple(with_points(result, points) for result in graded.results))
    rubrics = {}
    for exercise in {one.exercise for result in graded.results for one in result.exercises}:
        half = private_half(exercise)
        rubrics[exercise] = (half.rubric if half else None) or ""
    waiting = write_table(table, graded.results, rubrics)
    write_whole(out / "report.html", teacher_page(graded))
    write_whole(out / "report.json", report_json(graded))
    lines = [f"{out / 'report.html'}: for you; report.json holds the same as data"]
    pages = {
        result.folder: student_page(result, graded.run.assignment)
        for result in graded.results
        if result.status == "graded" and result.folder
    }
    left_out = write_feedback_zip(out / "feedback.zip", pages)
    lines.append(f"{out / 'feedback.zip'}: {len(pages) - len(left_out)} pages for students")
    refused = Counter(result.status for result in graded.results if result.status != "graded")
    if refused:
        what = ", ".join(f"{count} {status}" for status, count in sorted(refused.items()))
        lines.append(f"not graded: {what}. The report says why for each")
    lines += [result.why for result in graded.results if result.status == "another release"][:1]
    if waiting:
        lines.append(
            f"{table}: {waiting} answers wait for a person. Write the points into the column 'points by hand', save as "
            "CSV, and type the same command again; until then these students get no grade."
        )
    if graded.worksheet is not None:
        grades = {
            row: Grade(result.score, feedback_line(result))
            for result in graded.results
            if result.score is not None
            for row in result.rows
        }
        graded.worksheet.write(out / "grades-upload.csv", grades)
        lines.append(f"{out / 'grades-upload.csv'}: {len(grades)} of {len(graded.worksheet.rows)} people get a grade")
    return lines
