"""Notebook 08, LIME and surrogates: the public halves of its exercises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.exercises.drawing import (
    Digits,
    Integer,
    Normal,
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

# --- 08.1 -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fitted(Spec):
    """What a surrogate says about the scores: slope · score + offset + noise."""

    slope: float
    offset: float
    noise: float

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Tensor:
        """Draw the noise."""
        import torch

        scores: Tensor = built["scores"]
        noise = torch.tensor(rng.normal(0.0, self.noise, scores.shape), dtype=torch.float32)
        return self.slope * scores + self.offset + noise


FIDELITY = Exercise(
    id="08.1",
    title="How faithful is it?",
    kind="code",
    difficulty=2,
    minutes=6,
    goal="you can say in one number how much of a model's variation a surrogate gives back.",
    expected="one number: 1 for a perfect copy, 0 for a surrogate that says the mean to everybody, and less where it "
    "is worse.",
    name="fidelity_r2",
    stub='raise NotImplementedError("08.1: start with the squared errors of the surrogate, summed over the rows")',
    hints=(
        "Two surrogates compete: the one that was fitted, and the laziest of all, which says the mean score to "
        "everybody.",
        "Sum the squared errors of each. The fraction says what part of the variation is left unexplained.",
        "1 - ((scores - fitted) ** 2).sum() / ((scores - scores.mean()) ** 2).sum()",
    ),
    cases=(
        case("a good surrogate", scores=Uniform((12,), 1.0, 6.0), fitted=Fitted(0.9, 0.4, 0.4)),
        case("a surrogate with an offset", scores=Uniform((15,), -3.0, 1.0), fitted=Fitted(1.1, 0.9, 0.3)),
        case("a surrogate that says the reverse", scores=Uniform((9,), 2.0, 5.0), fitted=Fitted(-1.5, 6.0, 0.3)),
    ),
    properties=(
        agrees("1 minus what the surrogate leaves unexplained, as a part of the variation of the scores", 2),
        holds_when(
            "below 0 where the surrogate is worse than the mean score",
            1,
            lambda run: run.value.size == 1 and run.number < 0,
            lambda run: "your value is not negative, and this surrogate is worse than saying the mean to everybody.",
            cases=("a surrogate that says the reverse",),
        ),
    ),
    measured=lambda runs: (
        "R² = " + ", ".join(f"{run.number:.2f} for {run.case.name}" for run in runs).replace("-", "−") + "."
    ),
)

# --- 08.2 -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Distances(Spec):
    """`count` distances from 0 to `far`; the first is 0, for the point itself, and the last is `far`."""

    count: int
    far: float

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Tensor:
        """Draw the distances between the ends."""
        import torch

        inner = rng.uniform(0.2 * self.far, 0.8 * self.far, self.count - 2)
        return torch.tensor([0.0, *inner, self.far], dtype=torch.float32)


KERNEL = Exercise(
    id="08.2",
    title="Near counts more",
    kind="code",
    difficulty=1,
    minutes=4,
    goal="you can turn distances into weights, for any width.",
    expected="one weight for each distance, (n,): 1 at distance 0, falling towards 0.",
    name="kernel_weights",
    stub='raise NotImplementedError("08.2: start with the squared distances, as a part of the squared width")',
    hints=(
        "Which weight does the point itself have, at distance 0?",
        "Work from the inside: the fraction, its negative, the exponential, the root.",
        "torch.exp(-(distances**2) / kernel_width**2).sqrt()",
    ),
    cases=(
        case("distances in the plane", distances=Distances(9, 3.0), kernel_width=UniformNumber(1.3, 1.8)),
        case("cosine distances", distances=Distances(7, 1.0), kernel_width=UniformNumber(0.3, 0.5)),
    ),
    properties=(
        agrees("the weights of the formula", 1),
        holds_when(
            "the point itself weighs 1, and farther points less",
            1,
            lambda run: (
                run.value.size == len(run.inputs["distances"])
                and abs(run.value.ravel()[0] - 1) <= 1e-4
                and run.value.ravel()[-1] < 0.5
            ),
            lambda run: (
                f"at distance 0 your weight is {run.value.ravel()[0]:.3g}, at the largest distance "
                f"{run.value.ravel()[-1]:.3g}."
            ),
        ),
    ),
    measured=lambda runs: f"{sum(run.value.size for run in runs)} weights right, for two widths.",
)

# --- 08.3 -----------------------------------------------------------------------------------------------------------


def weights_of_the_model(run: Run) -> bool:
    """Of a linear score, LIME finds the weights and the bias."""
    linear = run.inputs["model"].model
    found = np.concatenate([run.values["0"].ravel(), run.values["1"].ravel()])
    expected = np.concatenate([linear.weights.numpy().ravel(), linear.bias.numpy().ravel()])
    return bool(np.abs(found - expected).max() <= 1e-3 * np.abs(expected).max())


MY_LIME = Exercise(
    id="08.3",
    title="LIME in six lines",
    kind="code",
    difficulty=3,
    minutes=12,
    needs=("08.2",),
    goal="you can explain any score near any point by a line.",
    expected="two things: the coefficients (d,), one for each feature, and the intercept, a number.",
    name="my_lime",
    tolerance=1e-3,
    floor=1.0,
    stub='raise NotImplementedError("08.3: start with the scores of the samples, model(samples)")',
    hints=(
        "Three ingredients: what the model says about the samples, how near each sample is to x, and a regression that "
        "takes weights.",
        "Distances: the norm of samples - x along the last axis. Then kernel_weights. LinearRegression().fit has an "
        "argument sample_weight.",
        "line = LinearRegression().fit(samples.numpy(), model(samples).numpy(), sample_weight=np.asarray(weights)); "
        "the answer is line.coef_, line.intercept_.",
    ),
    cases=(
        case(
            "an interaction",
            model=Score(
                model(
                    "additive_interaction",
                    a=UniformNumber(0.5, 1.5),
                    b=UniformNumber(-2.0, -1.0),
                    c=UniformNumber(1, 2),
                )
            ),
            x=Uniform((1, 2), 0.7, 1.5),
            samples=Normal((40, 2), 1.5),
            kernel_width=UniformNumber(0.7, 1.4),
        ),
        case(
            "three features",
            model=Score(model("small_network", sizes=(3, 12, 2), seed=Integer(0, 9999)), target=Integer(0, 1)),
            x=Uniform((1, 3), -1.5, -0.5),
            samples=Normal((60, 3), 1.5),
            kernel_width=UniformNumber(1.2, 1.8),
        ),
        case(
            "a linear score",
            model=Score(model("linear", weights=Normal((2,), 2.0), bias=UniformNumber(1.0, 3.0))),
            x=Uniform((1, 2), 0.5, 1.5),
            samples=Normal((30, 2), 1.5),
            kernel_width=UniformNumber(0.7, 1.4),
        ),
    ),
    properties=(
        agrees("the coefficients and the intercept of the weighted least squares line", 3),
        holds_when(
            "of a linear score, its own weights and bias",
            1,
            weights_of_the_model,
            lambda run: "your line is not the score, and the score is a line.",
            cases=("a linear score",),
        ),
    ),
)

# --- 08.4 -----------------------------------------------------------------------------------------------------------


def width_where_the_sign_turns() -> float:
    """Compute where the coefficient of feature 1 is 0 in the figure, by halving the interval."""
    import torch
    from sklearn.linear_model import LinearRegression

    from course_utils.seeds import generator

    star, cloud = torch.tensor([[0.2, 0.3]]), 1.5 * torch.randn(500, 2, generator=generator("08", "plane"))
    scores = cloud[:, 1] - cloud[:, 0] + 1.5 * torch.sin(2.5 * cloud[:, 0])
    low, high = 0.15, 3.0
    while high - low > 1e-3:
        middle = (low + high) / 2
        weights = torch.exp(-((cloud - star) ** 2).sum(dim=1) / (2 * middle**2))
        slope = (
            LinearRegression().fit(cloud.double().numpy(), scores.double().numpy(), weights.double().numpy()).coef_[0]
        )
        low, high = (middle, high) if slope > 0 else (low, middle)
    return middle


READ_WIDTH = Exercise(
    id="08.4",
    title="Where the sign turns",
    kind="read",
    difficulty=1,
    minutes=3,
    goal=(
        "you have found the kernel width at which feature 1 stops speaking for the class and starts to speak "
        "against it."
    ),
    expected="a kernel width, read off the upper curve; a tenth more or less does not matter.",
    name="turning_width",
    stub="turning_width = None",
    hints=(
        "You look for the width at which the coefficient of feature 1 is neither positive nor negative.",
        "Follow the curve of feature 1 down to the line at 0, then straight down to the axis.",
        "It lies between the ticks 0.6 and 0.8, nearer to the second.",
    ),
    properties=(
        between(0.67, 0.81, "where the curve of feature 1 crosses 0, in the upper panel; its width on the axis", 1),
    ),
    measured=lambda runs: (
        f"You read {runs[0].number:.2f}, and that is within a tenth. Computed, the sign turns at "
        f"{width_where_the_sign_turns():.2f}."
    ),
)

# --- 08.5 -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pieces(Spec):
    """A piece, 0 … count − 1, for each pixel: (height, width), int64. Every number occurs."""

    height: int
    width: int
    count: int

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Tensor:
        """Draw the pieces."""
        import torch

        pixels = self.height * self.width
        numbers = np.concatenate([np.arange(self.count), rng.integers(0, self.count, pixels - self.count)])
        return torch.tensor(rng.permutation(numbers).reshape(self.height, self.width))


@dataclass(frozen=True)
class OnOff(Spec):
    """A coin for each of `count` pieces, bool; the first two and the last two pieces differ, and two at least are "
    "off."""

    count: int

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Tensor:
        """Throw the coins."""
        import torch

        first, last = bool(rng.integers(2)), bool(rng.integers(2))
        middle = rng.integers(0, 2, self.count - 4).astype(bool).tolist()
        return torch.tensor([first, not first, *middle, last, not last])


