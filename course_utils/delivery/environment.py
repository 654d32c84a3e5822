"""Is this machine ready? One line a question, `[ OK ]` or `[FAIL]` with the fix: `course check-env`.

This is what tells when a package is missing, so only the standard library is imported at the top.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSTALL = "make lab   (without make: python -m course_utils.delivery.installation requirements.lock)"
UPDATE_CONDA = "conda env update --file environment.yml"
FREE_GIGABYTES = 1.0
"""What running the notebooks may need beside the install: caches, outputs, a student's pictures."""


@dataclass(frozen=True)
class Check:
    """The answer to one question about this machine; `fix` says what to do when it is not `ok`."""

    ok: bool
    text: str
    fix: str = ""

    def __str__(self) -> str:
        """Return the line as a student reads it.

        Examples
        --------
        >>> print(Check(False, "torch is missing", "make lab"))
        [FAIL] torch is missing
               fix: make lab
        """
        return f"[ OK ] {self.text}" if self.ok else f"[FAIL] {self.text}\n       fix: {self.fix}"


def in_conda() -> bool:
    """Tell whether conda made this environment; it then chose the packages that environment.yml does not name."""
    return (Path(sys.prefix) / "conda-meta").is_dir()


def fix_install() -> str:
    """Return the command that brings the versions right, here."""
    return UPDATE_CONDA if in_conda() else INSTALL


def check_python(version: tuple[int, int] = sys.version_info[:2]) -> Check:
    """Python is one that the locked packages exist for."""
    text = "Python {}.{}".format(*version)
    return Check((3, 11) <= version <= (3, 14), text, "install Python 3.11 to 3.14, then: make lab PYTHON=python3.12")


def normalised(name: str) -> str:
    """Return a package's name as indexes compare it.

    Examples
    --------
    >>> normalised("Jupyter_Core")
    'jupyter-core'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_names(root: Path = ROOT) -> set[str]:
    """Return the packages that pyproject.toml names itself."""
    listed = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    return {normalised(re.split(r"[^\w.-]", line)[0]) for line in listed}


def has_cuda() -> bool:
    """Tell whether the installed torch is a CUDA build, from its own version file, without importing it."""
    try:
        version = Path(str(metadata.distribution("torch").locate_file("torch/version.py"))).read_text("utf-8")
    except (metadata.PackageNotFoundError, OSError):
        return False
    return re.search(r"^cuda\b.*=\s*['\"]", version, re.MULTILINE) is not None


def locked(lock: Path) -> dict[str, str]:
    """Return name and version of each package that the lock wants on this machine."""
    from packaging.requirements import Requirement

    wanted = {}
    for line in lock.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate():
                wanted[normalised(requirement.name)] = str(requirement.specifier).removeprefix("==")
    if not has_cuda():
        wanted = {name: version for name, version in wanted.items() if not re.match(r"(nvidia|cuda|triton)\b", name)}
    if in_conda():
        wanted = {name: version for name, version in wanted.items() if name in direct_names(lock.parent)}
    return wanted


def differences(wanted: dict[str, str]) -> list[str]:
    """Say what is installed in another version than wanted, or not at all."""
    lines = []
    for name, version in wanted.items():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            lines.append(f"{name} is missing")
        else:
            # A build's label, as in 2.14.1+cpu, is not another version.
            if installed.split("+")[0] != version:
                lines.append(f"{name} {installed} instead of {version}")
    return lines


def check_packages(lock: Path = ROOT / "requirements.lock") -> Check:
    """The installed packages have the versions of the lock."""
    try:
        wanted = locked(lock)
    except ImportError as error:
        return Check(False, f"{error.name} is missing, and with it probably more", fix_install())
    except OSError:
        return Check(False, f"{lock.name} is not here", "run this in the folder of the course")
    wrong = differences(wanted)
    if not wrong:
        return Check(True, f"{len(wanted)} packages have the versions of {lock.name}")
    shown = "; ".join(wrong[:4]) + ("; …" if len(wrong) > 4 else "")
    return Check(False, f"{len(wrong)} of {len(wanted)} packages: {shown}", fix_install())


def check_torch() -> Check:
    """PyTorch loads and computes a gradient."""
    try:
        import torch

        x = torch.ones(2, requires_grad=True)
        (gradient,) = torch.autograd.grad((x * x).sum(), x)
    except (ImportError, OSError, RuntimeError) as error:
        return Check(False, f"PyTorch does not run: {error}", fix_install())
    device = "a GPU is there, and is not needed" if torch.cuda.is_available() else "on the CPU"
    return Check(gradient.tolist() == [2.0, 2.0], f"PyTorch {torch.__version__} computes ({device})", fix_install())


def check_data(folder: Path = ROOT / "data") -> Check:
    """Each file of data that SHA256SUMS lists is there and unchanged."""
    fix = "git checkout -- data   (or load the course anew)"
    try:
        rows = [line.split(maxsplit=1) for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines()]
    except OSError:
        return Check(False, "data/SHA256SUMS is not here", fix)
    for digest, name in rows:
        path = folder / name.lstrip("*")
        if not path.is_file():
            return Check(False, f"data/{path.name} is missing", fix)
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            return Check(False, f"data/{path.name} is not the file that SHA256SUMS describes", fix)
    return Check(bool(rows), f"{len(rows)} files of data have their checksums", fix)


def check_kernel() -> Check:
    """The kernel that notebooks ask for, python3, is this Python."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

        spec = KernelSpecManager().get_kernel_spec("python3")
    except ImportError as error:
        return Check(False, f"{error.name} is missing, so no notebook can run", fix_install())
    except (NoSuchKernel, json.JSONDecodeError):
        return Check(False, "Jupyter knows no kernel named python3", "python -m ipykernel install --sys-prefix")
    program = spec.argv[0] if spec.argv else ""
    # Jupyter replaces a bare `python` by the Python that it runs on itself.
    here = program in {"python", "python3"} or Path(program).absolute() == Path(sys.executable).absolute()
    fix = "python -m ipykernel install --sys-prefix   (the kernel of this environment then goes first)"
    return Check(here, f"notebooks run on {sys.executable if here else program}", fix)


def check_disk(folder: Path = ROOT) -> Check:
    """There is room for outputs and caches."""
    free = shutil.disk_usage(folder).free / 1e9
    return Check(free >= FREE_GIGABYTES, f"{free:.0f} GB of disk are free", "make room: 1 GB is enough")


def all_checks() -> Iterator[Check]:
    """Ask one question after the other, first those whose answer explains the others."""
    questions: tuple[Callable[[], Check], ...] = (
        check_python,
        check_packages,
        check_torch,
        check_data,
        check_kernel,
        check_disk,
    )
    for question in questions:
        yield question()


def report() -> bool:
    """Print a line for each question, and tell whether all is well."""
    well = True
    for check in all_checks():
        print(check, flush=True)
        well = well and check.ok
    return well


if __name__ == "__main__":
    # `course check-env` needs typer; this needs nothing.
    sys.exit(0 if report() else 1)
