"""What a student's code can see, write, call and import where it runs: one spy looks for all of it.

The spy takes the place of three answers of one notebook; what it found comes back in the words of an exception.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import ROOT, answer

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the sandboxes that run here are Linux's")

PRIVATE = "course_utils/exercises/private/nb04.py"
AFRESH = "for name in [n for n in sys.modules if n.startswith('course_utils')]: del sys.modules[name]\n"
THEIRS = "import course_utils.delivery.release"
BY_PATH = (
    "spec = importlib.util.spec_from_file_location('found', {!r})\n"
    "spec.loader.exec_module(importlib.util.module_from_spec(spec))"
)
INNOCENT = {
    "what everybody may import": "import numpy.linalg",
    "what was handed out": "open('/release/course_utils/__init__.py').read()",
}
"""Ways that must succeed, or the spy would prove nothing."""
TO_THE_REPOSITORY = {
    "by name": "import course_utils.exercises.private.nb04",
    "the teachers' part": THEIRS,
    "sys.path": f"sys.path.insert(0, {str(ROOT)!r})\n{AFRESH}{THEIRS}",
    "the .pth of an editable install": f"import site; site.addsitedir('/packages')\n{AFRESH}{THEIRS}",
    "the folder that a .pth names": "import glob\n"
    "places = [line.strip() for pth in glob.glob('/packages/*.pth') for line in open(pth) if line.startswith('/')]\n"
    "assert places and os.listdir(places[0])",
    "an absolute path": f"exec(open({str(ROOT / PRIVATE)!r}).read())",
    "importlib": BY_PATH.format(str(ROOT / PRIVATE)),
    "/proc/1/root": f"open('/proc/1/root{ROOT / PRIVATE}').read()",
    "/proc/1/cwd": f"open('/proc/1/cwd/{PRIVATE}').read()",
    "/proc/self/cwd": f"open('/proc/self/cwd/{PRIVATE}').read()",
    "an open file of another process": "import glob\n"
    "assert [p for p in glob.glob('/proc/[0-9]*/fd/*') if 'course_utils' in os.readlink(p) and '/release' not in p]",
    "the private half": "from course_utils.exercises.catalogue import private_half\nassert private_half('04.2')",
    "a namespace of its own": "import ctypes; assert ctypes.CDLL(None).unshare(0x10020000) == 0",
    "another root": "import ctypes; assert ctypes.CDLL(None).chroot(b'/tmp') == 0",
    "a mount": "import ctypes; assert ctypes.CDLL(None).mount(b'/', b'/tmp', None, 4096, None) == 0",
}
NO_FINDER = "sys.meta_path[:] = [f for f in sys.meta_path if 'Forbidden' not in type(f).__name__]\n"
TO_CAPTUM = {
    "import": "import captum",
    "from": "from captum.attr import IntegratedGradients",
    "__import__": "__import__('captum')",
    "importlib": "importlib.import_module('captum.attr')",
    "find_spec": "assert importlib.util.find_spec('captum')",
    "without the finder": f"{NO_FINDER}import captum.attr",
    "the finder of paths": "assert importlib.machinery.PathFinder.find_spec('captum.attr', ['/packages/captum'])",
    "by path": BY_PATH.format("/packages/captum/attr/__init__.py"),
    "a copy": f"import shutil\nshutil.copytree('/packages/captum', '/tmp/c/captum')\n"
    f"sys.path.insert(0, '/tmp/c')\n{NO_FINDER}import captum.attr",
    "sys.path": "import glob\nfor place in (sys.base_prefix, '/usr', '/usr/local'):\n"
    f"    sys.path[:0] = glob.glob(place + '/lib/python3*/*-packages')\n{NO_FINDER}import captum.attr",
    "packages of another Python": "import glob\nassert [f for place in (sys.base_prefix, '/usr', '/usr/local')\n"
    "        for folder in glob.glob(place + '/lib/python3*/*-packages') for f in os.listdir(folder)]",
    "anything of its name": "assert [f for top in ('/packages', '/usr/local', sys.base_prefix, '/release', '/tmp')\n"
    "        for folder, _, files in os.walk(top) if os.path.basename(folder) == 'captum' or '/captum/' in folder\n"
    "        for f in files]",
}
TO_THE_REFERENCE = {
    "ours": "from course_utils.attribution import integrated_gradients as theirs\ntheirs(F, x, baselines=baseline)",
    "ours by module": "from course_utils.attribution.integrated import integrated_gradients as theirs\n"
    "theirs(F, x, baselines=baseline, n_steps=m, rule='midpoint')",
    "ours anew": f"{AFRESH}from course_utils.attribution import integrated_gradients as theirs\n"
    "theirs(F, x, baselines=baseline)",
    "along a path": "from course_utils.attribution import path_integrated_gradients as theirs\n"
    "a = torch.linspace(0, 1, m + 1).reshape(-1, *[1] * x.ndim)\ntheirs(F, x, path=baseline + a * (x - baseline))",
}
WAYS = {**TO_THE_REPOSITORY, **{f"captum: {name}": way for name, way in TO_CAPTUM.items()}, **TO_THE_REFERENCE}

TRY_WAYS = f"""
import importlib, importlib.machinery, importlib.util, json
found = []
for name, way in { ({**INNOCENT, **WAYS})!r}.items():
    kept = dict(sys.modules), sys.path[:], sys.meta_path[:]
    try:
        exec(way, {{**globals(), **locals()}})
        found.append(name)
    except BaseException:
        pass
    sys.modules.clear()
    sys.modules.update(kept[0])
    sys.path[:], sys.meta_path[:] = kept[1:]
