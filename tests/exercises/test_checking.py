"""The check itself: its four outcomes, what it says of side effects, and that it leaves everything as it was."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from course_utils.exercises.checking import evaluate
from course_utils.exercises.drawing import Integer, Score, Uniform, model
from course_utils.exercises.notebook import check, hint, needs, passed, predict, report
from course_utils.exercises.outcome import Outcome
from course_utils.exercises.progress import forget_session, progress_file, progress_of
from course_utils.exercises.properties import agrees, between
from course_utils.exercises.record import Exercise, Mistake, Private, case
from course_utils.exercises.truth import LiveTruth, store

from .conftest import ROOT, run_as_student


def slope(F: Any, x: Any) -> torch.Tensor:
    """Return the gradient of a score."""
    leaf = x.detach().clone().requires_grad_()
    return torch.autograd.grad(F(leaf).sum(), leaf)[0]


RECORD = Exercise(
    id="04.9",
    title="A slope",
    kind="code",
    difficulty=1,
    minutes=5,
    goal="you have a slope.",
    expected="a tensor like x.",
    name="slope",
    stub='raise NotImplementedError("04.9: start")',
    hints=("a", "b", "c"),
    cases=(
        case(
            "two inputs",
            F=Score(model("small_network", sizes=(5, 8, 3), seed=Integer(0, 99)), target=1),
            x=Uniform((2, 5), -1, 1),
        ),
    ),
    properties=(agrees("the gradient of F at x", 2),),
)
PRIVATE = Private(
    reference=slope,
    mistakes=(Mistake("absolute value", lambda F, x: slope(F, x).abs(), "You lost the sign."),),
)
TRUTH = LiveTruth(RECORD, PRIVATE)


def outcome(function: Any) -> Outcome:
    return evaluate(RECORD, {"slope": function}, truth=TRUTH)


def test_pass_says_what_was_measured() -> None:
    found = outcome(slope)
    assert (found.status, found.earned) == ("PASS", 2)
    assert "two inputs" in found.text


def test_missing_answer_is_not_started() -> None:
    assert evaluate(RECORD, {}, truth=TRUTH).status == "NOT STARTED"
    assert evaluate(RECORD, {"slope": None}, truth=TRUTH).status == "NOT STARTED"


def test_stub_of_another_exercise_is_named() -> None:
    def needs_other(F: Any, x: Any) -> Any:
        raise NotImplementedError("04.2: start with the path")

    found = outcome(needs_other)
    assert found.status == "NOT STARTED"
    assert "needs 04.2" in found.text


def test_own_not_implemented_error_is_an_error() -> None:
    def unfinished(F: Any, x: Any) -> Any:
        raise NotImplementedError("later")

    assert outcome(unfinished).status == "ERROR"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda F, x: None, "returned None"),
        (lambda F, x: slope(F, x)[0], "shape (5,)"),
        (lambda F, x: slope(F, x) * float("nan"), "NaN"),
        (lambda F, x: {"a", "b"}, "a set"),
        (lambda F, x: slope(F, x).abs(), "You lost the sign."),
        (lambda F, x: slope(F, x) * 3, "off by up to 200 % of the largest"),
        (lambda F: slope, "takes 1 positional argument but 2 were given"),
    ],
)
def test_wrong_answers_are_told_apart(wrong: Any, words: str) -> None:
    found = outcome(wrong)
    assert found.status in ("NOT YET", "ERROR")
    assert words in " ".join(found.text.split())


def test_not_a_function() -> None:
    assert outcome(3.0).status == "ERROR"


def test_numpy_and_graph_answers_are_accepted() -> None:
    assert outcome(lambda F, x: slope(F, x).numpy()).status == "PASS"
    assert outcome(lambda F, x: slope(F, x).requires_grad_() * 1).status == "PASS"
    assert outcome(lambda F, x: list(slope(F, x))).status == "PASS"


def test_nan_is_no_side_effect() -> None:
    found = outcome(lambda F, x: slope(F, x) * float("nan"))
    assert found.effects == ()
    assert "contain NaN" in found.text


def test_side_effects_are_named() -> None:
    def accumulates(F: Any, x: Any) -> Any:
        x.requires_grad_()
        F(x).sum().backward()
        return x.grad

    def changes_input(F: Any, x: Any) -> Any:
        result = slope(F, x)
        x += 1
        return result

    def leaves_train_mode(F: Any, x: Any) -> Any:
        F.model.train()
        return slope(F, x)

    def leaves_a_hook(F: Any, x: Any) -> Any:
        F.model.register_forward_hook(lambda module, args, output: None)
        return slope(F, x)

    def wakes_the_weights(F: Any, x: Any) -> Any:
        F.model.requires_grad_(True)
        return slope(F, x)

    def wakes_the_weights_and_puts_them_back(F: Any, x: Any) -> Any:
        result = wakes_the_weights(F, x)
        F.model.requires_grad_(False)
        return result

    assert outcome(accumulates).effects == ("second call differs",)
    assert outcome(changes_input).effects == ("input changed",)
    assert "right on every case; only what it does beside" in " ".join(outcome(changes_input).text.split())
    assert "holds already" not in outcome(changes_input).text
    assert outcome(leaves_train_mode).effects == ("mode changed",)
    assert outcome(leaves_a_hook).effects == ("hook left",)
    assert outcome(wakes_the_weights).effects == ("requires_grad changed",)
    assert outcome(wakes_the_weights_and_puts_them_back).status == "PASS"


def test_weights_and_running_statistics_are_told_apart() -> None:
    from course_utils.exercises.probe import effects_since, snapshot

    network = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)).train()
    arguments = {"model": network}
    before = snapshot(arguments)
    assert effects_since(before, arguments) == []
    network(torch.eye(2))
    assert effects_since(before, arguments) == ["running statistics changed"]
    before = snapshot(arguments)
    with torch.no_grad():
        network[1].weight += 1
    assert effects_since(before, arguments) == ["parameters changed"]


def test_surroundings_are_kept() -> None:
    def draws_from_everywhere(F: Any, x: Any) -> Any:
        torch.manual_seed(1)
        np.random.seed(1)  # noqa: NPY002
        random.seed(1)
        torch.set_grad_enabled(False)
        raise ValueError("after all that")

    torch.manual_seed(7)
    before = (torch.get_rng_state(), np.random.get_state()[1].copy(), random.getstate())  # type: ignore[index]  # noqa: NPY002
    assert outcome(draws_from_everywhere).status == "ERROR"
    assert torch.is_grad_enabled()
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (np.random.get_state()[1] == before[1]).all()  # type: ignore[index]  # noqa: NPY002
    assert random.getstate() == before[2]


def test_inputs_are_fresh_and_repeatable() -> None:
    seen = []

    def looks(F: Any, x: Any) -> Any:
        seen.append(x.clone())
        return slope(F, x)

    for draw in (1, 2, 1):
        evaluate(RECORD, {"slope": looks}, truth=TRUTH, draw=draw)
    first, second, again = seen[0], seen[2], seen[4]
    assert not torch.equal(first, second)
    assert torch.equal(first, again)


def test_the_students_variables_are_not_touched() -> None:
    namespace = {"slope": slope, "x": torch.ones(1), "F": None}
    kept = dict(namespace)
    evaluate(RECORD, namespace, truth=TRUTH)
    assert namespace == kept


def test_outcome_is_escaped() -> None:
    found = Outcome("04.9", "ERROR", ("<script>alert(1)</script>",))
    assert "<script>" not in found.html


def test_between_reads_a_number() -> None:
    record = Exercise(
        **{**RECORD.__dict__, "kind": "read", "name": "value", "properties": (between(1.0, 2.0, "the lower axis", 1),)}
    )
    record = Exercise(**{**record.__dict__, "cases": (case("your answer"),)})
    truth = LiveTruth(record, Private(reference=lambda: 1.5))
    assert evaluate(record, {"value": 1.2}, truth=truth).status == "PASS"
    assert evaluate(record, {"value": 3}, truth=truth).status == "NOT YET"
    for no_number in ("three", "1.2", True):
        found = evaluate(record, {"value": no_number}, truth=truth)
        assert found.status == "NOT YET"
        assert f"Your answer is {no_number!r}. Give a number, without quotes: the lower axis." in found.lines


def test_interrupt_breaks_nothing(capsys: Any) -> None:
    def endless(F: Any, x: Any, baseline: Any, attributions: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("04.3", namespace={"completeness_gap": endless})
    check("04.3", namespace={"completeness_gap": None})
    assert "NOT STARTED" in capsys.readouterr().out


def test_exit_in_an_answer_does_not_end_the_notebook() -> None:
    def leaves(F: Any, x: Any) -> Any:
        sys.exit(3)

    assert outcome(leaves).status == "ERROR"


def test_needs_catches_the_missing_answer_and_nothing_else(capsys: Any) -> None:
    with needs("04.3"):
        raise NotImplementedError("04.3: start")
    assert "needs 04.3" in capsys.readouterr().out
    namespace: dict[str, Any] = {"needs": needs}
    run_as_student("with needs('04.3'):\n    completeness_gap(1)", namespace, "<cell>")
    assert "needs 04.3" in capsys.readouterr().out
    with pytest.raises(NotImplementedError), needs("04.3"):
        raise NotImplementedError("my own")
    with pytest.raises(NameError), needs("04.3"):
        undefined_name  # type: ignore[name-defined] # noqa: B018, F821
    with pytest.raises(ValueError, match="real"), needs("04.3"):
        raise ValueError("a real error")


def test_an_answer_that_does_not_pass_stops_no_later_cell(capsys: Any) -> None:
    with pytest.raises(ValueError, match="wrong shape"), needs("04.3"):
        raise ValueError("wrong shape")  # not checked yet: an error is an error
    check("04.3", namespace={"completeness_gap": lambda *a: 1.0})
    with needs("04.3"):
        raise ValueError("wrong shape")
    assert "needs 04.3" in (said := capsys.readouterr().out)
    assert "It stopped here: ValueError: wrong shape" in said


def test_hints_come_in_order(capsys: Any) -> None:
    for _ in range(3):
        hint("04.3")
    said = capsys.readouterr().out
    assert said.index("Hint 1 of 3") < said.index("Hint 2 of 3") < said.index("Hint 3 of 3")


def test_progress_survives_a_restart_and_a_broken_file(capsys: Any) -> None:
    from course_utils.exercises.catalogue import private_half

    half = private_half("04.3")
    assert half is not None
    check("04.3", namespace={"completeness_gap": half.reference})
    assert passed("04.3")
    forget_session()
    assert not passed("04.3"), "a restarted kernel has no functions yet"
    report("04")
    assert "PASS" in capsys.readouterr().out
    progress_file("04").write_text("{ broken")
    forget_session()
    assert progress_of("04").entries == {}
    assert progress_file("04").with_suffix(".unreadable.json").read_text() == "{ broken"


def test_a_folder_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("COURSE_PROGRESS_DIR", str(blocked / "below"))
    forget_session()
    hint("04.3")


def test_unknown_ids_are_named() -> None:
    with pytest.raises(ValueError, match=r"there is no exercise '04.99'; there are 04"):
        check("04.99")
    with pytest.raises(ValueError, match="there is no exercise"):
        predict("99.1", "?", answer=1)


def test_record_refuses_what_would_fail_before_a_student() -> None:
    with pytest.raises(ValueError, match="difficulty"):
        Exercise(**{**RECORD.__dict__, "difficulty": 9})
    with pytest.raises(ValueError, match="three hints"):
        Exercise(**{**RECORD.__dict__, "hints": ("one",)})
    with pytest.raises(ValueError, match="points"):
        Exercise(**{**RECORD.__dict__, "properties": ()})


def test_check_runs_with_the_private_half_deleted(tmp_path: Path) -> None:
    """A copy of the package without its private half still passes the right answer and names the mistake."""
    copy = tmp_path / "release"
    shutil.copytree(ROOT / "course_utils", copy / "course_utils", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "data", copy / "data")
    shutil.rmtree(copy / "course_utils" / "exercises" / "private")
    store("04.3", copy / "course_utils" / "exercises" / "stored")
    code = """