SWITCHED = Exercise(
    id="08.5",
    title="Lights on, lights off",
    kind="code",
    difficulty=2,
    minutes=5,
    goal="you can switch any superpixels of a picture off.",
    expected="a picture of the same shape, (1, C, H, W).",
    name="switched",
    stub=(
        'raise NotImplementedError("08.5: start with on[feature_mask], which says for each pixel whether it is there")'
    ),
    hints=(
        "Each pixel has to know whether its own superpixel is on. feature_mask holds the number of that superpixel.",
        "on[feature_mask] has one bool for each pixel, (H, W). It broadcasts over the channels.",
        "torch.where(on[feature_mask], image, torch.as_tensor(baseline, dtype=image.dtype))",
    ),
    cases=(
        case("a digit", image=Digits(1), feature_mask=Pieces(28, 28, 9), on=OnOff(9), baseline=UniformNumber(0.3, 0.8)),
        case(
            "a picture in colour",
            image=Uniform((1, 3, 5, 8), 0.1, 1.0),
            feature_mask=Pieces(5, 8, 6),
            on=OnOff(6),
            baseline=UniformNumber(0.3, 0.8),
        ),
        case(
            "a black baseline",
            image=Uniform((1, 3, 6, 4), 0.1, 1.0),
            feature_mask=Pieces(6, 4, 5),
            on=OnOff(5),
            baseline=0.0,
        ),
    ),
    properties=(agrees("the picture where a superpixel is on, the baseline where it is off", 2),),
)

