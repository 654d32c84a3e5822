"""What a notebook calls: begin, check, hint, predict, needs, passed, solution, report."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .calling import is_stub_message
from .catalogue import exercise as find_exercise
from .catalogue import exercises_of, private_half
from .checking import evaluate
from .handed_out import assignment, counts, withheld_function
from .outcome import Outcome, show
from .predicting import compare_prediction, record_prediction
from .progress import progress_of
from .record import Exercise

_notebook: str | None = None


def begin(notebook: str) -> None:
    """Open a notebook of the course: the set-up cell's one call.

    Nothing is downloaded, and no global seed is set: every method takes its own.
    """
    global _notebook
    import torch

    from course_utils import __version__

    records = [record for record in exercises_of(notebook) if counts(record)]
    _notebook = notebook
    progress_of(notebook)
    points = sum(record.points for record in records)
    minutes = sum(record.minutes for record in records)
    versions = f"version {__version__}, with torch {torch.__version__.split('+')[0]}"
    print(
        f"Ready: notebook {notebook} of the course, {versions}. "
        f"{len(records)} exercises, {points} points, {minutes} minutes of exercises."
    )


def check(exercise_id: str, *, namespace: Mapping[str, Any] | None = None) -> None:
    """Check an exercise and show the outcome: PASS, NOT YET, NOT STARTED or ERROR.

    The answer is found by its name among the variables of the cell that calls. Nothing of the student's is changed.
    Each call draws other inputs; a restarted notebook draws the same ones again.
    """
    record = find_exercise(exercise_id)
    if _is_unchecked(record):
        return
    found = sys._getframe(1).f_globals if namespace is None else namespace
    progress = progress_of(record.notebook)
    draw = progress.next_draw(exercise_id)
    if record.kind == "predict":
        outcome = compare_prediction(record, draw=draw)
    else:
        try:
            outcome = evaluate(record, found, draw=draw)
        except KeyboardInterrupt:
            progress.record(Outcome(exercise_id, "ERROR", ("interrupted",), points=record.points))
            raise
    progress.record(outcome)
    show(outcome.text, outcome.html)


def _is_unchecked(record: Exercise) -> bool:
    """Whether this copy does not check an exercise; then it says why."""
    handed_out = assignment()
    if not counts(record):
        text = f"{record.id} is not part of this assignment: its answer is not checked and earns no points."
    elif handed_out and handed_out.graded:
        text = f"{record.id} is graded after the run."
    else:
        return False
    show(text, f"<div>{html.escape(text)}</div>")
    return True


def predict(exercise_id: str, question: str, answer: Any = None) -> None:
    """Record a prediction before the run; `check` compares it after the run. It earns no points."""
    record = find_exercise(exercise_id)
    if not counts(record):
        _is_unchecked(record)
        return
    outcome = record_prediction(record, answer)
    progress_of(record.notebook).save()
    show(f"{question}\n{outcome.text}", f"<div>{html.escape(question)}</div>{outcome.html}")


def hint(exercise_id: str) -> None:
    """Show the next of the three hints of an exercise. Hints cost nothing."""
    record = find_exercise(exercise_id)
    progress = progress_of(record.notebook)
    entry = progress.entry(exercise_id)
    number = entry.hints % len(record.hints)
    entry.hints += 1
    progress.save()
    text = f"Hint {number + 1} of {len(record.hints)}   {record.hints[number]}"
    show(text, f'<div role="status" style="max-width:60em">💡 {html.escape(text)}</div>')


def passed(exercise_id: str) -> bool:
    """Whether an exercise passed its check in this session, with the answer that the kernel knows."""
    return exercise_id in progress_of(exercise_id.split(".")[0]).passed_now


@contextmanager
def needs(*exercise_ids: str) -> Iterator[None]:
    """Let a cell wait for answers: a missing one becomes a single line instead of an error.

    What is missing is the stub's own NotImplementedError, or the name of the answer. An answer that was checked and did
    not pass is missing too: what it raises here is said in that line, and the notebook runs on. Everything else is
    raised as ever, so that a real error is never hidden.
    """
    records = {exercise_id: find_exercise(exercise_id) for exercise_id in exercise_ids}
    try:
        yield
    except Exception as error:
        missing = _missing_answer(error, records)
        if missing is None:
            raise
        when = "Come back when it passes." if counts(missing) else "That is not part of this assignment."
        text = f"This cell needs {missing.id} ({missing.title}). {when}"
        own = withheld_function(str(error))
        if own and passed(missing.id):
            text = f"This cell asks the course's own {own}, which an assignment about it does not carry."
        elif not is_stub_message(str(error)):
            text += f" It stopped here: {type(error).__name__}: {error}"
        show(text, f'<div role="status"><em>{html.escape(text)}</em></div>')


def _missing_answer(error: Exception, records: Mapping[str, Exercise]) -> Exercise | None:
    """Return the exercise whose missing answer explains an error, if one does."""
    if isinstance(error, NotImplementedError) and is_stub_message(str(error)):
        return records.get(str(error).split(":")[0])
    for exercise_id, record in records.items():
        if isinstance(error, NameError) and error.name == record.name:
            return record
        if progress_of(record.notebook).failed_now(exercise_id):
            return record
    return None


def solution(exercise_id: str) -> None:
    """Show the solution of an exercise and its common mistakes, where the repository is at hand."""
    record, private = find_exercise(exercise_id), private_half(exercise_id)
    code = _solution_text(exercise_id)
    if code is None or private is None:
        text = f"The solution of {exercise_id} is not part of this copy. hint({exercise_id!r}) has three hints."
        show(text, f"<div>{html.escape(text)}</div>")
        return
    mistakes = [f"{m.name}: {m.sentence}" for m in private.mistakes]
    text = f"Solution of {exercise_id} · {record.title}\n\n{code}\n\nCommon mistakes\n" + "\n".join(
        f"- {m}" for m in mistakes
    )
    listed = "".join(f"<li>{html.escape(m)}</li>" for m in mistakes)
    markup = f"<div><pre>{html.escape(code)}</pre><p>Common mistakes</p><ul>{listed}</ul></div>"
    show(text, markup)


def _solution_text(exercise_id: str) -> str | None:
    """Take a solution from the source of its notebook, which is the only place where it stands."""
    folder = Path(__file__).resolve().parents[2] / "solutions"
    for path in sorted(folder.glob(f"{exercise_id.split('.')[0]}_*.md")):
        for cell in re.findall(r"```\{code-cell\}[^\n]*\n(.*?)\n```", path.read_text(encoding="utf-8"), re.DOTALL):
            head, _, body = cell.partition("\n\n") if cell.startswith((":", "---")) else ("", "", cell)
            if f"exercise-{exercise_id}" in head:
                kept = [
                    line
                    for line in body.splitlines()
                    if "### BEGIN SOLUTION" not in line and "### END SOLUTION" not in line
                ]
                return "\n".join(kept)
    return None


def report(notebook: str | None = None) -> None:
    """Show what has been done in a notebook: each exercise with its outcome and points, and the predictions."""
    number = notebook or _notebook
    if number is None:
        raise ValueError("report() needs the number of a notebook, as in report('04'), or begin('04') before it")
    progress = progress_of(number)
    rows, earned, points = [], 0, 0
    for record in filter(counts, exercises_of(number)):
        entry = progress.entry(record.id)
        earned += entry.earned
        points += record.points
        if record.kind == "predict":
            said = "not made" if entry.prediction is None else f"said {entry.prediction!r}"
            rows.append((record.id, record.title, "prediction", said))
        else:
            rows.append((record.id, record.title, entry.status, f"{entry.earned} of {record.points}"))
    rows.append(("", "Sum", "", f"{earned} of {points} points"))
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    text = "\n".join(
        "  ".join(part.ljust(width) for part, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
    left = 'style="text-align:left"'
    cells = "".join("<tr>" + "".join(f"<td {left}>{html.escape(part)}</td>" for part in row) + "</tr>" for row in rows)
    head = (
        "<tr>"
        + "".join(f"<th {left}>{word}</th>" for word in ("exercise", "title", "outcome", "points or answer"))
        + "</tr>"
    )
    show(text, f"<table>{head}{cells}</table>")
