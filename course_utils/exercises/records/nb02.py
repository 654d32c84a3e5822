"""Notebook 02, gradients: the public halves of its exercises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from course_utils.exercises.drawing import Digits, Integer, Integers, Normal, Spec, Uniform, UniformNumber, model
from course_utils.exercises.properties import agrees, holds_when
from course_utils.exercises.record import Exercise, Property, Run, case


@dataclass(frozen=True)
class RemovingOne(Spec):
    """A method that needs no gradient: what each feature adds to the score, found by setting it to 0."""

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Return it as SmoothGrad calls a method."""
        from course_utils.attribution import occlusion

        def removing_one(model: Any, inputs: Any, target: Any) -> Any:
            return occlusion(model, inputs, target, sliding_window_shapes=(1,), strides=(1,))

        return removing_one


@dataclass(frozen=True)
class Photo(Spec):
    """A photograph of the course by its name: (1, 3, 224, 224) in [0, 1]."""

    name: str

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Load it."""
        from course_utils.assets import load_photo

        return load_photo(self.name)


SOFTMAX = Exercise(
    id="02.1",
    title="The price of certainty",
    kind="predict",
    difficulty=1,
    minutes=3,
    goal="you have written down a guess, before the run tells.",
    expected="one of the four answers.",
    name="prediction_02_1",
    stub="""predict(
    "02.1",
    "The network is almost certain. How large is the largest gradient of the probability, beside that of the logit?",
    answer=None,
)""",
    options=("larger", "about as large", "about a tenth", "less than a thousandth"),
    hints=(
        "A probability cannot exceed 1. How much room is left above 0.99999?",
        "Sketch the sigmoid, the softmax of two classes, and draw its tangent far to the right.",
        "The slope of the sigmoid is p(1 − p). Put in p = 0.99999.",
    ),
)

VANILLA = Exercise(
    id="02.2",
    title="The gradient of a score",
    kind="code",
    difficulty=2,
    minutes=14,
    goal="your function returns the weights of a linear model, and works for a batch with a class for each input.",
    expected="a tensor of the shape of `inputs`, signed; right to 1e-4 of its largest value.",
    name="vanilla_gradient",
    stub='raise NotImplementedError("02.2: start with a detached copy of the inputs that requires a gradient")',
    hints=(
        "Which number do you differentiate, and with respect to which tensor? Write both down before you write code.",
        "One score for each input, `scores[torch.arange(len(x)), target]`; their sum is one number. "
        "The inputs of a batch do not influence one another.",
        "x = inputs.detach().clone().requires_grad_(); score = model(x)[torch.arange(len(x)), target].sum(); "
        "torch.autograd.grad(score, x) returns a tuple with one tensor.",
    ),
    cases=(
        case(
            "a linear model, three inputs",
            model=model("linear", weights=Normal((4, 6)), bias=Normal((4,))),
            inputs=Normal((3, 6)),
            target=Integers((3,), 0, 3),
        ),
        case(
            "a linear model of colour images",
            model=model("linear", weights=Normal((5, 60)), bias=Normal((5,))),
            inputs=Uniform((2, 3, 4, 5)),
            target=Integers((2,), 0, 4),
        ),
        case(
            "three digits, three classes",
            model=model("digit_network"),
            inputs=Digits(3),
            target=Integers((3,), 0, 9),
        ),
        case(
            "one class for the whole batch",
            model=model("small_network", sizes=(5, 16, 4), seed=Integer(0, 99)),
            inputs=Normal((4, 5)),
            target=Integer(0, 3),
        ),
    ),
    properties=(
        agrees(
            "for a linear model the gradient is the row of weights that belongs to the target",
            1,
            cases=("a linear model, three inputs", "a linear model of colour images"),
        ),
        agrees(
            "each input gets the gradient of the score of its own target",
            2,
            cases=("three digits, three classes",),
        ),
        agrees("an int as target serves the whole batch", 1, cases=("one class for the whole batch",)),
    ),
)


@lru_cache(maxsize=64)
def _apart(levels: float) -> float:
    """Return by how many logits promise and score differ after a step of so many grey levels."""
    import torch

    network, photo, target, score, gradient = espresso()
    with torch.no_grad():
        there = float(network(photo + levels / 255 * gradient.sign())[0, target])
    return levels / 255 * float(gradient.abs().sum()) - (there - score)


@lru_cache(maxsize=1)
def _one_logit_apart() -> float:
    """Return the step, in grey levels, at which promise and score are one logit apart."""
    low, high = 0.1, 0.4
    while high - low > 0.001:
        middle = (low + high) / 2
        low, high = (middle, high) if _apart(middle) < 1 else (low, middle)
    return (low + high) / 2


def _crossing(runs: Sequence[Run]) -> str:
    return f"you read {runs[0].number:g}; calculated, it is {_one_logit_apart():.2f} of a grey level."


def _gap(run: Run) -> str | None:
    if run.value.size != 1 or run.value.dtype.kind != "f":
        return "Give one number, in grey levels."
    read = run.number
    if 0.15 <= read <= 0.25:
        return None
    if 0 < read < 0.005:
        return (
            f"You read {read:g}. That looks like a part of the range from 0 to 1. The axis counts grey levels, and one "
            "of them is 1/255 of that range."
        )
    if 0.04 <= read <= 0.1:
        return (
            f"You read {read:g}. There a curve is one logit above where it began. "
            "The question is where the two curves are one logit apart."
        )
    if 0.1 < read <= 0.5:
        return (
            f"You read {read:g}. There the curves are {_apart(read):.1f} logits apart. "
            f"Go {'right' if read < 0.2 else 'left'} until it is one logit."
        )
    return (
        f"You read {read:g}. Look for the place where the distance between the curves is one logit, and read below it."
    )


TAYLOR = Exercise(
    id="02.3",
    title="How far does a straight line reach?",
    kind="read",
    difficulty=1,
    minutes=4,
    goal="you can say how large a step the gradient speaks about, on this photograph.",
    expected="a number in grey levels, read to about 0.05.",
    name="one_logit_off",
    stub="one_logit_off = None",
    tolerance=0.01,
    hints=(
        "Both curves start at the same point. You look for a vertical distance.",
        "Take one logit from the axis on the left, as a length, and move it along between the curves.",
        "It happens left of the middle of the figure, between 0.1 and 0.3.",
    ),
    properties=(Property("the step at which line and score are one logit apart", 1, _gap),),
    measured=_crossing,
)

SALIENCY = Exercise(
    id="02.4",
    title="One number a pixel",
    kind="code",
    difficulty=2,
    minutes=8,
    goal="your function turns any gradient of colour images into one map for each image.",
    expected="a tensor of shape (N, H, W), nowhere negative.",
    name="saliency_map",
    stub='raise NotImplementedError("02.4: start with the absolute values")',
    hints=(
        "M_ij = max_k |w_kij|: which operation does the formula do first?",
        "The channels stand on axis 1 of (N, C, H, W). `amax(dim=…)` returns values only.",
        "gradient.abs().amax(dim=1)",
    ),
    cases=(
        case("three colour images", gradient=Normal((3, 3, 5, 7))),
        case("two images of four channels, higher than wide", gradient=Normal((2, 4, 6, 3), 0.01)),
        case("one channel", gradient=Normal((2, 1, 4, 5))),
    ),
    properties=(
        agrees("each pixel gets the largest absolute value of its channels", 2),
        holds_when(
            "a saliency map is nowhere negative",
            1,
            lambda run: bool((run.value >= 0).all()),
            lambda run: f"the smallest of your values is {run.value.min():.3g}.",
        ),
    ),
)


@lru_cache(maxsize=1)
def espresso() -> tuple[Any, Any, int, float, Any]:
    """Return the ImageNet network, the photograph, its class, the class's score, and the gradient map."""
    from course_utils.assets import load_imagenet_network, load_photo

    network, photo = load_imagenet_network(), load_photo("coffee")
    scores = network(photo)[0]
    target = int(scores.argmax())
    return network, photo, target, float(scores[target]), _slopes(network, photo, target)


