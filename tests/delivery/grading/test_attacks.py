"""What a hostile notebook can and cannot do. Everything here is harmless, and honest work beside it keeps its points.

Each attack shares its notebook with an honest answer to 04.3 and a wrong one to 04.2, unless it is itself the answer.
"""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from course_utils.delivery.grading.workers import Seconds

from .conftest import RIGHT, ROOT, WRONG, solution_cells

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the sandboxes that run here are Linux's")
SLOW = Seconds(cells=20, exercise=8)


def answer(body: str) -> str:
    """An answer to 04.2 that does something else."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return f"import os, sys, time\ndef integrated_gradients(F, x, baseline, m):\n{lines}\n"


def test_honest_controls_keep_their_marks(submit: Any) -> None:
    right = solution_cells()
    marks, found = submit(*right.values())
    assert [one.result for one in marks.values()] == ["right", "right"]
    assert (found.workers, found.whole) == (1, False)
    marks, _ = submit(WRONG, RIGHT)
    assert [one.result for one in marks.values()] == ["wrong", "right"]
    assert marks["04.2"].outcome.earned < marks["04.2"].outcome.points


@pytest.mark.parametrize(
    "patch",
    [
        "import numpy as np\nnp.allclose = torch.allclose = np.array_equal = lambda *a, **k: True",
        "import course_utils.exercises.checking as c, course_utils.exercises.arrays as a\n"
        "c.judge = c.evaluate = lambda *a, **k: True\na.distance = lambda *a, **k: 0.0",
        "import course_utils.exercises.record as r\nr.Exercise.points = property(lambda self: 10**6)",
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['check = lambda *a: None'])\n"
        "get_ipython().run_cell = lambda *a: None",
        "import builtins\nbuiltins.compile = builtins.isinstance = lambda *a, **k: True",
    ],
    ids=["allclose", "our own functions", "points", "IPython", "builtins"],
)
def test_patching_the_checks_changes_nothing_outside(submit: Any, patch: str) -> None:
    marks, _ = submit(patch, WRONG, RIGHT)
    assert marks["04.2"].result != "right"
    assert marks["04.2"].outcome.points == 5
    assert marks["04.3"].result in ("right", "crashed"), "it may break itself, and nothing else"


def test_an_object_with_forged_operators_is_no_answer(submit: Any) -> None:
    forged = answer(
        """
class Always:
    shape, dtype, ndim = x.shape, x.dtype, x.ndim
    def __eq__(self, other): return True
    def __le__(self, other): return True
    def __sub__(self, other): return torch.zeros_like(x)
    def __array__(self, *a, **k): return x.numpy() * 0 + 1
    def __float__(self): return 0.0
return Always()
"""
    )
    subclass = """
