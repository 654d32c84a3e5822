"""Moodle's "Download all submissions": a zip in, one `Submission` for each person or team out, nothing on disk."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zipfile import ZipFile

from course_utils.delivery.moodle.members import (
    Limits,
    Member,
    Meter,
    Refused,
    UnsafeArchive,
    entries_at_most,
    members,
    name_objection,
    open_archive,
    read_member,
)
from course_utils.delivery.moodle.names import MoodleName, parse

__all__ = ["Limits", "Submission", "SubmittedFile", "UnsafeArchive", "read_submissions"]

SHOWN_PROBLEMS = 20


@dataclass(frozen=True)
class SubmittedFile:
    """A file as a student handed it in. The name is for display only and never becomes a path."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Submission:
    """What one person or team handed in.

    Parameters
    ----------
    id : str
        The number that the worksheet has too; of a team the group's number; "" for people in no group.
    name : str
        Full name, "Participant 21" where names are hidden, or the group's name, cleaned by Moodle.
    folder : str
        Moodle's name for the submission, for feedback files.
    files : tuple of SubmittedFile
        In the order of their names. The notebooks of a zip stand in its place, as "exercise.zip/04.ipynb"; a zip
        that is sound and has no notebook stays what it is.
    problems : tuple of str
        A sentence for each member that was refused: its name and why.
    """

    id: str
    name: str
    folder: str
    files: tuple[SubmittedFile, ...]
    problems: tuple[str, ...]


@dataclass
class _Draft:
    """A submission while its members are being collected."""

    parts: list[tuple[MoodleName, Member]] = field(default_factory=list)
    files: list[SubmittedFile] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def refuse(self, name: str, reason: object) -> None:
        self.problems.append(f"{printable(name)}: {reason}")


def read_submissions(path: Path, limits: Limits | None = None) -> list[Submission]:
    """Read the zip that Moodle's "Download all submissions" gave, with or without folders.

    One bad member does not lose the others: its submission carries the problem, and the rest is read. Members whose
    name Moodle would not have written come as one last submission without id, name and folder, which has problems only.

    Parameters
    ----------
    path : Path
        The zip as it was downloaded.
    limits : Limits, optional
        How much may be read.

    Returns
    -------
    list of Submission
        In the order of names, then of numbers.

    Raises
    ------
    UnsafeArchive
        If the archive is refused as a whole: not a zip, cut off, too many members, too large, nothing of Moodle's.
    FileNotFoundError
        If there is no such file.
    """
    limits = Limits() if limits is None else limits
    size = path.stat().st_size
    if not path.is_file():
        raise UnsafeArchive(f"{path.name}: expected the zip of 'Download all submissions', got no regular file")
    if size > limits.bytes_in_all:
        raise UnsafeArchive(f"{path.name}: {size:,} bytes are more than {limits.bytes_in_all:,}")
    try:
        with path.open("rb") as file, open_archive(file) as archive:
            return _read(archive, limits)
    except UnsafeArchive as refusal:
        raise UnsafeArchive(f"{path.name}: {refusal}") from None


def printable(name: str) -> str:
    """Return a name that can be shown on a terminal: no control or direction marks, not endless."""
    kept = "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c)[0] == "C" else c for c in name)
    return kept if len(kept) <= 120 else f"{kept[:117]}..."


def _read(archive: ZipFile, limits: Limits) -> list[Submission]:
    drafts: dict[tuple[str, str], _Draft] = {}
    strangers = _Draft()
    for member in members(archive, limits):
        parts = parse(member.name)
        if parts is None:
            strangers.refuse(member.name, "Moodle does not name submissions like this")
        else:
            name = unicodedata.normalize("NFC", parts.name)  # a Mac that packed it again splits an ë in two
            drafts.setdefault((name, parts.id), _Draft()).parts.append((parts, member))
    if not drafts:
        raise UnsafeArchive(
            "nothing inside is named as Moodle names submissions ('Full name_12_assignsubmission_file/…'). "
            "Is it the zip of 'Download all submissions'?"
        )
    _numbers_differ(drafts)
    meter = Meter(limits)
    for draft in drafts.values():
        meter.in_submission = 0
        for parts, member in sorted(draft.parts, key=lambda part: (part[0].plugin, part[0].file)):
            _collect(archive, member, parts.file, draft, meter)
    hidden = _names_are_hidden(drafts)
    found = [
        _finished(key, draft, hidden)
        for key, draft in sorted(drafts.items(), key=lambda item: (item[0][0], int(item[0][1] or 0)))
    ]
    if strangers.problems:
        found.append(Submission("", "", "", (), _shortened(strangers.problems)))
    return found


