"""The source of a notebook: MyST text in `solutions/`, and the marks that say what becomes of a cell.

A code cell with the tag `exercise-04.3` holds an answer; what stands in it between `### BEGIN SOLUTION` and
`### END SOLUTION` is the only text of the solution. A markdown cell with the tag `header-04.3` is written from the
record, so that title, kind, minutes and goal cannot drift from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from course_utils.exercises.catalogue import exercise as find_exercise
from course_utils.exercises.record import Exercise

Notebook = Any  # nbformat's NotebookNode: a dictionary with attributes

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
MYST = {"extension": ".md", "format_name": "myst"}


class SourceError(ValueError):
    """The source of a notebook breaks a rule of the course; the message says which, where, and how to mend it."""


def sources(root: Path, only: Iterable[str] = ()) -> list[Path]:
    """Return the sources of the notebooks in their order, all or those with the given numbers."""
    wanted = set(only)
    found = sorted((root / "solutions").glob("[0-9][0-9]_*.md"))
    missing = wanted - {path.name[:2] for path in found}
    if missing:
        raise SourceError(f"there is no notebook {', '.join(sorted(missing))} in {root / 'solutions'}")
    return [path for path in found if not wanted or path.name[:2] in wanted]


def read_source(path: Path) -> Notebook:
    """Read a source and write its exercise headers anew from the records."""
    import jupytext

    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt=MYST)
    number = path.name[:2]
    for position, cell in enumerate(notebook.cells):
        cell.id = f"nb{number}-{position:03d}"
        for tag in tags(cell):
            if tag.startswith("header-"):
                cell.source = header(find_exercise(tag.removeprefix("header-")))
    return notebook


def source_text(notebook: Notebook) -> str:
    """Write a notebook as MyST text in its one normal form, without jupytext's version."""
    import jupytext
    import nbformat

    copy = nbformat.from_dict(notebook)
    copy.metadata = nbformat.from_dict(
        {
            "jupytext": {"formats": "ipynb,md:myst"},
            "kernelspec": dict(notebook.metadata.get("kernelspec") or KERNEL),
        }
    )
    text: str = jupytext.writes(copy, fmt=MYST)
    return re.sub(r"^ +jupytext_version: .*\n", "", text, flags=re.MULTILINE)


KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def tags(cell: Any) -> list[str]:
    """Return the tags of a cell."""
    return list(cell.metadata.get("tags", []))


def exercise_cells(notebook: Notebook) -> Iterator[tuple[Exercise, Any]]:
    """Yield each exercise with the cell that holds its answer, in order."""
    for cell in notebook.cells:
        for tag in tags(cell):
            if tag.startswith("exercise-"):
                yield find_exercise(tag.removeprefix("exercise-")), cell


def header(exercise: Exercise) -> str:
    """Write the header of an exercise: what it is, how long it takes, and when you are done."""
    dots = "●" * exercise.difficulty + "○" * (5 - exercise.difficulty)
    facts = [exercise.kind, f"{exercise.minutes} minutes"]
    if exercise.points:
        facts.append(f"{exercise.points} point{'s' if exercise.points > 1 else ''}")
    if exercise.needs:
        facts.append(f"needs {', '.join(exercise.needs)}")
    options = " · ".join(f"`{option!r}`" for option in exercise.options)
    choose = f"\n\n*Choose from:* {options}" if options else ""
    return (
        f"### Exercise {exercise.id} · {exercise.title}\n\n{dots} &nbsp; {' · '.join(facts)}\n\n"
        f"*You finish when* {exercise.goal}\n\n*Expected:* {exercise.expected}{choose}"
    )


def without_solution(code: str, exercise: Exercise) -> str:
    """Put the stub in the place of each solution region, at the region's own indentation.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> code = "def f(x):\\n    ### BEGIN SOLUTION\\n    return x\\n    ### END SOLUTION"
    >>> print(without_solution(code, SimpleNamespace(id="04.3", stub='raise NotImplementedError("04.3: go on")')))
    def f(x):
        raise NotImplementedError("04.3: go on")
    """
    out: list[str] = []
    inside = False
    regions = 0
    for line in code.splitlines():
        mark = line.strip()
        if mark == BEGIN and not inside:
            inside, regions = True, regions + 1
            indent = line[: len(line) - len(line.lstrip())]
            out += [indent + part if part else "" for part in exercise.stub.splitlines()]
        elif mark == END and inside:
            inside = False
        elif mark in (BEGIN, END):
            raise SourceError(f"{exercise.id}: {mark!r} without its partner")
        elif not inside:
            out.append(line)
    if inside or regions != 1:
        raise SourceError(f"{exercise.id}: expected one region from {BEGIN!r} to {END!r}, found {regions}")
    return "\n".join(out)


def solution_lines(code: str) -> list[str]:
    """Return the lines of the solution region, stripped: what must never reach a student's file."""
    region = re.search(rf"{BEGIN}\n(.*?)\n\s*{END}", code, re.DOTALL)
    return [line.strip() for line in region.group(1).splitlines() if line.strip()] if region else []