import json, sys
from course_utils.exercises.catalogue import exercise, private_half
from course_utils.exercises.checking import evaluate
assert private_half("04.3") is None
right = lambda F, x, baseline, attributions: attributions.sum() - F(x) + F(baseline)
wrong = lambda F, x, baseline, attributions: attributions.sum()
found = [evaluate(exercise("04.3"), {"completeness_gap": f}, draw=5) for f in (right, wrong)]
print(json.dumps([[o.status, o.misconception, o.text] for o in found]))
import course_utils
print(course_utils.__file__)
"""
    run = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(copy)!r})\n{code}"],
        capture_output=True,
        text=True,
        cwd=copy,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    results, where = run.stdout.strip().splitlines()
    assert str(copy) in where
    (right, wrong) = json.loads(results)
    assert right[0] == "PASS"
    assert wrong[0] == "NOT YET"
    assert wrong[1]
    assert "Completeness compares" in " ".join(wrong[2].split())


def test_a_list_of_words_is_read_like_a_tuple() -> None:
    from course_utils.exercises.arrays import as_arrays

    assert as_arrays(["local", "static"]) == as_arrays(("local", "static"))
    assert as_arrays([1.0, 2.0])[""].tolist() == as_arrays((1.0, 2.0))[""].tolist()


def test_the_form_of_an_answer_is_said_in_words() -> None:
    from course_utils.exercises.arrays import as_arrays, describe

    assert describe(as_arrays(7.0)) == "a single number"
    assert describe(as_arrays([7.0])) == "1 number, shape (1,)"
    assert describe(as_arrays(("local", "static"))) == "2 values, one after the other"
    assert describe(as_arrays({"W1": [[1, 2]]})) == "W1: shape (1, 2)"


def test_a_judgement_needs_its_reason() -> None:
    from course_utils.exercises.catalogue import exercise, private_half

    record, half = exercise("03.7"), private_half("03.7")
    assert half is not None
    assert half.reference is not None
    assert record.reason is not None
    right = half.reference()
    without = evaluate(record, {record.name: right, record.reason: " "})
    assert (without.status, without.earned) == ("NOT YET", 0)
    assert "give the reason" in without.text
    given = evaluate(record, {record.name: right, record.reason: "two inputs are not all inputs"})
    assert (given.status, given.earned) == ("PASS", record.points)
    assert evaluate(record, {record.name: "none of these", record.reason: ""}).status == "NOT YET"
