"""The program inside the sandbox: runs a student's cells, calls what was asked for, and writes frames to the pipe.

It shares its process with the student's code, so nothing of what it writes is believed outside. It knows neither the
reference nor the mistakes: the only course there is here is what the students were handed out. What it is asked comes
as JSON on the standard input; the standard output is kept for the frames, and everything that the student prints goes
nowhere.
"""

from __future__ import annotations

import builtins
import importlib.abc
import json
import linecache
import os
import sys
from collections.abc import Sequence
from typing import Any

from frames import written  # type: ignore[import-not-found]
from reading import as_python, cells_to_run  # type: ignore[import-not-found]

LINE, REASON = 2_000, 20_000
"""Characters of one line of an outcome, and of a reason, at most."""


class Forbidden(importlib.abc.MetaPathFinder):
    """Says in words that a package is not for this assignment."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse the packages that the assignment forbids, and leave all others to the finders that follow."""
        if name.split(".")[0] in self.names:
            raise ModuleNotFoundError(f"{name} is not for this assignment: here the method is written by hand")


class NoNotebook:
    """Stands in for IPython: a magic command does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *arguments, **settings: None


class Worker:
    """One run over one notebook."""

    def __init__(self, asked: dict[str, Any], pipe: int) -> None:
        self.asked, self.pipe = asked, pipe
        self.namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}

    def say(self, kind: str, array: Any = None, **head: Any) -> None:
        """Write one frame."""
        frame = memoryview(written({"kind": kind, **head}, array))
        while frame:
            frame = frame[os.write(self.pipe, frame) :]

    def run(self) -> None:
        """Run the cells, then answer the questions one after the other."""
        sys.meta_path.insert(0, Forbidden(self.asked["absent"]))
        from course_utils.exercises.catalogue import exercise as find_exercise

        records = [find_exercise(exercise_id) for exercise_id in self.asked["exercises"]]
        answers = {name for record in records for name in (record.name, record.reason) if name}
        sources = {int(number): str(source) for number, source in self.asked["cells"].items()}
        self.say("ready")
        self.execute(-1, self.asked["setup"])
        for number in sources if self.asked["whole"] else cells_to_run(sources, answers):
            if number not in self.asked["skip"]:
                self.execute(number, sources[number])
        for record in records:
            self.say("begin", exercise=record.id)
            try:
                self.answer(record)
            except Exception as error:  # what came back cannot be made an array: too large, forged
                lines = [f"{type(error).__name__}: {error}"[:LINE]]
                self.say("outcome", exercise=record.id, status="ERROR", lines=lines)
        self.say("end")

    def execute(self, number: int, source: str) -> None:
        """Run one cell; what it raises is said, and the next cell runs all the same."""
        self.say("cell", number=number)
        name = f"cell {number}"
        lines = source.splitlines(keepends=True)
        linecache.cache[name] = (len(source), None, lines, name)  # so that an error can quote the student's line
        try:
            builtins.get_ipython = NoNotebook  # type: ignore[attr-defined]
            exec(compile(as_python(source), name, "exec"), self.namespace)
        except (Exception, SystemExit) as error:
            self.say("failed", number=number, error=f"{type(error).__name__}: {error}"[:LINE])

    def answer(self, record: Any) -> None:
        """Take the answer to one exercise and write it."""
        from course_utils.exercises.answering import Answered, take_answer

        taken = take_answer(record, self.namespace, self.asked["draw"])
        if not isinstance(taken, Answered):
            lines = [str(line)[:LINE] for line in taken.lines][:20]
            self.say("outcome", exercise=record.id, status=taken.status, lines=lines)
            return
        for case, arrays in taken.values.items():
            for name, array in arrays.items():
                self.say("value", array, exercise=record.id, case=case, name=str(name)[:LINE])
        self.say("answered", exercise=record.id, effects=list(taken.effects), reason=taken.reason[:REASON])


def main() -> None:
    """Take the question, keep the pipe, close the rest."""
    asked = json.loads(sys.stdin.read())
    pipe = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    try:
        Worker(asked, pipe).run()
    finally:
        os._exit(0)  # threads and at-exit functions of the student's are not waited for


if __name__ == "__main__":
    main()
