"""Run a callback so that nothing it says is lost.

JupyterLab shows neither the exception nor the print of a widget's callback: they end in a log that nobody opens. So
every callback of an explorer runs through here, and what comes out is shown below the picture.
"""

from __future__ import annotations

import io
import linecache
import os
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

NOT_THE_READERS = (
    str(Path(__file__).resolve().parents[1]),
    sysconfig.get_path("stdlib"),
    sysconfig.get_path("purelib"),
    sysconfig.get_path("platlib"),
    "<frozen",
)


@dataclass(frozen=True)
class Ran:
    """What a callback returned, printed, and raised; `result` is None when it raised."""

    result: Any
    printed: str
    error: str


def run(callback: Callable[..., Any], **values: Any) -> Ran:
    """Call `callback(**values)` with gradients on and one thread; catch what it raises and what it prints.

    A keyboard interrupt is caught too: it ends this picture, not the explorer.

    Examples
    --------
    >>> run(lambda x: 1 / x, x=0).error.splitlines()[0]
    'ZeroDivisionError: division by zero'
    """
    printed = io.StringIO()
    result, error = None, ""
    with redirect_stdout(printed), redirect_stderr(printed), as_measured():
        try:
            result = callback(**values)
        except KeyboardInterrupt:
            error = "Interrupted. Move a slider to draw again."
        except Exception as raised:
            error = explained(raised)
    return Ran(result, printed.getvalue(), error)


@contextmanager
def as_measured() -> Iterator[None]:
    """Compute with one thread and with gradients, and leave both settings as they were.

    For a 28×28 network one thread is faster than two, above all while a browser is busy too. Gradients are switched
    on because a callback may run in another thread than the notebook's cells.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode(False), torch.enable_grad():
            yield
    finally:
        torch.set_num_threads(threads)


def explained(error: BaseException) -> str:
    """Return the error's name and message, and the reader's own line where it arose, if there is one.

    Examples
    --------
    >>> explained(ValueError("n_steps: expected 1 or more"))
    'ValueError: n_steps: expected 1 or more'
    """
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not os.path.abspath(frame.filename).startswith(NOT_THE_READERS)]
    own = [frame for frame in own if not frame.filename.startswith("<frozen")]
    if own:
        source = linecache.getline(own[-1].filename, own[-1].lineno or 0).strip()
        message += f"\n  in {own[-1].name}, line {own[-1].lineno}: {source}"
    return message
