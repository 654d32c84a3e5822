"""Predictions: a literal answer before the run, recorded, and compared after it."""

from __future__ import annotations

from typing import Any

from .arrays import as_arrays, distance
from .outcome import Outcome
from .progress import progress_of
from .record import Exercise, Run
from .truth import Truth, truth_of


def record_prediction(exercise: Exercise, answer: Any) -> Outcome:
    """Keep a prediction. Once it has been compared with the run, the first one stands."""
    if answer is None:
        choose = (
            f"Choose one of: {'; '.join(repr(o) for o in exercise.options)}." if exercise.options else "Give a number."
        )
        return Outcome(exercise.id, "NOT STARTED", (f"Predict before you run on: answer=… {choose}",))
    if str(answer) in exercise.options:
        answer = str(answer)  # 0 for "0"
    problem = _problem(exercise, answer)
    if problem:
        return Outcome(exercise.id, "NOT YET", (problem,))
    entry = progress_of(exercise.notebook).entry(exercise.id)
    if entry.compared and entry.prediction is not None and entry.prediction != answer:
        line = f"Your first prediction, {entry.prediction!r}, stands: you have seen the result since."
        return Outcome(exercise.id, "PASS", (line,))
    entry.prediction = answer
    return Outcome(exercise.id, "PASS", (f"Recorded: {answer!r}. Run on, and compare.",))


def _problem(exercise: Exercise, answer: Any) -> str | None:
    if exercise.options:
        if answer in exercise.options:
            return None
        return f"{answer!r} is not among the answers: {'; '.join(repr(o) for o in exercise.options)}."
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return f"A number is expected, got {answer!r}."
    return None


def compare_prediction(exercise: Exercise, *, draw: int = 1, truth: Truth | None = None) -> Outcome:
    """Compare the recorded prediction with what happens. Being wrong costs nothing; the sentence says why."""
    progress = progress_of(exercise.notebook)
    entry = progress.entry(exercise.id)
    if entry.prediction is None:
        return Outcome(exercise.id, "NOT STARTED", ("There is no prediction to compare with. Make one first.",))
    truth = truth or truth_of(exercise)
    case = exercise.cases[0]
    said, happened = as_arrays(entry.prediction), truth.reference(case, truth.draw(draw))
    run = Run(case, {}, said, happened, exercise.tolerance, exercise.floor)
    entry.compared = True
    measured = exercise.measured([run]) if exercise.measured else ""
    if run.agrees:
        return Outcome(exercise.id, "PASS", (f"You predicted {entry.prediction!r}, and so it is. {measured}".rstrip(),))
    measured = measured or f"It is {happened[''].item()!r}."
    lines = [f"You predicted {entry.prediction!r}. {measured}"]
    lines += [
        mistake.sentence
        for mistake in truth.mistakes(truth.draw(draw))
        if distance(said, mistake.results[case.name], exercise.floor) <= exercise.tolerance
    ]
    return Outcome(exercise.id, "PASS", ("A surprise, and worth a minute. " + lines[0], *lines[1:]))
