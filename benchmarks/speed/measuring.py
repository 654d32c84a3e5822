"""Time and memory of things that are run side by side.

All contenders take turns, so that whatever else the machine does meets them alike, and medians are compared.
"""

from __future__ import annotations

import ctypes
import gc
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Run = Callable[[], object]


def seconds(run: Run) -> float:
    """Return how long one call takes."""
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def fastest(choices: Mapping[str, Run], rounds: int = 2) -> str:
    """Return the name of the choice that is fastest, after one call to warm up."""
    for run in choices.values():
        run()
    times = {name: min(seconds(run) for _ in range(rounds)) for name, run in choices.items()}
    return min(times, key=times.__getitem__)


def side_by_side(
    runs: Mapping[str, Run], budget: float, at_least: int = 3, at_most: int = 60
) -> dict[str, list[float]]:
    """Return the times of all runs, one of each per round, in turning order, until the budget of seconds is spent.

    Rounds of more than half a minute are two.
    """
    names, times = list(runs), {name: [] for name in runs}
    started = time.perf_counter()
    for turn in range(at_most):
        spent = time.perf_counter() - started
        if (turn >= at_least and spent > budget) or (turn >= 2 and spent > 60):
            break
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            gc.collect()
            times[name].append(seconds(runs[name]))
    return times


def median(times: list[float]) -> float:
    """Return the middle of the times."""
    return statistics.median(times)


def spread(times: list[float]) -> float:
    """Return half the distance of the quartiles, as a part of the median: the noise of a single run."""
    if len(times) < 3:
        return float("nan")
    lower, _, upper = statistics.quantiles(times, n=4, method="inclusive")
    return (upper - lower) / 2 / statistics.median(times)


def with_added_megabytes(run: Run) -> tuple[Any, float | None]:
    """Call once; return what came and by how much it raised the memory of this process at its peak.

    None where Linux does not tell.
    """
    if not sys.platform.startswith("linux"):
        return run(), None
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)  # what earlier runs have left to the allocator goes back first
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = _status("VmRSS")
    found = run()
    return found, (_status("VmHWM") - before) / 1024


def _status(field: str) -> float:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return float(line.split()[1])
