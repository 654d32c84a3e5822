"""Marks one notebook: its cells go through workers in a sandbox, and what comes back is judged here.

A worker that hangs or dies costs the exercise that it was at, and no other: a fresh one goes on with the rest.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from course_utils.delivery.grading.workers import SETUP, Examination, listen
from course_utils.exercises.answering import Answered
from course_utils.exercises.checking import judge
from course_utils.exercises.outcome import Outcome
from course_utils.exercises.record import Exercise

Result = Literal["right", "wrong", "missing", "crashed", "unclear"]
"""Of one exercise. Crashed: the code hung, died or sent nonsense. Unclear: the judging failed; a person must look."""


@dataclass(frozen=True)
class Mark:
    """One exercise of one submission.

    Attributes
    ----------
    outcome
        What the student is told, with the points.
    result
        Right, wrong, missing, crashed and unclear are five different things.
    reason
        The student's words, where a person grades them.
    """

    outcome: Outcome
    result: Result
    reason: str = ""


@dataclass(frozen=True)
class Marked:
    """All exercises of one submission."""

    marks: tuple[Mark, ...]
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    workers: int = 0
    whole: bool = False


def mark(cells: Mapping[int, str], examination: Examination) -> Marked:
    """Mark a notebook, given as the source of its code cells by number.

    Raises
    ------
    RuntimeError
        If a worker ends before it comes to the student's code.
    """
    began = time.monotonic()
    told = _ask(cells, examination, [e.id for e in examination.exercises], whole=False)
    again = [e.id for e in examination.exercises if _lacks_a_name(told, e.id)]
    if again:
        second = _ask(cells, examination, again, whole=True)
        told.taken.update(second.taken)
        told.crashed.update(second.crashed)
        told.failed.update(second.failed)
        told.notes += second.notes
        told.workers += second.workers
    marks = tuple(_marked(e, told, examination, cells) for e in examination.exercises)
    return Marked(marks, tuple(told.notes), time.monotonic() - began, told.workers, whole=bool(again))


@dataclass
class _Told:
    taken: dict[str, Answered | Outcome] = field(default_factory=dict)
    crashed: dict[str, str] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    workers: int = 0


def _ask(cells: Mapping[int, str], examination: Examination, wanted: Sequence[str], whole: bool) -> _Told:
    """Ask workers for the answers until each exercise has one, or a reason why it has none."""
    told, skip = _Told(), set[int]()
    for _ in range(len(wanted) + 4):
        pending = [e for e in wanted if e not in told.taken and e not in told.crashed]
        if not pending:
            break
        asked = {
            "exercises": pending,
            "cells": {str(number): source for number, source in cells.items()},
            "setup": examination.setup,
            "skip": sorted(skip),
            "draw": examination.draw,
            "whole": whole,
            "absent": list(examination.tree.absent),
        }
        heard = listen(asked, examination)
        told.workers += 1
        told.taken.update(heard.taken)
        told.failed.update(heard.failed)
        if heard.ended:
            break
        if isinstance(heard.at, int) and heard.at != SETUP:
            skip.add(heard.at)
            told.notes.append(f"Cell {heard.at} {heard.why}; the other cells were run without it.")
        elif isinstance(heard.at, str):
            told.crashed[heard.at] = heard.why
        else:  # nothing of the student's has run yet: this is no result of theirs
            raise RuntimeError(f"the worker could not be started: it {heard.why}")
    for number, error in sorted(told.failed.items()):
        told.notes.append(f"{'The set-up cell' if number == SETUP else f'Cell {number}'} raised {error}")
    for exercise_id in wanted:
        if exercise_id not in told.taken:
            told.crashed.setdefault(exercise_id, "ended before this exercise was reached")
    return told


def _lacks_a_name(told: _Told, exercise_id: str) -> bool:
    """Whether the cells that define the answer were not enough: a name was missing, there or in a cell before."""
    taken = told.taken.get(exercise_id)
    if isinstance(taken, Answered):
        return False
    lines = [taken.lines[0]] if taken and taken.lines else []
    return any("NameError" in line for line in (*lines, *told.failed.values()))


def defines(source: str, name: str) -> bool:
    """Whether a cell is meant to bind a name, also where it cannot be read.

    Examples
    --------
    >>> defines("def slope(x)\\n    return 2", "slope"), defines("gap = 1 +", "gap"), defines("path_gap(gap)", "gap")
    (True, True, False)
    """
    name = re.escape(name)
    return re.search(rf"^\s*(?:(?:def|class)\s+{name}\b|{name}\s*(?::[^=]*)?=(?!=))", source, re.MULTILINE) is not None


def _marked(exercise: Exercise, told: _Told, examination: Examination, cells: Mapping[int, str]) -> Mark:
    """Judge what came back for one exercise."""
    if exercise.id in told.crashed and exercise.id not in told.taken:
        line = f"Your code {told.crashed[exercise.id]}."
        return Mark(Outcome(exercise.id, "ERROR", (line,), points=exercise.points), "crashed")
    taken = told.taken[exercise.id]
    if isinstance(taken, Outcome):
        for number, error in told.failed.items():  # no answer, since the cell that has it did not run
            if "is not defined" in taken.lines[0] and defines(cells.get(number, ""), exercise.name):
                line = f"The cell that defines `{exercise.name}` raised {error}"
                return Mark(Outcome(exercise.id, "ERROR", (line,), points=exercise.points), "crashed")
        outcome = replace(taken, points=exercise.points)
        return Mark(outcome, "missing" if outcome.status == "NOT STARTED" else "wrong")
    try:
        with examination.judging:  # one at a time: judging keeps and gives back the random states of this process
            outcome = judge(exercise, taken, examination.truths[exercise.id], examination.draw)
    except Exception as error:
        line = "What your code returned has a form that the check does not know; a person will look at it."
        note = f"{type(error).__name__}: {error}"[:300]
        return Mark(Outcome(exercise.id, "ERROR", (line, note), points=exercise.points), "unclear", taken.reason)
    right = outcome.earned == outcome.points
    return Mark(outcome, "right" if right else "wrong", taken.reason if exercise.reason else "")
