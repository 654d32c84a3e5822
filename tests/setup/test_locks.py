"""The lock is whole and names no place; what else states a version agrees with it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
CONDA_NAMES = {"pytorch-cpu": "torch", "matplotlib-base": "matplotlib"}
"""What conda calls otherwise than pip."""


def requirements(lock: str) -> dict[str, Requirement]:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith("#")]
    assert len({r.name for r in found}) == len(found), "one version of a package for all machines"
    return {canonicalize_name(r.name): r for r in found}


def version(requirement: Requirement) -> str:
    return str(requirement.specifier).removeprefix("==")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_pins_one_version_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"://|--|file:|\s/|@", text)
    for requirement in requirements(lock).values():
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), requirement


def test_the_two_locks_agree() -> None:
    """In the versions; a package that only some systems need for students, authors may need on all."""
    students, authors = (requirements(lock) for lock in LOCKS)
    assert {name: version(r) for name, r in authors.items() if name in students} == {
        name: version(r) for name, r in students.items()
    }
    assert all(authors[name].marker in (None, r.marker) for name, r in students.items())


@pytest.mark.parametrize(("lock", "extras"), [(LOCKS[0], ["build"]), (LOCKS[1], ["build", "author", "dev"])])
def test_the_lock_fulfils_what_pyproject_asks_for(lock: str, extras: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [*project["project"]["dependencies"]]
    asked += [line for extra in extras for line in project["project"]["optional-dependencies"][extra]]
    asked += project["build-system"]["requires"]
    locked = requirements(lock)
    for wanted in map(Requirement, asked):
        if wanted.name != project["project"]["name"]:
            assert wanted.specifier.contains(version(locked[canonicalize_name(wanted.name)])), wanted


@pytest.mark.parametrize(
    ("package", "platform", "needed"),
    [
        ("nvidia-cublas", "linux", True),
        ("nvidia-cublas", "darwin", False),
        ("nvidia-cublas", "win32", False),
        ("triton", "win32", False),
        ("colorama", "win32", True),
        ("colorama", "linux", False),
        ("appnope", "darwin", True),
        ("appnope", "linux", False),
        ("pywinpty", "win32", True),
        ("pexpect", "win32", False),
    ],
)
def test_what_one_system_needs_is_marked_for_it(package: str, platform: str, needed: bool) -> None:
    marker = requirements(LOCKS[0])[package].marker
    assert marker is not None
    system = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}[platform]
    machine = {
        "sys_platform": platform,
        "platform_system": system,
        "os_name": "nt" if platform == "win32" else "posix",
        "platform_machine": "arm64" if platform == "darwin" else "x86_64",
    }
    assert marker.evaluate(machine) is needed


def conda_packages() -> tuple[dict[str, str], list[str]]:
    """Return the versions that environment.yml states, and the lines of pip that state none."""
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    pip_lines = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    lines = [entry.replace("==", "=") for entry in [*listed, *pip_lines] if isinstance(entry, str)]
    pairs = [line.split("=") for line in lines if "=" in line]
    return {CONDA_NAMES.get(name, name): pin for name, pin in pairs}, [line for line in lines if "=" not in line]


def test_environment_yml_states_the_versions_of_the_lock() -> None:
    stated, without_version = conda_packages()
    locked = requirements(LOCKS[0])
    assert {name: pin for name, pin in stated.items() if name != "python"} == {
        name: version(locked[canonicalize_name(name)]) for name in stated if name != "python"
    }
    assert set(without_version) == {"pip", "-e ."}


def test_environment_yml_names_all_that_the_course_depends_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {Requirement(line).name for line in project["dependencies"]}
    assert asked <= set(conda_packages()[0])
    assert Requirement(f"python{project['requires-python']}").specifier.contains(conda_packages()[0]["python"])