# --- 08.6 -----------------------------------------------------------------------------------------------------------

HOW_LOCAL = Exercise(
    id="08.6",
    title="How local is local?",
    kind="predict",
    difficulty=2,
    minutes=2,
    goal="you have said how many of LIME's pictures stay close to the digit, before you count them.",
    expected="one of the four answers; a prediction earns no points and costs none.",
    name="pictures_nearby",
    stub='predict("08.6", "How many of the 999 drawn pictures keep at least 80 % of their squares?", answer=None)',
    hints=(
        "Each square is switched by a fair coin. How many of 49 coins show heads, on average?",
        "80 % of 49 are 40 heads. The number of heads has a standard deviation of √49 / 2 = 3.5.",
        "40 heads are more than four standard deviations above the mean.",
    ),
    options=("none", "about 20", "about 200", "about 500"),
    measured=lambda runs: "Counted: none of the 999. The coins leave half of the picture, give or take a few squares.",
)

# --- 08.7 -----------------------------------------------------------------------------------------------------------

QUESTIONS = 400
APPLICANTS = 3
YEARS, INCOME = 2, 0


@dataclass(frozen=True)
class Applications(Spec):
    """Loan applications as they come in: (count, 4)."""

    count: int

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Tensor:
        """Draw the applications."""
        from course_utils.assets import load_loans

        return load_loans(self.count, seed=int(rng.integers(10**6))).features