raise RuntimeError("FOUND " + json.dumps(found))
"""


def look(others: Path, names_of_host: str) -> str:
    """The spy that reads: solutions, other submissions, the grader's inputs and environment, other processes."""
    return f"""
import json
found = [path for path in ({str(ROOT / "solutions")!r}, {str(ROOT)!r}, {str(others)!r}, "/root", "/home", "/work",
         {str(Path.home())!r}, "/var/lib", "/var/log", "/proc/1/root/etc/shadow", "/etc/shadow", "/run/user",
         "/release/course_utils/delivery", "/release/course_utils/exercises/stored", "/release/solutions")
         if os.path.isfile(path) or os.path.isdir(path) and set(os.listdir(path)) - {{".pyenv"}}]
try:
    found += ["people"] if open("/etc/passwd").read() == {names_of_host!r} else []
except OSError:
    pass
for folder, _, names in os.walk("/tmp"):
    found += [name for name in names if "submission" in name]
for process in filter(str.isdigit, os.listdir("/proc")):
    for part in ("environ", "cmdline"):
        try:
            words = open(f"/proc/{{process}}/{{part}}", "rb").read()
        except OSError:
            continue
        found += [str(word) for word in (b"THE-TOKEN", b"pytest") if word in words]
found += [v for v in os.environ.values() if "THE-TOKEN" in v]
raise RuntimeError("FOUND " + json.dumps(found))
"""


def touch(port: int) -> str:
    """The spy that writes and calls: files of the sandbox, a listener of this machine, its other addresses."""
    return f"""
import json, socket
found = []
for place in ("/release/x", "/packages/x", "/packages/captum/x", "/program/worker.py", "/usr/x", "/x",
              "/release/course_utils/__init__.py", sys.base_prefix + "/x"):
    try:
        open(place, "a").write("x")
        found.append(place)
    except OSError:
        pass
for host in ("127.0.0.1", "localhost", {socket.gethostname()!r}, "10.0.2.2"):
    try:
        socket.create_connection((host, {port}), timeout=1)
        found.append(host)
    except OSError:
        pass
open("/tmp/may_be_written", "w").write("x")
raise RuntimeError("FOUND " + json.dumps(found))
"""


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    """A server of this machine that nobody may reach."""
    with socket.socket() as listening:
        listening.bind(("0.0.0.0", 0))
        listening.listen()
        listening.settimeout(0.1)
        yield listening


@pytest.fixture(scope="module")
def found(attack: Any, listener: socket.socket, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the spy found, by the exercise in whose place it looked; the honest answers beside it kept their points."""
    other = tmp_path_factory.mktemp("others") / "submission_of_somebody_else.ipynb"
    other.write_text("THE-OTHER-ONE")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TEACHERS_TOKEN", "THE-TOKEN")
        marks, marked = attack(
            {
                "04.2": answer(TRY_WAYS),
                "04.5": answer(look(other, Path("/etc/passwd").read_text()), "04.5"),
                "04.6": answer(touch(listener.getsockname()[1]), "04.6"),
            }
        )
    assert (marked.notes, marked.workers) == ((), 1)
    said = {exercise: marks[exercise].outcome.lines[0] for exercise in ("04.2", "04.5", "04.6")}
    return {e: json.JSONDecoder().raw_decode(line.partition("FOUND ")[2])[0] for e, line in said.items()}


def test_the_spy_can_do_what_everybody_may(found: dict[str, list[str]]) -> None:
    assert set(INNOCENT) <= set(found["04.2"])


@pytest.mark.parametrize("way", WAYS)
def test_no_way_leads_there(found: dict[str, list[str]], way: str) -> None:
    assert way not in found["04.2"]


def test_nothing_of_the_teacher_can_be_read(found: dict[str, list[str]]) -> None:
    assert found["04.5"] == []


def test_nothing_can_be_written_and_nobody_called(found: dict[str, list[str]], listener: socket.socket) -> None:
    assert found["04.6"] == []
    with pytest.raises(TimeoutError):
        listener.accept()
