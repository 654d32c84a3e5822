"""One worker: started in a sandbox, asked, listened to, and ended. Nothing of what it says is believed."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from course_utils.delivery.grading.inside.frames import BadFrame, Frame, as_array, read_frames
from course_utils.delivery.grading.sandbox import Bounds, Tree, started
from course_utils.exercises.answering import Answered
from course_utils.exercises.arrays import Arrays
from course_utils.exercises.outcome import Outcome
from course_utils.exercises.probe import EFFECTS
from course_utils.exercises.record import Exercise
from course_utils.exercises.truth import LiveTruth

INSIDE = Path(__file__).parent / "inside"
SETUP = -1
"""The number of the set-up cell as it was handed out, which runs first, whatever became of the student's."""
FIELDS = 50
"""Arrays in one answer, at most."""


@dataclass(frozen=True)
class Seconds:
    """How long a worker may take, on one core of the machine that grades."""

    start: float = 120.0
    cells: float = 60.0
    exercise: float = 60.0
    whole: float = 400.0


@dataclass(frozen=True)
class Examination:
    """What all submissions of one run have in common."""

    exercises: tuple[Exercise, ...]
    truths: Mapping[str, LiveTruth]
    tree: Tree
    level: str
    draw: int
    setup: str = ""
    seconds: Seconds = field(default_factory=Seconds)
    bounds: Bounds = field(default_factory=Bounds)
    judging: Any = field(default_factory=threading.Lock)


@dataclass
class Heard:
    """What one worker said, and where it was when it ended."""

    taken: dict[str, Answered | Outcome] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)
    at: str | int | None = None
    ended: bool = False
    why: str = ""


def listen(asked: Mapping[str, Any], examination: Examination) -> Heard:
    """Start a worker, ask, and take frames until it ends, a time limit passes, or it says what cannot be."""
    heard, limits = Heard(), examination.seconds
    records = {e.id: e for e in examination.exercises if e.id in asked["exercises"]}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        with started(examination.level, examination.tree, examination.bounds, scratch) as process:
            try:
                chunks = _in_the_background(process, json.dumps(asked).encode())
                deadline = time.monotonic() + limits.start

                def read(n: int) -> bytes:
                    try:
                        return chunks.get(timeout=max(0.0, deadline - time.monotonic()))
                    except queue.Empty:
                        raise TimeoutError from None

                collected: dict[str, dict[str, Arrays]] = {}
                stage = ""
                for frame in read_frames(read):
                    now = _stage(frame, asked["whole"])
                    if now and now != stage:
                        stage = now
                        deadline = time.monotonic() + {"cells": limits.cells, "whole": limits.whole}.get(
                            now, limits.exercise
                        )
                    _take(frame, heard, records, collected)
                    if heard.ended:
                        break
                heard.why = heard.why or "ended by itself"
            except TimeoutError:
                heard.why = "did not come to an end in time and was stopped"
            except BadFrame as error:
                heard.why = f"sent what cannot be read ({error})"
        if heard.at is None and not heard.ended:
            heard.why += ". " + (scratch / "errors").read_text("utf-8", "replace")[-300:].strip()
    return heard


def _stage(frame: Frame, whole: bool) -> str:
    """Return what a frame begins, for the time limits: the cells together, then each exercise."""
    if frame.kind == "cell":
        return "whole" if whole else "cells"
    return str(frame.head.get("exercise")) if frame.kind == "begin" else ""


def _take(frame: Frame, heard: Heard, records: Mapping[str, Exercise], collected: dict[str, dict[str, Arrays]]) -> None:
    """Note what a frame says; what it says is a student's word.

    Raises
    ------
    BadFrame
        If it says something that a worker would not.
    """
    head = frame.head
    if frame.kind == "cell" and isinstance(head.get("number"), int):
        if head["number"] == SETUP and heard.at is not None:
            raise BadFrame("a beginning in the middle")
        heard.at = head["number"]
    elif frame.kind == "failed" and isinstance(head.get("number"), int):
        heard.failed[head["number"]] = str(head.get("error"))[:500]
    elif frame.kind == "end":
        heard.ended = True
    elif frame.kind in ("begin", "value", "answered", "outcome"):
        exercise_id = head.get("exercise")
        if not isinstance(exercise_id, str) or exercise_id not in records or exercise_id in heard.taken:
            raise BadFrame("an answer to a question that is not open")
        if frame.kind == "begin":
            heard.at = exercise_id
        elif frame.kind == "value":
            case, name = str(head.get("case")), str(head.get("name"))
            arrays = collected.setdefault(exercise_id, {}).setdefault(case, {})
            if len(arrays) >= FIELDS:
                raise BadFrame("an answer of too many parts")
            arrays[name] = _as_checked(as_array(frame.body))
        elif frame.kind == "answered":
            record, values = records[exercise_id], collected.get(exercise_id, {})
            if set(values) != {case.name for case in record.cases}:
                raise BadFrame("an answer without all of its cases")
            said = head.get("effects")
            effects = tuple(e for e in said if e in EFFECTS) if isinstance(said, list) else ()
            heard.taken[exercise_id] = Answered(values, effects, str(head.get("reason") or "")[:20_000])
        else:
            heard.taken[exercise_id] = _outcome(exercise_id, head)


def _as_checked(array: np.ndarray) -> np.ndarray:
    """Return an array in one of the three types that a check works with."""
    return array.astype(np.float64) if array.dtype.kind in "fiu" else array


def _outcome(exercise_id: str, head: Mapping[str, Any]) -> Outcome:
    """Return an outcome without points: the worker may say why there is nothing to judge, and no more."""
    status, lines = head.get("status"), head.get("lines")
    if status not in ("NOT STARTED", "NOT YET", "ERROR") or not isinstance(lines, list):
        raise BadFrame("an outcome that a worker cannot give")
    return Outcome(exercise_id, status, tuple(str(line)[:2_000] for line in lines[:20]) or ("",))


def _in_the_background(process: subprocess.Popen[bytes], question: bytes) -> queue.Queue[bytes]:
    """Write the question and read the answer in threads, which may wait without the grader waiting for them."""
    chunks: queue.Queue[bytes] = queue.Queue(maxsize=64)

    def write() -> None:
        assert process.stdin is not None
        process.stdin.write(question)
        process.stdin.close()

    def read() -> None:
        assert process.stdout is not None
        while chunk := os.read(process.stdout.fileno(), 1 << 20):
            chunks.put(chunk)
        chunks.put(b"")

    for task in (write, read):
        threading.Thread(target=_quietly(task), daemon=True).start()
    return chunks


def _quietly(task: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        with contextlib.suppress(OSError, ValueError):  # the pipe was closed under it
            task()

    return run
