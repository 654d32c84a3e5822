"""Notebook 07, Grad-CAM: the public halves of its exercises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.exercises.drawing import Digits, Integer, Normal, Spec, Uniform, model
from course_utils.exercises.properties import agrees, between
from course_utils.exercises.record import Exercise, Property, Run, case


@dataclass(frozen=True)
class Rectified(Spec):
    """What a ReLU returns: normal values, and exact zeros for about half of them."""

    shape: tuple[int, ...]

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Draw the tensor."""
        import torch

        return torch.tensor(rng.normal(0.0, 1.0, self.shape), dtype=torch.float32).relu()


@dataclass(frozen=True)
class SameAtAllPlaces(Spec):
    """Gradients below global average pooling, (N, K, h, w): one value for each channel, the same at every place."""

    shape: tuple[int, int, int, int]

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Draw the values, of both signs, and repeat them."""
        import torch

        n, channels, *places = self.shape
        sign = np.where(np.arange(n * channels).reshape(n, channels) % 2, -1, 1)
        values = torch.tensor(sign * rng.uniform(0.3, 1.0, (n, channels)), dtype=torch.float32)
        return values[:, :, None, None].repeat(1, 1, *places)


@dataclass(frozen=True)
class PooledNetwork(Spec):
    """A network for pictures of any size: conv, relu, conv2, relu2, global average pooling, four classes."""

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Draw the weights."""
        from collections import OrderedDict

        import torch
        from torch import nn

        with torch.random.fork_rng(devices=[]):
            layers = OrderedDict[str, nn.Module](
                conv=nn.Conv2d(1, 3, 3),
                relu=nn.ReLU(),
                conv2=nn.Conv2d(3, 5, 2),
                relu2=nn.ReLU(),
                pool=nn.AdaptiveAvgPool2d(1),
                flatten=nn.Flatten(),
                classifier=nn.Linear(5, 4),
            )
        network = nn.Sequential(layers).eval().requires_grad_(False)
        for parameter in network.parameters():
            parameter.copy_(torch.tensor(rng.normal(0.0, 0.6, parameter.shape), dtype=torch.float32))
        return network


