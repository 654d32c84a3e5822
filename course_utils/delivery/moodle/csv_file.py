"""CSV as Moodle writes it and reads it: UTF-8 with a byte order mark, commas, one line feed after each row."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence

BOM = "\ufeff"


class WorksheetError(ValueError):
    """A file that is not a grading worksheet of the kind that is graded here; the message says what was found."""


def read_table(content: bytes) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a worksheet, all of one length.

    Raises
    ------
    WorksheetError
        If the file is not as Moodle writes it. Most are refused since a spreadsheet saved them again.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WorksheetError(
            "it is not UTF-8, as Moodle writes it; a spreadsheet may have saved it. Download the worksheet again."
        ) from None
    try:
        table = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        raise WorksheetError(f"it is not CSV as Moodle writes it ({error})") from None
    if not table:
        raise WorksheetError("it is empty")
    header, *rows = table
    if len(header) < 3:
        raise WorksheetError(
            f"it begins with {', '.join(header)[:200]!r}: expected columns separated by commas. A spreadsheet may have "
            "saved it with another separator; download the worksheet again."
        )
    repeated = [word for word, count in Counter(header).items() if count > 1]
    if repeated:
        raise WorksheetError(f"two columns have the name {repeated[0]!r}")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise WorksheetError(f"row {number} has {len(row)} cells, and the first row names {len(header)} columns")
    if not rows:
        raise WorksheetError("it has no rows: nobody is enrolled, or a filter hid everyone")
    return header, rows


def as_csv(lines: Iterable[Sequence[str]]) -> bytes:
    r"""Return rows as Moodle writes them: a cell is quoted where it holds more than one word.

    Examples
    --------
    >>> as_csv([["Identifier", "Grade"], ["Participant 1", "87.50"]])
    b'\xef\xbb\xbfIdentifier,Grade\n"Participant 1",87.50\n'
    """
    text = "".join(",".join(_cell(cell) for cell in line) + "\n" for line in lines)
    return (BOM + text).encode("utf-8")


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search(r'[\s,"]', text) else text