class Forged(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return True
def completeness_gap(F, x, baseline, attributions):
    return torch.zeros(1).as_subclass(Forged)
"""
    marks, _ = submit(forged, subclass)
    assert all(one.result in ("wrong", "crashed") and not one.outcome.earned for one in marks.values())


def test_nothing_of_the_teacher_can_be_read(submit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Solutions, other submissions, the grader's inputs and environment, the parent process."""
    other = tmp_path / "submission_of_somebody_else.ipynb"
    other.write_text("THE-OTHER-ONE")
    monkeypatch.setenv("TEACHERS_TOKEN", "THE-TOKEN")
    spy = answer(
        f"""
found = [path for path in ({str(ROOT / "solutions")!r}, {str(ROOT)!r}, {str(other)!r}, "/root", "/home", "/etc/passwd",
         {str(Path.home())!r}, "/var", "/work", "/release/course_utils/exercises/private", "/proc/1/root/etc/shadow",
         "/release/course_utils/delivery", "/release/course_utils/exercises/stored", "/release/solutions")
         if os.path.isfile(path) or os.path.isdir(path) and set(os.listdir(path)) - {{".pyenv"}}]
for folder, _, names in os.walk("/tmp"):
    found += [name for name in names if "submission" in name]
for process in filter(str.isdigit, os.listdir("/proc")):
    for part in ("environ", "cmdline"):
        try:
            words = open(f"/proc/{{process}}/{{part}}", "rb").read()
        except OSError:
            continue
        found += [word for word in (b"THE-TOKEN", b"pytest") if word in words]
found += [v for v in os.environ.values() if "THE-TOKEN" in v]
try:
    import course_utils.exercises.private.nb04
    found.append("private half")
except ImportError:
    pass
from course_utils.exercises.catalogue import private_half
found += ["private half"] if private_half("04.2") else []
raise RuntimeError("FOUND " + repr(found))
"""
    )
    marks, found = submit(spy, RIGHT)
    assert found.notes == ()
    assert "FOUND []" in marks["04.2"].outcome.lines[0]
    assert marks["04.3"].result == "right"


def test_nothing_outside_can_be_written(submit: Any) -> None:
    writer = answer(
        """
written = []
for place in ("/release/x", "/packages/x", "/program/worker.py", "/usr/x", "/x", "/release/course_utils/__init__.py"):
    try:
        open(place, "a").write("x")
        written.append(place)
    except OSError:
        pass
raise RuntimeError("WRITTEN " + repr(written))
"""
    )
    marks, _ = submit(writer, RIGHT)
    assert "WRITTEN []" in marks["04.2"].outcome.lines[0]


def test_there_is_no_network(submit: Any) -> None:
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen()
        listener.settimeout(0.1)
        port = listener.getsockname()[1]
        caller = answer(
            f"""
import socket
reached = []
for host in ("127.0.0.1", "localhost", {socket.gethostname()!r}, "10.0.2.2"):
    try:
        socket.create_connection((host, {port}), timeout=1)
        reached.append(host)
    except OSError:
        pass
raise RuntimeError("REACHED " + repr(reached))
"""
        )
        marks, _ = submit(caller, RIGHT)
        assert "REACHED []" in marks["04.2"].outcome.lines[0]
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize("way_out", ["sys.exit(0)", "os._exit(0)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_leaving_early_costs_the_exercise_and_no_other(submit: Any, way_out: str) -> None:
    marks, found = submit(answer(way_out), RIGHT)
    assert marks["04.2"].result in ("crashed", "wrong")
    assert not marks["04.2"].outcome.earned
    assert marks["04.3"].result == "right"
    assert found.workers <= 2


@pytest.mark.parametrize("way_out", ["import sys; sys.exit(0)", "import os; os._exit(0)"])
def test_leaving_in_a_cell_costs_what_that_cell_defines(submit: Any, way_out: str) -> None:
    marks, _ = submit(f"{way_out}\n{WRONG}", RIGHT)
    assert marks["04.2"].result in ("missing", "crashed")
    assert marks["04.3"].result == "right"


def test_an_endless_loop_is_stopped(submit: Any) -> None:
    marks, found = submit(answer("while True: pass"), RIGHT, seconds=SLOW)
    assert marks["04.2"].result == "crashed"
    assert "did not come to an end in time" in marks["04.2"].outcome.lines[0]
    assert marks["04.3"].result == "right"
    marks, found = submit(f"{WRONG}\nwhile True: pass", RIGHT, seconds=SLOW)
    assert [one.result for one in marks.values()] == ["missing", "right"]
    assert any("did not come to an end" in note for note in found.notes)


def test_a_right_answer_after_the_time_limit_is_none(submit: Any) -> None:
    late = "import time\n" + solution_cells_of("04.2").replace("total = torch", "time.sleep(9)\n    total = torch")
    assert "sleep" in late
    marks, _ = submit(late, RIGHT, seconds=SLOW)
    assert [one.result for one in marks.values()] == ["crashed", "right"]


def solution_cells_of(exercise: str) -> str:
    name = {"04.2": "def integrated_gradients("}[exercise]
    return next(source for source in solution_cells().values() if source.startswith(name))


def test_twenty_megabytes_of_output_go_nowhere(submit: Any) -> None:
    marks, _ = submit(
        answer("print('x' * 20_000_000)\nsys.stderr.write('y' * 20_000_000)\nos.write(2, b'z' * 1000)\nreturn x * 0"),
        RIGHT,
    )
    assert [one.result for one in marks.values()] == ["wrong", "right"]


def test_children_end_with_the_worker(submit: Any) -> None:
    mark = "98765.4321"
    marks, _ = submit(
        answer(f"import subprocess\nsubprocess.Popen(['sleep', '{mark}'], start_new_session=True)\nreturn x * 0"), RIGHT
    )
    assert marks["04.3"].result == "right"
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert f"sleep {mark}" not in listed


def test_a_burst_of_forks_is_bounded(submit: Any) -> None:
    burst = answer(
        """
born = 0
for _ in range(300):
    try:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        born += 1
    except OSError:
        break
raise RuntimeError(f"BORN {born}")
"""
    )
    marks, _ = submit(burst, RIGHT)
    said = marks["04.2"].outcome.lines[0]
    assert "BORN" in said
    assert int(said.split("BORN ")[1].split()[0]) < 64
    assert marks["04.3"].result == "right"


def test_memory_is_bounded(submit: Any) -> None:
    marks, _ = submit(answer("kept = [bytearray(10**9) for _ in range(64)]\nreturn x * 0"), RIGHT)
    assert marks["04.2"].result in ("wrong", "crashed")
    assert not marks["04.2"].outcome.earned
    assert marks["04.3"].result == "right"


@pytest.mark.parametrize(
    ("returned", "result"),
    [
        ("x * float('nan')", "wrong"),
        ("torch.full_like(x, float('inf'))", "wrong"),
        ("torch.zeros(4000, 5000)", "crashed"),
        ("torch.zeros(1).expand(10**12)", "wrong"),
        ("{str(i): x for i in range(1000)}", "crashed"),
        ("torch.zeros(1, dtype=torch.complex64)", "wrong"),
        ("__import__('numpy').array([object()])", "wrong"),
        ("'words ' * 1000", "wrong"),
    ],
)
def test_odd_results_are_wrong_or_crashed_and_never_more(submit: Any, returned: str, result: str) -> None:
    marks, _ = submit(answer(f"return {returned}"), RIGHT)
    assert marks["04.2"].result == result
    assert not marks["04.2"].outcome.earned
    assert marks["04.3"].result == "right"


FORGER = """
import io, json, os, pickle, sys
import numpy as np
def say(head, body=b""):
    line = json.dumps({{**head, "bytes": len(body)}}).encode() + b"\\n" + body
    for fd in range(3, 40):
        try:
            if os.readlink(f"/proc/self/fd/{{fd}}").startswith("pipe:"):
                os.write(fd, line)
        except OSError:
            pass
{what}
"""


@pytest.mark.parametrize(
    "what",
    [
        'say({"kind": "outcome", "exercise": "04.2", "status": "PASS", "lines": ["well done"]})',
        'say({"kind": "begin", "exercise": "04.2"}); say({"kind": "answered", "exercise": "04.2", "effects": []})',
        'say({"kind": "value", "exercise": "04.2", "case": "a small network", "name": ""}, pickle.dumps(os.system))',
        'say({"kind": "value", "exercise": "99.9", "case": "", "name": ""})',
        'say({"kind": "end"})',
        'say({"bytes_": 1})\nsay({"kind": "value", "exercise": ["04.2"]})',
    ],
    ids=["PASS", "answered", "pickle", "another exercise", "end", "nonsense"],
)
def test_forged_frames_earn_nothing(submit: Any, what: str) -> None:
    marks, _ = submit(FORGER.format(what=what) + WRONG, RIGHT)
    assert marks["04.2"].result in ("missing", "crashed", "wrong")
    assert marks["04.2"].outcome.status != "PASS"
    assert marks["04.2"].outcome.earned <= 2, "what the wrong answer holds, and no more"


def test_a_replaced_standard_output_does_not_matter(submit: Any) -> None:
    marks, _ = submit("import sys, os\nsys.stdout = sys.stdin = None\nos.close(1)\nos.close(0)", WRONG, RIGHT)
    assert [one.result for one in marks.values()] == ["wrong", "right"]


def test_what_the_students_can_see_is_not_what_is_asked(submit: Any) -> None:
    """A function that knows the answers to the public draw, and nothing else."""
    hard_coded = answer(
        """
from course_utils.exercises.catalogue import exercise
from course_utils.exercises.truth import arguments_of
record = exercise("04.2")
for case in record.cases:
    seen = arguments_of(record, case, 0)["x"]
    if seen.shape == x.shape and torch.equal(seen, x):
        total = torch.zeros_like(x)
        for k in range(m):
            point = (baseline + (k + 0.5) / m * (x - baseline)).detach().requires_grad_()
            total += torch.autograd.grad(F(point).sum(), point)[0]
        return (x - baseline) * total / m
return torch.zeros_like(x)
"""
    )
    marks, _ = submit(hard_coded, RIGHT)
    assert [one.result for one in marks.values()] == ["wrong", "right"]


@pytest.mark.parametrize(
    "call",
    [
        "from captum.attr import IntegratedGradients\nreturn IntegratedGradients(F).attribute(x, baseline, n_steps=m)",
        "import importlib.util\nimportlib.util.spec_from_file_location('c', '/packages/captum/attr/__init__.py').loader"
        ".load_module()",
        "from course_utils.attribution import integrated_gradients as theirs\nreturn theirs(F, x, baselines=baseline)",
        "from course_utils.attribution.integrated import integrated_gradients as theirs\n"
        "return theirs(F, x, baselines=baseline, n_steps=m, rule='midpoint')",
        "from course_utils.attribution import path_integrated_gradients as theirs\n"
        "a = torch.linspace(0, 1, m + 1).reshape(-1, *[1] * x.ndim)\n"
        "return theirs(F, x, path=baseline + a * (x - baseline))",
    ],
    ids=["captum", "captum by path", "ours", "ours by module", "along a path"],
)
def test_by_hand_means_by_hand(submit: Any, call: str) -> None:
    marks, _ = submit(answer(call), RIGHT)
    assert marks["04.2"].result in ("wrong", "missing")
    assert not marks["04.2"].outcome.earned
    assert marks["04.3"].result == "right"


def test_grading_leaves_no_threads_behind(submit: Any) -> None:
    before = threading.active_count()
    submit(WRONG, RIGHT)
    assert threading.active_count() <= before + 1


def test_cells_that_measure_and_magics_are_run(submit: Any) -> None:
    own = solution_cells_of("04.2")
    marks, _ = submit(f"%matplotlib inline\n!ls\n{own}", f"%%time\n{RIGHT}")
    assert [one.result for one in marks.values()] == ["right", "right"]
    marks, _ = submit(f"%%capture out\n{own}", f"%%timeit\n{RIGHT}")
    assert [one.result for one in marks.values()] == ["right", "missing"], "%%timeit keeps nothing"


def test_a_cell_that_did_not_run_is_named(submit: Any) -> None:
    marks, _ = submit("def integrated_gradients(:\n    pass", RIGHT)
    assert [one.result for one in marks.values()] == ["crashed", "right"]
    assert "raised SyntaxError" in marks["04.2"].outcome.lines[0]


def test_a_name_that_no_cell_binds_for_itself_is_found_by_running_the_whole_notebook(submit: Any) -> None:
    hidden = "exec('def difference(F, x, baseline): return (F(x) - F(baseline)).sum()', globals())"
    uses_it = (
        "def completeness_gap(F, x, baseline, attributions):\n"
        "    return attributions.sum() - difference(F, x, baseline)"
    )
    marks, found = submit(WRONG, hidden, uses_it)
    assert [one.result for one in marks.values()] == ["wrong", "right"]
    assert found.whole
