"""Calls what a student wrote, and turns whatever happens into an answer, a side effect or an error that helps."""

from __future__ import annotations

import linecache
import sysconfig
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from .arrays import Arrays, NotAnAnswer, as_arrays
from .probe import effects_since, snapshot, surroundings_kept

PACKAGE = str(Path(__file__).resolve().parents[1])
LIBRARIES = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib", "purelib", "platlib"))


class NotStarted(Exception):
    """The stub of an exercise was called; the argument is the stub's own message."""


class StudentError(Exception):
    """The student's code raised; the argument is the text for the student."""


@dataclass(frozen=True)
class Returned:
    """What one call gave: the values as arrays, and the side effects."""

    values: Arrays
    effects: tuple[str, ...]


def call(function: Callable[..., Any], arguments: Mapping[str, Any], case: str) -> Returned:
    """Call a student's function by position and take its answer as arrays.

    Random states and torch's gradient mode are given back as they were found, also when the call raises or is
    interrupted.

    Raises
    ------
    NotStarted
        The call ran into a stub.
    StudentError
        Anything else that was raised, with the student's own line.
    """
    before = snapshot(arguments)
    with surroundings_kept():
        try:
            answer = function(*arguments.values())
        except NotImplementedError as error:
            if is_stub_message(str(error)):
                raise NotStarted(str(error)) from None
            raise StudentError(explain(error, function, arguments, case)) from None
        except (Exception, SystemExit) as error:
            raise StudentError(explain(error, function, arguments, case)) from None
        effects = effects_since(before, arguments)
    if answer is None:
        name = getattr(function, "__name__", "your function")
        raise StudentError(f"{name} returned None. Is the line with `return` missing, or does it return nothing?")
    try:
        return Returned(as_arrays(answer), tuple(effects))
    except NotAnAnswer as error:
        name = getattr(function, "__name__", "your function")
        raise StudentError(f"{name} returned {error}; numbers, a tensor or an array are expected.") from None


def is_stub_message(message: str) -> bool:
    """Whether an error message is a stub's: it begins with the id of an exercise, as in "04.3: start with …"."""
    head = message.split(":")[0]
    return len(head) == 4 and head[2] == "." and head.replace(".", "").isdigit()


def explain(error: BaseException, function: Callable[..., Any], arguments: Mapping[str, Any], case: str) -> str:
    """Say what was raised and where, in the student's own lines and in none of the course's."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    lines = [what]
    frame = _last_own_frame(error.__traceback__)
    if frame is None:
        name = getattr(function, "__name__", "your function")
        lines.append(f"The check calls it as {name}({', '.join(arguments)}).")
    else:
        source = linecache.getline(frame.filename, frame.lineno or 0).strip()
        lines.append(f"in {frame.name}, line {frame.lineno}:   {source}")
    shapes = [f"{name} {tuple(value.shape)}" for name, value in arguments.items() if hasattr(value, "shape")]
    if shapes:
        lines.append(f"The case was “{case}”, with shapes: {', '.join(shapes)}.")
    return "\n".join(lines)


def _last_own_frame(tb: TracebackType | None) -> traceback.FrameSummary | None:
    """Find the deepest frame that is neither the course's nor a library's."""
    own = [f for f in traceback.extract_tb(tb) if not f.filename.startswith((PACKAGE, *LIBRARIES, "<frozen"))]
    return own[-1] if own else None
