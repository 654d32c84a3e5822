"""Which sandbox is taken: the first in which a probe, which really tries, comes to nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from course_utils.delivery.grading import sandbox
from course_utils.delivery.grading.examining import examination_of
from course_utils.delivery.grading.marking import mark
from course_utils.delivery.grading.sandbox import CONTAINERS, choose, prepare_container, probe
from course_utils.delivery.grading.workers import Examination

from .conftest import POINTS, ROOT, answer, controls, results

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the sandboxes that run here are Linux's")


def test_the_probe_finds_what_an_open_door_lets_through() -> None:
    found = probe("reduced")
    assert found.works
    assert {"read a file of the teacher", "see the repository", "open a connection", "write beside it"} <= {
        *found.leaks
    }


def test_a_sandbox_that_holds_is_taken(level: str) -> None:
    assert probe(level).leaks == ()


def test_one_that_does_not_start_is_passed_over_and_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "bubblewrap_binary", lambda: "/bin/false")
    monkeypatch.setattr(sandbox, "prepare_container", lambda engine: False)
    with pytest.raises(RuntimeError, match=r"(?s)No sandbox holds.*bubblewrap: .*podman: not found.*docker: not found"):
        choose()
    assert choose(reduced_isolation=True).level == "reduced"


def test_one_that_leaks_is_refused_and_says_what_it_let_through(monkeypatch: pytest.MonkeyPatch) -> None:
    real = sandbox._bubblewrap
    monkeypatch.setattr(sandbox, "_bubblewrap", lambda *given: [*real(*given), "--share-net"])
    with pytest.raises(RuntimeError, match="bubblewrap: could open a connection"):
        choose(levels=("bubblewrap",))


def test_with_reduced_isolation_the_checks_still_run_elsewhere() -> None:
    patch = "import course_utils.exercises.checking as c\nc.judge = lambda *a, **k: True"
    with examination_of(ROOT, "04", level="reduced", draw=7) as examination:
        cells = [patch, *{**controls(), "04.2": answer("os._exit(0)")}.values()]
        marked = mark(dict(enumerate(cells)), replace(examination, setup="import torch"))
    assert {one.outcome.exercise: one.outcome.earned for one in marked.marks} == {**POINTS, "04.2": 0}
    assert marked.workers == 2


@pytest.fixture(scope="module", params=CONTAINERS)
def contained(request: pytest.FixtureRequest) -> Iterator[Examination]:
    """Assignment 04 in a container, where there is an engine that runs."""
    if not prepare_container(request.param):
        pytest.skip(f"{request.param} is not here, or does not run")
    found = probe(request.param)
    if not found.works:
        pytest.skip(f"{request.param} starts no container here: {found.said}")
    assert found.leaks == ()
    with examination_of(ROOT, "04", level=request.param, draw=7) as examination:
        yield replace(examination, setup="import torch")


def test_a_container_is_as_good(contained: Examination) -> None:
    captum = "sys.meta_path[:] = sys.meta_path[1:]\nfrom captum.attr import IntegratedGradients\n" + (
        "return IntegratedGradients(F).attribute(x, baseline, n_steps=m)"
    )
    attacks = {"04.2": answer(captum), "04.5": answer("os._exit(0)", "04.5")}
    marked = mark(dict(enumerate({**controls(), **attacks}.values())), contained)
    marks = {one.outcome.exercise: one for one in marked.marks}
    assert {e: one.outcome.earned for e, one in marks.items()} == {**POINTS, **dict.fromkeys(attacks, 0)}
    assert (results(marks)["04.2"], results(marks)["04.5"], marked.workers) == ("wrong", "crashed", 2)
