"""An install is complete, or it is gone on with: what an interruption left half done is found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_utils.delivery import installation
from course_utils.delivery.installation import FULFILS, remove_broken, wanted

ROOT = Path(__file__).resolve().parents[2]


def package(site: Path, name: str, *, record: bool = True, installer: bool = True, size: int = 4) -> Path:
    """Lay out a package as pip does; the flags and the size say what an interruption did to it."""
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (site / f"{name}.py").write_text("pass")
    (info / "METADATA").write_text(f"Name: {name}")
    if installer:
        (info / "INSTALLER").write_text("pip\n")
    if record:
        (info / "RECORD").write_text(f"{name}.py,sha256=abc,{size}\n{info.name}/RECORD,,\n")
    return info


def test_a_whole_package_is_left_alone(tmp_path: Path) -> None:
    info = package(tmp_path, "whole")
    assert remove_broken(tmp_path) == []
    assert info.is_dir()


@pytest.mark.parametrize("damage", [{"record": False}, {"installer": False}, {"size": 5}])
def test_a_package_left_half_done_is_found(tmp_path: Path, damage: dict) -> None:
    info = package(tmp_path, "half", **damage)
    package(tmp_path, "whole")
    assert remove_broken(tmp_path) == ["half"]
    assert not info.exists()


def test_a_listed_file_that_is_missing_is_found(tmp_path: Path) -> None:
    package(tmp_path, "half")
    (tmp_path / "half.py").unlink()
    assert remove_broken(tmp_path) == ["half"]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with metadata and locks, in which installing only notes what would have been run."""
    for name in ("pyproject.toml", *FULFILS):
        (tmp_path / name).write_text(f"content of {name}\n")
    monkeypatch.setattr(installation, "ROOT", tmp_path)
    monkeypatch.setattr(installation, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(installation, "works", lambda *command: True)
    monkeypatch.setattr(installation, "packages_of", lambda python: tmp_path / ".venv" / "site-packages")
    (tmp_path / ".venv" / "site-packages").mkdir(parents=True)
    return tmp_path


def installs(monkeypatch: pytest.MonkeyPatch, lock: str) -> int:
    """Call the installer; return how many commands it ran."""
    commands: list[tuple] = []
    monkeypatch.setattr(installation, "run", lambda *command: commands.append(command))
    installation.main([lock])
    return len(commands)


def test_the_second_call_runs_nothing_until_the_lock_changes(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert installs(monkeypatch, "requirements.lock") > 0
    assert installs(monkeypatch, "requirements.lock") == 0
    (course / "requirements.lock").touch()
    assert installs(monkeypatch, "requirements.lock") == 0  # a newer date is not another content
    (course / "requirements.lock").write_text("other versions")
    assert installs(monkeypatch, "requirements.lock") > 0
    assert installs(monkeypatch, "requirements.lock") == 0
    (course / "pyproject.toml").write_text("another version")
    assert installs(monkeypatch, "requirements.lock") > 0


def test_an_authors_install_serves_students_too_but_not_the_other_way(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert installs(monkeypatch, "requirements-dev.lock") > 0
    assert installs(monkeypatch, "requirements.lock") == 0
    (course / "requirements.lock").write_text("other versions")
    assert installs(monkeypatch, "requirements.lock") > 0
    assert installs(monkeypatch, "requirements-dev.lock") > 0


def test_an_interrupted_install_leaves_no_stamp(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installs(monkeypatch, "requirements.lock")
    (course / "requirements.lock").write_text("other versions")

    def interrupted(*command: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(installation, "run", interrupted)
    with pytest.raises(SystemExit, match="goes on from here"):
        installation.main(["requirements.lock"])
    assert installs(monkeypatch, "requirements.lock") > 0


def test_a_folder_that_was_moved_is_installed_again(course: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts of an environment name the folder that it was made in."""
    installs(monkeypatch, "requirements.lock")
    moved = course.rename(course.with_name("moved"))
    monkeypatch.setattr(installation, "ROOT", moved)
    monkeypatch.setattr(installation, "VENV", moved / ".venv")
    assert installs(monkeypatch, "requirements.lock") > 0


def test_the_cpu_build_of_pytorch_brings_no_cuda(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("nvidia-cublas==1\ncuda-toolkit==13\ntriton==3\ntorch==2\nnumpy==2\n")
    assert wanted(lock, tmp_path) == lock.read_text()
    package(tmp_path, "torch").rename(tmp_path / "torch-2+cpu.dist-info")
    assert wanted(lock, tmp_path) == "torch==2\nnumpy==2\n"


def test_an_unknown_lock_is_refused() -> None:
    with pytest.raises(SystemExit, match="expected one of"):
        installation.main(["other.lock"])


@pytest.mark.skipif(os.name == "nt", reason="the Makefile is for machines that have make")
def test_a_python_that_is_too_old_is_told_so(tmp_path: Path) -> None:
    code = "import sys; sys.version_info = (3, 9, 1); import course_utils.delivery.installation"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "needs Python 3.11 to 3.14, this is 3.9" in run.stderr
    assert "make lab PYTHON=" in run.stderr
