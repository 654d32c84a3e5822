"""A release: one notebook as an assignment, in a zip for Moodle, with what it needs and nothing that solves it.

    NN_name/
      NN_name.ipynb     the student's notebook
      README.txt        install, open, upload
      course_utils/     the package, without its private and its teachers' parts, and without the asked functions
      data/             digits and weights

The checks compare with stored results of the reference and of the mistakes. The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from course_utils import __version__
from course_utils.exercises.catalogue import exercises_of, notebooks, private_half
from course_utils.exercises.handed_out import WITHHELD, Assignment
from course_utils.exercises.record import Exercise, Private
from course_utils.exercises.truth import store

from .build import as_json, student_notebook
from .environment import direct_names, normalised
from .source import Notebook, SourceError, header, read_source, sources, tags
from .withholding import is_ours, located, withhold

BY_HAND = "{id}: {function} is absent where this is graded, since it is asked for by hand"
IN_A_CLONE = "or start with `make lab`."
IN_A_RELEASE = "as README.txt says, and leave course_utils beside this notebook."
LEFT_OUT = ("delivery", "exercises/private", "exercises/stored")
OF_ONE_NOTEBOOK = {"exercises/records": "nb", "exercises/quizzes": "q"}


def release(
    root: Path, notebook: str, out: Path, only: Sequence[str] = (), points: Mapping[str, int] | None = None
) -> Path:
    """Write the zip of one assignment and return its path.

    Parameters
    ----------
    root
        The folder of the course.
    notebook
        Its number, "04".
    out
        The folder for the zip, made if it is not there.
    only
        The exercises that count; none means all.
    points
        What an exercise is worth, where that is not what its record says.

    Raises
    ------
    ValueError
        If there is no such notebook or exercise, an exercise needs another one that is left out, or has points that
        cannot be shared out among its properties.
    """
    source = sources(root, [notebook])[0]
    out.mkdir(parents=True, exist_ok=True)
    target = out / f"{source.stem}.zip"
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / source.stem
        released_tree(root, notebook, folder, only, points)
        partial = target.with_name(f".{target.name}.partial")
        write_zip(folder, partial)
        partial.replace(target)
    return target


def released_tree(
    root: Path,
    notebook: str,
    folder: Path,
    only: Sequence[str] = (),
    points: Mapping[str, int] | None = None,
    *,
    for_grading: bool = False,
) -> Assignment:
    """Lay out in a new folder what a release holds, and return the assignment.

    `for_grading`: the copy in which submissions run. There what the records forbid is withheld too, the checks in the
    notebook are silent, and no results are stored.
    """
    assignment = replace(assignment_of(root, notebook, only, points), graded=for_grading)
    package = folder / "course_utils"
    for path in _files_of_package(root, notebook):
        _copy(path, package / path.relative_to(root / "course_utils"))
    for path in _files_of_data(root):
        _copy(path, folder / "data" / path.name)
    shutil.copyfile(root / "LICENSE", package / "LICENSE")
    chosen = {identifier: _private(identifier) for identifier in assignment.only}
    asked = [(name, WITHHELD, i) for i, private in chosen.items() for name in private.withheld]
    forbidden = [(name, BY_HAND, i) for i, private in chosen.items() for name in private.forbids if is_ours(name)]
    messages = [*asked, *forbidden] if for_grading else asked
    withhold(package, [(name, text.format(id=i, function="{function}")) for name, text, i in messages])
    (package / "exercises" / "release.json").write_text(assignment.as_json(), encoding="utf-8", newline="\n")
    if not for_grading:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a library's, about what a mistake asks of it
            for identifier in assignment.only:
                store(identifier, package / "exercises" / "stored")
    source = sources(root, [notebook])[0]
    name = source.with_suffix(".ipynb").name
    text = _notebook_text(released_notebook(source, assignment), source, assignment)
    (folder / name).write_text(text, encoding="utf-8", newline="\n")
    (folder / "README.txt").write_text(readme(root, name), encoding="utf-8", newline="\n")
    return assignment


def assignment_of(
    root: Path, notebook: str, only: Sequence[str] = (), points: Mapping[str, int] | None = None
) -> Assignment:
    """Return the assignment that these choices make, after checking them."""
    sources(root, [notebook])
    records = {record.id: record for record in exercises_of(notebook)}
    points = dict(sorted((points or {}).items()))
    for identifier in (*only, *points):
        if identifier not in records:
            raise ValueError(f"there is no exercise {identifier!r} in notebook {notebook}; it has {', '.join(records)}")
    chosen = tuple(identifier for identifier in records if identifier in only or not only)
    for identifier in chosen:
        for needed in records[identifier].needs:
            if needed in records and needed not in chosen:
                raise ValueError(f"{identifier} needs the answer of {needed}: choose both, or neither")
    for identifier in points:
        if identifier not in chosen:
            raise ValueError(f"{identifier} has points, but is not part of this assignment: {', '.join(chosen)}")
    assignment = Assignment(notebook, "", __version__, chosen, points)
    for identifier in chosen:
        assignment.worth(records[identifier])  # raises where the points cannot be shared out
    return replace(assignment, release=_hash(root, assignment))


def release_id(root: Path, notebook: str, only: Sequence[str] = (), points: Mapping[str, int] | None = None) -> str:
    """Return a short hash of what decides the grading: both halves of the records, the notebook, the choices."""
    return assignment_of(root, notebook, only, points).release


def releasable(root: Path) -> list[str]:
    """Return the numbers of the notebooks that have a source and both halves of their records."""
    numbers = [source.name[:2] for source in sources(root)]
    return [n for n in numbers if n in notebooks() and all(private_half(record.id) for record in exercises_of(n))]


def _hash(root: Path, assignment: Assignment) -> str:
    exercises = root / "course_utils" / "exercises"
    number = assignment.assignment
    content = hashlib.sha256()
    for half in ("records", "private"):
        content.update((exercises / half / f"nb{number}.py").read_bytes() + b"\0")
    source = sources(root, [number])[0]
    cells = [cell.source for cell in released_notebook(source, assignment).cells]
    content.update(json.dumps([cells, assignment.only, assignment.points]).encode())
    return content.hexdigest()[:12]


def released_notebook(source: Path, assignment: Assignment) -> Notebook:
    """Return the student's notebook; each header says what the exercise is worth here, and what grading is without."""
    notebook = student_notebook(read_source(source))
    records = {record.id: assignment.worth(record) for record in exercises_of(assignment.assignment)}
    for cell in notebook.cells:
        for tag in tags(cell):
            if tag.startswith("header-"):
                record = records[tag.removeprefix("header-")]
                cell.source = header(record) + _note(source.parents[1], record, assignment)
            elif tag == "setup":
                cell.source = cell.source.replace(IN_A_CLONE, IN_A_RELEASE)
    return notebook


