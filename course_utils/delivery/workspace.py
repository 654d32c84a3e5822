"""A student's own copies of the notebooks, in `work/`: laid out once, never overwritten.

`work/.handed-out.json` remembers the checksum of each file as it was handed out. A file that still has it was not
edited and may be replaced by a newer version; any other file is the student's, and a newer version is laid beside it.
Without the record every file counts as edited: the worst that can happen is a copy too many.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORD = ".handed-out.json"


def checksum(content: bytes) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step, so that an interruption leaves the old one or the new one, never half of it."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    os.replace(partial, path)


def read_record(work: Path) -> dict[str, str]:
    """Return the checksums of what was handed out; an unreadable record counts as none."""
    try:
        record = json.loads((work / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def names_beside(name: str) -> Iterator[str]:
    """Yield the names under which newer versions may lie beside an edited notebook.

    Examples
    --------
    >>> next(names_beside("04_integrated_gradients.ipynb"))
    '04_integrated_gradients.new.ipynb'
    """
    stem = name.removesuffix(".ipynb")
    return (f"{stem}.new{count}.ipynb" for count in ("", *range(2, 100)))


def lay_out(notebooks: Path = ROOT / "notebooks", work: Path = ROOT / "work") -> list[str]:
    """Bring `work` up to date with `notebooks`; lose nothing that a student wrote.

    Parameters
    ----------
    notebooks : Path
        The folder of what students get.
    work : Path
        The student's folder, made if it is not there.

    Returns
    -------
    list of str
        A line for each file that was written; empty when there was nothing to do.

    Raises
    ------
    FileNotFoundError
        If there is no folder `notebooks`.
    """
    if not notebooks.is_dir():
        raise FileNotFoundError(f"notebooks: no folder {notebooks}; run this in the folder of the course")
    work.mkdir(parents=True, exist_ok=True)
    record, lines = read_record(work), []
    for source in sorted(notebooks.glob("*.ipynb")):
        content = source.read_bytes()
        line = _hand_out(source.name, content, work, record)
        if line:
            lines.append(line)
        # After each file: an interruption must not turn what was just handed out into "edited".
        write_whole(work / RECORD, json.dumps(record, indent=1, sort_keys=True).encode())
    return lines


def _hand_out(name: str, content: bytes, work: Path, record: dict[str, str]) -> str | None:
    """Hand out one notebook, note it in the record, and say what was done."""
    mine, new = work / name, checksum(content)
    if not mine.exists():
        write_whole(mine, content)
        record[name] = new
        return f"{name} is new in work/"
    present = checksum(mine.read_bytes())
    if present == new:
        record[name] = new
        return None
    handed_out = {record.get(known) for known in (name, *names_beside(name))}
    if present in handed_out:
        write_whole(mine, content)
        record[name] = new
        return f"{name} was replaced by a newer version (yours was unchanged)"
    if new in handed_out:
        return None  # the version that the edits began from, or one that was laid beside it before
    for beside in names_beside(name):
        path = work / beside
        if not path.exists() or checksum(path.read_bytes()) == record.get(beside):
            write_whole(path, content)
            record[beside] = new
            return f"{name} is yours and stays as it is; a newer version lies beside it: {beside}"
    return f"{name} has a newer version, but too many lie beside it already: {next(names_beside(name))} and others"
