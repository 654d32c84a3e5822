"""Numbers are compared with a tolerance, everything else exactly; a difference beyond the tolerance is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from tolerant_nbval import Output, same

HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("stored", "fresh"),
    [
        ("accuracy 0.9700", "accuracy 0.9700"),
        ("accuracy 0.9700", "accuracy 0.9701"),
        ("gap 7.58 for 20 steps", "gap 7.59 for 20 steps"),
        ("1.234e-05", "1.235e-05"),
        ("-0.0000", "0.0000"),
        ("tensor([[1.0000, -2.5003]])", "tensor([[0.9999, -2.5004]])"),
        ("The mean is 0.51.", "The mean is 0.52."),
        ("−0.51", "-0.52"),
        ("123456.0 passes", "123457.0 passes"),
        ("99.40 %", "99.41 %"),
    ],
)
def test_rounding_is_accepted(stored: str, fresh: str) -> None:
    assert same(stored, fresh)
    assert same(fresh, stored)
    assert not Output(stored) != Output(fresh)  # noqa: SIM202  the very operator that nbval uses


@pytest.mark.parametrize(
    ("stored", "fresh", "why"),
    [
        ("accuracy 0.9700", "accuracy 0.9721", "beyond one unit and 0.1 %"),
        ("gap 7.58", "gap 7.61", "beyond one unit and 0.1 %"),
        ("gap 7.58", "gap -7.58", "the sign"),
        ("1.2e-05", "1.2e-04", "the exponent"),
        ("class 3", "class 4", "an integer"),
        ("1000 passes", "1001 passes", "an integer"),
        ("needs 04.2", "needs 04.3", "an exercise"),
        ("torch 2.14.1", "torch 2.14.2", "a version"),
        ("conv2", "conv3", "a digit in a word"),
        ("[1., 0.]", "[2., 0.]", "a float without decimals has no unit to be off by"),
        ("1.00", "0.9", "beyond the finer printing"),
        ("0.97", "0.9749", "the finer of the two printings counts"),
        ("gap 0.51 at 20", "gap 0.51 at m = 20", "the words"),
        ("0.51 0.52", "0.51", "a number is missing"),
        ("nan", "0.0", "not a number"),
        ("inf", "1e30", "infinity"),
        ("0.0", "nan", "not a number"),
        ("PASS 0.50", "NOT YET 0.50", "the words"),
        ("0.5\n0.6", "0.5 0.6", "white space"),
    ],
)
def test_a_real_difference_is_refused(stored: str, fresh: str, why: str) -> None:
    assert not same(stored, fresh), why
    assert not same(fresh, stored), why
    assert Output(stored) != Output(fresh)


def notebook(path: Path, *cells: tuple[str, str]) -> None:
    """Write a notebook with stored outputs; each cell is a pair of code and what it is said to have printed."""
    written = nbformat.v4.new_notebook()
    for count, (source, text) in enumerate(cells, start=1):
        outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
        written.cells.append(nbformat.v4.new_code_cell(source, execution_count=count, outputs=outputs))
    nbformat.write(written, path)


ASK_OUTSIDE = """
import socket
for address in [("192.0.2.1", 80), ("example.org", 80)]:
    try:
        socket.create_connection(address, timeout=3)
        print("connected")
    except OSError as error:
        print(error.strerror)
"""
REFUSED = "the tests run without a network, and this asked for '192.0.2.1'\n"
REFUSED += "the tests run without a network, and this asked for 'example.org'\n"


def test_nbval_in_a_kernel_of_its_own(tmp_path: Path) -> None:
    """A rounded number and a sanitised address pass, a changed number fails, and the kernel has no network."""
    notebook(
        tmp_path / "same.ipynb",
        ("print(0.97012)", "0.97011\n"),
        ("print(object())", "<object object at 0x7f0000000000>\n"),
        (ASK_OUTSIDE, REFUSED),
        (
            "import os; print(os.environ['OMP_NUM_THREADS'], 'course-tests-' in os.environ['COURSE_PROGRESS_DIR'])",
            "1 True\n",
        ),
    )
    notebook(tmp_path / "changed.ipynb", ("print(0.98)", "0.96\n"), ("print('a')", "b\n"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tolerant_nbval", "-p", "no:cacheprovider", "--nbval"]
    command += ["--nbval-current-env", "--nbval-sanitize-with", str(HERE / "sanitize.cfg"), "--override-ini"]
    command += [f"pythonpath={HERE}", "--rootdir", str(tmp_path), "same.ipynb", "changed.ipynb"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), os.environ["PYTHONPATH"]])}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert "2 failed, 4 passed" in run.stdout, run.stdout + run.stderr
    assert "FAILED same.ipynb" not in run.stdout