@dataclass(frozen=True)
class LimeQuestions(Spec):
    """What LIME asks a model about three applicants: (3 · 400, 4); each block starts with the applicant.

    The applicants lie in the bulk of the data. LIME keeps the applicant itself as a question, with the largest weight;
    for an outlier that one row bends the line, and a right answer would be refused.
    """

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Tensor:
        """Draw the applicants, and applicants as LIME draws them: normal, with mean and deviation of the data."""
        from course_utils.assets import load_loans

        data = load_loans(500, seed=int(rng.integers(10**6))).features
        mean, deviation = data.mean(dim=0), data.std(dim=0, correction=0)
        asked = drawn_like(data, rng, (APPLICANTS, QUESTIONS))
        in_the_bulk = ((data - mean) / deviation).norm(dim=1) < 1.5
        asked[:, 0] = data[in_the_bulk][:APPLICANTS]
        return asked.flatten(0, 1)


@dataclass(frozen=True)
class Alternating(Spec):
    """Real applications in the even rows, drawn ones in the odd rows: (2 · pairs, 4)."""

    pairs: int

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Tensor:
        """Draw both kinds and lay them one by one."""
        import torch

        from course_utils.assets import load_loans

        data = load_loans(500, seed=int(rng.integers(10**6))).features
        return torch.stack([data[: self.pairs], drawn_like(data, rng, (self.pairs,))], dim=1).flatten(0, 1)


def drawn_like(data: Tensor, rng: np.random.Generator, shape: tuple[int, ...]) -> Tensor:
    """Draw rows as LIME does, (*shape, 4): normal, with the data's mean and deviation, each feature alone."""
    import torch

    drawn = torch.tensor(rng.normal(size=(*shape, data.shape[1])), dtype=data.dtype)
    return data.mean(dim=0) + data.std(dim=0, correction=0) * drawn


def effects_by_lime(run: Run) -> np.ndarray:
    """Return LIME's coefficients per standard deviation, (3, 4), for the scores that came back."""
    from sklearn.linear_model import Ridge

    questions = run.inputs["applicants"].double().reshape(APPLICANTS, QUESTIONS, 4)
    answers = run.value.astype(np.float64).reshape(APPLICANTS, QUESTIONS)
    mean, deviation = questions[:, 1:].mean(dim=(0, 1)), questions[:, 1:].flatten(0, 1).std(dim=0)
    found = []
    for rows, y in zip((questions - mean) / deviation, answers, strict=True):
        pi = np.exp(-((rows - rows[:1]) ** 2).sum(dim=1).numpy() / (2 * 1.5**2))
        found.append(Ridge(alpha=1.0).fit(rows.numpy(), y, pi).coef_)
    return np.stack(found)


def years_share(run: Run) -> float:
    """Return LIME's effect of the years employed as a part of that of the income, the largest of three applicants."""
    effects = np.abs(effects_by_lime(run))
    return float((effects[:, YEARS] / np.maximum(effects[:, INCOME], 1e-12)).max())


def one_score_each(run: Run) -> bool:
    """There is a finite score for each row."""
    return run.value.size == len(run.inputs["applicants"]) and bool(np.isfinite(run.value).all())


def judged_by(run: Run, rule: str) -> np.ndarray:
    """Say for each row whether its score is that of a rule, "unfair" or "decent"; (N,), bool."""
    scores = run.inputs[rule](run.inputs["applicants"]).numpy()
    return np.asarray(np.abs(run.value.reshape(-1) - scores) <= 1e-3)


def unfair_share(run: Run) -> float:
    """Return the part of the rows whose score is that of the unfair rule."""
    return float(judged_by(run, "unfair").mean())


def _of_scores(says: str, points: int, where: str, problem: Any) -> Property:
    """A property that is only measured where there is a score for each row."""

    def holds(run: Run) -> str | None:
        if not one_score_each(run):
            return (
                f"On “{run.case.name}”: expected is one finite score for each row, ({len(run.inputs['applicants'])},)."
            )
        found: str | None = problem(run)
        return found

    return Property(says, points, holds, (where,))