def _note(root: Path, record: Exercise, assignment: Assignment) -> str:
    if record.id not in assignment.only:
        return "\n\n*Not part of this assignment.*"
    names: list[str] = []
    for name in _private(record.id).forbids:
        names += [f for _, f in located(root / "course_utils", name)] if is_ours(name) else [name]
    shown = ", ".join(f"`{name}`" for name in names if not name.startswith("_"))
    return f"\n\n*By hand:* your answer is graded without {shown}." if shown else ""


def _notebook_text(notebook: Notebook, source: Path, assignment: Assignment) -> str:
    written = json.loads(as_json(notebook, f"solutions/{source.name}"))
    written["metadata"]["course"] |= {"assignment": assignment.assignment, "release": assignment.release}
    return json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _private(identifier: str) -> Private:
    private = private_half(identifier)
    if private is None:
        raise SourceError(f"{identifier} has no private half here: a release can only be made in the repository")
    return private


def _files_of_package(root: Path, notebook: str) -> Iterator[Path]:
    """Yield the files of the package that a student gets, in order."""
    package = root / "course_utils"
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if not path.is_file() or "__pycache__" in inside.parts or any(part.startswith(".") for part in inside.parts):
            continue
        if any(inside.is_relative_to(folder) for folder in LEFT_OUT):
            continue
        prefix = OF_ONE_NOTEBOOK.get(inside.parent.as_posix())
        if prefix is None or inside.stem in ("__init__", prefix + notebook):
            yield path


def _files_of_data(root: Path) -> Iterable[Path]:
    """Return what is read from `data/`, with its checksums, sources and licences."""
    data = root / "data"
    listed = [line.split(maxsplit=1)[1] for line in (data / "SHA256SUMS").read_text("utf-8").splitlines()]
    return [data / "SHA256SUMS", *(data / name for name in sorted(listed)), *sorted(data.glob("*.md"))]


def _copy(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, target)


def readme(root: Path, name: str) -> str:
    """Say in three lines how to install, open and upload."""
    lock = re.findall(r"^([\w.-]+)==([^\s;]+)", (root / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    versions = {normalised(package): version for package, version in lock}
    wanted = " ".join(f"{package}=={versions[package]}" for package in sorted(direct_names(root)))
    return (
        f"1. Install (once): Python 3.11 to 3.14, then in a terminal: python -m pip install {wanted}\n"
        f"2. Open: in this folder, python -m jupyterlab {name}; leave course_utils and data beside the notebook.\n"
        f"3. Upload: save, then upload {name} to Moodle, this file alone and under this name.\n"
    )


def write_zip(folder: Path, target: Path) -> None:
    """Write a folder as a zip whose bytes depend on names and contents alone."""
    with ZipFile(target, "w") as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            member = ZipInfo(path.relative_to(folder.parent).as_posix())  # without a date: the first of January 1980
            member.compress_type, member.create_system, member.external_attr = ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(member, path.read_bytes(), compresslevel=9)
