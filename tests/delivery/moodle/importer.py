"""A small Moodle: what "Upload grading worksheet" and "Upload multiple feedback files in a zip" were seen to do.

It follows the table of outcomes of a real Moodle 4.5.6, the silent ones too. `test_importer.py` holds it to that table
with the files that Moodle was given; then it may judge what the course writes.
"""

from __future__ import annotations

import html
import re
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

DOWNLOADED = datetime(2026, 11, 22, 7, 51, tzinfo=UTC).timestamp()
NOW = DOWNLOADED + 3600


class RefusedUpload(Exception):
    """Moodle shows an error, and nothing was changed."""


class DatabaseException(Exception):
    """Moodle stops in the middle: rows before this one were taken, rows after it were not."""


@dataclass
class Person:
    grade: float | None = None
    feedback: str = ""
    graded_at: float = 0.0


@dataclass
class Moodle:
    """An assignment in points, with the people who may be graded, by number."""

    people: dict[int, Person]
    maximum: float = 100.0
    language: str = "en"
    feedback_files: dict[int, dict[str, bytes]] = field(default_factory=dict)
    submitted: dict[int, dict[str, bytes]] = field(default_factory=dict)

    @property
    def words(self) -> tuple[str, str, str, str, str]:
        if self.language == "de":
            return "ID", "Bewertung", "Zuletzt geändert (Bewertung)", "Feedback als Kommentar", "Teilnehmer/in"
        return "Identifier", "Grade", "Last modified (grade)", "Feedback comments", "Participant "

    def upload_worksheet(self, content: bytes, update_anyway: bool = False) -> None:
        table = php_csv(content.decode("utf-8-sig", errors="replace"))
        header = table[0]
        identifier, grade, modified, feedback, participant = self.words
        if not {identifier, grade, modified} <= set(header):
            raise RefusedUpload(header)
        if any(len(row) != len(header) for row in table):
            return  # "weird columns": no row is taken, and nothing says so
        column = {word: index for index, word in enumerate(header)}
        for row in table[1:]:
            number = row[column[identifier]][len(participant) :]  # cut by length, whatever the word is
            if not number.isdigit():
                raise DatabaseException(row[column[identifier]])
            person = self.people.get(int(number))
            if person is None:
                continue
            stale = person.graded_at > php_time(row[column[modified]]) + 60
            if stale and not update_anyway:
                continue
            new = self.number(row[column[grade]])
            if new is not None and 0 <= new <= self.maximum and new != person.grade:
                person.grade, person.graded_at = new, NOW
            if column.get(feedback, 0):  # 0: the first column counts as none
                text = row[column[feedback]]
                if text != person.feedback:
                    person.feedback, person.graded_at = text, NOW

    def number(self, cell: str) -> float | None:
        """PHP's floatval after the language's decimal mark became a point: what cannot be read is 0."""
        cell = cell.replace(" ", "")
        if not cell:
            return None
        if self.language == "de":
            cell = cell.replace(",", ".")
        match = re.match(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", cell)
        return float(match[0]) if match else 0.0

    def upload_feedback(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                base = name.rsplit("/", 1)[-1]
                if name.endswith("/") or base.startswith((".", "~")):
                    continue
                parts = name.split("/")
                for index, part in enumerate(parts):
                    words = part.split("_", 4)
                    if len(words) < 4 or not words[1].isdigit() or int(words[1]) not in self.people:
                        continue
                    rest = "/".join([*words[4:5], *parts[index + 1 :]]).lstrip("/")
                    if self.submitted.get(int(words[1]), {}).get(rest) != archive.read(name):
                        self.feedback_files.setdefault(int(words[1]), {})[rest] = archive.read(name)
                    break


def php_time(cell: str) -> float:
    """PHP's strtotime on Moodle's dates: English only; anything else is false, which counts as 1970."""
    try:
        return datetime.strptime(cell, "%A, %d %B %Y, %I:%M %p").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def php_csv(text: str) -> list[list[str]]:
    """PHP's fgetcsv with its default escape, a backslash: inside quotes it makes the next quote a letter."""
    rows: list[list[str]] = []
    row: list[str] = []
    at, end = 0, len(text)
    while at < end:
        cell, at = _quoted(text, at + 1) if text[at] == '"' else ("", at)
        stop = re.compile(r",|\r?\n|$").search(text, at)
        while stop is not None and stop[0] == "" and stop.end() < end:  # $ before a last line feed
            stop = re.compile(r",|\r?\n").search(text, at)
        assert stop is not None
        row.append(cell + text[at : stop.start()])
        at = stop.end()
        if stop[0] != ",":
            if row != [""]:
                rows.append(row)
            row = []
    if row:
        rows.append(row)
    return rows


def _quoted(text: str, at: int) -> tuple[str, int]:
    """Return what stands in quotes, and the place behind them; a quote that never ends takes the rest of the file."""
    cell = ""
    while at < len(text):
        if text[at] == "\\":
            cell += text[at : at + 2]
            at += 2
        elif text.startswith('""', at):
            cell += '"'
            at += 2
        elif text[at] == '"':
            return cell, at + 1
        else:
            cell += text[at]
            at += 1
    return cell, at


def shown(feedback: str) -> str:
    """What a person reads where feedback is shown: tags set aside, entities resolved."""
    return html.unescape(re.sub(r"<[^>]*>", " ", feedback)).strip()
