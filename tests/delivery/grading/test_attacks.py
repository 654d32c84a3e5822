"""What a hostile notebook gains: nothing. Everything here is harmless, and honest work beside it keeps its points.

`attack` marks a notebook of six answers. Those that are attacks must earn no point; the others must earn all of theirs,
and the half right one its part. A notebook carries several attacks, since each of them costs a start of the sandbox.
"""

from __future__ import annotations

import os
import subprocess
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from course_utils.delivery.grading.marking import mark
from course_utils.delivery.grading.workers import Examination, Seconds

from .conftest import POINTS, RIGHT, WRONG, answer, controls, results, solutions

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the sandboxes that run here are Linux's")
SHORT = Seconds(cells=6, exercise=3)


def test_honest_controls_get_full_and_half_marks(submit: Any) -> None:
    marks, found = submit(*solutions().values())
    assert set(results(marks).values()) == {"right"}
    assert all(one.outcome.earned == one.outcome.points for one in marks.values())
    assert (found.workers, found.whole) == (1, False)
    marks, _ = submit(*controls().values())
    assert {e: one.outcome.earned for e, one in marks.items()} == POINTS
    assert results(marks) == {**dict.fromkeys(POINTS, "right"), "04.3": "wrong"}
    assert 0 < marks["04.3"].outcome.earned < marks["04.3"].outcome.points


@pytest.mark.parametrize(
    "patches",
    [
        (
            "import numpy as np\nnp.allclose = torch.allclose = np.array_equal = torch.equal = lambda *a, **k: True",
            "import course_utils.exercises.checking as c, course_utils.exercises.arrays as a\n"
            "c.judge = c.evaluate = lambda *a, **k: True\na.distance = lambda *a, **k: 0.0",
            "import course_utils.exercises.record as r\nr.Exercise.points = property(lambda self: 10**6)",
            "get_ipython().input_transformers_cleanup.append(lambda lines: ['check = lambda *a: None'])\n"
            "get_ipython().run_cell = lambda *a: None",
        ),
        ("import builtins\nbuiltins.compile = builtins.isinstance = lambda *a, **k: True",),
    ],
    ids=["allclose, our own functions, points, IPython", "builtins"],
)
def test_patching_the_checks_changes_nothing_outside(submit: Any, patches: tuple[str, ...]) -> None:
    marks, found = submit(*patches, WRONG, RIGHT)
    assert marks["04.2"].result != "right"
    assert marks["04.2"].outcome.points == 5
    assert marks["04.3"].result in ("right", "crashed"), "it may break itself, and nothing else"
    if len(patches) > 1:
        assert found.notes == (), "each of them was made"
        assert marks["04.3"].result == "right"


def test_an_object_with_forged_operators_is_no_answer(attack: Any) -> None:
    forged = """
        class Always:
            shape, dtype, ndim = x.shape, x.dtype, x.ndim
            def __eq__(self, other): return True
            def __le__(self, other): return True
            def __sub__(self, other): return torch.zeros_like(x)
            def __array__(self, *a, **k): return x.numpy() * 0 + 1
            def __float__(self): return 0.0
        return Always()
    """
    subclass = """
        class Forged(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None):
                return True
        return torch.zeros(1).as_subclass(Forged)
    """
    marks, _ = attack({"04.2": answer(forged), "04.5": answer(subclass, "04.5"), "04.6": answer(subclass, "04.6")})
    assert {results(marks)[e] for e in ("04.2", "04.5", "04.6")} <= {"wrong", "crashed"}


def test_leaving_early_costs_the_exercise_and_no_other(attack: Any) -> None:
    ways = {"04.2": "os._exit(0)", "04.3": "os.kill(os.getpid(), 9)", "04.5": "os.abort()", "04.6": "sys.exit(0)"}
    marks, found = attack({exercise: answer(way, exercise) for exercise, way in ways.items()})
    assert [results(marks)[e] for e in ways] == ["crashed", "crashed", "crashed", "wrong"]
    assert found.workers == 4, "a fresh one after each death"


def test_leaving_in_a_cell_costs_what_that_cell_defines(attack: Any) -> None:
    marks, found = attack(
        {"04.2": f"import sys; sys.exit(0)\n{WRONG}", "04.5": f"import os; os._exit(0)\n{controls()['04.5']}"}
    )
    assert results(marks)["04.2"] in ("missing", "crashed")
    assert results(marks)["04.5"] in ("missing", "crashed")
    assert found.workers == 2


def test_what_does_not_end_is_stopped_and_a_right_answer_that_comes_too_late_is_none(attack: Any) -> None:
    late = solutions()["04.2"].replace("total = torch", "__import__('time').sleep(4)\n    total = torch")
    assert "sleep" in late
    marks, found = attack(
        {"04.2": late, "04.5": answer("while True: pass", "04.5"), "04.6": f"{controls()['04.6']}\nwhile True: pass"},
        seconds=SHORT,
    )
    assert [results(marks)[e] for e in ("04.2", "04.5", "04.6")] == ["crashed", "crashed", "missing"]
    assert "did not come to an end in time" in marks["04.5"].outcome.lines[0]
    assert any("did not come to an end" in note for note in found.notes)


