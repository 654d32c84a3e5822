"""The check: runs an answer on fresh cases, tests the properties, and names the misconception of a wrong one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .arrays import Arrays, NotAnAnswer, as_arrays, describe, distance, same_form
from .calling import NotStarted, StudentError, call
from .outcome import Outcome
from .probe import EFFECTS
from .record import Case, Exercise, Property, Run
from .truth import Truth, arguments_of, truth_of


def evaluate(exercise: Exercise, namespace: Mapping[str, Any], *, draw: int = 1, truth: Truth | None = None) -> Outcome:
    """Check the answer that stands in a namespace under the exercise's name.

    Parameters
    ----------
    exercise
        The public half of the record.
    namespace
        The student's variables; they are read, never written.
    draw
        Which inputs to draw; another number gives other inputs.
    truth
        Where the right answers come from; by default the private half, or stored results where that is not at hand.
    """
    truth = truth or truth_of(exercise)
    draw = truth.draw(draw)
    answer = namespace.get(exercise.name)
    if answer is None:
        return _not_started(exercise, f"There is no answer yet: `{exercise.name}` is not defined or still None.")
    if exercise.is_function and not callable(answer):
        text = f"`{exercise.name}` should be a function, but it is a {type(answer).__name__}."
        return Outcome(exercise.id, "ERROR", (text,), points=exercise.points)
    if exercise.options and str(answer) not in exercise.options:
        listed = "; ".join(repr(option) for option in exercise.options)
        lines = (f"`{exercise.name}` is {answer!r}. Choose one of: {listed}.",)
        return Outcome(exercise.id, "NOT YET", lines, points=exercise.points)
    try:
        runs, effects = _run_all(exercise, answer, truth, draw)
    except NotStarted as stub:
        missing = str(stub).split(":")[0]
        if missing != exercise.id:
            return _not_started(exercise, f"{exercise.id} needs {missing}, which is not started: {stub}.")
        return _not_started(exercise, f"Next: {str(stub).split(':', 1)[1].strip()}.")
    except StudentError as error:
        return Outcome(exercise.id, "ERROR", tuple(str(error).split("\n")), points=exercise.points)
    return _assess(exercise, runs, effects, truth, draw, namespace)


def _not_started(exercise: Exercise, line: str) -> Outcome:
    return Outcome(exercise.id, "NOT STARTED", (line, f'Stuck? hint("{exercise.id}")'), points=exercise.points)


def _run_all(
    exercise: Exercise, answer: Callable[..., Any] | Any, truth: Truth, draw: int
) -> tuple[list[Run], list[str]]:
    """Run the answer on every case. The first case is called twice, to see whether the second call still agrees."""
    runs, effects = [], []
    for number, case in enumerate(exercise.cases):
        if not exercise.is_function:
            try:
                values = as_arrays(answer)
            except NotAnAnswer as error:
                raise StudentError(
                    f"`{exercise.name}` is {error}; a number or one of the options is expected."
                ) from None
            runs.append(_run(exercise, case, {}, values, truth, draw))
            continue
        arguments = arguments_of(exercise, case, draw)
        returned = call(answer, arguments, case.name)
        effects += [effect for effect in returned.effects if effect not in effects]
        if number == 0 and exercise.repeatable and "input changed" not in effects:
            again = call(answer, arguments, case.name)
            if not _repeats(again.values, returned.values, exercise):
                effects.append("second call differs")
        pristine = arguments_of(exercise, case, draw)
        runs.append(_run(exercise, case, pristine, returned.values, truth, draw))
    return runs, effects


def _repeats(again: Arrays, first: Arrays, exercise: Exercise) -> bool:
    """Whether a second call agrees with the first; the same NaN in the same place is no other value."""
    if again.keys() == first.keys() and all(
        array.dtype.kind == "f" and np.array_equal(array, first[name], equal_nan=True) for name, array in again.items()
    ):
        return True
    return distance(again, first, exercise.floor) <= exercise.tolerance


def _run(exercise: Exercise, case: Case, inputs: Mapping[str, Any], values: Arrays, truth: Truth, draw: int) -> Run:
    return Run(case, inputs, values, truth.reference(case, draw), exercise.tolerance, exercise.floor)


def _assess(
    exercise: Exercise,
    runs: list[Run],
    effects: list[str],
    truth: Truth,
    draw: int,
    namespace: Mapping[str, Any],
) -> Outcome:
    failures, held, earned = [], [], 0
    for prop in exercise.properties:
        failure = _first_failure(prop, runs)
        if failure is None:
            earned += prop.points
            held.append(prop.says)
        else:
            failures.append(failure)
    if exercise.reason and not failures and not str(namespace.get(exercise.reason) or "").strip():
        failures.append(f"Your choice is right. Now give the reason, in one or two sentences, in `{exercise.reason}`.")
        held, earned = [], 0  # the choice counts together with its reason
    if not failures and not effects:
        said = exercise.measured(runs) if exercise.measured else _count(exercise, runs)
        rubric = truth.rubric() if exercise.reason else None
        lines = (said, f"Grade your reason yourself. {rubric}") if rubric else (said,)
        return Outcome(exercise.id, "PASS", lines, earned, exercise.points)

    help_lines: list[str] = []
    misconception = None
    if effects:
        help_lines += [EFFECTS[effect] for effect in effects]
        misconception = effects[0]
    if failures:
        matching = [m for m in truth.mistakes(draw) if not m.effect and _explains(exercise, m.results, runs)]
        if len(matching) == 1:
            misconception = matching[0].name
            help_lines.append(matching[0].sentence)
        help_lines.append(next(filter(None, map(_wrong_form, runs)), failures[0]))
    if held:
        help_lines.append("What holds already: " + "; ".join(held) + ".")
    help_lines.append(f'Stuck? hint("{exercise.id}")')
    return Outcome(exercise.id, "NOT YET", tuple(help_lines), earned, exercise.points, misconception, tuple(effects))


def _first_failure(prop: Property, runs: list[Run]) -> str | None:
    for run in runs:
        if prop.cases is not None and run.case.name not in prop.cases:
            continue
        failure = _wrong_form(run) or prop.holds(run)
        if failure is not None:
            return failure
    return None


def _wrong_form(run: Run) -> str | None:
    """Say where names or shapes are not the expected ones; that comes before any property."""
    if not run.reference or same_form(run.values, run.reference):
        return None
    where = f"On “{run.case.name}”: your function returned" if run.inputs else "Your answer is"
    return f"{where} {describe(run.values)}; expected is {describe(run.reference)}."


def _explains(exercise: Exercise, results: Mapping[str, Any], runs: list[Run]) -> bool:
    """Whether a mistake gives what the student's answer gave, on every case."""
    return all(distance(run.values, results[run.case.name], exercise.floor) <= exercise.tolerance for run in runs)


def _count(exercise: Exercise, runs: list[Run]) -> str:
    if not exercise.is_function:
        return "That is right."
    return (
        f"right on {len(runs)} fresh case{'s' if len(runs) != 1 else ''}: " + ", ".join(r.case.name for r in runs) + "."
    )
