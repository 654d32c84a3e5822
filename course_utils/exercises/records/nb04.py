"""Notebook 04, integrated gradients by hand: the public halves of its exercises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.exercises.drawing import (
    Digits,
    Integer,
    Normal,
    Predicted,
    Score,
    Spec,
    Uniform,
    UniformNumber,
    model,
)
from course_utils.exercises.properties import agrees, between, holds_when
from course_utils.exercises.record import Exercise, Property, Run, case

if TYPE_CHECKING:
    from torch import Tensor

DIGIT_SCORE = Score(model("digit_network"), target=Integer(0, 9))
INTERACTION_SCORE = Score(
    model("additive_interaction", a=UniformNumber(0.5, 1.5), b=UniformNumber(-5.0, -4.0), c=UniformNumber(1.0, 2.0))
)


@dataclass(frozen=True)
class LinearTerms(Spec):
    """The terms wᵢ (xᵢ − x′ᵢ) of a linear score F: attributions that are complete by construction."""

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Tensor:
        """Multiply the weights of the model with the change of the input."""
        change = built["x"] - built["baseline"]
        terms: Tensor = built["F"].model.weights.reshape(change.shape) * change
        return terms


@dataclass(frozen=True)
class SmoothRise(Spec):
    """F(x) = σ(w · (x − c)) for two features, one for the class and one against it.

    With inputs from 3 to 4 and baselines around c = 1.15 the path starts in the middle of the rise and ends on the
    plateau. There the midpoint sum is accurate and other rules are not, and no feature is without influence.
    """

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Draw the weights and build the function."""
        import torch

        weights = torch.tensor([rng.uniform(3.0, 4.0), rng.uniform(-0.8, -0.4)], dtype=torch.float32)
        return lambda x: torch.sigmoid((x - 1.15) @ weights)


def sums(attributions: np.ndarray) -> np.ndarray:
    """Return the sum of the attributions of each input, (N, …) → (N,)."""
    return attributions.reshape(len(attributions), -1).sum(axis=1)


def score_of(run: Run, inputs: Any) -> np.ndarray:
    """Return F(inputs) as an array."""
    return np.asarray(run.inputs["F"](inputs).detach().numpy(), dtype=float)


# --- 04.1 -----------------------------------------------------------------------------------------------------------

RISE_AT_TWO = Exercise(
    id="04.1",
    title="What will the path see?",
    kind="predict",
    difficulty=1,
    minutes=3,
    goal="you have written down what integrated gradients gives to x = 2, before you compute it.",
    expected="one of the four answers; a prediction earns no points and costs none.",
    name="rise_at_two",
    stub='predict("04.1", "What does integrated gradients give to x = 2, from the baseline 0?", answer=None)',
    hints=(
        "Draw f from 0 to 2 and write its slope below each part of the way.",
        "The mean slope along the way is not yet a change. How long is the way?",
        "mean slope × (x − x′), and the slope is 1 on one half of the way and 0 on the other.",
    ),
    options=("0", "0.5", "1", "2"),
    measured=lambda runs: "The mean slope on the way is 0.5 and x − x′ is 2: the product is 1.",
)

# --- 04.2 -----------------------------------------------------------------------------------------------------------


def complete_with_many_steps(run: Run) -> bool:
    """On a smooth score the midpoint sum of 40 steps is the difference of the scores, to two in a thousand."""
    difference = score_of(run, run.inputs["x"]) - score_of(run, run.inputs["baseline"])
    return bool((np.abs(sums(run.values[""]) - difference) <= 2e-3 * np.abs(difference)).all())


def linear_terms(run: Run) -> bool:
    """On a linear score each input receives its weight times its change."""
    inputs = run.inputs
    expected = (inputs["F"].model.weights * (inputs["x"] - inputs["baseline"])).numpy()
    return bool(np.abs(run.values[""] - expected).max() <= 1e-3 * np.abs(expected).max())


