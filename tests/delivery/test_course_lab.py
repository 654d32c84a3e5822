"""`course lab` hands JupyterLab over to the reader with what it needs."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course_utils.delivery import commands, environment, workspace


def test_jupyterlab_starts_in_work_with_an_allocator_that_keeps_its_buffers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workspace, "ROOT", tmp_path)
    monkeypatch.setattr(workspace, "lay_out", lambda: ["laid out"])
    monkeypatch.setattr(environment, "report", lambda: True)
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1")  # a reader's own choice holds
    monkeypatch.delenv("MALLOC_MMAP_MAX_", raising=False)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    started: list[tuple[list[str], str, dict[str, str]]] = []
    monkeypatch.setattr(commands, "_become", lambda command: started.append((command, os.getcwd(), dict(os.environ))))

    result = CliRunner().invoke(commands.app, ["lab", "--port", "8889"])

    assert result.exit_code == 0, result.output
    ((command, folder, variables),) = started
    assert command[1:3] == ["-m", "jupyterlab"]
    assert command[-2:] == ["--port", "8889"]
    assert folder == str(tmp_path / "work")
    assert variables["MALLOC_MMAP_MAX_"] == "0"
    assert variables["MALLOC_TRIM_THRESHOLD_"] == "1"


def test_make_test_and_the_benchmarks_have_the_same_allocator() -> None:
    makefile = (Path(__file__).parents[2] / "Makefile").read_text("utf-8")
    exported = re.findall(r"^test bench bench-full: export (\w+) := (.+)$", makefile, re.MULTILINE)
    assert dict(exported) == commands.ALLOCATOR
