"""The check: tests the properties of an answer on fresh cases, and names the misconception of a wrong one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .answering import Answered, take_answer
from .arrays import describe, distance, same_form
from .outcome import Outcome
from .probe import EFFECTS
from .record import Exercise, Property, Run
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
    taken = take_answer(exercise, namespace, draw)
    return taken if isinstance(taken, Outcome) else judge(exercise, taken, truth, draw)


def judge(exercise: Exercise, answered: Answered, truth: Truth, draw: int) -> Outcome:
    """Judge what an answer gave on the cases of one draw: PASS, or NOT YET with what helps."""
    runs = []
    for case in exercise.cases:
        inputs = arguments_of(exercise, case, draw) if exercise.is_function else {}
        expected = truth.reference(case, draw)
        runs.append(Run(case, inputs, answered.values[case.name], expected, exercise.tolerance, exercise.floor))
    effects = list(answered.effects)
    failures, held, earned = [], [], 0
    for prop in exercise.properties:
        failure = _first_failure(prop, runs)
        if failure is None:
            earned += prop.points
            held.append(prop.says)
        else:
            failures.append(failure)
    if exercise.reason and not failures and not answered.reason.strip():
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
    if not failures:
        help_lines.append(
            "What your function returns is right on every case; only what it does beside is to be mended."
        )
    elif held:
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