def test_output_children_forks_and_memory_are_bounded(attack: Any) -> None:
    seconds = "98765.4321"
    flood = "print('x' * 20_000_000)\nsys.stderr.write('y' * 20_000_000)\nos.write(2, b'z' * 1000)\nraise ValueError"
    orphan = f"import subprocess\nsubprocess.Popen(['sleep', '{seconds}'], start_new_session=True)\nreturn 1e9"
    burst = """
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
    memory = "kept = [bytearray(10**9) for _ in range(64)]\nreturn x * 0"
    marks, _ = attack(
        {
            "04.2": answer(flood),
            "04.3": answer(orphan, "04.3"),
            "04.5": answer(burst, "04.5"),
            "04.6": answer(memory, "04.6"),
        }
    )
    assert marks["04.2"].outcome.lines[0].startswith("ValueError"), "all of it was written, and went nowhere"
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert f"sleep {seconds}" not in listed
    assert int(marks["04.5"].outcome.lines[0].split("BORN ")[1].split()[0]) < 64
    assert marks["04.6"].result in ("wrong", "crashed")


@pytest.mark.parametrize(
    "returned",
    [
        {"04.2": ("x * float('nan')", "wrong"), "04.3": ("float('nan')", "wrong"), "04.5": ("x / 0", "wrong")},
        {
            "04.2": ("torch.zeros(4000, 5000)", "crashed"),
            "04.3": ("torch.zeros(1).expand(10**12)", "wrong"),
            "04.5": ("{str(i): x for i in range(1000)}", "crashed"),
        },
        {
            "04.2": ("torch.zeros(1, dtype=torch.complex64)", "wrong"),
            "04.3": ("'words ' * 1000", "wrong or unclear"),
            "04.5": ("__import__('numpy').array([object()])", "wrong"),
        },
    ],
    ids=["not finite", "huge", "of another kind"],
)
def test_odd_results_are_wrong_or_crashed_and_never_more(attack: Any, returned: dict[str, tuple[str, str]]) -> None:
    marks, _ = attack({exercise: answer(f"return {value}", exercise) for exercise, (value, _) in returned.items()})
    for exercise, (_, expected) in returned.items():
        assert results(marks)[exercise] in expected.split(" or "), exercise


FORGER = """
import io, json, os, pickle, sys
def say(head, body=b""):
    line = json.dumps({**head, "bytes": len(body)}).encode() + b"\\n" + body
    for fd in range(3, 40):
        try:
            if os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:"):
                os.write(fd, line)
        except OSError:
            pass
"""


@pytest.mark.parametrize(
    "forged",
    [
        'say({"kind": "outcome", "exercise": "04.2", "status": "PASS", "lines": ["well done"]})',
        'say({"kind": "end"})',
    ],
    ids=["PASS", "end"],
)
def test_frames_forged_in_a_cell_earn_nothing(submit: Any, forged: str) -> None:
    marks, _ = submit(FORGER, f"{forged}\n{WRONG}", RIGHT)
    assert marks["04.2"].outcome.status != "PASS"
    assert marks["04.2"].outcome.earned <= 2, "what the wrong answer holds, and no more"


def test_frames_forged_in_an_answer_cost_that_answer(attack: Any) -> None:
    forged = {
        "04.2": 'say({"kind": "answered", "exercise": "04.2", "effects": []})',
        "04.3": 'say({"kind": "value", "exercise": "04.3", "case": "attributions that are complete", "name": ""}, '
        "pickle.dumps(os.system))",
        "04.5": 'say({"bytes_": 1}); say({"kind": "value", "exercise": "99.9", "case": "", "name": ""})',
        "04.6": 'say({"kind": "cell", "number": -1})',
    }
    marks, _ = attack({e: answer(f"{way}\nreturn 0", e) for e, way in forged.items()}, FORGER)
    assert {results(marks)[e] for e in forged} == {"crashed"}


def test_links_and_pipes_in_the_place_of_results_lead_nowhere(attack: Any) -> None:
    """What counts comes over a pipe that is open before the student's code runs; files are never looked at."""
    link = "os.symlink('/etc/passwd', '/tmp/result.npy'); os.mkfifo('/tmp/04.2.npy'); os.close(1); os.close(0)"
    marks, found = attack({"04.2": answer(f"{link}\nsys.stdout = sys.stdin = sys.__stdout__ = None\nreturn x * 2")})
    assert (results(marks)["04.2"], found.workers) == ("wrong", 1)


def test_what_the_students_can_see_is_not_what_is_asked(attack: Any) -> None:
    """A function that knows the answers to the public draw, and nothing else."""
    hard_coded = """
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
        return x * 2
    """
    marks, _ = attack({"04.2": answer(hard_coded)})
    assert results(marks)["04.2"] == "wrong"


def test_captum_in_a_cell_is_said_to_be_for_another_day(attack: Any) -> None:
    """Every way to it is tried in `test_reach`; here the words that a student reads."""
    theirs = (
        "from captum.attr import IntegratedGradients\nreturn IntegratedGradients(F).attribute(x, baseline, n_steps=m)"
    )
    marks, _ = attack({"04.2": answer(theirs)})
    assert "written by hand" in " ".join(marks["04.2"].outcome.lines)


def test_a_worker_that_does_not_start_is_no_result_of_a_student(examination: Examination, tmp_path: Path) -> None:
    nothing = replace(examination, tree=replace(examination.tree, program=tmp_path))
    with pytest.raises(RuntimeError, match="could not be started"):
        mark({0: WRONG}, nothing)


def test_grading_leaves_no_threads_behind(submit: Any) -> None:
    before = threading.active_count()
    submit(WRONG, RIGHT)
    assert threading.active_count() <= before + 1
