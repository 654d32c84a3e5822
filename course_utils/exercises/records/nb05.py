"""Notebook 05, integrated gradients with Captum: the public halves of its exercises."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from course_utils.exercises.drawing import (
    Digits,
    Integer,
    Integers,
    Model,
    Normal,
    Predicted,
    Spec,
    Uniform,
    UniformNumber,
    model,
)
from course_utils.exercises.properties import agrees, between, holds_when
from course_utils.exercises.record import Exercise, Property, Run, case

if TYPE_CHECKING:
    from torch import Tensor

ROOM = 12
"""Points that fit through the models of 05.1 at once."""

SMALL = model("small_network", sizes=(5, 12, 3), seed=Integer(0, 9999))

WIDE = model("small_network", sizes=(16, 12, 3), seed=Integer(0, 9999))
"""With 16 inputs: PyTorch draws normal numbers by sixteens, so that the draws do not depend on how they are batched."""


@dataclass(frozen=True)
class WithLittleRoom(Spec):
    """A model on a machine with little memory: more than `ROOM` points at once raise MemoryError."""

    model: Model

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Build the model and put the limit around it."""
        network = self.model.build(rng, built)

        def limited(inputs: Tensor) -> Tensor:
            if len(inputs) > ROOM:
                raise MemoryError(f"{len(inputs)} points went to the model at once, and it has room for {ROOM}")
            scores: Tensor = network(inputs)
            return scores

        limited.model = network  # type: ignore[attr-defined]  # so that the check sees when a call changes the model
        return limited


@dataclass(frozen=True)
class WithNorm(Spec):
    """A small network with batch norm and dropout: all of it in one mode, or its batch norm alone in the other one."""

    mode: Literal["eval", "train", "one layer", "all but one layer"]

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Draw the weights and set the mode."""
        import torch
        from torch import nn

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(rng.integers(10_000)))
            network = nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 4))
        network.train(self.mode in ("train", "all but one layer"))
        if "one layer" in self.mode:
            network[1].train(self.mode == "one layer")
        return network


@dataclass(frozen=True)
class Classes(Spec):
    """A LongTensor of these classes."""

    values: tuple[int, ...]

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Tensor:
        """Make the tensor."""
        import torch

        return torch.tensor(self.values)


@dataclass(frozen=True)
class CaptumMethod(Spec):
    """A method of Captum as a function: attribute(model, x, baseline, target) -> attributions like x."""

    name: str
    settings: tuple[tuple[str, Any], ...] = ()
    takes_baseline: bool = True

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Write the call."""
        from captum import attr

        def attribute(model: Any, x: Tensor, baseline: Tensor, target: Tensor) -> Tensor:
            start = {"baselines": baseline} if self.takes_baseline else {}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Captum announces its hooks and that it sets requires_grad
                found: Tensor = getattr(attr, self.name)(model).attribute(
                    x, target=target, **start, **dict(self.settings)
                )
            return found

        return attribute


def says_word(says: str, points: int, word: str, cases: tuple[str, ...]) -> Property:
    """The answer is one certain word on these cases."""
    return holds_when(
        says,
        points,
        lambda run: str(run.value) == word,
        lambda run: f"you say {str(run.value)!r}.",
        cases=cases,
    )


# --- 05.1 -----------------------------------------------------------------------------------------------------------