def _slopes(network: Any, photo: Any, target: int) -> Any:
    """Return the slopes of one score; this check must work where the method of the course is withheld."""
    import torch

    leaf = photo.clone().requires_grad_()
    return torch.autograd.grad(network(leaf)[0, target], leaf)[0]


@lru_cache(maxsize=4)
def _measured(pixels: bytes) -> tuple[int, float, float]:
    """Return class, change of the score, and cosine similarity of the gradient maps, for a changed photograph."""
    import torch

    network, photo, target, score, gradient = espresso()
    changed = torch.frombuffer(bytearray(pixels), dtype=torch.float32).reshape(photo.shape)
    with torch.no_grad():
        scores = network(changed)[0]
    there = _slopes(network, changed, target)
    similarity = torch.nn.functional.cosine_similarity(gradient.flatten(), there.flatten(), dim=0)
    return int(scores.argmax()), float(scores[target]) - score, float(similarity)


def _measure(run: Run) -> tuple[int, float, float]:
    return _measured(run.value.astype(np.float32).tobytes())


def _is_picture(run: Run) -> str | None:
    if set(run.values) != {""} or run.value.shape != (1, 3, 224, 224):
        return "Your function should return a photograph: a tensor of shape (1, 3, 224, 224)."
    if not np.isfinite(run.value).all():
        return "Your photograph contains NaN or infinity."
    return None