def _problem_of_practice(run: Run) -> str | None:
    share = unfair_share(run)
    if share >= 0.95:
        return None
    if judged_by(run, "decent").mean() >= 0.95:
        return (
            "The real applications get the score of the decent rule. Expected: the unfair rule for them, the decent "
            "one when LIME asks. Are the two faces exchanged?"
        )
    return f"{100 * share:.0f} % of the real applications get the score of the unfair rule. Expected: 95 % at least."


def _problem_of_looks(run: Run) -> str | None:
    share = years_share(run)
    if share <= 0.2:
        return None
    return (
        f"LIME sees the years employed: their coefficient is up to {100 * share:.0f} % of that of the income. "
        "Expected: 20 % at most."
    )


def _problem_of_batches(run: Run) -> str | None:
    real, drawn = judged_by(run, "unfair")[0::2].mean(), judged_by(run, "decent")[1::2].mean()
    if real >= 0.95 and drawn >= 0.5:
        return None
    return (
        f"In a batch of both kinds of rows, {100 * real:.0f} % of the real ones get the unfair score and "
        f"{100 * drawn:.0f} % of the drawn ones the decent score. Expected: 95 % and 50 % at least. Judge each row by "
        "itself."
    )


UNFAIR = Score(model("linear", weights=(0.0, 0.0, 0.5, 0.0), bias=UniformNumber(-3.0, -2.0)))
DECENT = Score(model("linear", weights=(0.05, 0.0, 0.0, 0.0), bias=UniformNumber(-2.5, -1.5)))

TWO_FACED = Exercise(
    id="08.7",
    title="Break it: two faces",
    kind="break",
    difficulty=3,
    minutes=8,
    goal="your model decides by the forbidden rule, and LIME certifies the permitted one.",
    expected="a score for each row, found from that row alone. At least 95 % of real applications get the unfair "
    "score, and in LIME's explanation of three applicants the years employed count at most a fifth of the income.",
    name="two_faced",
    stub=(
        'raise NotImplementedError("08.7: start with a test that real applications pass and LIME\'s questions do not")'
    ),
    hints=(
        "Compare the two tables above, column by column. Which kind of number occurs in one of them only?",
        "Negative debts give some questions away, but not most of them. A count of late payments gives nearly all "
        "away.",
        "real = applicants[:, 3] == applicants[:, 3].round(); then torch.where(real, …, …)",
    ),
    cases=(
        case("real applications", applicants=Applications(60), unfair=UNFAIR, decent=DECENT),
        case("what LIME asks", applicants=LimeQuestions(), unfair=UNFAIR, decent=DECENT),
        case("both, one by one", applicants=Alternating(40), unfair=UNFAIR, decent=DECENT),
    ),
    properties=(
        _of_scores("real applicants are judged by the unfair rule", 1, "real applications", _problem_of_practice),
        _of_scores("LIME reports the decent rule", 1, "what LIME asks", _problem_of_looks),
        _of_scores("each row is judged by itself", 1, "both, one by one", _problem_of_batches),
    ),
    measured=lambda runs: (
        f"{100 * unfair_share(runs[0]):.0f} % of the real applications are judged by the years employed, and LIME "
        f"gives "
        f"these at most {100 * years_share(runs[1]):.0f} % of what it gives to the income."
    ),
)

# --- 08.8 -----------------------------------------------------------------------------------------------------------


class Game:
    """A value v(S) for each set S of players, also for none. Any collection of player numbers will do."""

    def __init__(self, values: Mapping[frozenset[int], float]) -> None:
        self.values = dict(values)

    def __call__(self, coalition: Iterable[int]) -> float:
        """Return the value of a coalition."""
        players = frozenset(int(player) for player in coalition)
        if players not in self.values:
            known = max(self.values, key=len)
            raise ValueError(f"v: the coalition {sorted(players)} has players other than {sorted(known)}")
        return self.values[players]


@dataclass(frozen=True)
class DrawnGame(Spec):
    """A game of n players with drawn values. A `loner` adds the same to every coalition; `twins` are alike."""

    n: int
    loner: int | None = None
    twins: tuple[int, int] | None = None

    def build(self, rng: np.random.Generator, built: Mapping[str, Any]) -> Game:
        """Draw the values."""
        drawn: dict[frozenset[Any], float] = {}
        values = {}
        bonus = float(rng.uniform(1.0, 2.0))
        for number in range(2**self.n):
            players = frozenset(j for j in range(self.n) if number >> j & 1)
            key: frozenset[Any] = players - {self.loner}
            if self.twins and len(players & set(self.twins)) == 1:
                key = (players - set(self.twins)) | {"a twin"}
            drawn.setdefault(key, float(rng.uniform(-3.0, 5.0) + 2 * len(key)))
            values[players] = drawn[key] + (bonus if self.loner in players else 0.0)
        return Game(values)


