"""What the documents tell people to type exists, and what they state agrees with the files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from typer.testing import CliRunner

from course_utils.delivery.commands import app

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "benchmarks" / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BY_NAME = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")


def code(document: Path) -> str:
    """Return what stands in indented blocks and between backticks."""
    text = document.read_text("utf-8")
    blocks = re.findall(r"^ {4}(.*)$", text, re.MULTILINE)
    return "\n".join(blocks + re.findall(r"`([^`\n]+)`", text))


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def course_commands() -> set[str]:
    listing = CliRunner().invoke(app, ["--help"]).output.partition("Commands:")[2]
    return set(re.findall(r"^ {2}([a-z-]+)", listing, re.MULTILINE))


@BY_NAME
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", code(document)))
    assert named <= make_targets()


@BY_NAME
def test_every_course_command_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"\bcourse ([a-z][a-z-]*)", code(document)))
    assert named <= course_commands()


def test_the_readme_names_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    assert {"    make lab", "    make test"} <= set(lines)


@pytest.mark.parametrize("target", sorted(make_targets()))
def test_make_knows_how_to_do_each_target(target: str) -> None:
    """-n runs nothing, but fails where a recipe or a prerequisite does not exist."""
    run = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@BY_NAME
def test_every_link_leads_somewhere(document: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text("utf-8")):
        if "://" not in link:
            assert (document.parent / link).exists(), link


@BY_NAME
def test_every_version_that_is_stated_is_the_lock_s(document: Path) -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    locked = {str(Requirement(line).name): str(Requirement(line).specifier) for line in lock if line[:1].isalpha()}
    for name, version in re.findall(r"\b([a-z][\w-]*)==([\w.]+\w)", document.read_text("utf-8")):
        assert locked[name] == f"=={version}"


def test_the_readme_has_a_row_for_each_notebook() -> None:
    rows = re.findall(r"^\| (\d\d) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    notebooks = sorted(path.name[:2] for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    assert rows == notebooks