def _collect(archive: ZipFile, member: Member, name: str, draft: _Draft, meter: Meter) -> None:
    """Read one member of a submission; a refusal is noted, not raised."""
    try:
        if objection := name_objection(name):  # the student's part of the name may be odd where the whole is not
            raise Refused(objection)
        content = read_member(archive, member, meter)
    except Refused as refusal:
        draft.refuse(name, refusal)
        return
    if name.lower().endswith(".zip") and meter.limits.nested > 0:
        refused = len(draft.problems)
        notebooks = list(_notebooks(content, name, draft, meter, meter.limits.nested))
        draft.files += notebooks
        if not notebooks and len(draft.problems) == refused:
            draft.files.append(SubmittedFile(name, content))
    else:
        draft.files.append(SubmittedFile(name, content))


def _notebooks(content: bytes, name: str, draft: _Draft, meter: Meter, levels: int) -> Iterator[SubmittedFile]:
    """Yield the notebooks of a zip inside. Other files are not unpacked: a student's zip may hold a whole folder."""
    limits = meter.limits
    try:
        if entries_at_most(content) > limits.members:
            raise Refused(f"it holds more than {limits.members:,} members")
        with open_archive(io.BytesIO(content)) as archive:
            for member in members(archive, limits):
                inner = f"{name}/{member.name}"
                if member.objection is not None:
                    draft.refuse(inner, member.objection)
                elif member.name.lower().endswith(".zip"):
                    if levels == 1:
                        draft.refuse(inner, "a zip inside a zip is not opened")
                    else:
                        packed = _content(archive, member, inner, draft, meter)
                        if packed is not None:
                            yield from _notebooks(packed, inner, draft, meter, levels - 1)
                elif ".ipynb" in member.name.lower():
                    unpacked = _content(archive, member, inner, draft, meter)
                    if unpacked is not None:
                        yield SubmittedFile(inner, unpacked)
    except (Refused, UnsafeArchive) as refusal:
        if meter.in_all > limits.bytes_in_all:
            raise
        draft.refuse(name, refusal)


def _content(archive: ZipFile, member: Member, name: str, draft: _Draft, meter: Meter) -> bytes | None:
    try:
        return read_member(archive, member, meter)
    except Refused as refusal:
        draft.refuse(name, refusal)
        return None


def _numbers_differ(drafts: dict[tuple[str, str], _Draft]) -> None:
    """Refuse an archive in which one number stands for two names, since nobody could say whose grade it becomes."""
    names: dict[str, str] = {}
    for name, number in drafts:
        if number and names.setdefault(number, name) != name:
            raise UnsafeArchive(f"the number {number} stands for {printable(names[number])!r} and {printable(name)!r}")


def _names_are_hidden(drafts: dict[tuple[str, str], _Draft]) -> bool:
    """Whether all bear one word for a name, as in an anonymous assignment: "Participant", in the site's language."""
    names = {name for name, _ in drafts}
    return len(names) == 1 and all(number for _, number in drafts) and (len(drafts) > 1 or names == {"Participant"})


def _finished(key: tuple[str, str], draft: _Draft, hidden: bool) -> Submission:
    name, number = key
    # Moodle takes feedback for files under the folder of the files; who handed in a text alone has only that folder.
    folder = min(draft.parts, key=lambda part: part[0].plugin)[0].folder
    return Submission(
        id=number,
        name=f"{name} {number}" if hidden else name,
        folder=folder,
        files=tuple(draft.files),
        problems=_shortened(draft.problems),
    )


def _shortened(problems: list[str]) -> tuple[str, ...]:
    more = len(problems) - SHOWN_PROBLEMS
    return tuple(problems[:SHOWN_PROBLEMS]) + ((f"and {more} members more",) if more > 0 else ())
