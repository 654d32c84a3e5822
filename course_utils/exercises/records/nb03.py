"""Notebook 03, the ReLU sensitivity counterexample: the public halves of its exercises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.exercises.drawing import Score, Spec, Uniform, model
from course_utils.exercises.properties import agrees, holds_when
from course_utils.exercises.record import Exercise, Property, Run, case

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Exactly(Spec):
    """A float32 tensor with these values."""

    values: Any

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> torch.Tensor:
        """Write the tensor."""
        import torch

        return torch.tensor(self.values, dtype=torch.float32)


@dataclass(frozen=True)
class NormalWith(Spec):
    """A float32 tensor of independent normal values, but for the flat indices in `chosen`, whose values are given."""

    shape: tuple[int, ...]
    chosen: tuple[tuple[int, float], ...]

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> torch.Tensor:
        """Draw the tensor and set the chosen values."""
        import torch

        drawn = rng.normal(0.0, 1.0, self.shape)
        for index, value in self.chosen:
            drawn.flat[index] = value
        return torch.tensor(drawn, dtype=torch.float32)


@dataclass(frozen=True)
class WithoutFeatures(Spec):
    """The inputs `x` of the case once more, in row n with the features `removed[n]` set to 0."""

    removed: tuple[tuple[int, ...], ...]

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> torch.Tensor:
        """Copy the inputs and remove."""
        baseline: torch.Tensor = built["x"].clone()
        for row, features in enumerate(self.removed):
            baseline[row, list(features)] = 0.0
        return baseline


@dataclass(frozen=True)
class AttributionsWithZeros(Spec):
    """Attributions of either sign between 0.5 and 1.5 in size; in row n the features `zeros[n]` receive 0."""

    features: int
    zeros: tuple[tuple[int, ...], ...]

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> torch.Tensor:
        """Draw the attributions."""
        import torch

        shape = (len(self.zeros), self.features)
        signs = np.where(np.indices(shape).sum(axis=0) % 2, -1.0, 1.0)  # so that both signs are in every row
        drawn = rng.uniform(0.5, 1.5, shape) * signs
        for row, features in enumerate(self.zeros):
            drawn[row, list(features)] = 0.0
        return torch.tensor(drawn, dtype=torch.float32)


SLOPE_AT_2 = Exercise(
    id="03.1",
    title="The slope at 2",
    kind="predict",
    difficulty=1,
    minutes=3,
    goal="you have said, before any code runs, what the gradient makes of this input.",
    expected="one of the options.",
    name="slope_at_2",
    stub='predict("03.1", "What is the gradient of f at x = 2?", answer=None)',
    hints=(
        "Which side of the kink is x = 2 on?",
        "At x = 2 the argument of the ReLU is 1 − 2. What does the ReLU return there, and right beside it?",
        "ReLU(1 − x) is 0 for every x above 1, so f is constant there. What is the derivative of a constant?",
    ),
    options=("1", "0.5", "0", "it is not defined"),
    measured=lambda runs: "At x = 2 the ReLU is closed, f is constant around it, and its derivative is 0.",
)


def _ends(run: Run) -> tuple[bool, bool]:
    """Whether the start and the end of the interval were read well, in whichever order they are given."""
    start, end = np.sort(run.value.reshape(-1))
    return bool(2.1 <= start <= 2.7), bool(4.9 <= end <= 5.5)


def _says_ends(run: Run) -> str:
    start, end = ("fits" if good else "does not fit" for good in _ends(run))
    return f"the start of your interval {start}, the end {end}."


BLIND_SPOT = Exercise(
    id="03.2",
    title="Read the blind spot",
    kind="read",
    difficulty=2,
    minutes=5,
    goal="you can see in the graph of a score where its gradient breaks Sensitivity(a).",
    expected="two numbers on the x axis, (start, end), each within 0.3.",
    name="blind_spot",
    stub="blind_spot = None  # (start, end)",
    hints=(
        "Sensitivity(a) makes a demand only where two things hold. What are they?",
        "The baseline is 0. First find all x whose score differs from h(0). Then ask where the curve is flat.",
        "There are three flat parts. On two of them h(x) equals h(0), so nothing is demanded. Read the ends of the "
        "third.",
    ),
    properties=(
        holds_when(
            "two numbers on the x axis, each within 0.3",
            2,
            lambda run: all(_ends(run)),
            _says_ends,
        ),
    ),
    tolerance=0.015,
    measured=lambda runs: "between these two the score differs from the baseline's and the gradient is 0.",
)


def _pair(run: Run, row: int) -> str:
    """Say what is known of a pair: how many features differ, what the score does, and what a single one receives."""
    x, baseline, F = run.inputs["x"], run.inputs["baseline"], run.inputs["F"]
    differ = int((x[row] != baseline[row]).sum())
    change = float(F(x)[row] - F(baseline)[row])
    says = f"{'rises' if change > 0 else 'falls'} by {abs(change):.2f}" if abs(change) > 1e-6 else "stays the same"
    if differ != 1:
        return f"in pair {row}, {differ} features differ and the score {says}"
    received = float(run.inputs["attributions"][row][x[row] != baseline[row]][0])
    return f"in pair {row}, 1 feature differs, it receives {received:.2f}, and the score {says}"


def _judges(says: str, points: int, *, broken: bool) -> Property:
    """Every pair that breaks the axiom (or that does not) is called so."""

    def holds(run: Run) -> str | None:
        wrong = (run.expected.astype(bool) == broken) & (run.value.astype(bool) != broken)
        if not wrong.any():
            return None
        row = int(np.flatnonzero(wrong)[0])
        return f"On “{run.case.name}”: {_pair(run, row)}. You say {not broken}. Expected: {says}."

    return Property(says, points, holds)


BREAKS = Exercise(
    id="03.3",
    title="A test for Sensitivity(a)",
    kind="code",
    difficulty=2,
    minutes=12,
    goal="you have a function that finds out for any attributions, of any method, where they break Sensitivity(a).",
    expected="one True or False for each pair of input and baseline.",
    name="breaks_sensitivity",
    stub='raise NotImplementedError("03.3: start with the features that differ, x != baseline")',
    hints=(
        "The axiom says: if one feature differs and the scores differ, then … Which three things do you compute?",
        "differs = x != baseline has shape (N, d). Count it along the features. F gives one score for each row.",
        "(differs.sum(dim=1) == 1) & ((F(x) - F(baseline)).abs() > 1e-6) & (the attribution of the differing feature "
        "is 0); (attributions * differs) keeps only that one.",
    ),
    cases=(
        case(
            "a linear model",
            F=Score(model("linear", weights=Exactly((1.1, 0.7, -1.6, 0.9)))),
            x=Uniform((8, 4), 0.5, 2.0),
            baseline=WithoutFeatures(((0,), (1,), (2,), (0, 3), (3,), (), (1,), (2,))),
            attributions=AttributionsWithZeros(4, ((0,), (), (0, 1), (0, 3), (0, 1, 2, 3), (0, 1, 2, 3), (0,), (2,))),
        ),
        case(
            "one ReLU",
            F=Score(model("relu_counterexample")),
            x=Uniform((3, 1), 1.2, 3.0),
            baseline=WithoutFeatures(((0,), (0,), ())),
            attributions=AttributionsWithZeros(1, ((0,), (), (0,))),
        ),
        case(
            "two inputs that hide each other",
            F=Score(model("saturating_pair")),
            x=Uniform((4, 2), 1.1, 2.0),
            baseline=WithoutFeatures(((0,), (1,), (0, 1), ())),
            attributions=AttributionsWithZeros(2, ((0, 1), (1,), (0, 1), (0, 1))),
        ),
    ),
    properties=(
        _judges("True for each pair that breaks the axiom", 2, broken=True),
        _judges("False where the axiom holds, and where it makes no demand", 2, broken=False),
    ),
    measured=lambda runs: f"{sum(r.value.size for r in runs)} fresh pairs of input and baseline judged rightly.",
)


def _weights(run: Run) -> tuple[np.ndarray, np.ndarray, np.ndarray, float] | None:
    """Take W1, b1, w2 and b2 from the answer, or None where they do not fit the architecture."""
    found = [run.values[name] for name in ("W1", "b1", "w2", "b2") if name in run.values]
    if len(found) < 4 or any(a.dtype.kind not in "fb" or not np.isfinite(a.astype(float)).all() for a in found):
        return None
    W1, b1, w2, b2 = (a.astype(float) for a in found)
    if W1.ndim == 1 and W1.size == 2:
        W1 = W1.reshape(1, 2)
    b1, w2 = b1.reshape(-1), w2.reshape(-1)
    if W1.ndim != 2 or W1.shape[1] != 2 or b1.shape != w2.shape or b1.shape != W1.shape[:1] or b2.size != 1:
        return None
    return W1, b1, w2, float(b2.reshape(()))


X = np.array([1.0, 1.0])
"""The input at which the network of 03.4 must fool Input×Gradient."""


def _change(run: Run) -> float:
    found = _weights(run)
    if found is None:
        return 0.0
    W1, b1, w2, _ = found
    return float(w2 @ np.maximum(W1 @ X + b1, 0) - w2 @ np.maximum(b1, 0))


def _input_x_gradient(run: Run) -> np.ndarray:
    found = _weights(run)
    if found is None:
        return np.full(2, np.nan)
    W1, b1, w2, _ = found
    return X * ((w2 * (W1 @ X + b1 > 0)) @ W1)


def _kinks(run: Run) -> int:
    found = _weights(run)
    return -1 if found is None else int((np.abs(found[0] @ X + found[1]) < 1e-6).sum())


def _shapes(run: Run) -> str:
    if not {"W1", "b1", "w2", "b2"} <= run.values.keys():
        return "return a dict with the keys W1, b1, w2, b2."
    got = ", ".join(f"{name or 'no name'}: {array.shape}" for name, array in run.values.items())
    return f"your function returned {got}."


def _says_pair(values: np.ndarray) -> str:
    return "(" + ", ".join(f"{v:.3g}" for v in values) + ")"


FOOL = Exercise(
    id="03.4",
    title="Fool Input×Gradient",
    kind="break",
    difficulty=3,
    minutes=12,
    goal="a network of your own changes its score by 1 or more, and Input×Gradient says that nothing contributed.",
    expected="a dict with W1 of shape (H, 2), b1 (H,), w2 (H,) and the number b2; H is yours to choose.",
    name="fooling_network",
    stub='raise NotImplementedError("03.4: start with one hidden unit that is open at 0 and closed at x")',
    hints=(
        "Which part of f(x) = 1 − ReLU(1 − x) makes the gradient vanish at 2? Build the same with two inputs.",
        "A hidden unit that is open at (0, 0) and well closed at (1, 1) contributes to the score at one end only.",
        "For example W1 = [[-a, -a]] and b1 = [b] with 0 < b < 2a. What does the score lose on the way? Choose w2.",
    ),
    cases=(case("your network"),),
    properties=(
        holds_when("W1 (H, 2), b1 (H,), w2 (H,) and b2, all finite", 1, lambda r: _weights(r) is not None, _shapes),
        holds_when(
            "F(x) and F(0) differ by 1 or more",
            1,
            lambda run: abs(_change(run)) >= 1 - 1e-6,
            lambda run: f"F(x) − F(0) is {_change(run):.3g}.",
        ),
        holds_when(
            "Input×Gradient at x is 0 for both inputs",
            1,
            lambda run: bool((np.abs(_input_x_gradient(run)) <= 1e-6).all()),
            lambda run: f"Input×Gradient is {_says_pair(_input_x_gradient(run))}.",
        ),
        holds_when(
            "no hidden unit stands exactly at its kink at x, where there is no gradient",
            1,
            lambda run: _kinks(run) == 0,
            lambda run: (
                f"{_kinks(run)} hidden units have z = 0 at x." if _kinks(run) > 0 else "there is no network yet."
            ),
        ),
    ),
    measured=lambda runs: (
        f"the score changes by {_change(runs[0]):+.2f} from 0 to x, and Input×Gradient is "
        f"{_says_pair(np.abs(_input_x_gradient(runs[0])))}."
    ),
)

RELU_RULES = Exercise(
    id="03.5",
    title="Three ways back through a ReLU",
    kind="code",
    difficulty=2,
    minutes=10,
    goal="gradient, deconvnet and guided backpropagation are one function to you, with another gate each.",
    expected="an array of the shape of R, for each of the three rules.",
    name="relu_backward",
    stub='raise NotImplementedError("03.5: start with the two gates, z > 0 and R > 0")',
    hints=(
        "There are two gates. One looks at what went forward, the other at what comes back. Which rule uses which?",
        "A gate is a mask of zeros and ones, (z > 0) or (R > 0). What is passed on is R times the masks.",
        "gradient: R * (z > 0). deconvnet: R * (R > 0). guided: both. Raise ValueError for another rule if you like.",
    ),
    cases=tuple(
        case(
            f"the rule {rule!r}",
            z=NormalWith((2, 3, 5), ((0, 0.0), (7, 0.0))),
            R=NormalWith((2, 3, 5), ((0, 1.5), (7, -1.5), (11, 0.0))),
            rule=rule,
        )
        for rule in ("gradient", "deconvnet", "guided")
    ),
    properties=(
        agrees("R where z > 0, else 0", 1, cases=("the rule 'gradient'",)),
        agrees("R where R > 0, else 0", 1, cases=("the rule 'deconvnet'",)),
        agrees("R where z > 0 and R > 0, else 0", 1, cases=("the rule 'guided'",)),
    ),
)

LRP = Exercise(
    id="03.6",
    title="LRP through two layers",
    kind="code",
    difficulty=4,
    minutes=15,
    goal="you can pass the score of a network back to its inputs, layer by layer, so that nothing is lost.",
    expected="an array of the shape of x; each row sums to the score of that input.",
    name="lrp",
    stub='raise NotImplementedError("03.6: start with the forward pass: a1 and the score")',
    hints=(
        "Work backwards: the score belongs to the output. First share it among the hidden units, then share what each "
        "hidden unit received among the inputs.",
        "The contribution of hidden unit j to the output is a1[:, j] * w2[j]. Its share is that, divided by the sum "
        "over all j, without the bias.",
        "c1 = x[:, None, :] * W1 has shape (N, H, d): unit j, input i. share = c1 / c1.sum(dim=2, keepdim=True). "
        "Then multiply by R1[:, :, None] and sum over the hidden units.",
    ),
    cases=(
        case(
            "the network u with w2 = (2, −1)",
            x=Exactly(((3.0, 1.0),)),
            W1=Exactly(((1.0, 0.0), (0.0, 1.0))),
            b1=Exactly((0.0, 0.0)),
            w2=Exactly((2.0, -1.0)),
            b2=Exactly(-1.0),
        ),
        case(
            "three inputs of another network",
            x=Uniform((3, 4), 0.5, 2.0),
            W1=Uniform((5, 4), -0.1, 1.0),
            b1=Exactly((0.3, -0.2, -4.5, 0.5, -0.4)),
            w2=Exactly((1.0, -0.4, 0.8, 0.6, 0.7)),
            b2=Uniform((), 0.2, 0.6),
        ),
        case(
            "two inputs, the first with the score 0",
            x=Exactly(((0.2, 0.1, 0.3), (2.0, 2.5, 3.0))),
            W1=Uniform((4, 3), 0.4, 1.0),
            b1=Exactly((0.3, -0.1, 0.2, 0.1)),
            w2=Exactly((1.0, 0.4, 0.8, 0.6)),
            b2=Uniform((), -5.0, -4.5),
        ),
    ),
    properties=(
        agrees("each hidden unit and each input receives its share of what is above it", 3),
        holds_when(
            "each row sums to the score of its input",
            1,
            lambda run: np.allclose(run.value.sum(axis=-1), run.expected.sum(axis=-1), rtol=1e-3, atol=1e-3),
            lambda run: f"the attributions of the first input sum to {float(run.value[0].sum()):.3g}.",
        ),
    ),
    tolerance=1e-3,
    measured=lambda runs: "the attributions are right on 3 networks, and each row sums to its score.",
)

VERDICT = Exercise(
    id="03.7",
    title="Which axiom is broken?",
    kind="judge",
    difficulty=3,
    minutes=6,
    goal="you can say what a pair of results proves against a method, and what it does not.",
    expected="one of the options, and your reason in one or two sentences.",
    name="choice_03_7",
    reason="reason_03_7",
    stub='choice_03_7 = None\nreason_03_7 = ""',
    hints=(
        "Go through the axioms one by one. For each, write down what must be known before it demands anything.",
        "How many features differ between input and baseline? Do the attributions add up? For which inputs are the two "
        "networks known to agree?",
        "Implementation Invariance speaks of networks that agree on all inputs. How many inputs does the report list?",
    ),
    options=(
        "Sensitivity(a)",
        "Sensitivity(b)",
        "Implementation Invariance",
        "Completeness",
        "Symmetry",
        "cannot tell from this",
    ),
    properties=(agrees("the one that the report proves, if there is one", 2),),
    measured=lambda runs: "each axiom was tried, and none of them makes a demand that this report shows broken.",
)

EXERCISES = (SLOPE_AT_2, BLIND_SPOT, BREAKS, FOOL, RELU_RULES, LRP, VERDICT)
