"""What a student has done so far: outcomes, predictions and hints, in one small local file a notebook.

The file lies in the folder `.course` beside the notebook (or where COURSE_PROGRESS_DIR points). It is a convenience:
the notebook itself holds every answer, so the file may be deleted at any time, and nothing is sent anywhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .outcome import Outcome


@dataclass
class Entry:
    """What is known of one exercise."""

    status: str = "NOT STARTED"
    earned: int = 0
    points: int = 0
    checks: int = 0
    hints: int = 0
    prediction: Any = None
    compared: bool = False


@dataclass
class Progress:
    """The entries of one notebook; `passed_now` are the exercises that passed in this session."""

    notebook: str
    entries: dict[str, Entry] = field(default_factory=dict)
    passed_now: set[str] = field(default_factory=set)
    draws: dict[str, int] = field(default_factory=dict)

    def entry(self, exercise_id: str) -> Entry:
        """Return the entry of an exercise, a new one where there is none."""
        return self.entries.setdefault(exercise_id, Entry())

    def next_draw(self, exercise_id: str) -> int:
        """Count the checks of this session, so that each one sees other inputs, and a fresh start sees the same."""
        self.draws[exercise_id] = self.draws.get(exercise_id, 0) + 1
        return self.draws[exercise_id]

    def failed_now(self, exercise_id: str) -> bool:
        """Whether an exercise was checked in this session and does not pass."""
        return exercise_id in self.draws and exercise_id not in self.passed_now

    def record(self, outcome: Outcome) -> None:
        """Keep an outcome. The last one counts: the report shows what the notebook holds now."""
        entry = self.entry(outcome.exercise)
        entry.status, entry.earned, entry.points = outcome.status, outcome.earned, outcome.points
        entry.checks += 1
        if outcome.status == "PASS":
            self.passed_now.add(outcome.exercise)
        else:
            self.passed_now.discard(outcome.exercise)
        self.save()

    def save(self) -> None:
        """Write the file in one step; where the folder cannot be written, progress stays in memory."""
        path = progress_file(self.notebook)
        text = json.dumps({k: asdict(v) for k, v in sorted(self.entries.items())}, ensure_ascii=False, indent=1)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text + "\n")
            os.replace(name, path)


def progress_file(notebook: str) -> Path:
    """Return where the progress of a notebook is kept."""
    folder = os.environ.get("COURSE_PROGRESS_DIR")
    return (Path(folder) if folder else Path.cwd() / ".course") / f"progress-{notebook}.json"


_OPEN: dict[str, Progress] = {}


def progress_of(notebook: str) -> Progress:
    """Return the progress of a notebook in this session, beginning with what the file holds."""
    if notebook not in _OPEN:
        _OPEN[notebook] = Progress(notebook, _read(progress_file(notebook)))
    return _OPEN[notebook]


def forget_session() -> None:
    """Begin a new session, as a restarted kernel does."""
    _OPEN.clear()


def _read(path: Path) -> dict[str, Entry]:
    """Read a progress file; one that is not readable is laid aside under another name, never overwritten."""
    try:
        return {key: Entry(**entry) for key, entry in json.loads(path.read_text(encoding="utf-8")).items()}
    except FileNotFoundError:
        return {}
    except OSError:
        return {}
    except (ValueError, TypeError, AttributeError):
        with contextlib.suppress(OSError):
            os.replace(path, path.with_suffix(".unreadable.json"))
        return {}