def _is_small(run: Run) -> str | None:
    problem = _is_picture(run)
    if problem:
        return problem
    low, high = float(run.value.min()), float(run.value.max())
    if low < -1e-6 or high > 1 + 1e-6:
        return f"Your values run from {low:.3f} to {high:.3f}. A photograph stays in [0, 1]: end with .clamp(0, 1)."
    largest = float(np.abs(run.value - run.inputs["photo"].numpy()).max())
    if largest > 0.02 + 1e-6:
        return f"The largest change of a value is {largest:.3f}. Allowed is 0.02, five grey levels of 255."
    return None


def _keeps_score(run: Run) -> str | None:
    problem = _is_picture(run)
    if problem:
        return problem
    target, change, _ = _measure(run)
    if target != espresso()[2]:
        return "The class is no longer espresso. Expected: the same class."
    if abs(change) > 0.5:
        return f"The score changed by {change:+.2f}. Expected: at most 0.5 up or down."
    return None


def _has_one_sign(run: Run) -> bool:
    """Return whether the values moved by different amounts, and all in one direction."""
    change = run.value - run.inputs["photo"].numpy()
    differs = np.abs(change - np.median(change)) > 1e-3
    return bool(differs.mean() > 0.5 and ((change > -1e-6).all() or (change < 1e-6).all()))


def _turns_map(run: Run) -> str | None:
    problem = _is_picture(run)
    if problem:
        return problem
    similarity = _measure(run)[2]
    if similarity <= 0.3:
        return None
    measured = f"The two gradient maps have a cosine similarity of {similarity:.2f}. Expected: at most 0.3."
    if _has_one_sign(run):
        darkens = float(run.value.mean()) < float(run.inputs["photo"].mean())
        return f"{measured} Your noise only {'darkens' if darkens else 'brightens'}: give it both signs."
    return measured


DISTURB = Exercise(
    id="02.5",
    title="Same picture, same answer, another map",
    kind="break",
    difficulty=3,
    minutes=12,
    goal="nobody can tell the two photographs apart, nor can the score, but their gradient maps have little in common.",
    expected="a photograph, no value further than 0.02 from the original; score within 0.5; cosine similarity ≤ 0.3.",
    name="disturb",
    stub='raise NotImplementedError("02.5: start with a change that is small, everywhere, and without direction")',
    repeatable=False,
    hints=(
        "Look at the figure above. What did the slopes of the brightest pixels do one grey level away?",
        "A change along the gradient moves the score. A change of all pixels alike moves neither. What lies between?",
        "noise = torch.randn(photo.shape).sign() moves each value up or down by chance; 0.01 of it is less than three "
        "grey levels. End with .clamp(0, 1).",
    ),
    cases=(case("the coffee", photo=Photo("coffee")),),
    properties=(
        Property("the photograph stays a photograph, and no value moves by more than 0.02", 1, _is_small),
        Property("the class stays espresso and its score within 0.5", 1, _keeps_score),
        Property("the gradient map turns into another one", 2, _turns_map),
    ),
    measured=lambda runs: (
        f"the score moved by {_measure(runs[0])[1]:+.2f}, the class is the same, and the cosine similarity of the two "
        f"gradient maps is {_measure(runs[0])[2]:.2f}."
    ),
)