INTEGRATED_GRADIENTS = Exercise(
    id="04.2",
    title="Integrated gradients in ten lines",
    kind="code",
    difficulty=3,
    minutes=15,
    goal="your function explains any score F, for any input, from any baseline.",
    expected="a tensor like x, in units of score; agreement with the midpoint sum to four digits.",
    name="integrated_gradients",
    stub='raise NotImplementedError("04.2: start with the point in the middle of the first step, at α = 0.5 / m")',
    hints=(
        "Two loops hide in the formula: the one over the m steps is yours, the one over the inputs is PyTorch's.",
        "In step k: make the point, call requires_grad_() on it, and ask torch.autograd.grad for the gradient of "
        "F(point).sum(). Add the gradients up.",
        "point = (baseline + (k + 0.5) / m * (x - baseline)).detach().requires_grad_(); "
        "total += torch.autograd.grad(F(point).sum(), point)[0]; after the loop (x - baseline) * total / m.",
    ),
    cases=(
        case(
            "a small network",
            F=Score(model("small_network", sizes=(5, 12, 3), seed=Integer(0, 9999)), target=Integer(0, 2)),
            x=Normal((3, 5), 2.0),
            baseline=Normal((3, 5), 2.0),
            m=Integer(4, 7),
        ),
        case(
            "two digits, one baseline",
            F=DIGIT_SCORE,
            x=Digits(2),
            baseline=Uniform((1, 1, 28, 28), 0.2, 0.6),
            m=Integer(3, 5),
        ),
        case(
            "an interaction",
            F=INTERACTION_SCORE,
            x=Uniform((2, 2), 1.0, 3.0),
            baseline=Uniform((1, 2), -1.0, -0.5),
            m=3,
        ),
        case(
            "a linear score",
            F=Score(model("linear", weights=Normal((4,)))),
            x=Normal((3, 4)),
            baseline=Normal((3, 4)),
            m=Integer(2, 5),
        ),
        case(
            "a smooth score, 40 steps",
            F=SmoothRise(),
            x=Uniform((3, 2), 3.0, 4.0),
            baseline=Uniform((1, 2), 1.0, 1.3),
            m=40,
        ),
    ),
    properties=(
        agrees("the values of the midpoint sum with m steps", 3),
        holds_when(
            "on a linear score each input gets its weight times its change",
            1,
            linear_terms,
            lambda run: "your values are not the terms of the score.",
            cases=("a linear score",),
        ),
        holds_when(
            "the sum is F(x) − F(x′) to two in a thousand, on a smooth score with 40 steps",
            1,
            complete_with_many_steps,
            lambda run: "your attributions do not add up to the difference of the scores.",
            cases=("a smooth score, 40 steps",),
        ),
    ),
)

# --- 04.3 -----------------------------------------------------------------------------------------------------------

GAP = Exercise(
    id="04.3",
    title="Does it add up?",
    kind="code",
    difficulty=2,
    minutes=8,
    goal="you can say, for any result, how far it is from complete.",
    expected="one number: 0 when the attributions are complete, positive when they claim too much.",
    name="completeness_gap",
    floor=10.0,  # scores are of this size: a gap of 1e-3 is none
    stub='raise NotImplementedError("04.3: start with the sum over all pixels")',
    hints=(
        "Completeness is a sentence about two numbers. Which two scores does it compare the sum with?",
        "F takes a batch of inputs and returns one score for each. x and baseline are already batches of one.",
        "gap = attributions.sum() - (F(x) - F(baseline)); then make it a float with .item().",
    ),
    cases=(
        case(
            "a digit against black",
            F=DIGIT_SCORE,
            x=Digits(1),
            baseline=Uniform((1, 1, 28, 28), 0.0, 0.0),
            attributions=Uniform((1, 1, 28, 28), 0.0, 0.15),
        ),
        case(
            "a digit against a grey baseline",
            F=DIGIT_SCORE,
            x=Digits(1),
            baseline=Uniform((1, 1, 28, 28), 0.2, 0.6),
            attributions=Uniform((1, 1, 28, 28), -0.15, 0.0),
        ),
        case(
            "attributions that are complete",
            F=Score(model("linear", weights=Normal((784,), 0.2), bias=UniformNumber(2.0, 4.0))),
            x=Digits(1),
            baseline=Uniform((1, 1, 28, 28), 0.2, 0.6),
            attributions=LinearTerms(),
        ),
    ),
    properties=(
        agrees("the gap is the sum of the attributions minus F(x) − F(baseline)", 2),
        holds_when(
            "the gap is 0 where the attributions are complete",
            1,
            lambda run: run.value.size == 1 and abs(run.number) <= 1e-3,
            lambda run: "your value is not 0, and these attributions leave no gap.",
            cases=("attributions that are complete",),
        ),
    ),
    measured=lambda runs: f"gap {runs[0].number:.2f} for random attributions, on {len(runs)} fresh cases.",
)

