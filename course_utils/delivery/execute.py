"""Runs the solution notebooks from top to bottom and stores their outputs, against which later runs are compared."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from .build import as_json, build
from .source import sources


def execute(root: Path, only: Iterable[str] = ()) -> dict[str, float]:
    """Build, run each solution notebook in a fresh kernel, store its outputs, and return the seconds that each took.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell raised; the notebook on disk is left as it was.
    """
    build(root, only)
    seconds = {}
    for source in sources(root, only):
        path = source.with_suffix(".ipynb")
        start = time.perf_counter()
        text = run(path, f"solutions/{source.name}")
        seconds[source.stem] = time.perf_counter() - start
        path.write_text(text, encoding="utf-8", newline="\n")
    return seconds


def run(path: Path, made_from: str) -> str:
    """Run one notebook as the tests do, one thread, progress in a folder of its own, no bars, and return its JSON."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as progress:
        environment = {**os.environ, "COURSE_PROGRESS_DIR": progress, "OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"}
        client = NotebookClient(
            notebook,
            timeout=300,
            kernel_name="python3",
            store_widget_state=False,
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=["--log-level=ERROR"],
        )
        client.execute(cwd=str(path.parent), env=environment)
    return as_json(notebook, made_from, paired=True)
