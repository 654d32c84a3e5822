"""Which column of a grading worksheet is which, in any language of the site and with whatever columns it has.

Words are tried first, in English and German. Where they are missing, the cells decide: Moodle writes the columns in
one order and fills them in one way, whatever it calls them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from course_utils.delivery.moodle.csv_file import WorksheetError

IDENTIFIER = re.compile(r"(\D*)(\d+)")
NUMBER = re.compile(r"\d+(?:[.,]\d+)?", re.ASCII)
MOMENT = re.compile(r"(?=.*\d{4})(?=.*\d{1,2}[:.]\d{2})")  # a year and a time of day
NEVER = {"-", "–", "—"}

WORDS = {
    "name": {"full name", "vollständiger name"},
    "group": {"group", "gruppe"},
    "grade": {"grade", "bewertung"},
    "maximum": {"maximum grade", "bestwertung"},
    "scale": {"scale", "skala"},
    "modified": {"last modified (grade)", "zuletzt geändert (bewertung)"},
    "feedback": {"feedback comments", "feedback als kommentar"},
}


@dataclass(frozen=True)
class Columns:
    """Positions of the columns; None where the worksheet has none."""

    identifier: int
    grade: int
    modified: int
    maximum: int | None
    name: int | None
    group: int | None
    feedback: int | None


def find_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns:
    """Find the columns that grading needs.

    Raises
    ------
    WorksheetError
        If one that is needed is missing, or grades are the words of a scale.
    """
    found = f"found the columns {', '.join(repr(word) for word in header)}"
    identifier = _identifier(header, rows)
    if identifier is None:
        raise WorksheetError(
            f"no column numbers the participants as Moodle does ('Participant 12', each number once); {found}. "
            "Use the file of 'Download grading worksheet' as it came, not saved again by a spreadsheet."
        )
    if _by_word(header, "scale") is not None:
        raise WorksheetError(
            "the grades of this assignment are words of a scale, and points cannot be turned into these. "
            f"Set Grade > Type to 'Point' in the assignment's settings; {found}."
        )
    in_english = header[identifier].casefold() == "identifier"
    maximum = _by_word(header, "maximum")
    if maximum is None and not in_english:
        maximum = _maximum(rows, identifier)
    grade = _by_word(header, "grade")
    if grade is None and maximum is not None and not in_english:
        grade = maximum - 1  # Moodle writes the grade just before its maximum
    if grade is None:
        raise WorksheetError(f"no column 'Grade' with numbers, or grades are the words of a scale; {found}.")
    modified = _by_word(header, "modified")
    if modified is None and not in_english:
        modified = _last(
            header, rows, lambda cell: cell.strip() in NEVER or MOMENT.match(cell) is not None, after=grade
        )
    if modified is None:
        raise WorksheetError(f"no column 'Last modified (grade)', without which Moodle refuses the upload; {found}.")
    feedback = _by_word(header, "feedback")
    if feedback is None and not in_english and modified + 1 < len(header):
        feedback = modified + 1
    return Columns(
        identifier=identifier,
        grade=grade,
        modified=modified,
        maximum=maximum,
        name=_name(header, rows, identifier),
        group=_by_word(header, "group"),
        feedback=feedback,
    )


def _by_word(header: Sequence[str], role: str) -> int | None:
    return next((index for index, word in enumerate(header) if word.strip().casefold() in WORDS[role]), None)


def _identifier(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int | None:
    """Return the first column whose cells are all one word and a number that no other row has.

    A number without its word would be cut in Moodle by the length of the word, and its database then refuses the rest.
    """
    for column in range(len(header)):
        matches = [match for row in rows if (match := IDENTIFIER.fullmatch(row[column]))]
        words, numbers = {match[1] for match in matches}, {match[2] for match in matches}
        if len(numbers) == len(rows) and len(words) == 1 and words != {""}:
            return column
    return None


def _maximum(rows: Sequence[Sequence[str]], identifier: int) -> int | None:
    """Return the last column with one and the same number in all rows, and grades or nothing before it."""
    for column in range(len(rows[0]) - 1, identifier + 1, -1):
        same = {row[column] for row in rows}
        if len(same) == 1 and NUMBER.fullmatch(next(iter(same))):
            before = [row[column - 1] for row in rows]
            if column - 1 != identifier and all(not cell or NUMBER.fullmatch(cell) for cell in before):
                return column
    return None


def _last(header: Sequence[str], rows: Sequence[Sequence[str]], fits: Callable[[str], bool], after: int) -> int | None:
    return next((c for c in range(len(header) - 1, after, -1) if all(fits(row[c]) for row in rows)), None)


def _name(header: Sequence[str], rows: Sequence[Sequence[str]], identifier: int) -> int | None:
    """Return the column of names: the one after the identifier, unless few words recur there, as in a status."""
    column = _by_word(header, "name")
    if column is not None or header[identifier].casefold() == "identifier":
        return column
    after = identifier + 1
    if after < len(header) and len({row[after] for row in rows}) > len(rows) / 2:
        return after
    return None
