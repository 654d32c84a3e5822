"""`python -m benchmarks.speed`: measure, write JSON, tables and figures. See `make bench` and `make bench-full`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from course_utils.delivery.commands import ALLOCATOR

ROOT = Path(__file__).resolve().parents[2]
ALLOCATORS: dict[str, dict[str, str]] = {"lab": ALLOCATOR, "system": {}}
"""The environments of the two columns: what `make lab` sets, and nothing."""

SHORT_RUN = (("lab", "digits"), ("lab", "efficientnet"), ("lab", "resnet"))
FULL_RUN = (*SHORT_RUN, ("lab", "efficientnet-folded"), ("system", "digits"), ("system", "efficientnet"))
PART_ONLY = (("lab", "resnet"), ("system", "efficientnet"))
"""Rows of `make bench-full` that get a part of the samples and windows: it shall take about an hour."""


def main() -> None:
    """Measure what is not measured yet, row by row, and write what there is."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--full", action="store_true", help="all samples and windows, both allocators")
    arguments.add_argument("--out", type=Path, help="folder of the rows; rows that are there are not measured again")
    arguments.add_argument("--row", nargs=3, metavar=("MODEL", "METHOD", "AMOUNT"), help="print one row")
    arguments.add_argument("--only", default="", help="rows whose name contains this")
    options = arguments.parse_args()
    if options.row:
        print(json.dumps(one_row(*options.row)))
        return
    out = options.out or ROOT / "build" / ("bench-full" if options.full else "bench")
    measure_all(out, options.full, options.only)
    if options.full and not options.only:
        measure_the_rest(out)

    from .tables import write

    write(out, options.full)


def one_row(subject: str, method: str, amount: str) -> dict[str, object] | None:
    """Measure one row here, in this process."""
    from .jobs import AMOUNTS
    from .one_row import measure

    warnings.filterwarnings("ignore", message="Input Tensor .* did not already require gradients")  # Captum, each time
    return measure(subject, method, AMOUNTS[amount], budget=1 if amount == "short" else 20)


def measure_all(out: Path, full: bool, only: str) -> None:
    """Measure each row in a process of its own and keep it in a file of its own."""
    from .jobs import METHODS

    for allocator, subject in FULL_RUN if full else SHORT_RUN:
        for method in METHODS:
            row = f"{allocator}--{subject}--{method}".replace(" ", "-")
            target = out / "rows" / f"{row}.json"
            if target.exists() or only not in row:
                continue
            started = time.perf_counter()
            amount = "short" if not full else "part" if (allocator, subject) in PART_ONLY else "full"
            command = [sys.executable, "-m", "benchmarks.speed", "--row", subject, method, amount]
            inherited = {name: value for name, value in os.environ.items() if name not in ALLOCATOR}
            variables = {**inherited, "TQDM_DISABLE": "1", **ALLOCATORS[allocator]}
            run = subprocess.run(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True, check=True)
            keep(target, json.loads(run.stdout.splitlines()[-1]))
            print(f"{row}: {time.perf_counter() - started:.0f} s", flush=True)


def measure_the_rest(out: Path) -> None:
    """Measure what is not a row: error against time, growth, start-up, the notebooks."""
    from .growth import curves, slope
    from .precision import errors
    from .waiting import notebook_times, start_up

    notebooks = sorted((ROOT / "solutions").glob("[0-9]*.ipynb"))
    measures: dict[str, Callable[[], object]] = {
        "precision": errors,
        "growth": lambda: {name: {"slope": slope(points), "points": points} for name, points in curves().items()},
        "start-up": lambda: start_up(ROOT),
        "notebooks": lambda: [notebook_times(path) for path in notebooks],
    }
    for name, measure in measures.items():
        target = out / f"extra-{name}.json"
        if not target.exists():
            started = time.perf_counter()
            keep(target, measure())
            print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)


def keep(target: Path, found: object) -> None:
    """Write what was measured, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_text(json.dumps(found) + "\n", encoding="utf-8")
    partial.replace(target)


if __name__ == "__main__":
    main()