# --- 04.4 -----------------------------------------------------------------------------------------------------------


def left_steps_needed(midpoint_steps: int) -> int:
    """Count the steps with which the left rule is as good as the midpoint rule on the score of the left figure.

    On the path from (0, 0) to (12, 8) the slope of 1 − exp(−x₁ − x₂) at α is 20 exp(−20 α).
    """

    def error(alphas: np.ndarray) -> float:
        return float(abs(20 * np.exp(-20 * alphas).mean() / (1 - np.exp(-20)) - 1))

    allowed = error((np.arange(midpoint_steps) + 0.5) / midpoint_steps)
    steps = midpoint_steps
    while error(np.arange(steps) / steps) > allowed:
        steps += 1
    return steps


READ_STEPS = Exercise(
    id="04.4",
    title="Read the price of the left rule",
    kind="read",
    difficulty=2,
    minutes=4,
    goal="you can compare two rules by the steps they need for the same error.",
    expected="a number of steps, read off the left figure; a tenth more or less does not matter.",
    name="left_steps",
    stub="left_steps = None",
    hints=(
        "Find the midpoint rule at m = 20 and lay a ruler through it.",
        "The ruler is horizontal: the same error. Follow it to the curve of the left rule.",
        "They meet between the ticks 200 and 300, and both axes are logarithmic.",
    ),
    properties=(
        between(
            226, 276, "the same height as midpoint at m = 20, on the curve of the left rule, in the left figure", 1
        ),
    ),
    measured=lambda runs: (
        f"You read {runs[0].number:.0f}, and that is within a tenth. Computed, the left rule needs "
        f"{left_steps_needed(20)} steps for what the midpoint rule does with 20."
    ),
)

# --- 04.5 -----------------------------------------------------------------------------------------------------------


def complete_on_average(run: Run) -> bool:
    """The sum is F(x) minus the mean score of the baselines, where the midpoint rule is exact."""
    difference = score_of(run, run.inputs["x"]) - score_of(run, run.inputs["baselines"]).mean()
    return bool(np.abs(sums(run.values[""]) - difference).max() <= 1e-3 * max(1.0, np.abs(difference).max()))


EXPECTED_GRADIENTS = Exercise(
    id="04.5",
    title="Many baselines, one answer",
    kind="code",
    difficulty=3,
    minutes=8,
    needs=("04.2",),
    goal="you can explain an input against a whole set of baselines.",
    expected="a tensor like x; its sum is F(x) minus the mean score of the baselines.",
    name="expected_gradients",
    stub='raise NotImplementedError("04.5: start with one call of integrated_gradients for each baseline")',
    hints=(
        "What is averaged: the baselines, or what they explain?",
        "One explanation from each baseline, each like x; then their mean. baselines[j : j + 1] keeps the batch axis.",
        "torch.stack([integrated_gradients(F, x, b[None], m) for b in baselines]).mean(dim=0)",
    ),
    cases=(
        case(
            "a small network",
            F=Score(model("small_network", sizes=(5, 12, 3), seed=Integer(0, 9999)), target=Integer(0, 2)),
            x=Normal((2, 5), 2.0),
            baselines=Normal((3, 5), 2.0),
            m=Integer(3, 6),
        ),
        case("a digit", F=DIGIT_SCORE, x=Digits(1), baselines=Uniform((3, 1, 28, 28)), m=3),
        case(
            "an interaction",
            F=INTERACTION_SCORE,
            x=Uniform((3, 2), 1.0, 3.0),
            baselines=Normal((5, 2)),
            m=2,
        ),
    ),
    properties=(
        agrees("the mean of the attributions from the single baselines", 2),
        holds_when(
            "the sum is F(x) minus the mean score of the baselines",
            1,
            complete_on_average,
            lambda run: "your attributions do not add up to that difference.",
            cases=("an interaction",),
        ),
    ),
)