EXPLAIN = Exercise(
    id="05.1",
    title="One call that fits into memory",
    kind="code",
    difficulty=2,
    minutes=10,
    goal="one call gives attributions and their gap, and never sends more points through the model than you allow.",
    expected="a pair: attributions like inputs, and one gap for each input, shape (N,), as Captum signs it.",
    name="explain",
    floor=1.0,  # a gap is a difference of scores of this size
    stub='raise NotImplementedError("05.1: start with IntegratedGradients(model).attribute(…), arguments by name")',
    hints=(
        "Everything that you need is an argument of attribute. Read the table above from top to bottom.",
        "baselines, target and n_steps are handed on. Which argument bounds the batch, and which asks for the gap?",
        "return IntegratedGradients(model).attribute(inputs, baselines=baselines, target=target, n_steps=n_steps, "
        "internal_batch_size=rows, return_convergence_delta=True)",
    ),
    cases=(
        case(
            "three inputs, a baseline for each",
            model=WithLittleRoom(SMALL),
            inputs=Normal((3, 5), 2.0),
            target=Integers((3,), 0, 2),
            baselines=Normal((3, 5), 2.0),
            n_steps=Integer(4, 7),
            rows=ROOM,
        ),
        case(
            "two digits, one baseline",
            model=WithLittleRoom(model("digit_network")),
            inputs=Digits(2),
            target=Integers((2,), 0, 9),
            baselines=Uniform((1, 1, 28, 28), 0.2, 0.6),
            n_steps=Integer(7, 9),
            rows=ROOM,
        ),
        case(
            "one class for five inputs",
            model=WithLittleRoom(SMALL),
            inputs=Normal((5, 5), 2.0),
            target=Integer(0, 2),
            baselines=Normal((1, 5), 2.0),
            n_steps=Integer(3, 6),
            rows=ROOM,
        ),
    ),
    properties=(
        holds_when(
            "the attributions are those of Gauss–Legendre with n_steps nodes",
            3,
            lambda run: run.values.keys() == {"0", "1"} and _near(run, "0"),
            lambda run: "your attributions are others.",
        ),
        holds_when(
            "the gap of each input is the sum of its attributions minus F(x) − F(x′)",
            1,
            lambda run: run.values.keys() == {"0", "1"} and _near(run, "1"),
            lambda run: "your gaps are others.",
        ),
    ),
    measured=lambda runs: (
        f"attributions and gaps agree on {len(runs)} fresh cases, with never more than {ROOM} points at once."
    ),
)


def _near(run: Run, part: str) -> bool:
    """Whether one part of a pair agrees with the reference."""
    got, expected = run.values[part], run.reference[part]
    return bool(np.abs(got - expected).max() <= run.tolerance * max(np.abs(expected).max(), run.floor))


# --- 05.2 -----------------------------------------------------------------------------------------------------------

READ_NOISE = Exercise(
    id="05.2",
    title="How much noise does a digit bear?",
    kind="read",
    difficulty=1,
    minutes=3,
    goal="you know from which noise on SmoothGrad asks about pictures that the network can no longer read.",
    expected="a value of σ, read off the figure; 0.03 more or less does not matter.",
    name="half_sigma",
    stub="half_sigma = None",
    hints=(
        "Find 50 % on the vertical axis and lay a ruler through it.",
        "The ruler is horizontal. Where does it meet the curve?",
        "From the crossing straight down: it lies between the ticks 0.3 and 0.4.",
    ),
    properties=(between(0.33, 0.39, "the σ at which the curve crosses 50 %", 1),),
    measured=lambda runs: f"You read {runs[0].number:g}, and that is within 0.03 of the crossing.",
)

# --- 05.3 -----------------------------------------------------------------------------------------------------------

SMOOTH = Exercise(
    id="05.3",
    title="SmoothGrad in our units",
    kind="code",
    difficulty=3,
    minutes=12,
    goal="Captum's NoiseTunnel does what SmoothGrad did in notebook 02, for a batch, and the same at each call.",
    expected="a tensor like inputs: signed, the mean over n_samples noisy copies, σ a fraction of each input's range.",
    name="smooth",
    stub='raise NotImplementedError("05.3: start with the range of one input: its max minus its min")',
    hints=(
        "NoiseTunnel takes one σ for the whole batch, and you want one for each input. How often do you call it?",
        "In a loop over the inputs: torch.manual_seed(seed), σ = noise_level · (max − min) as a Python float, then "
        "NoiseTunnel(Saliency(model)).attribute(…) for this input alone. Which two defaults do not suit you?",
        "torch.manual_seed(seed); NoiseTunnel(Saliency(model)).attribute(x[None], nt_samples=n_samples, "
        "stdevs=float(noise_level * (x.max() - x.min())), abs=False, target=int(c)) for each x, c in zip(inputs, "
        "target); then torch.cat.",
    ),
    cases=(
        case(
            "three inputs of different range",
            model=WIDE,
            inputs=Normal((3, 16), 2.0),
            target=Integers((3,), 0, 2),
            noise_level=UniformNumber(0.3, 0.5),
            n_samples=Integer(6, 9),
            seed=Integer(1, 999),
        ),
        case(
            "two digits",
            model=model("digit_network"),
            inputs=Digits(2),
            target=Integers((2,), 0, 9),
            noise_level=UniformNumber(0.1, 0.3),
            n_samples=Integer(6, 9),
            seed=Integer(1, 999),
        ),
    ),
    properties=(
        agrees(
            "the mean signed gradient over the copies that NoiseTunnel draws right after torch.manual_seed(seed)",
            3,
        ),
    ),
)

