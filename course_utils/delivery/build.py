"""The build: derives both notebooks from one source. It executes nothing, and the same source gives the same bytes.

    solutions/04_….md  ─►  solutions/04_….ipynb    inputs from the source, stored outputs kept
                       └►  notebooks/04_….ipynb    stubs for solutions, no outputs

`changes` says what a build would write; the gate in the tests requires that it is nothing.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from course_utils.exercises.catalogue import exercises_of

from .source import (
    BEGIN,
    KERNEL,
    Notebook,
    SourceError,
    exercise_cells,
    read_source,
    source_text,
    sources,
    tags,
    without_solution,
)

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def build(root: Path, only: Iterable[str] = ()) -> list[Path]:
    """Write what the sources say, and return the files that changed."""
    changed = []
    for path, text in changes(root, only).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        changed.append(path)
    return changed


def changes(root: Path, only: Iterable[str] = ()) -> dict[Path, str]:
    """Return each file that a build would write differently, with its new text."""
    derived = {target: text for path in sources(root, only) for target, text in derive(root, path).items()}
    return {
        target: text
        for target, text in derived.items()
        if not target.is_file() or target.read_text(encoding="utf-8") != text
    }


def derive(root: Path, source: Path) -> dict[Path, str]:
    """Derive all files of one source: its own normal form, the solution notebook and the student's notebook."""
    notebook = read_source(source)
    examine(notebook, source)
    solved_path = source.with_suffix(".ipynb")
    student_path = root / "notebooks" / solved_path.name
    made_from = f"solutions/{source.name}"
    return {
        source: source_text(notebook),
        solved_path: as_json(_with_outputs(notebook, solved_path), made_from, paired=True),
        student_path: as_json(student_notebook(notebook), made_from),
    }


def student_notebook(notebook: Notebook) -> Notebook:
    """Return the student's notebook: every solution replaced by its stub, and nothing that a run left behind."""
    student = copy.deepcopy(notebook)
    for exercise, cell in exercise_cells(student):
        cell.source = without_solution(cell.source, exercise)
    for cell in student.cells:
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return student


def _with_outputs(notebook: Notebook, solved: Path) -> Notebook:
    """Return the notebook with the outputs that are stored for cells of the same source."""
    import nbformat

    result = copy.deepcopy(notebook)
    stored: dict[str, list[Any]] = {}
    if solved.is_file():
        for cell in nbformat.read(solved, as_version=4).cells:
            if cell.cell_type == "code":
                stored.setdefault(cell.source, []).append(cell)
    for cell in result.cells:
        if cell.cell_type == "code":
            old = stored.get(cell.source)
            kept = old.pop(0) if old else None
            cell.outputs = kept.outputs if kept else []
            cell.execution_count = kept.execution_count if kept else None
    return result


def as_json(notebook: Notebook, made_from: str, *, paired: bool = False) -> str:
    """Write a notebook as JSON with the metadata that it should have and no other."""
    import nbformat

    metadata: dict[str, Any] = {"course": {"made_from": made_from}, "kernelspec": KERNEL}
    metadata["language_info"] = {"name": "python"}
    if paired:
        metadata["jupytext"] = {"formats": "ipynb,md:myst"}
    notebook.metadata = nbformat.from_dict(metadata)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        kept = {"tags": tags(cell)} if tags(cell) else {}
        cell.metadata = nbformat.from_dict(kept)
        for output in cell.get("outputs", []):
            output.pop("transient", None)
            output.get("data", {}).pop(WIDGET_VIEW, None)  # a random id, worth nothing without its kernel
    nbformat.validate(notebook)
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def examine(notebook: Notebook, source: Path) -> None:
    """Refuse a source whose exercises and records do not match one to one, or that would leak a solution."""
    number = source.name[:2]
    records = [record.id for record in exercises_of(number)]
    answered = [exercise.id for exercise, _ in exercise_cells(notebook)]
    headed = [t.removeprefix("header-") for cell in notebook.cells for t in tags(cell) if t.startswith("header-")]
    for what, found in (("exercise-", answered), ("header-", headed)):
        if found != records:
            raise SourceError(
                f"{source.name}: the cells with tags '{what}…' are {found}, but the records of notebook {number} are "
                f"{records}, in this order. Add the missing cell or record."
            )
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for identifier in records:
        if not any(f'check("{identifier}")' in cell.source for cell in code):
            raise SourceError(f'{source.name}: no cell calls check("{identifier}")')
    for cell in code:
        if BEGIN in cell.source and not any(t.startswith("exercise-") for t in tags(cell)):
            raise SourceError(f"{source.name}: a cell has a solution but no tag 'exercise-…': {cell.source[:60]!r}")
