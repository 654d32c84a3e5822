"""What a student's answer gives on the cases of an exercise: arrays and side effects, and no judgement yet.

Apart from the judging (see `checking`), so that a grader can take answers in one process and judge them in another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Arrays, NotAnAnswer, as_arrays, distance
from .calling import NotStarted, StudentError, call
from .outcome import Outcome
from .record import Exercise
from .truth import arguments_of


@dataclass(frozen=True)
class Answered:
    """An answer on every case of an exercise.

    Attributes
    ----------
    values
        What came back, by the name of the case.
    effects
        Names of side effects, see `probe.EFFECTS`.
    reason
        The student's words, where the exercise asks for them.
    """

    values: Mapping[str, Arrays]
    effects: tuple[str, ...] = ()
    reason: str = ""


def take_answer(exercise: Exercise, namespace: Mapping[str, Any], draw: int) -> Answered | Outcome:
    """Run the answer that stands in a namespace on every case, or say why there is nothing to judge.

    The namespace is read, never written.
    """
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
        if not exercise.is_function:
            values = {case.name: _literal(exercise, answer) for case in exercise.cases}
            reason = str(namespace.get(exercise.reason) or "") if exercise.reason else ""
            return Answered(values, reason=reason)
        return _on_every_case(exercise, answer, draw)
    except NotStarted as stub:
        missing = str(stub).split(":")[0]
        if missing != exercise.id:
            return _not_started(exercise, _sentence(f"{exercise.id} needs {missing}, which is not started: {stub}"))
        return _not_started(exercise, _sentence(f"Next: {str(stub).split(':', 1)[1].strip()}"))
    except StudentError as error:
        return Outcome(exercise.id, "ERROR", tuple(str(error).split("\n")), points=exercise.points)


def _sentence(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."


def _not_started(exercise: Exercise, line: str) -> Outcome:
    return Outcome(exercise.id, "NOT STARTED", (line, f'Stuck? hint("{exercise.id}")'), points=exercise.points)


def _literal(exercise: Exercise, answer: Any) -> Arrays:
    try:
        return as_arrays(answer)
    except NotAnAnswer as error:
        raise StudentError(f"`{exercise.name}` is {error}; a number or one of the options is expected.") from None


def _on_every_case(exercise: Exercise, answer: Callable[..., Any], draw: int) -> Answered:
    """Call the function once a case. The first case is called twice, to see whether the second call still agrees."""
    values, effects = {}, []
    for number, case in enumerate(exercise.cases):
        arguments = arguments_of(exercise, case, draw)
        returned = call(answer, arguments, case.name)
        effects += [effect for effect in returned.effects if effect not in effects]
        if number == 0 and exercise.repeatable and "input changed" not in effects:
            again = call(answer, arguments, case.name)
            if not _repeats(again.values, returned.values, exercise):
                effects.append("second call differs")
        values[case.name] = returned.values
    return Answered(values, tuple(effects))


def _repeats(again: Arrays, first: Arrays, exercise: Exercise) -> bool:
    """Whether a second call agrees with the first; the same NaN in the same place is no other value."""
    if again.keys() == first.keys() and all(
        array.dtype.kind == "f" and np.array_equal(array, first[name], equal_nan=True) for name, array in again.items()
    ):
        return True
    return distance(again, first, exercise.floor) <= exercise.tolerance