# --- 05.4 -----------------------------------------------------------------------------------------------------------

RAISES = "it raises an error"
LAST_CLASS = "it explains the last class, 9"
PREFERRED = "it explains the class that the network prefers"
ZEROS = "it returns a map of zeros"

PREDICT_TARGET = Exercise(
    id="05.4",
    title="A class that does not exist",
    kind="predict",
    difficulty=1,
    minutes=2,
    goal="you have written down what happens, before you run it.",
    expected="one of the four answers; a prediction earns no points and costs none.",
    name="target_minus_one",
    stub='predict("05.4", "What does Captum do with target=-1?", answer=None)',
    hints=(
        "Think of what Captum has to do with target: take one column out of the scores.",
        "How would you take a column in PyTorch, with an index c?",
        "scores[:, c]. And what is scores[:, -1]?",
    ),
    options=(RAISES, LAST_CLASS, PREFERRED, ZEROS),
    measured=lambda runs: "The column −1 is the last one, in PyTorch as in Python; nobody asks whether you meant it.",
)

# --- 05.5 -----------------------------------------------------------------------------------------------------------

WELL = ("all is well", "all is well with the last class", "all is well with the first class")
TARGETS = (
    "target −1",
    "target 4 of 4 classes",
    "the first of three is negative",
    "the last of three is negative",
    "the last of three is too large",
)
MODES = ("training mode", "one layer in training mode", "all but one layer in training mode", "both wrong")

COMPLAINT = Exercise(
    id="05.5",
    title="Ask before you explain",
    kind="code",
    difficulty=3,
    minutes=10,
    goal="you notice a wrong target and a model in training mode before a map is made from them.",
    expected="one word: 'mode', 'target' or 'none'.",
    name="complaint",
    stub='raise NotImplementedError("05.5: start with the mode: ask each module of model.modules() for its flag")',
    hints=(
        "Two questions, and their order matters: one of them can be answered without calling the model.",
        "Each module has a flag .training of its own; model.modules() has all of them. How many classes there are, the "
        "scores of the inputs tell. torch.as_tensor(target) is a tensor for an int as well.",
        'if any(m.training for m in model.modules()): return "mode"; then, without gradients, classes = '
        'model(inputs).shape[1]; c = torch.as_tensor(target); if c.min() < 0 or c.max() >= classes: return "target".',
    ),
    cases=(
        case(WELL[0], model=WithNorm("eval"), inputs=Normal((3, 5)), target=Integers((3,), 0, 3)),
        case(WELL[1], model=WithNorm("eval"), inputs=Normal((3, 5)), target=3),
        case(WELL[2], model=WithNorm("eval"), inputs=Normal((2, 5)), target=0),
        case(TARGETS[0], model=WithNorm("eval"), inputs=Normal((3, 5)), target=-1),
        case(TARGETS[1], model=WithNorm("eval"), inputs=Normal((3, 5)), target=4),
        case(TARGETS[2], model=WithNorm("eval"), inputs=Normal((3, 5)), target=Classes((-3, 1, 0))),
        case(TARGETS[3], model=WithNorm("eval"), inputs=Normal((3, 5)), target=Classes((1, 0, -2))),
        case(TARGETS[4], model=WithNorm("eval"), inputs=Normal((3, 5)), target=Classes((2, 0, 9))),
        case(MODES[0], model=WithNorm("train"), inputs=Normal((3, 5)), target=1),
        case(MODES[1], model=WithNorm("one layer"), inputs=Normal((3, 5)), target=1),
        case(MODES[2], model=WithNorm("all but one layer"), inputs=Normal((3, 5)), target=1),
        case(MODES[3], model=WithNorm("train"), inputs=Normal((3, 5)), target=-1),
    ),
    properties=(
        says_word("'none' where model and target are fine", 1, "none", WELL),
        says_word("'target' where one class does not exist", 2, "target", TARGETS),
        says_word("'mode' where a layer is in training mode, whatever the target", 2, "mode", MODES),
    ),
    measured=lambda runs: f"the right word on all {len(runs)} cases, and the model is as it was.",
)

