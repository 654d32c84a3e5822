"""Bring `.venv` to the versions of a lock: `python3 -m course_utils.delivery.installation requirements.lock`.

The one way in for `make lab`, `make test` and Windows. Nothing is installed yet when this runs, so it imports the
standard library alone. A stamp, written only after a complete install, holds what the install was made from: the
same words again mean that nothing is to be done; other words or none, that pip goes on where it stopped.
"""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

# Here, before any line that an old Python could not run: the reader is owed a sentence and not a traceback.
if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit(
        "[FAIL] the course needs Python 3.11 to 3.14, this is {}.{}\n"
        "       fix: install one, then `make lab PYTHON=python3.12` (Windows: `py -3.12 -m ...`)".format(
            *sys.version_info
        )
    )

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
FULFILS = {
    "requirements.lock": ("requirements.lock",),
    "requirements-dev.lock": ("requirements.lock", "requirements-dev.lock"),
}
CUDA = re.compile(r"(nvidia|cuda|triton)\b")
"""Lines of the lock that only PyTorch's CUDA build needs."""


def python_of(venv: Path) -> Path:
    """Return the path of the environment's Python, which need not exist."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def stamp(lock: str) -> str:
    """Return what an install from this lock is made from: the folder (scripts name it), the metadata, the versions."""
    return "\n".join([str(ROOT), *((ROOT / name).read_text("utf-8") for name in ("pyproject.toml", lock))])


def is_complete(lock: str) -> bool:
    """Tell whether this very lock was installed to the end, here."""
    try:
        return (VENV / "complete" / lock).read_text("utf-8") == stamp(lock)
    except OSError:
        return False


def remove_broken(packages: Path) -> list[str]:
    """Make pip see again what an interrupted install left half done; return the names.

    pip takes a package for installed as soon as its metadata is there. So the metadata goes where the list of files
    is missing (pip writes it last), or a listed file is missing or has another size.
    """
    broken = []
    for info in sorted(packages.glob("*.dist-info")):
        try:
            with (info / "RECORD").open(encoding="utf-8", newline="") as file:
                rows = [(packages / row[0], row[2]) for row in csv.reader(file)]
            whole = (info / "INSTALLER").exists()
            whole = whole and all(path.stat().st_size == int(size) for path, size in rows if size)
        except (OSError, ValueError, IndexError):
            whole = False
        if not whole:
            shutil.rmtree(info)
            broken.append(info.name.split("-")[0])
    return broken


def wanted(lock: Path, packages: Path) -> str:
    """Return the lock's lines, without those of CUDA where PyTorch's CPU build is in place already."""
    lines = lock.read_text("utf-8").splitlines(keepends=True)
    has_cpu_build = any(packages.glob("torch-*+cpu.dist-info"))
    return "".join(line for line in lines if not (has_cpu_build and CUDA.match(line)))


def run(*command: object) -> None:
    """Run a command; end with its exit code when it fails."""
    code = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    if code:
        sys.exit(f"[FAIL] the install stopped, exit code {code}: see above. The same command goes on from here.")


def works(*command: object) -> bool:
    """Tell whether a command can be run and ends well."""
    try:
        return not subprocess.run([str(part) for part in command], capture_output=True, check=False).returncode
    except OSError:
        return False


def packages_of(python: Path) -> Path:
    """Ask a Python where it keeps its packages."""
    command = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    return Path(subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip())


def install(lock: str) -> None:
    """Install a lock and the course itself into `.venv`, or finish what an earlier call began."""
    python = python_of(VENV)
    if not works(python, "-m", "pip", "--version"):
        # An environment whose Python is gone (upgraded, moved) is made anew; one without pip is completed.
        run(sys.executable, "-m", "venv", *([] if works(python, "--version") else ["--clear"]), VENV)
    shutil.rmtree(VENV / "complete", ignore_errors=True)
    packages = packages_of(python)
    broken = remove_broken(packages)
    if broken:
        print(f"Left half done by an earlier install, now installed again: {', '.join(broken)}", flush=True)
    lines = VENV / "wanted.txt"
    lines.write_text(wanted(ROOT / lock, packages), "utf-8")
    # --no-deps: the lock names everything, so pip has nothing to decide.
    pip = (python, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--no-deps")
    run(*pip, "--requirement", lines)
    run(*pip, "--quiet", "--no-build-isolation", "--editable", ROOT)
    (VENV / "complete").mkdir()
    for name in FULFILS[lock]:
        (VENV / "complete" / name).write_text(stamp(name), "utf-8")


def main(arguments: list[str]) -> None:
    """Install the named lock, unless that was done."""
    lock = arguments[0] if arguments else "requirements.lock"
    if lock not in FULFILS:
        sys.exit(f"expected one of {', '.join(FULFILS)}, got {lock}")
    if is_complete(lock) and works(python_of(VENV), "--version"):
        return
    free = shutil.disk_usage(ROOT).free / 1e9
    print(f"Installing {lock} into .venv. Once, some minutes; {free:.0f} GB are free here.", flush=True)
    try:
        install(lock)
    except KeyboardInterrupt:
        sys.exit("Interrupted. The same command goes on from here.")


if __name__ == "__main__":
    main(sys.argv[1:])
