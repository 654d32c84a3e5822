"""Each line of `course check-env` says OK where all is well, and FAIL with a fix where it is not."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils.delivery import environment
from course_utils.delivery.environment import all_checks, check_data, check_disk, check_packages, check_python

ROOT = Path(__file__).resolve().parents[2]


def test_here_everything_is_well() -> None:
    """The tests run in an install of the lock, so each line must be OK."""
    failed = [str(check) for check in all_checks() if not check.ok]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize(("version", "ok"), [((3, 10), False), ((3, 11), True), ((3, 14), True), ((3, 15), False)])
def test_python(version: tuple[int, int], ok: bool) -> None:
    assert check_python(version).ok is ok


def test_packages_that_differ_or_are_missing_are_named(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("# made by hand\nnumpy==0.0.1\nno-such-package==1.0\nappnope==1.0 ; sys_platform == 'other'\n")
    check = check_packages(lock)
    assert not check.ok
    assert "numpy" in check.text
    assert "instead of 0.0.1" in check.text
    assert "no-such-package is missing" in check.text
    assert "appnope" not in check.text
    assert check.fix


def test_cuda_is_wanted_only_by_a_cuda_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("nvidia-no-such-package==1.0\n")
    monkeypatch.setattr(environment, "has_cuda", lambda: True)
    assert not check_packages(lock).ok
    monkeypatch.setattr(environment, "has_cuda", lambda: False)
    assert check_packages(lock).ok


def test_under_conda_only_the_packages_that_the_course_names_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["numpy>=2"]\n')
    (tmp_path / "requirements.lock").write_text("numpy==0.0.1\ntornado==0.0.1\n")
    monkeypatch.setattr(environment, "in_conda", lambda: True)
    check = check_packages(tmp_path / "requirements.lock")
    assert "1 of 1 packages: numpy" in check.text
    assert check.fix.startswith("conda")


def test_data_that_is_missing_or_changed_is_named(tmp_path: Path) -> None:
    assert not check_data(tmp_path).ok
    (tmp_path / "digits.npz").write_bytes(b"digits")
    digest = hashlib.sha256(b"digits").hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{digest}  digits.npz\n")
    assert check_data(tmp_path).ok
    (tmp_path / "digits.npz").write_bytes(b"other")
    assert "digits.npz is not the file" in check_data(tmp_path).text
    (tmp_path / "digits.npz").unlink()
    assert "digits.npz is missing" in check_data(tmp_path).text


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "FREE_GIGABYTES", 1e9)
    assert not check_disk(tmp_path).ok


def test_it_tells_even_where_nothing_is_installed() -> None:
    """-S hides every installed package: the lines come all the same, and name what is missing."""
    command = [sys.executable, "-S", "-m", "course_utils.delivery.environment"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    assert "[ OK ] Python" in run.stdout
    assert "[FAIL] packaging is missing" in run.stdout
    assert "[FAIL] PyTorch does not run: No module named 'torch'" in run.stdout
    assert "[FAIL] jupyter_client is missing" in run.stdout
    assert run.stdout.count("fix: ") == run.stdout.count("[FAIL]")
