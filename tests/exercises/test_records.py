"""The tests of the checks, which write themselves: what must hold for every exercise of the course.

The solution passes, and so does each other right answer. The stub is NOT STARTED. Each mistake is refused with its own
sentence, also when it is written in another way, and no two mistakes can be taken for each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from course_utils.exercises.arrays import Arrays, distance
from course_utils.exercises.catalogue import exercise as find_exercise
from course_utils.exercises.catalogue import private_half
from course_utils.exercises.checking import evaluate
from course_utils.exercises.outcome import Outcome
from course_utils.exercises.predicting import compare_prediction, record_prediction
from course_utils.exercises.probe import EFFECTS
from course_utils.exercises.record import Exercise, Mistake, Private
from course_utils.exercises.truth import LiveTruth, StoredTruth, store

from .conftest import all_exercises, namespace_of

EXERCISES = all_exercises()
CHECKED = [e for e in EXERCISES if e.kind != "predict"]
PREDICTED = [e for e in EXERCISES if e.kind == "predict"]
DRAWS = (0, 1, 2)

each = pytest.mark.parametrize("exercise", CHECKED, ids=lambda e: e.id)


def private_of(exercise: Exercise) -> Private:
    half = private_half(exercise.id)
    assert half is not None
    return half


@cache
def live_truth(exercise_id: str) -> LiveTruth:
    """The private half of an exercise; kept, so that its mistakes run once for all tests of a draw."""
    exercise = find_exercise(exercise_id)
    return LiveTruth(exercise, private_of(exercise))


def outcome_of(exercise: Exercise, answer: Callable[..., Any], draw: int, **more: Any) -> Outcome:
    """Check an answer; for a literal, the function is called first and gives the literal."""
    namespace = {exercise.name: answer if exercise.is_function else answer()}
    if exercise.reason:
        namespace[exercise.reason] = "because the figure shows it"
    return evaluate(exercise, namespace, draw=draw, **{"truth": live_truth(exercise.id), **more})


@each
def test_solution_passes(exercise: Exercise) -> None:
    namespace = namespace_of(exercise.notebook)
    for draw in DRAWS:
        outcome = evaluate(exercise, namespace, draw=draw)
        assert outcome.status == "PASS", outcome.text
        assert outcome.earned == exercise.points


@each
def test_stub_is_not_started(exercise: Exercise) -> None:
    namespace = namespace_of(exercise.notebook, stub_from=exercise.id)
    found = evaluate(exercise, namespace)
    assert found.status == "NOT STARTED"
    assert found.lines[0].endswith((".", "?"))
    assert not found.lines[0].endswith(("..", "?."))


@each
def test_reference_and_alternatives_pass(exercise: Exercise) -> None:
    private = private_of(exercise)
    right = [*([private.reference] if private.reference else []), *private.alternatives]
    if exercise.kind in ("code", "break"):
        assert len(private.alternatives) >= 2, "an exercise needs two other right answers"
    for answer, draw in itertools.product(right, DRAWS):
        outcome = outcome_of(exercise, answer, draw)
        assert outcome.status == "PASS", outcome.text


@each
def test_each_mistake_is_named(exercise: Exercise) -> None:
    private = private_of(exercise)
    if exercise.kind == "code":
        assert len(private.mistakes) >= 3, "a code exercise needs three mistakes"
    assert private.mistakes, "an exercise needs mistakes"
    sentences = [m.sentence for m in private.mistakes if not m.effect]  # an effect has the sentence of `EFFECTS`
    assert len(set(sentences)) == len(sentences), "each mistake needs a sentence of its own"
    for mistake, draw in itertools.product(private.mistakes, DRAWS):
        for answer in (mistake.answer, *mistake.also):
            outcome = outcome_of(exercise, answer, draw)
            assert outcome.status == "NOT YET", f"{mistake.name}: {outcome.text}"
            expected = EFFECTS[mistake.effect] if mistake.effect else mistake.sentence
            assert expected in outcome.lines, f"{mistake.name} on draw {draw}:\n{outcome.text}"
            assert outcome.misconception == (mistake.effect or mistake.name)


@each
def test_mistakes_stand_apart(exercise: Exercise) -> None:
    """A mistake is ten tolerances away from the reference, and from each other mistake, on every draw."""
    private = private_of(exercise)
    truth = live_truth(exercise.id)
    visible = [m for m in private.mistakes if not m.effect]

    def results(answer: Callable[..., Any], draw: int) -> dict[str, Arrays]:
        return {c.name: truth._run(answer, c, draw) for c in exercise.cases}

    def apart(a: dict[str, Arrays], b: dict[str, Arrays]) -> float:
        return max(distance(a[name], b[name], exercise.floor) for name in a)

    for draw in DRAWS:
        known = {m.name: results(m.answer, draw) for m in visible}
        if private.reference is not None:
            known["the reference"] = results(private.reference, draw)
        for (one, a), (other, b) in itertools.combinations(known.items(), 2):
            gap = apart(a, b)
            assert gap > 10 * exercise.tolerance, f"draw {draw}: {one!r} and {other!r} are only {gap:.2g} apart"


@each
def test_error_shows_the_students_line(exercise: Exercise) -> None:
    if not exercise.is_function:
        pytest.skip("a literal cannot raise")
    namespace: dict[str, Any] = {}
    from .conftest import run_as_student

    code = f"def {exercise.name}(*args):\n    total = 1\n    return total / 0  # here"
    run_as_student(code, namespace, "<student cell>")
    outcome = evaluate(exercise, namespace)
    assert outcome.status == "ERROR"
    assert "ZeroDivisionError" in outcome.text
    assert "line 3:   return total / 0  # here" in outcome.text
    assert "course_utils" not in outcome.text


@each
def test_stored_results_say_the_same(exercise: Exercise, tmp_path: Any) -> None:
    """A check on stored results passes what the live one passes, and names the same mistakes."""
    private = private_of(exercise)
    store(exercise.id, tmp_path)
    stored = StoredTruth(exercise, tmp_path)
    right = [*([private.reference] if private.reference else []), *private.alternatives]
    for answer in right:
        assert outcome_of(exercise, answer, 0, truth=stored).status == "PASS"
    for mistake in private.mistakes:
        live, kept = (outcome_of(exercise, mistake.answer, 0, truth=t) for t in (live_truth(exercise.id), stored))
        assert live == kept


@pytest.mark.parametrize("exercise", PREDICTED, ids=lambda e: e.id)
def test_prediction_is_compared(exercise: Exercise) -> None:
    from course_utils.exercises.progress import forget_session

    private = private_of(exercise)
    assert compare_prediction(exercise).status == "NOT STARTED"
    assert record_prediction(exercise, None).status == "NOT STARTED"
    assert private.reference is not None
    wrong: list[tuple[Mistake | None, Any]] = [(m, m.answer()) for m in private.mistakes]
    if exercise.options:
        covered = {answer for _, answer in wrong} | {private.reference()}
        assert covered == set(exercise.options), "each option is the right one or has a sentence"
    for mistake, answer in [*wrong, (None, private.reference())]:
        forget_session()
        assert record_prediction(exercise, answer).status == "PASS"
        outcome = compare_prediction(exercise)
        if mistake:
            assert mistake.sentence in outcome.lines
        else:
            assert "and so it is" in outcome.text


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
def test_words_of_the_record(exercise: Exercise) -> None:
    """Texts are there, and the stub tells the first step."""
    assert exercise.goal.endswith(".")
    assert exercise.expected.endswith(".")
    assert all(hint.strip() for hint in exercise.hints)
    assert len(set(exercise.hints)) == 3
    if exercise.is_function:
        assert exercise.stub.lstrip().startswith(f'raise NotImplementedError("{exercise.id}: ')
    known = {e.id for e in EXERCISES}
    assert set(exercise.needs) <= known
    for text in (exercise.goal, exercise.expected, *exercise.hints):
        assert "!" not in text.replace("!=", "")
        assert "simply" not in text.lower()
