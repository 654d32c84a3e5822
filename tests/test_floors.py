"""The house has floors: a file imports from its own folder or from a lower floor, never upward, never sideways."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "course_utils"

FLOORS = {
    "delivery": 3,
    "explorers": 3,
    "exercises": 2,
    "evaluation": 2,
    "inside": 2,
    "attribution": 1,
    "assets": 1,
    "plots": 1,
    "seeds": 0,
}
HEAVY = {"torch", "torchvision", "captum", "skimage", "sklearn", "timm", "scipy"}
LIGHT_FOLDERS = {"delivery", "exercises", ""}
ONLY = {  # package: the folders that may know it
    "ipywidgets": {"explorers"},
    "anywidget": {"explorers"},
    "nbformat": {"delivery"},
    "jupytext": {"delivery"},
    "nbclient": {"delivery"},
}
NEVER = {  # folder: the packages that it does not know
    "attribution": {"IPython", "matplotlib", "ipykernel", "jupyter_client"},
}


def modules(package: Path) -> list[Path]:
    return sorted(path for path in package.rglob("*.py") if "__pycache__" not in path.parts)


def folder_of(path: Path, package: Path) -> str:
    """The folder below course_utils, or the name of a file that lies there itself; '' for its __init__."""
    part = path.relative_to(package).parts[0]
    return part.removesuffix(".py").replace("__init__", "")


def imports(node: ast.AST, path: Path, package: Path, at_top: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield each imported name, absolute, and whether it is imported with the file (not in a function or for types)."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            runs = [(child.body, False), (child.orelse, at_top)]
            for body, top in runs:
                yield from imports(ast.Module(body=body, type_ignores=[]), path, package, top)
        elif isinstance(child, ast.Import):
            yield from ((alias.name, at_top) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = child.module or ""
            if child.level:
                parents = path.relative_to(package.parent).parts[: -child.level]
                base = ".".join([*parents, *([child.module] if child.module else [])])
            yield base, at_top
            yield from ((f"{base}.{alias.name}", at_top) for alias in child.names)
        else:
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports(child, path, package, at_top and not inside)


def faults(package: Path) -> list[str]:
    """Say what breaks a rule, a line each."""
    found = []
    for path in modules(package):
        folder, name = folder_of(path, package), path.relative_to(package.parent).as_posix()
        for imported, at_top in imports(ast.parse(path.read_text("utf-8")), path, package):
            top, *rest = imported.split(".")
            if top == "course_utils":
                target = rest[0] if rest and rest[0] in FLOORS else ""
                if target and target != folder and FLOORS[target] >= FLOORS.get(folder, 0):
                    found.append(f"{name}: {folder or 'course_utils'} imports {target}, which is not on a lower floor")
                continue
            if folder not in ONLY.get(top, {folder}):
                found.append(f"{name}: only {', '.join(sorted(ONLY[top]))} may know {top}")
            if top in NEVER.get(folder, ()):
                found.append(f"{name}: {folder} does not know {top}")
            if at_top and top in HEAVY and folder in LIGHT_FOLDERS:
                found.append(f"{name}: {top} is heavy; import it inside the function that uses it")
    return sorted(set(found))


def test_nobody_imports_upward_or_sideways_or_too_early() -> None:
    assert not faults(PACKAGE), "\n" + "\n".join(faults(PACKAGE))


def test_every_folder_has_a_floor() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert folders <= set(FLOORS)


@pytest.mark.parametrize(
    ("file", "line", "fault"),
    [
        ("attribution/a.py", "import course_utils.exercises", "not on a lower floor"),
        ("attribution/a.py", "from course_utils import plots", "not on a lower floor"),
        ("attribution/a.py", "from ..assets import models", "not on a lower floor"),
        ("explorers/a.py", "def f():\n    from course_utils.delivery import build", "not on a lower floor"),
        ("attribution/a.py", "def f():\n    import matplotlib.pyplot", "does not know matplotlib"),
        ("exercises/a.py", "import ipywidgets", "only explorers"),
        ("exercises/a.py", "def f():\n    import nbformat", "only delivery"),
        ("delivery/a.py", "class C:\n    import torch", "inside the function"),
        ("__init__.py", "try:\n    import torch\nexcept ImportError:\n    pass", "inside the function"),
        ("seeds.py", "from course_utils.plots import show", "not on a lower floor"),
    ],
)
def test_each_rule_is_enforced(tmp_path: Path, file: str, line: str, fault: str) -> None:
    path = tmp_path / "course_utils" / file
    path.parent.mkdir(parents=True)
    path.write_text(line)
    assert [text for text in faults(tmp_path / "course_utils") if fault in text]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("exercises/a.py", "from course_utils.attribution import occlusion"),
        ("exercises/a.py", "def f():\n    import torch"),
        ("exercises/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch"),
        ("attribution/a.py", "import torch\nfrom .doorway import scores\nfrom course_utils.seeds import SEED"),
        ("explorers/a.py", "import ipywidgets\nfrom course_utils.exercises import passed"),
        ("delivery/a.py", "import nbformat\nfrom course_utils import __version__"),
    ],
)
def test_what_is_allowed_is_not_refused(tmp_path: Path, file: str, line: str) -> None:
    path = tmp_path / "course_utils" / file
    path.parent.mkdir(parents=True)
    path.write_text(line)
    assert faults(tmp_path / "course_utils") == []


@pytest.mark.parametrize(
    "code",
    [
        "import course_utils",
        "import course_utils.seeds",
        "import course_utils.assets",
        "import course_utils.exercises",
        "import course_utils.delivery.environment",
        "from typer.testing import CliRunner; from course_utils.delivery.commands import app;"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0",
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_used(code: str) -> None:
    listing = f"{code}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "course_utils" in loaded
    assert not loaded & (HEAVY | {"matplotlib", "ipywidgets", "nbformat", "jupytext"})


def test_help_comes_without_rich() -> None:
    """Loading rich for the sake of a frame took longer than all the rest of `course --help`."""
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "course_utils.delivery.commands", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "check-env" in run.stdout
    assert "typer" in run.stderr
    assert "rich" not in {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}