# --- 05.6 -----------------------------------------------------------------------------------------------------------


AUDIT = Exercise(
    id="05.6",
    title="An audit for any method",
    kind="code",
    difficulty=3,
    minutes=8,
    goal="you can say for any method of any library how far its account is from the score that it explains.",
    expected="one number for each input, shape (N,): the gap in per cent of F(x) − F(x′), with its sign.",
    name="audit",
    floor=1.0,  # per cent
    stub='raise NotImplementedError("05.6: start with the attributions: attribute(model, x, baseline, target)")',
    hints=(
        "Three numbers for each input: the sum of its attributions, its score, and the score of its baseline.",
        "Scores of the asked classes: model(x).gather(1, target[:, None])[:, 0]. Sum over all axes but the first. The "
        "baseline may be one for all inputs, and then its score counts for each of them.",
        "difference = F(x) - F(baseline.expand_as(x)); total = attributions.flatten(1).sum(dim=1); "
        "100 * (total - difference) / difference.",
    ),
    cases=(
        case(
            "integrated gradients with 4 steps",
            attribute=CaptumMethod("IntegratedGradients", (("n_steps", 4),)),
            model=model("digit_network"),
            x=Digits(3),
            baseline=Uniform((1, 1, 28, 28), 0.2, 0.6),
            target=Predicted("model", "x"),
        ),
        case(
            "Input × Gradient",
            attribute=CaptumMethod("InputXGradient", takes_baseline=False),
            model=SMALL,
            x=Normal((8, 5), 2.0),
            baseline=Normal((8, 5), 2.0),
            target=Integers((8,), 0, 2),
        ),
        case(
            "DeepLIFT",
            attribute=CaptumMethod("DeepLift"),
            model=SMALL,
            x=Normal((3, 5), 2.0),
            baseline=Normal((3, 5), 2.0),
            target=Integers((3,), 0, 2),
        ),
    ),
    properties=(
        agrees(
            "100 · (sum of its attributions − (F(x) − F(x′))) / (F(x) − F(x′)) for each input",
            2,
            cases=("integrated gradients with 4 steps", "Input × Gradient"),
        ),
        holds_when(
            "0 for each input where the account balances",
            1,
            lambda run: run.value.shape == (3,) and bool(np.abs(run.value).max() < 0.1),
            lambda run: f"your largest gap is {np.abs(run.value).max():.3g} %.",
            cases=("DeepLIFT",),
        ),
    ),
    measured=lambda runs: (
        f"the largest gaps on fresh cases: IG with 4 steps {np.abs(runs[0].value).max():.1f} %, Input × Gradient "
        f"{np.abs(runs[1].value).max():.0f} %, DeepLIFT {np.abs(runs[2].value).max():.4f} %."
    ),
)

# --- 05.7 -----------------------------------------------------------------------------------------------------------


