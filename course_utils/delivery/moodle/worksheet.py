"""Moodle's grading worksheet: read as it was downloaded, written so that Moodle takes every row as it is meant."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

from course_utils.delivery.moodle.archive import Submission
from course_utils.delivery.moodle.columns import IDENTIFIER, NUMBER, Columns, find_columns
from course_utils.delivery.moodle.csv_file import WorksheetError, as_csv, read_table
from course_utils.delivery.moodle.feedback_text import check_feedback, one_line
from course_utils.delivery.moodle.names import comparable, team_forms
from course_utils.delivery.moodle.steps import upload_steps
from course_utils.delivery.workspace import write_whole

__all__ = ["Grade", "Row", "Worksheet", "WorksheetError", "upload_steps"]

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Grade:
    """What a person gets: a share of the maximum, and feedback as HTML in which a student's own words are escaped.

    Raises
    ------
    ValueError
        If the score is not a number from 0 to 1, or the feedback holds more than plain tags.
    """

    score: Fraction | float
    feedback_html: str = ""

    def __post_init__(self) -> None:
        if not math.isfinite(self.score) or not 0 <= self.score <= 1:
            raise ValueError(f"score: expected a number from 0 to 1, got {self.score!r}")
        check_feedback(self.feedback_html)


@dataclass(frozen=True)
class Row:
    """A person's row. `identifier` and `last_modified_grade` are as they came; `name` is the identifier where names
    are hidden; `maximum` is None where the worksheet has no such column."""

    id: str
    identifier: str
    name: str
    group: str | None
    maximum: Decimal | None
    last_modified_grade: str
    cells: dict[str, str] = field(repr=False)


@dataclass(frozen=True)
class Worksheet:
    """A grading worksheet of an assignment that is graded in points.

    Parameters
    ----------
    header : tuple of str
        The columns' names in the language of the site, which Moodle wants back.
    columns : Columns
        Which column is which.
    rows : tuple of Row
        The people, in the order of the file.
    decimal_mark : str
        "." or ",", as in the file's own numbers.
    """

    header: tuple[str, ...]
    columns: Columns
    rows: tuple[Row, ...]
    decimal_mark: str

    @classmethod
    def read(cls, path: Path) -> Worksheet:
        """Read the file of "Download grading worksheet".

        Raises
        ------
        WorksheetError
            If it is not one, or grades are the words of a scale; the message says what was found.
        FileNotFoundError
            If there is no such file.
        """
        try:
            header, table = read_table(path.read_bytes())
            columns = find_columns(header, table)
            mark = _decimal_mark(columns, table)
            rows = tuple(_row(header, columns, cells) for cells in table)
        except WorksheetError as error:
            raise WorksheetError(f"{path.name}: {error}") from None
        return cls(tuple(header), columns, rows, mark)

    def row_of(self, submission: Submission) -> tuple[Row, ...]:
        """Return the rows of those who handed something in together: one, or a team's; () when there is none.

        A team is found by its group's name, as Moodle cleans it; () too when two groups would have the same name then.
        A person is found by number. In a language whose word for "Group" is not known the name has to agree as well,
        since a group's number can be the number of a person.
        """
        if self.columns.group is not None:
            return self._team(submission.name, [self.columns.group])
        same_number = tuple(row for row in self.rows if submission.id and row.id == submission.id)
        if self._in_known_words or any(self._bears_name(row, submission) for row in same_number):
            return same_number
        return self._team(submission.name, range(self.columns.grade - 1, self.columns.identifier + 1, -1))

    def doubts(self, submissions: Sequence[Submission]) -> tuple[str, ...]:
        """Return a sentence for each submission whose name is not in the row of its number.

        Where there are many, the worksheet may be that of another assignment.
        """
        if self.columns.group is not None:
            return ()
        return tuple(
            f"{submission.name} ({submission.id}) is {row.name} in the worksheet"
            for submission in submissions
            for row in self.row_of(submission)
            if not self._bears_name(row, submission)
        )

    def write(self, path: Path, grades: Mapping[str, Grade]) -> None:
        """Write the rows of those who were graded, for "Upload grading worksheet"; whole or not at all.

        Only the columns that Moodle reads are written, so that nothing else can disturb it, such as a student's text.

        Parameters
        ----------
        path : Path
            Where to write.
        grades : Mapping of str to Grade
            For the `id` of a row, what this person gets.

        Raises
        ------
        ValueError
            If an id has no row, or the worksheet does not say what the maximum is.
        """
        unknown = sorted(set(grades) - {row.id for row in self.rows})
        if unknown:
            raise ValueError(f"grades: the worksheet has no row for {', '.join(unknown)}")
        columns = self.columns
        order = [columns.identifier, columns.grade, columns.modified]
        order += [] if columns.feedback is None else [columns.feedback]
        lines = [[self.header[column] for column in order]]
        for row in self.rows:
            if row.id in grades:
                grade = grades[row.id]
                cells = [
                    row.identifier,
                    self._points(row, grade),
                    row.last_modified_grade,
                    one_line(grade.feedback_html),
                ]
                lines.append(cells[: len(order)])
        write_whole(path, as_csv(lines))

    def _points(self, row: Row, grade: Grade) -> str:
        if row.maximum is None:
            raise WorksheetError(f"no column 'Maximum grade': what {row.identifier} can reach is not known")
        share = grade.score if isinstance(grade.score, Fraction) else Fraction(str(float(grade.score)))
        exact = share * Fraction(row.maximum)
        points = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_HALF_UP)
        return str(min(points, row.maximum.quantize(CENT, ROUND_DOWN))).replace(".", self.decimal_mark)

    @property
    def _in_known_words(self) -> bool:
        return self.header[self.columns.identifier].casefold() == "identifier"

    def _bears_name(self, row: Row, submission: Submission) -> bool:
        # With and without the number: where all bear one name, the archive takes it for the word of hidden names.
        name, number = submission.name, submission.id
        names = {comparable(form) for form in (name, f"{name} {number}", name.removesuffix(f" {number}"))}
        return any(comparable(cell) in names for cell in row.cells.values())

    def _team(self, name: str, columns: Sequence[int]) -> tuple[Row, ...]:
        """Return the rows of the group that bears a name, in the first column that has it."""
        wanted = comparable(name)
        for column in columns if wanted else ():
            of_team = [row for row in self.rows if wanted in team_forms(row.cells[self.header[column]])]
            if of_team:
                groups = {row.cells[self.header[column]] for row in of_team}
                return tuple(of_team) if len(groups) == 1 else ()
        return ()


def _row(header: list[str], columns: Columns, cells: list[str]) -> Row:
    identifier, modified = cells[columns.identifier], cells[columns.modified]
    number = IDENTIFIER.fullmatch(identifier)
    assert number is not None  # this is how the column was found
    if re.search(r"[\\\r\n]", identifier + modified):
        raise WorksheetError(f"{identifier!r}, {modified!r}: expected neither backslash nor line break in these cells")
    return Row(
        id=number[2],
        identifier=identifier,
        name=identifier if columns.name is None else cells[columns.name],
        group=None if columns.group is None else cells[columns.group],
        maximum=None if columns.maximum is None else _maximum(identifier, cells[columns.maximum]),
        last_modified_grade=modified,
        cells=dict(zip(header, cells, strict=True)),
    )


def _maximum(identifier: str, cell: str) -> Decimal:
    if not NUMBER.fullmatch(cell) or float(cell.replace(",", ".")) == 0:
        raise WorksheetError(f"the maximum grade of {identifier} is {cell!r}: expected a number above 0")
    return Decimal(cell.replace(",", "."))


def _decimal_mark(columns: Columns, table: list[list[str]]) -> str:
    """Return the mark of the file's own numbers; a point where there is none, which Moodle takes in every language."""
    for column in (columns.maximum, columns.grade):
        numbers = [] if column is None else [row[column] for row in table if NUMBER.fullmatch(row[column])]
        marks = {mark for mark in ".," for number in numbers if mark in number}
        if marks:
            return "," if marks == {","} else "."
    return "."