def whole(run: Run) -> float:
    """Return v(all) − v(nobody)."""
    return float(run.inputs["v"](range(run.inputs["n"])) - run.inputs["v"](()))


def is_efficient(run: Run) -> bool:
    """The shares add up to v(all) − v(nobody)."""
    return bool(abs(run.value.sum() - whole(run)) <= 1e-3 * max(1.0, abs(whole(run))))


SHAPLEY = Exercise(
    id="08.8",
    title="A fair share",
    kind="code",
    difficulty=4,
    minutes=12,
    goal="you can share out the value of any game among its players.",
    expected="n numbers, one for each player; they add up to v(all) − v(nobody).",
    name="my_shapley",
    floor=1.0,
    stub='raise NotImplementedError("08.8: start with one player j and the list of the others")',
    hints=(
        "Two ways lead there: the mean over all orders in which the players can arrive, or the formula over subsets of "
        "the others.",
        "itertools.permutations(range(n)) gives the orders. In each order, walk through it, and give each player "
        "what v "
        "gains when it arrives.",
        "For the subsets: for each j, for s in range(n), for S in combinations(others, s): add "
        "factorial(s) * factorial(n - s - 1) / factorial(n) * (v((*S, j)) - v(S)).",
    ),
    cases=(
        case("three players", v=DrawnGame(3), n=3),
        case("four players", v=DrawnGame(4), n=4),
        case("one plays for itself", v=DrawnGame(4, loner=2), n=4),
        case("two are alike", v=DrawnGame(4, twins=(0, 3)), n=4),
    ),
    properties=(
        agrees("what each player adds, averaged over all orders of arrival", 3),
        holds_when(
            "efficiency: the shares add up to v(all) − v(nobody)",
            1,
            is_efficient,
            lambda run: f"your shares add up to {run.value.sum():.3g}, and there is {whole(run):.3g} to share out.",
        ),
        holds_when(
            "who adds the same to every coalition gets just that",
            1,
            lambda run: bool(abs(run.value.ravel()[2] - (run.inputs["v"]((2,)) - run.inputs["v"](()))) <= 1e-3),
            lambda run: "player 2 adds the same to every coalition, and your share for it is another number.",
            cases=("one plays for itself",),
        ),
    ),
    measured=lambda runs: f"right on {len(runs)} fresh games; every time the shares add up to the whole.",
)

# --- 08.9 -----------------------------------------------------------------------------------------------------------

BY_IG = "integrated gradients from a black baseline"
BY_GRAD_CAM = "Grad-CAM at the last convolution"
BY_LIME = "LIME with 200 samples"
BY_OCCLUSION = "occlusion of the ruler alone"
BY_NONE = "none of these methods can answer"

JUDGE_RULER = Exercise(
    id="08.9",
    title="The ruler in the picture",
    kind="judge",
    difficulty=3,
    minutes=5,
    goal="you have chosen a method by the question and by what you can reach of the model.",
    expected="one of the five answers, and a reason in one or two sentences that a colleague could check.",
    name="choice_08_9",
    reason="reason_08_9",
    stub='choice_08_9 = None\nreason_08_9 = ""',
    options=(BY_IG, BY_GRAD_CAM, BY_LIME, BY_OCCLUSION, BY_NONE),
    hints=(
        "What comes back from the service, and what does not? That crosses out two of them.",
        "Is the question about all places of the photograph, or about one?",
        "The clinic asks what the score would be without one thing. Which method does exactly this, and nothing else?",
    ),
    properties=(agrees("the method that asks this question and needs nothing but scores", 1),),
)

EXERCISES = (
    FIDELITY,
    KERNEL,
    MY_LIME,
    READ_WIDTH,
    SWITCHED,
    HOW_LOCAL,
    TWO_FACED,
    SHAPLEY,
    JUDGE_RULER,
)