# --- 04.6 -----------------------------------------------------------------------------------------------------------

LEAST_CHANGE = 2.0
ENOUGH_DIGITS = 6


def not_an_image(run: Run) -> str | None:
    """Say why the baseline is no batch of images like x with finite values in [0, 1]; None where it is one."""
    values, shape = run.values.get(""), tuple(run.inputs["x"].shape)
    if values is None or values.dtype.kind not in "fb":
        return "your baseline is not one array of numbers."
    if values.shape != shape:
        return f"your baseline has the shape {values.shape}, and x has {shape}."
    if not np.isfinite(values).all():
        return "your baseline contains NaN or infinity."
    if values.min() < -1e-6 or values.max() > 1 + 1e-6:
        return f"your baseline has values from {values.min():.3g} to {values.max():.3g}."
    return None


def is_image(run: Run) -> bool:
    """The baseline is a batch of images like x, with finite values in [0, 1]."""
    return not_an_image(run) is None


def _baseline(run: Run) -> Tensor:
    import torch

    return torch.tensor(run.value.astype(np.float32)).reshape(run.inputs["x"].shape)


def ink_share(run: Run) -> float:
    """Return the largest share of |IG| that falls on the ink of a digit, 0 to 1."""
    import torch

    from course_utils.attribution import path_integrated_gradients

    network, x, target = run.inputs["model"], run.inputs["x"], run.inputs["target"]
    baseline = _baseline(run)
    way = torch.stack([baseline + k / 8 * (x - baseline) for k in range(9)])  # straight: 8 steps, their middles
    found = path_integrated_gradients(network, x, target, path=way).abs()
    on_ink = (found * (x > 0)).flatten(1).sum(dim=1)
    return float((on_ink / found.flatten(1).sum(dim=1).clamp(min=1e-12)).max())


def changed_digits(run: Run) -> int:
    """Count the digits whose score differs enough from that of their baseline."""
    import torch

    network, x, target = run.inputs["model"], run.inputs["x"], run.inputs["target"]
    with torch.no_grad():
        change = (network(x) - network(_baseline(run))).gather(1, target[:, None])
    return int((change.abs() >= LEAST_CHANGE).sum())


def of_an_image(says: str, points: int, problem: Any) -> Property:
    """A property that is only measured where the baseline is an image."""

    def holds(run: Run) -> str | None:
        if not is_image(run):
            return "Your baseline is not an image like x with values from 0 to 1, so nothing else can be measured."
        found: str | None = problem(run)
        return found

    return Property(says, points, holds)


def _problem_of_ink(run: Run) -> str | None:
    share = ink_share(run)
    if share <= 1e-3:
        return None
    return f"Up to {100 * share:.0f} % of the attribution falls on the ink of a digit. Expected: nothing."


def _problem_of_score(run: Run) -> str | None:
    changed = changed_digits(run)
    if changed >= ENOUGH_DIGITS:
        return None
    return (
        f"For {changed} of {len(run.inputs['x'])} digits the scores of input and baseline differ by "
        f"{LEAST_CHANGE:g} or more. Expected: for {ENOUGH_DIGITS} at least."
    )


