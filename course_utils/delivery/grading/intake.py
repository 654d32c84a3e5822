"""Finds the notebook in what a student handed in, and says why where there is none to be graded.

Wrong, missing, unreadable and of another assignment are different things; none of them but the first is a zero.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from course_utils.delivery.moodle.archive import Submission, SubmittedFile
from course_utils.exercises.handed_out import Assignment

Refusal = Literal["missing", "unreadable", "several", "another assignment", "another release"]

NOTEBOOK = re.compile(r"\.ipynb(\.(json|txt|html?))?$", re.IGNORECASE)
"""Browsers and mail programs put another ending behind that of a notebook."""
CELLS, CHARACTERS = 2_000, 2_000_000
"""Cells of a notebook, and characters of all its code, at most."""


@dataclass(frozen=True)
class Notebook:
    """A notebook that can be graded: the code of its cells by number, and what was odd about it."""

    name: str
    cells: Mapping[int, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoNotebook:
    """Why nothing is graded; the grade stays empty."""

    refusal: Refusal
    why: str


class _Unreadable(ValueError):
    """A file that is no notebook; the message says why."""


def find_notebook(submission: Submission, assignment: Assignment, handed_out: str) -> Notebook | NoNotebook:
    """Return the notebook of a submission, or why there is none.

    Parameters
    ----------
    submission
        As Moodle gave it.
    assignment
        What was handed out.
    handed_out
        The name of its notebook, "04_integrated_gradients.ipynb".
    """
    candidates = [file for file in submission.files if NOTEBOOK.search(file.name)]
    candidates = candidates or [file for file in submission.files if file.name.lower().endswith((".json", ".txt"))]
    if not candidates:
        what = ", ".join(file.name for file in submission.files[:5]) or "nothing that could be read"
        more = f" Refused: {'; '.join(submission.problems[:3])}." if submission.problems else ""
        return NoNotebook("missing", f"There is no notebook; handed in was {what}.{more}")
    read: list[tuple[SubmittedFile, dict[str, Any]]] = []
    reasons = []
    for file in candidates:
        try:
            read.append((file, _as_notebook(file.content)))
        except _Unreadable as reason:
            reasons.append(f"{file.name}: {reason}")
    if not read:
        return NoNotebook("unreadable", "; ".join(reasons[:3]))
    return _chosen(read, assignment, handed_out, reasons)


def _chosen(
    read: Sequence[tuple[SubmittedFile, dict[str, Any]]], assignment: Assignment, handed_out: str, reasons: list[str]
) -> Notebook | NoNotebook:
    """Choose among the notebooks that could be read."""
    ours = [(file, content) for file, content in read if _belongs(content, assignment)]
    if not ours:
        return NoNotebook(
            "another assignment",
            f"{read[0][0].name} has none of the exercises of assignment {assignment.assignment}.",
        )
    different: dict[bytes, tuple[SubmittedFile, dict[str, Any]]] = {}
    for file, content in ours:  # the same file handed in twice is one
        different.setdefault(file.content, (file, content))
    notes = []
    if len(different) > 1:
        named = [pair for pair in different.values() if pair[0].name.rsplit("/", 1)[-1] == handed_out]
        if len(named) != 1:
            names = ", ".join(file.name for file, _ in different.values())
            return NoNotebook("several", f"There are {len(different)} different notebooks: {names}. Which one counts?")
        notes.append(f"Of {len(different)} different notebooks, {handed_out} was taken: the name that was handed out.")
        different = {named[0][0].content: named[0]}
    ((file, content),) = different.values()
    release = _course(content).get("release")
    if release is not None and release != assignment.release:
        return NoNotebook(
            "another release",
            f"{file.name} was handed out as release {release} of version {_course(content).get('version', 'unknown')}; "
            f"this is release {assignment.release} of version {assignment.version}. Grade it from the state of the "
            "course that it was released from.",
        )
    if release is None:
        notes.append("The notebook does not say which release it is; it is graded as this one.")
    cells, odd = _code(content)
    return Notebook(file.name, cells, (*notes, *reasons, *odd))


def _as_notebook(content: bytes) -> dict[str, Any]:
    """Parse a notebook of format 3 or 4 without running, rendering or believing anything in it."""
    if not content.strip():
        raise _Unreadable("the file is empty")
    try:
        parsed = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _Unreadable("it is not in UTF-8") from None
    except RecursionError:
        raise _Unreadable("its JSON is nested too deep") from None
    except ValueError as error:
        beginning = content.lstrip()[:15].lower()
        kind = "a web page that was saved" if beginning.startswith((b"<!doctype", b"<html")) else f"no JSON ({error})"
        raise _Unreadable(f"it is {kind}") from None
    if not isinstance(parsed, dict) or not ({"cells", "worksheets"} & parsed.keys()):
        raise _Unreadable("it is JSON, but no notebook")
    return parsed


def _course(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the release wrote into the metadata."""
    metadata = content.get("metadata")
    course = metadata.get("course") if isinstance(metadata, dict) else None
    return course if isinstance(course, dict) else {}


def _raw_cells(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the cells, from where format 4 or format 3 has them."""
    if isinstance(content.get("cells"), list):
        found = content["cells"]
    else:
        sheets = content.get("worksheets")
        sheets = sheets if isinstance(sheets, list) else []
        found = [
            cell for s in sheets if isinstance(s, dict) and isinstance(s.get("cells"), list) for cell in s["cells"]
        ]
    return [cell for cell in found if isinstance(cell, dict)]


def _source(cell: Mapping[str, Any]) -> str:
    text = cell.get("source", cell.get("input", ""))
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _exercise(cell: Mapping[str, Any]) -> str | None:
    """Return the exercise that a cell is tagged with."""
    metadata = cell.get("metadata")
    found = metadata.get("tags") if isinstance(metadata, dict) else None
    tagged = [str(t) for t in found if str(t).startswith("exercise-")] if isinstance(found, list) else []
    return tagged[0].removeprefix("exercise-") if tagged else None


def _belongs(content: Mapping[str, Any], assignment: Assignment) -> bool:
    """Whether a notebook is one of this assignment: by its metadata, its tags, or the checks in it."""
    if str(_course(content).get("assignment", "")) == assignment.assignment:
        return True
    cells = _raw_cells(content)
    if any((_exercise(cell) or "").startswith(f"{assignment.assignment}.") for cell in cells):
        return True
    begins = re.compile(rf"""(begin\(["']{assignment.assignment}["']\)|check\(["']{assignment.assignment}\.)""")
    return any(begins.search(_source(cell)) for cell in cells)


def _code(content: Mapping[str, Any]) -> tuple[dict[int, str], list[str]]:
    """Return the code of the cells by number, counted as in the notebook, and what was odd."""
    notes, cells = [], {}
    raw = _raw_cells(content)
    if len(raw) > CELLS:
        notes.append(f"Of {len(raw):,} cells only the first {CELLS:,} are looked at.")
    room = CHARACTERS
    for number, cell in enumerate(raw[:CELLS]):
        source = _source(cell) if cell.get("cell_type") == "code" else ""
        if source.strip():
            if len(source) > room:
                notes.append(
                    f"Cell {number} and what follows are left out: more than {CHARACTERS:,} characters of code."
                )
                break
            room -= len(source)
            cells[number] = source
    twice = [e for e, count in Counter(filter(None, map(_exercise, raw))).items() if count > 1]
    notes += [f"Exercise {e} has several cells; as in Run All, the last definition counts." for e in twice]
    return cells, notes