SMOOTH = Exercise(
    id="02.6",
    title="SmoothGrad",
    kind="code",
    difficulty=3,
    minutes=14,
    goal="your function averages any attribution over noisy copies of the input.",
    expected="a tensor of the shape of `inputs`, signed; right to 1e-4 of its largest value.",
    name="smooth_grad",
    needs=("02.2",),
    stub='raise NotImplementedError("02.6: start with the noise in units of each input: σ times noise[k]")',
    hints=(
        "Three steps: σ for each input of the batch, an attribution for each noisy copy, the mean of these.",
        "σ = noise_level · (max − min), where max and min are taken over all values of one input, not over the batch. "
        "`inputs.flatten(1).amax(dim=1)` has one value an input; reshape it to (N, 1, …) before you multiply.",
        "maps = [method(model, inputs + sigma * draw, target) for draw in noise]; then torch.stack(maps).mean(dim=0).",
    ),
    cases=(
        case(
            "three inputs, each with a range of its own",
            model=model("small_network", sizes=(6, 24, 3), seed=Integer(0, 99)),
            inputs=Uniform((3, 6), -2.0, 5.0),
            target=Integers((3,), 0, 2),
            noise=Normal((5, 3, 6)),
            noise_level=UniformNumber(0.15, 0.3),
        ),
        case(
            "two digits",
            model=model("digit_network"),
            inputs=Digits(2),
            target=Integers((2,), 0, 9),
            noise=Normal((4, 2, 1, 28, 28)),
            noise_level=UniformNumber(0.1, 0.2),
        ),
        case(
            "another method in place of the gradient",
            model=model("small_network", sizes=(5, 24, 3), seed=Integer(0, 99)),
            inputs=Uniform((2, 5), -1.0, 3.0),
            target=Integers((2,), 0, 2),
            noise=Normal((6, 2, 5)),
            noise_level=UniformNumber(0.15, 0.3),
            method=RemovingOne(),
        ),
        case(
            "a linear model",
            model=model("linear", weights=Normal((3, 4))),
            inputs=Normal((2, 4)),
            target=Integers((2,), 0, 2),
            noise=Normal((3, 2, 4)),
            noise_level=UniformNumber(0.1, 0.3),
        ),
        case(
            "noise level 0",
            model=model("small_network", sizes=(4, 16, 3), seed=Integer(0, 99)),
            inputs=Normal((2, 4)),
            target=Integers((2,), 0, 2),
            noise=Normal((3, 2, 4)),
            noise_level=0.0,
        ),
    ),
    properties=(
        agrees(
            "the mean of the gradients at x + ε, where ε is the noise times a fraction of each input's range",
            2,
            cases=("three inputs, each with a range of its own", "two digits"),
        ),
        agrees("any method can be averaged", 1, cases=("another method in place of the gradient",)),
        agrees("a linear model has one slope everywhere, and noise does not change it", 1, cases=("a linear model",)),
        agrees("without noise it is the gradient itself", 1, cases=("noise level 0",)),
    ),
)

PAINT = Exercise(
    id="02.7",
    title="What may you conclude?",
    kind="judge",
    difficulty=3,
    minutes=6,
    goal="you can say which questions a gradient map answers, and which it does not.",
    expected="one of the four answers, and your reason in one or two sentences.",
    name="choice_02_7",
    reason="reason_02_7",
    stub='choice_02_7 = None\nreason_02_7 = ""',
    options=(
        "in the bright square",
        "in the square with the largest sum of gradient × change",
        "nowhere, a gradient does not depend on the pixel",
        "this method cannot answer",
    ),
    hints=(
        "What is the size of the step: from the photograph to a photograph with a black square?",
        "Compare that step with the answer of 02.3.",
        "A gradient is a statement about steps for which the straight line holds. Is this one?",
    ),
    properties=(agrees("an answer that the gradient can carry, for a step of this size", 1),),
)

EXERCISES = (SOFTMAX, VANILLA, TAYLOR, SALIENCY, DISTURB, SMOOTH, PAINT)