BLIND_BASELINE = Exercise(
    id="04.6",
    title="Break it: make the ink invisible",
    kind="break",
    difficulty=3,
    minutes=8,
    goal="integrated gradients, computed without any error, says that no ink of a digit matters.",
    expected="an image for each digit, with values from 0 to 1. Every pixel with ink gets the attribution 0, and yet "
    "the score of the baseline differs by 2 or more for at least 6 of 8 digits.",
    name="blind_baseline",
    stub='raise NotImplementedError("04.6: start with the pixels whose attribution must become 0: x > 0")',
    hints=(
        "Each attribution is a product. Which of its two factors is in your hand?",
        "x − x′ must be 0 wherever x has ink. That leaves the pixels without ink to change the score.",
        "torch.where(x > 0, x, something_else): the digit itself stays, and its surroundings do not.",
    ),
    cases=(
        case(
            "eight digits",
            model=model("digit_network"),
            x=Digits(8),
            target=Predicted("model", "x"),
        ),
    ),
    properties=(
        holds_when(
            "the baseline is an image like x with values from 0 to 1",
            1,
            is_image,
            lambda run: str(not_an_image(run)),
        ),
        of_an_image("no ink gets any attribution", 1, _problem_of_ink),
        of_an_image("the scores of digit and baseline differ", 1, _problem_of_score),
    ),
    measured=lambda runs: (
        f"{100 * ink_share(runs[0]):.0f} % of the attribution is on the ink, and the score changed for "
        f"{changed_digits(runs[0])} of 8 digits. Every formula was obeyed; the question was wrong."
    ),
)

# --- 04.7 -----------------------------------------------------------------------------------------------------------

NO_INFLUENCE = "yes: an attribution of 0 means that the pixel has no influence"
MORE_STEPS = "no: with more steps the black pixels would get their share"
CANCEL = "no: the black pixels have attributions that cancel in the sum"
CANNOT = "this method cannot answer it from this baseline: black was declared to be nothing"

JUDGE_BLACK = Exercise(
    id="04.7",
    title="Do the black pixels matter?",
    kind="judge",
    difficulty=3,
    minutes=5,
    goal="you have judged a claim and named what it rests on.",
    expected="one of the four answers, and a reason in one or two sentences that a colleague could check.",
    name="choice_04_7",
    reason="reason_04_7",
    stub='choice_04_7 = None\nreason_04_7 = ""',
    options=(NO_INFLUENCE, MORE_STEPS, CANCEL, CANNOT),
    hints=(
        "Look at the formula for a pixel with xᵢ = x′ᵢ. Which part of it did the network decide?",
        "The factor xᵢ − x′ᵢ is 0 before the network is asked. What could any network do about that?",
        "Compare the claim with what the white baseline gave to the same pixels.",
    ),
    properties=(agrees("what the formula can say about a pixel with xᵢ = x′ᵢ", 1),),
)

# --- 04.8 -----------------------------------------------------------------------------------------------------------

COUNT_PASSES = Exercise(
    id="04.8",
    title="What does it cost?",
    kind="predict",
    difficulty=2,
    minutes=3,
    goal="you have written down the number of passes, before the counter says it.",
    expected="a whole number; a prediction earns no points and costs none.",
    name="gradient_passes",
    stub='predict("04.8", "How many points does the network see, each forward and backward?", answer=None)',
    hints=(
        "Start from the inside: what does one explanation from one baseline cost?",
        "Each noisy copy needs its own explanation from each baseline.",
        "copies × baselines × steps.",
    ),
    tolerance=1e-6,
    measured=lambda runs: "Counted: 5 × 4 × 20 = 400 points, each with one pass forward and one backward.",
)

EXERCISES = (
    RISE_AT_TWO,
    INTEGRATED_GRADIENTS,
    GAP,
    READ_STEPS,
    EXPECTED_GRADIENTS,
    BLIND_BASELINE,
    JUDGE_BLACK,
    COUNT_PASSES,
)
