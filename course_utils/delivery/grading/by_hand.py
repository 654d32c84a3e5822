"""What a person must grade: written out as a table with the rubric, and read back with the points."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from course_utils.delivery.grading.results import SubmissionResult
from course_utils.delivery.workspace import write_whole

COLUMNS = ("id", "name", "exercise", "points by hand", "at most", "rubric", "answer")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be a formula to a spreadsheet; an apostrophe before it makes it a text."""


def write_table(path: Path, results: Iterable[SubmissionResult], rubrics: Mapping[str, str]) -> int:
    """Write a row for each answer that a person must grade, those with points too; return how many wait.

    The points that were given stand in the table, so that it can be written anew and nothing is lost.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    waiting = 0
    for result in results:
        for one in result.exercises:
            if one.waits or one.by_hand is not None:
                given = "" if one.by_hand is None else f"{one.by_hand:g}"
                answer = one.reason if one.result != "unclear" else " ".join(one.lines)
                cells = [result.id, result.name, one.exercise, given, one.points, rubrics.get(one.exercise, ""), answer]
                table.writerow([_as_text(str(cell)) for cell in cells])
                waiting += one.waits
    write_whole(path, text.getvalue().encode("utf-8-sig"))
    return waiting


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def read_points(path: Path) -> dict[tuple[str, str], float]:
    """Read the points that a person wrote into the table: by id of the submission and exercise.

    Raises
    ------
    ValueError
        If it is not in UTF-8, a column is missing, or points are no number from 0 to what can be reached; the message
        names the row.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{path.name}: it is not in UTF-8; save it in your spreadsheet as 'CSV UTF-8'") from None
    delimiter = ";" if content.splitlines()[:1] and content.splitlines()[0].count(";") > 3 else ","
    rows = csv.DictReader(io.StringIO(content), delimiter=delimiter)
    missing = [name for name in COLUMNS[:5] if name not in (rows.fieldnames or [])]
    if missing:
        raise ValueError(f"{path.name}: the columns {', '.join(missing)} are missing; found {rows.fieldnames}")
    points = {}
    for row in rows:
        given = (row["points by hand"] or "").strip().lstrip("'")
        if not given:
            continue
        try:
            value, most = float(given.replace(",", ".")), float(row["at most"])
        except ValueError:
            value, most = float("nan"), 0.0
        if not 0 <= value <= most:
            raise ValueError(
                f"{path.name}, {row['name']}, {row['exercise']}: points by hand is {given!r}; "
                f"expected a number from 0 to {row['at most']}"
            )
        points[row["id"].lstrip("'"), row["exercise"]] = value
    return points


def with_points(result: SubmissionResult, points: Mapping[tuple[str, str], float]) -> SubmissionResult:
    """Return the result with the points that a person gave."""
    exercises = tuple(
        replace(one, by_hand=points[result.id, one.exercise]) if (result.id, one.exercise) in points else one
        for one in result.exercises
    )
    return replace(result, exercises=exercises)
