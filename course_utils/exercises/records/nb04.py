"""Notebook 04, integrated gradients by hand: the public halves of its exercises."""

from __future__ import annotations

from course_utils.exercises.drawing import Digits, Integer, Score, Uniform, model
from course_utils.exercises.properties import agrees, holds_when
from course_utils.exercises.record import Exercise, case

GAP = Exercise(
    id="04.3",
    title="Does it add up?",
    kind="code",
    difficulty=2,
    minutes=12,
    goal="you can say, for any result, how far it is from complete.",
    expected="one number: 0 when the attributions are complete, and 1e-3 is close enough to call it so.",
    name="completeness_gap",
    stub='raise NotImplementedError("04.3: start with the sum over all pixels")',
    hints=(
        "Completeness is a sentence about two numbers. Which two scores does it compare the sum with?",
        "F takes a batch of inputs and returns one score for each. x and baseline are already batches of one.",
        "gap = attributions.sum() - (F(x) - F(baseline)); then make it a float with .item().",
    ),
    cases=(
        case(
            "a digit against black",
            F=Score(model("digit_network"), target=Integer(0, 9)),
            x=Digits(1),
            baseline=Uniform((1, 1, 28, 28), 0.0, 0.0),
            attributions=Uniform((1, 1, 28, 28), -0.02, 0.03),
        ),
        case(
            "a digit against a grey baseline",
            F=Score(model("digit_network"), target=Integer(0, 9)),
            x=Digits(1),
            baseline=Uniform((1, 1, 28, 28), 0.2, 0.6),
            attributions=Uniform((1, 1, 28, 28), -0.02, 0.03),
        ),
    ),
    properties=(
        agrees("the gap is the sum of the attributions minus F(x) − F(baseline)", 2),
        holds_when(
            "a gap is one finite number",
            1,
            lambda run: run.value.size == 1,
            lambda run: f"it has {run.value.size} values.",
        ),
    ),
    measured=lambda runs: f"gap {runs[0].number:.2f} for random attributions, on {len(runs)} fresh cases.",
)

EXERCISES = (GAP,)
