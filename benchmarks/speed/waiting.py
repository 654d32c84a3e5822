"""What a student waits for: start-up, and each notebook from Run All to its end, to its first figure."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from .measuring import median

STARTS = {
    "python alone": ["-c", "pass"],
    "import course_utils": ["-c", "import course_utils"],
    "course --help": ["-m", "course_utils.delivery.commands", "--help"],
    "import course_utils.attribution (torch)": ["-c", "import course_utils.attribution"],
}


def start_up(root: Path, rounds: int = 5) -> dict[str, float]:
    """Return the median seconds of each start, taking turns after one to warm up."""
    times: dict[str, list[float]] = {name: [] for name in STARTS}
    for turn in range(rounds + 1):
        for name, arguments in STARTS.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, *arguments], cwd=root, check=True, stdout=subprocess.DEVNULL)
            if turn:
                times[name].append(time.perf_counter() - started)
    return {name: median(all_times) for name, all_times in times.items()}


def notebook_times(path: Path) -> dict[str, Any]:
    """Run a notebook as Run All does, and return where the seconds went."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        allow_errors=True,
        record_timing=True,
        resources={"metadata": {"path": str(path.parent)}},
    )
    started = time.perf_counter()
    with client.setup_kernel(env={**os.environ, "TQDM_DISABLE": "1"}):
        kernel = time.perf_counter() - started
        cells, first_figure = [], None
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            client.execute_cell(cell, index)
            cells.append((index, _duration(cell), "setup" in cell.metadata.get("tags", [])))
            if first_figure is None and any("image/png" in output.get("data", {}) for output in cell.outputs):
                first_figure = time.perf_counter() - started
    slowest = max((cell for cell in cells if not cell[2]), key=lambda cell: cell[1])
    return {
        "notebook": path.stem,
        "kernel": kernel,
        "imports": sum(duration for _, duration, setup in cells if setup),
        "cells": sum(duration for _, duration, setup in cells if not setup),
        "first figure": first_figure,
        "slowest": slowest[1],
        "slowest cell": next(line for line in notebook.cells[slowest[0]].source.splitlines() if line.strip())[:70],
    }


def _duration(cell: Any) -> float:
    times = cell.metadata["execution"]
    begun, ended = (datetime.fromisoformat(times[name]) for name in ("iopub.status.busy", "shell.execute_reply"))
    return (ended - begun).total_seconds()
