"""Notebook 06, occlusion: the public halves of its exercises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_utils.exercises.drawing import (
    Digits,
    Integer,
    Normal,
    Spec,
    Uniform,
    UniformNumber,
    model,
)
from course_utils.exercises.properties import agrees, between, holds_when
from course_utils.exercises.record import Exercise, Property, Run, case


@dataclass(frozen=True)
class StrideThatClips(Spec):
    """A stride, 2 to the window's length, that divides the way of the window on neither axis."""

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> int:
        """Draw one of those that fit; for a window of 5 or more on 28 pixels there is always one."""
        window = built["window"]
        ways = (built["height"] - window, built["width"] - window)
        fitting = [s for s in range(2, window + 1) if all(way % s for way in ways)]
        return int(rng.choice(fitting))


@dataclass(frozen=True)
class StrideThatFits(Spec):
    """A stride of 2 or more that divides the way of the window; for square pictures."""

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> int:
        """Draw one of the divisors, at most the window's length; 1 where there is no other."""
        way, window = built["height"] - built["window"], built["window"]
        return int(rng.choice([s for s in range(2, window + 1) if way % s == 0] or [1]))


@dataclass(frozen=True)
class CoveredDigits(Spec):
    """For each of `count` digits: the digit, a black picture, and the digit behind every black square of 7 × 7.

    The squares move by 3, which is 8 × 8 places, so the batch holds 66 pictures for each digit.
    """

    count: int = 4

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Draw the digits and cover them."""
        import torch

        pictures = []
        for digit in Digits(self.count).build(rng, built):
            pictures += [digit, torch.zeros_like(digit)]
            for top in range(0, 22, 3):
                for left in range(0, 22, 3):
                    covered = digit.clone()
                    covered[:, top : top + 7, left : left + 7] = 0
                    pictures.append(covered)
        return torch.stack(pictures)


PICTURES_OF_A_DIGIT = 2 + 8 * 8


@dataclass(frozen=True)
class OnePixelMasks(Spec):
    """Masks (h·w, h, w) of which each shows one pixel, in an order that is drawn."""

    height: int
    width: int

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Any:
        """Shuffle the rows of an identity matrix."""
        import torch

        pixels = self.height * self.width
        return torch.eye(pixels)[torch.tensor(rng.permutation(pixels))].reshape(pixels, self.height, self.width)


# --- 06.1 -----------------------------------------------------------------------------------------------------------

SUM_OF_PARTS = Exercise(
    id="06.1",
    title="Do the parts make the whole?",
    kind="predict",
    difficulty=1,
    minutes=3,
    goal="you have said what occlusion makes of two inputs that need each other.",
    expected="one of the options; a prediction earns no points and costs none.",
    name="sum_of_parts",
    stub='predict("06.1", "What do the two attributions of the product add up to?", answer=None)',
    hints=(
        "Write down the product with both inputs, without the first, and without the second.",
        "Each input is removed alone, and then put back. What is 0 · 1, and what is 1 · 0?",
        "Each input receives F(1, 1) minus the product with a zero in it. Add the two.",
    ),
    options=("0", "0.5", "1", "2"),
    measured=lambda runs: "Each input takes the whole product with it when it goes: 1 + 1 = 2.",
)

# --- 06.2 -----------------------------------------------------------------------------------------------------------

COUNT = Exercise(
    id="06.2",
    title="Count before you run",
    kind="code",
    difficulty=2,
    minutes=5,
    goal="you know the price of an occlusion map before you pay it.",
    expected="a whole number: 785 for a picture of 28 × 28, a window of 1 and a stride of 1.",
    name="count_passes",
    tolerance=1e-6,
    floor=1.0,
    stub='raise NotImplementedError("06.2: start with one axis: where does the first window begin, where the last?")',
    hints=(
        "Draw a line of 7 boxes, a window of 3 and a stride of 3, and move it until it has reached the last box.",
        "After the first place the window has height − window pixels to go, in steps of stride. A rest of a step is a "
        "step too. Both axes have their own number of places.",
        "places = math.ceil((length - window) / stride) + 1 for each axis; then places · places + 1.",
    ),
    cases=(
        case(
            "a digit, clipped at the border",
            height=28,
            width=28,
            window=Integer(5, 9),
            stride=StrideThatClips(),
        ),
        case(
            "a wide picture, clipped at the border",
            height=Integer(30, 37),
            width=Integer(50, 61),
            window=Integer(7, 12),
            stride=StrideThatClips(),
        ),
        case("every place", height=Integer(20, 28), width=Integer(29, 40), window=Integer(2, 5), stride=1),
        case("a stride that fits", height=28, width=28, window=Integer(4, 10), stride=StrideThatFits()),
    ),
    properties=(
        agrees(
            "the number of windows and one more, where the last window is clipped",
            2,
            cases=("a digit, clipped at the border", "a wide picture, clipped at the border"),
        ),
        agrees(
            "the number of windows and one more, where all windows are whole",
            1,
            cases=("every place", "a stride that fits"),
        ),
    ),
    measured=lambda runs: "right on 4 fresh cases; the first had " + f"{runs[0].number:.0f} passes.",
)

# --- 06.3 -----------------------------------------------------------------------------------------------------------


def values_of_the_definition(says: str, points: int, cases: tuple[str, ...]) -> Property:
    """Agreement with the definition; a pixel without a value is named as what it is."""
    plain = agrees(says, points)

    def holds(run: Run) -> str | None:
        values = run.values.get("")
        if values is not None and values.dtype.kind == "f" and np.isnan(values).any():
            return (
                f"On “{run.case.name}”: {int(np.isnan(values).sum())} values are NaN. That is 0 / 0 where no window "
                "ever came. Where does your last window end?"
            )
        return plain.holds(run)

    return Property(says, points, holds, cases)


def single_terms(run: Run) -> bool:
    """On a linear score and one pixel at a time, each pixel receives its weight times its change."""
    x, x0, network = run.inputs["inputs"], run.inputs["baselines"], run.inputs["model"]
    weights = network.weights[run.inputs["target"]].reshape(x.shape[1:])
    expected = (weights * (x - x0)).numpy()
    return bool(np.abs(run.values[""] - expected).max() <= 1e-3 * np.abs(expected).max())


OCCLUSION = Exercise(
    id="06.3",
    title="Occlusion from scratch",
    kind="code",
    difficulty=3,
    minutes=15,
    needs=("06.2",),
    goal="your function explains any model that can be called, with a window over any picture.",
    expected="a tensor like inputs, in units of score; what two windows cover has the mean of both.",
    name="my_occlusion",
    stub='raise NotImplementedError("06.3: start with a copy of inputs whose upper left window holds the baseline")',
    hints=(
        "Two running sums help: what the windows lost at each pixel, and how many windows covered it.",
        "Two loops, over the top rows and the left columns of the windows. In each: clone the inputs, fill the window "
        "from baselines, ask the model, and add the loss to the window in the first sum and 1 in the second.",
        "for top in range(0, H - h + sh, sh): for left in range(0, W - w + sw, sw): area = (..., slice(top, top + h), "
        "slice(left, left + w)); covered = inputs.clone(); covered[area] = baselines[area]; then "
        "total[area] += (whole - model(covered)[:, target]).reshape(-1, 1, 1, 1) and count[area] += 1.",
    ),
    cases=(
        case(
            "two digits",
            model=model("digit_network"),
            inputs=Digits(2),
            target=Integer(0, 9),
            sliding_window_shapes=(1, 9, 7),
            strides=(1, 4, 3),
            baselines=Uniform((2, 1, 28, 28), 0.1, 0.9),
        ),
        case(
            "three small pictures",
            model=model("small_conv_net", seed=Integer(0, 9999)),
            inputs=Normal((3, 1, 8, 8)),
            target=Integer(0, 2),
            sliding_window_shapes=(1, 3, 5),
            strides=(1, 2, 4),
            baselines=Normal((3, 1, 8, 8)),
        ),
        case(
            "two pictures in colour, not square",
            model=model("linear", weights=Normal((3, 3 * 6 * 8)), bias=Normal((3,), 3.0)),
            inputs=Normal((2, 3, 6, 8)),
            target=Integer(0, 2),
            sliding_window_shapes=(3, 4, 3),
            strides=(3, 4, 2),  # windows that walk along the wrong axes cover all of this picture too
            baselines=Normal((2, 3, 6, 8)),
        ),
        case(
            "a linear score, one pixel at a time",
            model=model("linear", weights=Normal((4, 25)), bias=Normal((4,), 3.0)),
            inputs=Normal((2, 1, 5, 5)),
            target=Integer(0, 3),
            sliding_window_shapes=(1, 1, 1),
            strides=(1, 1, 1),
            baselines=Normal((2, 1, 5, 5)),
        ),
    ),
    properties=(
        values_of_the_definition(
            "the mean loss over the windows that cover a pixel",
            3,
            cases=("two digits", "three small pictures", "two pictures in colour, not square"),
        ),
        holds_when(
            "on a linear score and one pixel at a time, each pixel gets its weight times its change",
            1,
            single_terms,
            lambda run: "your values are not the terms of the score.",
            cases=("a linear score, one pixel at a time",),
        ),
    ),
)

# --- 06.4 -----------------------------------------------------------------------------------------------------------

LEAST_FALL = 1.0
MOST_LOST = 0.01


def no_scores(run: Run) -> str | None:
    """Say why the answer is not one finite score for each picture; None where it is."""
    values, pictures = run.values.get(""), len(run.inputs["x"])
    if values is None or values.dtype.kind not in "fb":
        return "your function does not return one array of numbers."
    if values.size != pictures:
        return f"your function returned {values.size} values for {pictures} pictures. Expected: one score each."
    if not np.isfinite(values).all():
        return "your scores contain NaN or infinity."
    return None


def losses(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """Return what each digit loses when all of it goes, (digits,), and behind each window, (digits, windows)."""
    scores = run.value.astype(float).reshape(-1, PICTURES_OF_A_DIGIT)
    return scores[:, 0] - scores[:, 1], scores[:, :1] - scores[:, 2:]


def _ink_counts(run: Run) -> str | None:
    problem = no_scores(run)
    if problem:
        return f"On “{run.case.name}”: {problem}"
    fall = losses(run)[0].min()
    if fall >= LEAST_FALL:
        return None
    return (
        f"From digit to black your score falls by {fall:.3g} for one of the digits. Expected: by {LEAST_FALL:g} or "
        "more for each."
    )


def _windows_see_nothing(run: Run) -> str | None:
    if _ink_counts(run):
        return "As long as black costs nothing there is nothing to hide, so the windows were not measured."
    worst = np.abs(losses(run)[1]).max()
    if worst <= MOST_LOST:
        return None
    return f"One of the windows changes your score by {worst:.3g}. Expected: {MOST_LOST:g} at most, for every window."


BLIND_SCORE = Exercise(
    id="06.4",
    title="Break it: a score that no window can hurt",
    kind="break",
    difficulty=3,
    minutes=7,
    goal="occlusion, computed without any error, gives nothing to a digit whose ink decides everything.",
    expected="one score for each picture. For every digit it falls by 1 or more when all ink goes, and changes by at "
    "most 0.01 behind any black window of 7 × 7.",
    name="blind_score",
    stub='raise NotImplementedError("06.4: start with a number for each picture that says how much ink it has")',
    hints=(
        "You have met a function of two inputs on which the removal of one changes nothing. What did it do?",
        "The score has to be satisfied with less than is there: what is left behind any window must still be enough.",
        "Add up the ink of each picture, x.flatten(1).sum(dim=1), and let the score stop rising early: "
        "a threshold, or clamp(max=…).",
    ),
    cases=(case("four digits, behind 64 windows each", x=CoveredDigits()),),
    properties=(
        Property("the score falls by 1 or more when all ink goes", 1, _ink_counts),
        Property("no window changes the score by more than 0.01", 2, _windows_see_nothing),
    ),
    measured=lambda runs: (
        f"without ink the score falls by {losses(runs[0])[0].min():.2g} or more, and the worst window changes it by "
        f"{np.abs(losses(runs[0])[1]).max():.2g}. The map is blank, and all the ink together counts."
    ),
)

# --- 06.5 -----------------------------------------------------------------------------------------------------------

READ_WINDOW = Exercise(
    id="06.5",
    title="Read how large a window must be",
    kind="read",
    difficulty=1,
    minutes=3,
    goal="you can say from which size on a window takes the better half of a digit's score.",
    expected="a length in pixels, read off the left figure; a reading within half a pixel is fine.",
    name="window_for_half",
    stub="window_for_half = None",
    hints=(
        "The left figure has the share of the score on its vertical axis. Where is one half?",
        "Go from one half to the right until you meet the curve, and from there straight down.",
        "The curve crosses one half between its fourth and its fifth point. Lay a ruler down to the axis.",
    ),
    properties=(between(4.1, 5.1, "where the curve of the left figure crosses one half, read off its lower axis", 1),),
    measured=lambda runs: (
        f"You read {runs[0].number:g}; on the line between the two points next to it, it is 4.6. One window of 5 × 5 "
        "of the 28 × 28 pixels is enough for half the score."
    ),
)

# --- 06.6 -----------------------------------------------------------------------------------------------------------

GAP_SIDE = Exercise(
    id="06.6",
    title="Where must a zero be closed?",
    kind="predict",
    difficulty=2,
    minutes=3,
    goal="you have said where you expect the network to miss the ink, before 500 zeros are cut open.",
    expected="one of the options; a prediction earns no points and costs none.",
    name="gap_side",
    stub='predict("06.6", "On which side does a gap cost most zeros?", answer=None)',
    hints=(
        "Cut a zero open in your mind, and ask what else it could be now.",
        "Which other digits are rings that are open on one side?",
        "A gap above may leave a 4 or a 6. Which digit is open on one side all the way down?",
    ),
    options=("above", "below", "left", "right", "no side: it need not be closed"),
    measured=lambda runs: "On the left: one zero in five survives. It opens to a 3.",
)

# --- 06.7 -----------------------------------------------------------------------------------------------------------


def same_rows(run: Run) -> bool:
    """Exactly the rows of the definition hold ink; what stands in them is another question."""
    got, expected = run.values[""], run.expected
    return bool(((np.abs(got).sum(axis=(1, 3)) > 0) == (np.abs(expected).sum(axis=(1, 3)) > 0)).all())


KEEP_PART = Exercise(
    id="06.7",
    title="Scissors for many digits",
    kind="code",
    difficulty=3,
    minutes=8,
    goal="you can cut the same part out of five hundred digits, each measured on its own height.",
    expected="new pictures like the ones given: a band of rows of each digit, and black above and below.",
    name="keep_part",
    stub='raise NotImplementedError("06.7: start with the first and the last row of one digit that has any ink")',
    hints=(
        "Digits differ in height. For one of them: which rows have any pixel above 0?",
        "With first and last such row the height is last − first + 1. Row r lies at (r − first + 0.5) / height: the "
        "middle of the row, as a share of the height.",
        "rows = torch.arange(28); inked = image[0].amax(dim=1) > 0; first, last = rows[inked][[0, -1]]; "
        "place = (rows - first + 0.5) / (last - first + 1); keep where (place >= top) & (place < bottom).",
    ),
    # Most digits are 20 rows high. Borders a quarter behind a row tell a row's middle from its beginning, and borders
    # a quarter before one tell rounding from cutting off.
    cases=(
        case(
            "the middle of four digits",
            images=Digits(4),
            top=UniformNumber(0.2555, 0.2695, decimals=4),
            bottom=UniformNumber(0.6305, 0.6445, decimals=4),
        ),
        case("the upper part", images=Digits(3), top=0, bottom=UniformNumber(0.5055, 0.5195, decimals=4)),
        case("the lower part", images=Digits(3), top=UniformNumber(0.4305, 0.4445, decimals=4), bottom=1),
    ),
    properties=(
        agrees("the kept rows as they were, and black in all others", 2),
        holds_when(
            "the right rows hold ink",
            1,
            same_rows,
            lambda run: "other rows than those asked for hold ink, or too few.",
        ),
    ),
)

# --- 06.8 -----------------------------------------------------------------------------------------------------------


def each_pixel_its_score(run: Run) -> bool:
    """Where each mask shows one pixel, that pixel holds the score of its mask over p n."""
    masks, scores = run.inputs["masks"].numpy(), run.inputs["scores"].numpy()
    expected = (masks * scores[:, None, None]).sum(axis=0) / (run.inputs["probability"] * len(masks))
    return bool(np.abs(run.values[""] - expected).max() <= 1e-4 * np.abs(expected).max())


RISE = Exercise(
    id="06.8",
    title="A map from random holes",
    kind="code",
    difficulty=2,
    minutes=6,
    goal="you can make a map from nothing but masks and the scores behind them.",
    expected="one number for each pixel, (H, W), in units of score.",
    name="rise_map",
    stub='raise NotImplementedError("06.8: start with the first mask times the first score")',
    hints=(
        "Each mask votes for the pixels that it shows, with the score that it left.",
        "Give the scores two axes more, so that (n, 1, 1) meets (n, H, W); multiply, and add over the masks.",
        "(scores[:, None, None] * masks).sum(dim=0) / (probability * len(masks))",
    ),
    cases=(
        case(
            "smooth masks",
            masks=Uniform((11, 6, 9)),
            scores=Normal((11,), 2.0),
            probability=UniformNumber(0.2, 0.45),
        ),
        case(
            "more masks, and scores above 0",
            masks=Uniform((30, 5, 4)),
            scores=Uniform((30,), 0.2, 1.0),
            probability=UniformNumber(0.6, 0.8),
        ),
        case(
            "each mask shows one pixel",
            masks=OnePixelMasks(3, 5),
            scores=Normal((15,), 2.0),
            probability=UniformNumber(0.2, 0.45),
        ),
    ),
    properties=(
        agrees("the mean of the masks, weighted with their scores, over the probability", 2),
        holds_when(
            "a pixel that one mask shows has that mask's score over p n",
            1,
            each_pixel_its_score,
            lambda run: "your values are not that.",
            cases=("each mask shows one pixel",),
        ),
    ),
)

# --- 06.9 -----------------------------------------------------------------------------------------------------------

PLACE_FOR = "the place speaks for espresso: the blurred cover is the gentlest one, and with it the score falls"
PLACE_AGAINST = "the place speaks against espresso: black removes everything, and with it the score rises"
PLACE_MEAN = "the place speaks weakly for espresso: the truth is the mean over the two covers"
PLACE_CANNOT = "this method cannot answer it so: each cover asks for another picture, and their answers differ in sign"

JUDGE_PLACE = Exercise(
    id="06.9",
    title="Does this place speak for espresso?",
    kind="judge",
    difficulty=3,
    minutes=5,
    goal="you have judged what two covers that disagree allow you to say.",
    expected="one of the options, and a reason in one or two sentences that a colleague could check.",
    name="choice_06_9",
    reason="reason_06_9",
    stub='choice_06_9 = None\nreason_06_9 = ""',
    options=(PLACE_FOR, PLACE_AGAINST, PLACE_MEAN, PLACE_CANNOT),
    hints=(
        "An attribution here is a difference of two scores. Which two pictures does each of the covers compare?",
        "Is a cup with a blurred patch, or a cup with a black square in it, a cup without that place?",
        "The question is about the place alone. Name what else changes when the cover is put on.",
    ),
    properties=(agrees("what a difference between two pictures can say about one of them", 1),),
)

EXERCISES = (
    SUM_OF_PARTS,
    COUNT,
    OCCLUSION,
    BLIND_SCORE,
    READ_WINDOW,
    GAP_SIDE,
    KEEP_PART,
    RISE,
    JUDGE_PLACE,
)
"""In the order of the text."""