def claimed(run: Run) -> float:
    """Return what Captum's integrated gradients, with its defaults, give to the student's x."""
    import torch
    from captum.attr import IntegratedGradients

    from course_utils.assets import named_model

    x = torch.tensor([[run.number]], dtype=torch.float32)
    ig = IntegratedGradients(named_model("relu_counterexample"))
    return float(ig.attribute(x, baselines=0.0, n_steps=run.inputs["n_steps"]))


def rise(run: Run) -> float:
    """Return f(x) − f(0) of the counterexample."""
    return min(run.number, 1.0)


def is_number(run: Run) -> bool:
    """Whether the answer is one finite number that float32 can hold."""
    return run.value.size == 1 and run.value.dtype.kind == "f" and abs(run.number) < 1e38


FOOLED = Exercise(
    id="05.7",
    title="Break it: the scandal returns",
    kind="break",
    difficulty=3,
    minutes=6,
    goal="integrated gradients, called as Captum's documentation calls them, give 0 to the only input there is.",
    expected="a number x for each n_steps: f rises by 1 from 0 to x, and Captum says less than 0.01.",
    name="fooling_input",
    repeatable=False,
    stub='raise NotImplementedError("05.7: start with the first node, where Captum looks first on the path")',
    hints=(
        "The sum knows the slope at the nodes and nowhere else. Where on the path from 0 to x is the slope not 0?",
        "f rises on the part of the path with α x < 1. The first node must lie beyond it. But mind: Gauss–Legendre "
        "nodes crowd at the ends of the path, so the first one is much nearer to 0 than 1/n.",
        "The first node lies near 1.45/n². Any x above n² is far enough.",
    ),
    cases=tuple(case(f"{n} steps", n_steps=n) for n in (10, 50, 200)),
    properties=(
        holds_when(
            "f rises by 1 on the way from 0 to x",
            1,
            lambda run: is_number(run) and rise(run) == 1.0,
            lambda run: (
                f"from 0 to x = {run.number:g}, f changes by {rise(run):g}."
                if is_number(run)
                else "your x is not one finite number."
            ),
        ),
        holds_when(
            "Captum gives less than 0.01 to x",
            2,
            lambda run: is_number(run) and abs(claimed(run)) < 0.01,
            lambda run: (
                f"for x = {run.number:g}, Captum says {claimed(run):.4g}."
                if is_number(run)
                else "your x is not one finite number."
            ),
        ),
    ),
    measured=lambda runs: (
        "; ".join(
            f"{run.inputs['n_steps']} steps and x = {run.number:g}: Captum says {claimed(run):.2f}, f rose by 1"
            for run in runs
        )
        + "."
    ),
)

# --- 05.8 -----------------------------------------------------------------------------------------------------------

SMALLER_IS_TRUER = "yes: the smaller gap belongs to the truer map"
MORE_STEPS = "no: with more steps the gap of integrated gradients is 0 too, and then their map is the truer one"
TOO_GOOD = "no: a gap of exactly 0 shows that DeepLIFT was built to please the check, so its map is worthless"
CANNOT = "the gap cannot answer it: both accounts balance, and it does not see how they share the score out"

JUDGE_GAP = Exercise(
    id="05.8",
    title="Which map is the truer one?",
    kind="judge",
    difficulty=3,
    minutes=5,
    goal="you have judged a claim and named what it rests on.",
    expected="one of the four answers, and a reason in one or two sentences that a colleague could check.",
    name="choice_05_8",
    reason="reason_05_8",
    stub='choice_05_8 = None\nreason_05_8 = ""',
    options=(SMALLER_IS_TRUER, MORE_STEPS, TOO_GOOD, CANNOT),
    hints=(
        "What enters the gap: each pixel, or one number made of all of them?",
        "Take a map with the gap 0 and move attribution from one pixel to another. What becomes of its gap?",
        "Remember the corner pixel of notebook 04.",
    ),
    properties=(agrees("what a sum can say about its parts", 1),),
)

EXERCISES = (EXPLAIN, READ_NOISE, SMOOTH, PREDICT_TARGET, COMPLAINT, AUDIT, FOOLED, JUDGE_GAP)
