"""How Moodle names what it puts into a zip, and how it cleans the names of people and groups for that."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

# A cleaned name holds no underscore, so the first one ends it. Only a team of people in no group has no number.
RULE = re.compile(
    r"(?P<folder>(?P<name>[^_/]*)(?:_(?P<id>\d+))?_assignsubmission_(?P<plugin>file|onlinetext))(?:_?/|_)(?P<file>.+)",
    re.DOTALL | re.ASCII,
)
DROPPED = re.compile(r"""[&<>"|':\\/`\x00-\x1f\x7f]""")


@dataclass(frozen=True)
class MoodleName:
    """The parts of a member's name in "Download all submissions".

    `folder` is Moodle's own word for the submission, which it understands again when feedback files come back.
    """

    name: str
    id: str
    plugin: str
    folder: str
    file: str


def parse(member: str) -> MoodleName | None:
    """Read a member's name, or return None if Moodle would not have written it.

    Who unpacks the download and packs it again may put it into one more folder, which is passed over.

    Examples
    --------
    >>> parse("Sam Same_12_assignsubmission_file/week 4/04_ig.ipynb").file
    'week 4/04_ig.ipynb'
    >>> parse("Sam Same_12_assignsubmission_file_04_ig.ipynb").id
    '12'
    >>> parse("readme.txt")
    """
    match = RULE.fullmatch(member) or RULE.fullmatch(member.partition("/")[2])
    if match is None:
        return None
    return MoodleName(match["name"], match["id"] or "", match["plugin"], match["folder"], match["file"])


def cleaned(name: str) -> str:
    """Return a name as Moodle writes it in a zip.

    Examples
    --------
    >>> cleaned("Pat O'Neil_Mc/Slash")
    'Pat ONeil McSlash'
    """
    return DROPPED.sub("", name.replace("_", " "))


def comparable(name: str) -> str:
    """Return a cleaned name without its spaces, in one of the two Unicode forms that systems use for an ë."""
    return unicodedata.normalize("NFC", "".join(cleaned(name).split()))


def team_forms(group: str) -> set[str]:
    """Return what a group's name can have become in a zip: escaped for HTML, more or less, and then cleaned.

    Examples
    --------
    >>> sorted(team_forms('Gruppe_A & "B"'))
    ['GruppeAB', 'GruppeAamp;B', 'GruppeAamp;quot;Bquot;']
    """
    escaped = (group, html.escape(group, quote=False), html.escape(group), re.sub(r"&(?!#?\w{1,8};)", "&amp;", group))
    return {comparable(form) for form in escaped}