@dataclass(frozen=True)
class PlusAndCross(Spec):
    """What the patch detector finds in a picture with one plus and one cross: (2, h, w), a single 1 in each channel."""

    size: tuple[int, int]

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Draw two places that are not the same."""
        import torch

        found = torch.zeros(2, *self.size)
        for channel, place in enumerate(rng.choice(self.size[0] * self.size[1], 2, replace=False)):
            found[channel].view(-1)[int(place)] = 1.0
        return found


# --- 07.1 -----------------------------------------------------------------------------------------------------------

AGAINST = "everything speaks against the class"
CAM_CASES = ("two pictures", "one picture, five classes")

CAM = Exercise(
    id="07.1",
    title="Read the classifier backwards",
    kind="code",
    difficulty=2,
    minutes=8,
    goal="you can draw the class activation map of any class from the channels and the last weights.",
    expected="a signed map for each picture, (N, 1, h, w); its mean over the places is the score without its bias.",
    name="cam",
    stub='raise NotImplementedError("07.1: start with the weights of the one class, weights[target]")',
    hints=(
        "The class has one weight for each channel. Where do these K numbers stand in the matrix?",
        "Multiply each channel, a picture of h × w places, with its weight, and add the K pictures up. To multiply K "
        "numbers with K pictures, give them two axes more: w[:, None, None].",
        "(weights[target][:, None, None] * A).sum(dim=1, keepdim=True)",
    ),
    cases=(
        case("two pictures", A=Rectified((2, 3, 4, 5)), weights=Normal((4, 3)), target=Integer(0, 3)),
        case("one picture, five classes", A=Rectified((1, 6, 7, 7)), weights=Normal((5, 6)), target=Integer(0, 4)),
        case(AGAINST, A=Rectified((2, 5, 3, 6)), weights=Uniform((3, 5), -1.0, -0.2), target=Integer(0, 2)),
    ),
    properties=(
        agrees("the channels, each times the weight that the class gives it, added up", 2, cases=CAM_CASES),
        agrees("a negative map where every weight of the class is negative", 1, cases=(AGAINST,)),
    ),
)

# --- 07.2 -----------------------------------------------------------------------------------------------------------

SAME = "the same gradient at all places"

CHANNEL_WEIGHTS = Exercise(
    id="07.2",
    title="Step b: a weight for each channel",
    kind="code",
    difficulty=1,
    minutes=3,
    goal="you turn a gradient at every place into one number for each channel.",
    expected="one signed number for each picture and channel, shape (N, K).",
    name="channel_weights",
    stub='raise NotImplementedError("07.2: start with the two axes of gradients that are the places")',
    hints=(
        "The four axes are picture, channel, row, column. Which of them does a weight of a channel still have?",
        "Average over rows and columns. A negative gradient counts as it is.",
        "gradients.mean(dim=(2, 3))",
    ),
    cases=(
        case("two pictures", gradients=Normal((2, 3, 4, 5))),
        case("one picture", gradients=Normal((1, 6, 7, 7))),
        case(SAME, gradients=SameAtAllPlaces((2, 4, 3, 5))),
    ),
    properties=(
        agrees("the mean of the gradient over the places", 1, cases=("two pictures", "one picture")),
        agrees("that gradient itself, where it is the same at all places of a channel", 1, cases=(SAME,)),
    ),
)

# --- 07.3 -----------------------------------------------------------------------------------------------------------

FACTOR = Exercise(
    id="07.3",
    title="How far apart are CAM and Grad-CAM?",
    kind="predict",
    difficulty=2,
    minutes=3,
    goal="you have said, before you compute it, how the two maps of the photographs relate.",
    expected="one of the four factors; a prediction earns no points and costs none.",
    name="factor",
    stub='predict("07.3", "CAM is how many times Grad-CAM without its ReLU?", answer=None)',
    hints=(
        "CAM weighs channel k with w_k. With what does Grad-CAM weigh it?",
        "The score contains w_k times the mean of A^k. By how much does that mean move when one place moves by 1?",
        "The mean over h · w places moves by 1 / (h · w). Here h and w are 7.",
    ),
    options=("1", "7", "49", "1280"),
    measured=lambda runs: "The mean gradient is the weight divided by the number of places, and 7 · 7 is 49.",
)

# --- 07.4 -----------------------------------------------------------------------------------------------------------

SIGNED_CASES = ("a pooled network, signed", "a head with places, signed")
RELU_CASES = ("a pooled network, with ReLU", "two digits, with ReLU")

GRAD_CAM = Exercise(
    id="07.4",
    title="Grad-CAM at any layer",
    kind="code",
    difficulty=4,
    minutes=15,
    goal="your function explains any class of any convolutional network, at any of its layers.",
    expected="a map for each picture as coarse as the layer, (N, 1, h, w); signed for relu=False, else without its "
    "negative values. The model stays as it was.",
    name="grad_cam",
    stub='raise NotImplementedError("07.4: start with a hook on model.get_submodule(layer) that keeps its output")',
    hints=(
        "Three things in this order: keep what the layer returns; ask for the gradient of the score with respect to "
        "that; weigh, add up, cut. The cell with the hook above does the first two for one layer.",
        "The weights of the network are frozen and stay so. The input has to ask for a gradient: "
        "model(inputs.clone().requires_grad_()). Then torch.autograd.grad(score, A) with "
        "score = output[:, target].sum(). Take the hook away again.",
        "alpha = torch.autograd.grad(score, A)[0].mean(dim=(2, 3), keepdim=True); "
        "cam = (alpha * A).sum(dim=1, keepdim=True); return cam.relu() if relu else cam.",
    ),
    cases=(
        case(
            "a pooled network, signed",
            model=PooledNetwork(),
            inputs=Normal((2, 1, 7, 10)),
            target=Integer(0, 3),
            layer="conv2",
            relu=False,
        ),
        case(
            "a pooled network, with ReLU",
            model=PooledNetwork(),
            inputs=Normal((3, 1, 9, 6)),
            target=Integer(0, 3),
            layer="relu",
            relu=True,
        ),
        case(
            "a head with places, signed",
            model=model("small_conv_net", seed=Integer(0, 9999)),
            inputs=Normal((2, 1, 8, 8)),
            target=Integer(0, 2),
            layer="relu2",
            relu=False,
        ),
        case(
            "two digits, with ReLU",
            model=model("digit_network"),
            inputs=Digits(2),
            target=Integer(0, 9),
            layer="relu2",
            relu=True,
        ),
    ),
    properties=(
        agrees("the channels, weighted by their mean gradients and added up", 3, cases=SIGNED_CASES),
        agrees("the same sum, with its negative values set to 0", 2, cases=RELU_CASES),
    ),
)

# --- 07.5 -----------------------------------------------------------------------------------------------------------

READ_LAYER = Exercise(
    id="07.5",
    title="Where the cat's map misses the cat",
    kind="read",
    difficulty=2,
    minutes=3,
    goal="you can say with a number whether a map lies on the thing that it explains.",
    expected="a share between 0 and 1, read off the figure; 0.05 more or less does not matter.",
    name="cat_share",
    stub="cat_share = None",
    hints=(
        "There is a curve for each class, and their mean. Which of them belongs to the cat, by its line style?",
        "Go to blocks.5, one of the two layers with 7 × 7 places before the last, and look for the cat's curve.",
        "It lies in the lower part of the figure, below a quarter and above a fifth, or close to that.",
    ),
    properties=(between(0.17, 0.27, "the height of the cat's curve above blocks.5", 1),),
    measured=lambda runs: f"You read {runs[0].number:.2f}: at this layer, most of the map of the cat lies on the cup.",
)

# --- 07.6 -----------------------------------------------------------------------------------------------------------

EQUAL = "yes: both maps reach the same brightness, so the layer holds as much for both"
AREA = "no: the bright area for the tripod is smaller, so the layer holds less for it"
ABSENT = "no: there is no tripod in the picture, so the layer holds nothing for it"
UNSCALED = "these maps cannot answer it: each was scaled to its own largest value"

JUDGE_SCALED = Exercise(
    id="07.6",
    title="As much tripod as espresso?",
    kind="judge",
    difficulty=3,
    minutes=4,
    goal="you have judged a claim and named what the figure can show.",
    expected="one of the four answers, and a reason in one or two sentences that a colleague could check.",
    name="choice_07_6",
    reason="reason_07_6",
    stub='choice_07_6 = None\nreason_07_6 = ""',
    options=(EQUAL, AREA, ABSENT, UNSCALED),
    hints=(
        "Put a map and ten times that map into the formula. What comes out?",
        "The scale of each map was made from that map. Which scale would two maps need to be compared?",
        "The largest value of the map is what was divided by. Could any figure drawn afterwards still show it?",
    ),
    properties=(agrees("what two maps can say about each other after this scaling", 1),),
)

# --- 07.7 -----------------------------------------------------------------------------------------------------------

GUIDED = Exercise(
    id="07.7",
    title="Guided Grad-CAM",
    kind="code",
    difficulty=2,
    minutes=4,
    goal="you can lay a coarse map that knows the class over a fine one that knows the edges.",
    expected="attributions like the fine map, (N, C, H, W), signed; zero wherever the enlarged coarse map is zero.",
    name="guided_grad_cam",
    stub='raise NotImplementedError("07.7: start by enlarging coarse to the height and width of fine")',
    hints=(
        "Two steps: the coarse map has to become as large as the fine one; then the two are combined pixel by pixel.",
        "torch.nn.functional.interpolate enlarges (N, 1, h, w) to size=(H, W); its mode has to be named.",
        'F.interpolate(coarse, size=fine.shape[2:], mode="bilinear") * fine, with F = torch.nn.functional.',
    ),
    cases=(
        case("two pictures in colour", coarse=Rectified((2, 1, 3, 4)), fine=Normal((2, 3, 9, 14))),
        case("a digit", coarse=Rectified((1, 1, 4, 4)), fine=Normal((1, 1, 28, 28))),
        case("three wide pictures", coarse=Rectified((3, 1, 2, 5)), fine=Normal((3, 2, 7, 12))),
    ),
    properties=(
        agrees(
            "the product of the fine map and the coarse one, enlarged bilinearly",
            2,
            cases=("two pictures in colour", "a digit"),
        ),
        agrees("the same for pictures that are wider than high", 1, cases=("three wide pictures",)),
    ),
)

# --- 07.8 -----------------------------------------------------------------------------------------------------------

MUST_FALL = 0.5
MAY_CHANGE = 0.01


def _no_head(run: Run) -> str | None:
    """Say why the answer cannot be the weights of this head; None where it can."""
    values, shape = run.values.get(""), tuple(run.inputs["A"].shape)
    if values is None or values.dtype.kind not in "fb":
        return "your weights are not one array of numbers."
    if values.shape != shape:
        return f"your weights have the shape {values.shape}; expected is one weight for each value of A, {shape}."
    return None if np.isfinite(values).all() else "your weights contain NaN or infinity."


def effects_of_removal(run: Run) -> tuple[float, float]:
    """Return by how much the score falls without the plus, and without the cross."""
    A = run.inputs["A"].numpy()
    plus, cross = (float((v * a).sum()) for v, a in zip(run.value, A, strict=True))
    return plus, cross


def map_at(run: Run) -> tuple[float, float]:
    """Return Grad-CAM, with its ReLU, at the plus and at the cross; it is 0 at every other place."""
    A = run.inputs["A"].numpy()
    cam = np.maximum((run.value.mean(axis=(1, 2), keepdims=True) * A).sum(axis=0), 0)
    return float(cam[A[0] > 0][0]), float(cam[A[1] > 0][0])


def of_a_head(says: str, points: int, problem: Callable[[Run], str | None]) -> Property:
    """A property that is measured only where the answer can be the weights of the head."""

    def holds(run: Run) -> str | None:
        wrong = _no_head(run)
        if wrong:
            return f"On “{run.case.name}”: {wrong}"
        found = problem(run)
        return found and f"On “{run.case.name}”: {found} Expected: {says}."

    return Property(says, points, holds)


def _plus_decides(run: Run) -> str | None:
    plus, cross = effects_of_removal(run)
    if plus >= MUST_FALL and abs(cross) <= MAY_CHANGE:
        return None
    found = f"without the plus the score falls by {plus:.3g}, without the cross by {cross:.3g}."
    A, V = run.inputs["A"].numpy(), run.value
    strongest = np.unravel_index(V[0].argmax(), V[0].shape)
    if plus < MUST_FALL and V[0].max() > 0 and A[0][strongest] == 0 and (V[0] == V[0].max()).sum() == 1:
        row, column = map(int, strongest)
        where = f"Your largest weight for the plus is V[0, {row}, {column}]; this picture has its plus elsewhere."
        return f"{found} {where} Find it in A."
    if abs(cross) > MAY_CHANGE:
        return f"{found} The score reads one weight of the cross channel, the one at the cross: it is {cross:.3g}."
    return f"{found} The score reads one weight of the plus channel, the one at the plus: it is {plus:.3g}."


def _map_misleads(run: Run) -> str | None:
    plus, cross = map_at(run)
    dark, glows = plus <= 1e-3 * max(cross, 1.0), cross > 0
    if glows and plus <= 1e-3 * cross:
        return None
    found = f"Grad-CAM has {plus:.3g} at the plus and {cross:.3g} at the cross."
    if dark and not glows:
        return f"{found} The plus is dark. The cross is missing: it glows where its weights have a positive mean."
    if glows:
        return f"{found} The cross glows. So does the plus, since its weights have a positive mean."
    return found


def _said_of_heads(runs: Sequence[Run]) -> str:
    fall, change = effects_of_removal(runs[0])
    at_plus, at_cross = map_at(runs[0])
    return (
        f"without the plus the score falls by {fall:.2f}, without the cross by {change:.2f}; and Grad-CAM has "
        f"{at_plus:.2g} at the plus and {at_cross:.2g} at the cross. On {len(runs)} fresh pictures."
    )


MISLEADING_HEAD = Exercise(
    id="07.8",
    title="Break it: point at the wrong thing",
    kind="break",
    difficulty=4,
    minutes=10,
    goal="Grad-CAM, computed without any error, glows on what the score ignores and is dark on what decides it.",
    expected=f"weights like A. Without the plus the score falls by {MUST_FALL:g} or more, without the cross it "
    "changes by "
    f"{MAY_CHANGE:g} at most; Grad-CAM with its ReLU is 0 at the plus and positive at the cross.",
    name="misleading_head",
    stub='raise NotImplementedError("07.8: start with the mean that the weights of the plus channel need")',
    hints=(
        "The score reads a channel at one place only, where its pattern is. What does Grad-CAM read of the same "
        "weights?",
        "Give the plus a positive weight at its place, and spread enough negative weight over the places where there "
        "is nothing. For the cross, the other way round.",
        "2 * (A[0] - A[0].mean()) has the mean 0 and is positive at the plus; 1 - A[1] has a positive mean and is 0 at "
        "the cross. torch.stack puts two channels together.",
    ),
    cases=(
        case("a small picture", A=PlusAndCross((6, 6))),
        case("a wide picture", A=PlusAndCross((5, 9))),
        case("a high picture", A=PlusAndCross((8, 5))),
    ),
    properties=(
        of_a_head("the plus decides the score, and the cross does not matter", 2, _plus_decides),
        of_a_head("Grad-CAM is 0 at the plus and positive at the cross", 2, _map_misleads),
    ),
    measured=_said_of_heads,
)

EXERCISES = (
    CAM,
    CHANNEL_WEIGHTS,
    FACTOR,
    GRAD_CAM,
    READ_LAYER,
    JUDGE_SCALED,
    GUIDED,
    MISLEADING_HEAD,
)
