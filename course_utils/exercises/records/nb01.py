"""Notebook 01, terminology: the public halves of its exercises."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from course_utils.exercises.drawing import Integer, OneOf, Uniform, UniformNumber, model
from course_utils.exercises.properties import agrees, holds_when
from course_utils.exercises.record import Exercise, Property, Run, case

MOVES = Exercise(
    id="01.1",
    title="Which number moves the decisions?",
    kind="predict",
    difficulty=1,
    minutes=2,
    goal="you have said, before the run, which feature moves the bank's score most over all applicants.",
    expected="one of the four features; being wrong costs nothing.",
    name="moves",
    stub='predict("01.1", "Which feature moves the score most, on average over all applicants?", answer=None)',
    hints=(
        "The weights are in the formula. Are they measured in the same unit?",
        "One late payment more changes the score by 0.9. How many applicants differ by one late payment, "
        "and by how many thousand euros of income do they differ?",
        "Multiply each weight by how much its feature typically differs from the mean. Income: some 15 thousand euros.",
    ),
    options=("income", "debt", "years employed", "late payments"),
    measured=lambda runs: "Income moves the score most; late payments, with the largest weight, move it least.",
)

CHANGE = Exercise(
    id="01.2",
    title="What would have to change?",
    kind="code",
    difficulty=2,
    minutes=12,
    goal="you can tell anyone who was refused by a linear score how far one feature is from another decision.",
    expected="one change for each applicant, in the feature's own unit and with a sign; added to the feature, it takes "
    "the score to 0, right to a thousandth.",
    name="smallest_change",
    stub='raise NotImplementedError("01.2: start with the score of each applicant, and how far it is from 0")',
    hints=(
        "How far is the score from 0, and how fast does it move when this one feature grows by 1?",
        "A linear score moves by its weight for each unit. You know the distance and the speed. Mind the sign: "
        "a refused applicant needs the score to rise.",
        "Solve score + weight · change = 0 for the change. model(applicants) has the scores, model.weights[feature] "
        "the weight.",
    ),
    cases=(
        case(
            "our bank, a feature that hurts",
            model=model("loan_model"),
            applicants=Uniform((3, 4), 1.0, 30.0),
            feature=OneOf((1, 3)),
        ),
        case(
            "our bank, a feature that helps",
            model=model("loan_model"),
            applicants=Uniform((5, 4), 1.0, 30.0),
            feature=OneOf((0, 2)),
        ),
        case(
            "another bank with six features",
            model=model("linear", weights=Uniform((6,), 0.4, 1.2), bias=UniformNumber(2.0, 4.0)),
            applicants=Uniform((5, 6), -2.0, 2.0),  # some of them are granted
            feature=Integer(0, 5),
        ),
    ),
    properties=(
        agrees("the change of that feature which takes the score to exactly 0, for each applicant", 2),
        holds_when(
            "each change goes in the direction of the other decision",
            1,
            lambda run: bool((np.sign(run.values[""]).ravel() == np.sign(run.expected).ravel()).all()),
            lambda run: "some of your changes lead away from the other decision.",
        ),
    ),
    tolerance=1e-3,
    measured=lambda runs: (
        f"after your change the score is 0 for each of {sum(r.value.size for r in runs)} applicants, at two banks."
    ),
)

WEIGHTS, BIAS = np.array([0.08, -0.06, 0.15, -0.9]), -2.5


def _score(applicant: np.ndarray) -> float:
    return float(applicant @ WEIGHTS + BIAS)


def _four(run: Run) -> np.ndarray:
    return run.value.reshape(-1)


def _exists(run: Run) -> str | None:
    if list(run.values) != [""] or run.value.size != 4 or run.value.dtype.kind != "f":
        return "Four numbers are expected: [income, debt, years employed, late payments]."
    income, debt, years, late = _four(run)
    if not (8 <= income <= 250 and 0 <= debt <= 500 and 0 <= years <= 40 and 0 <= late <= 24):
        return (
            "Nobody can apply with these numbers. Income lies in 8 to 250, debt in 0 to 500, years employed in 0 to "
            "40, late payments in 0 to 24 (they are counted over two years)."
        )
    return None if late == round(late) else f"Late payments are counted: {late} is not a whole number."


def _refused(run: Run) -> str | None:
    if _exists(run):
        return "First the applicant must be one who can exist."
    score = _score(_four(run))
    return None if score <= 0 else f"The score is {score:+.2f}: this applicant gets the loan and needs no way out."


def _closed(feature: int, action: str, best: float, step: bool) -> Property:
    """Even the best that can be done with one feature leaves the decision as it is."""

    def holds(run: Run) -> str | None:
        if _refused(run):
            return "First the applicant must be one who can exist and is refused."
        before, moved = _four(run), _four(run).copy()
        moved[feature] = best if not step else moved[feature] + best if feature == 2 else moved[feature] * best
        if _score(moved) <= 0:
            return None
        return (
            f"{action} takes the score from {_score(before):+.2f} to {_score(moved):+.2f}: granted. "
            "That is a way out; close it without opening another."
        )

    return Property(f"{action[0].lower()}{action[1:]} is not enough", 1, holds)


NO_WAY_OUT = Exercise(
    id="01.3",
    title="No way out",
    kind="break",
    difficulty=3,
    minutes=10,
    goal="you have found an applicant whom no counterfactual of one feature can help.",
    expected="four numbers; any refused applicant passes for whom each of the four single changes asks for too much.",
    name="no_way_out",
    asks="value",
    stub="no_way_out = None  # [income, debt, years employed, late payments]",
    hints=(
        "If one thing alone is bad, undoing that one thing helps. What if several are bad?",
        "Write down what each change can bring: 0.06 a thousand of debt, 0.9 a late payment, 1.5 for ten years, "
        "0.08 a thousand of income. The score must lie deeper than the largest of the four.",
        "A modest income, as much debt as income or more, a new job, and two or three late payments: then compute "
        "all four, and move what still opens a door.",
    ),
    properties=(
        Property("the applicant can exist", 1, _exists),
        Property("the applicant is refused", 1, _refused),
        _closed(1, "Paying off the whole debt", 0.0, step=False),
        _closed(3, "Erasing every late payment", 0.0, step=False),
        _closed(2, "Ten more years in the job", 10.0, step=True),
        _closed(0, "Doubling the income", 2.0, step=True),
    ),
    measured=lambda runs: f"score {_score(_four(runs[0])):+.2f}, and none of the four doors opens alone.",
)

AXES = (("ante-hoc", "post-hoc"), ("specific", "agnostic"), ("local", "subgroup", "global"))
ASK = (
    "Was this model made to be read, or is something laid beside a model that is there already?",
    "Could you still do it if you were only allowed to call the model?",
    "For whom does the result hold: one input, a group, or every input?",
)
ITSELF = (
    "This model is its own explanation: you read it, and nothing is laid beside it. "
    "Does a reading of this model tell you anything about another one?"
)
TECHNIQUES = (
    "weights of the bank's score",
    "small tree grown on past decisions",
    "small tree fitted to the forest's answers",
    "one feature of Mara replaced by its mean",
    "the same, averaged over low incomes",
    "gradient of a network's score for one digit",
    "accuracy lost when one column is shuffled",
)


def _plain(word: str) -> str:
    """Take a word as it is meant: "Model-agnostic" is agnostic, "post hoc" is post-hoc, a cohort is a subgroup."""
    letters = re.sub("[^a-z]", "", word.lower()).removeprefix("model")
    return "subgroup" if letters == "cohort" else letters


def _placed(technique: str) -> Property:
    def holds(run: Run) -> str | None:
        for axis, words in enumerate(AXES):
            said, right = str(run.values[str(axis)]), str(run.reference[str(axis)])
            if _plain(said) not in map(_plain, words):
                return f"“{technique}”: {said!r} is not one of {', '.join(map(repr, words))}."
            if _plain(said) != _plain(right):
                transparent = axis == 1 and str(run.reference["0"]) == "ante-hoc"
                return f"“{technique}”: you say {said!r}. {ITSELF if transparent else ASK[axis]}"
        return None

    return Property(f"“{technique}”", 1, holds, (technique,))


TAXONOMY = Exercise(
    id="01.4",
    title="Everything in its drawer",
    kind="code",
    difficulty=2,
    minutes=8,
    goal="you can place a technique on three axes, and say which question decides each.",
    expected="for each technique three words: when, access, scope; hyphens and capitals do not matter.",
    name="place",
    stub="\n".join(
        [
            'raise NotImplementedError("01.4: replace every ? in the table below, then delete this line")',
            "table = {",
            *(f'    "{technique}": ("?", "?", "?"),' for technique in TECHNIQUES),
            "}",
            "return table[technique]",
        ]
    ),
    hints=(
        "Take one axis at a time. The taxonomy card has one question for each.",
        "The axes are independent: there are post-hoc techniques that need the inside of a model. And a tree can be "
        "the model, or it can imitate one.",
        "Scope asks for whom the result holds. One feature of one person is local; a column of the whole table is not.",
    ),
    cases=tuple(case(technique, technique=technique) for technique in TECHNIQUES),
    properties=tuple(_placed(technique) for technique in TECHNIQUES),
    measured=lambda runs: f"{len(runs)} techniques in place, on three axes each.",
)

GAIN = Exercise(
    id="01.5",
    title="What does the black box buy?",
    kind="predict",
    difficulty=1,
    minutes=2,
    goal="you have said what the best of four models gains over the readable linear one, on the cancer data.",
    expected="one of the options; being wrong costs nothing.",
    name="gain",
    stub='predict("01.5", "How much does the best of the four gain over the linear model?", answer=None)',
    hints=(
        "Each column of this table was designed by physicians to mean something. A pixel of a digit means little.",
        "How much is left to gain? The linear model already does most of the work when its columns are good.",
        "569 patients: one patient is 0.2 percentage points. Differences of that size are noise.",
    ),
    options=("nothing, or less than one point", "one to three points", "more than three points"),
    measured=lambda runs: "The best of the four is less than one point ahead of a sum that can be read.",
)


def _ratio(run: Run) -> str | None:
    if list(run.values) != [""] or run.value.size != 1 or run.value.dtype.kind != "f":
        return "One number is expected: how many times as large the forest is."
    times, counted = run.number, float(run.expected.reshape(()))
    if counted / 2 <= times <= 2 * counted:
        return None
    if counted / 4 <= times <= 4 * counted:
        return (
            f"You read {times:g}: near, but not within the band. Where between two labelled marks does each point "
            "stand? On this axis half the way is a factor of about three, not five."
        )
    if 1.5 <= times < counted / 4:
        return f"You read {times:g}. Look again: on this axis every labelled mark is ten times the one before."
    if times < 1.5:
        return f"You read {times:g}. How many times as large, seen from the linear model: divide large by small."
    return f"You read {times:g}. Look again: read both sizes in the lower panel, then divide one by the other."


TIMES = Exercise(
    id="01.6",
    title="How much larger is the forest?",
    kind="read",
    difficulty=1,
    minutes=3,
    goal="you can read a ratio off a logarithmic axis.",
    expected="one number, read by eye; between half and twice the true ratio is close enough.",
    name="times_larger",
    stub="times_larger = None  # a number, read off the lower panel",
    hints=(
        "Read the size of the forest and the size of the linear model on the horizontal axis of the lower panel.",
        "The axis is logarithmic: equal steps are equal factors. One labelled mark to the next is a factor of ten.",
        "The forest stands between one thousand and ten thousand, the linear model between ten and one hundred. "
        "Estimate both, then divide.",
    ),
    properties=(Property("the size of the forest divided by the size of the linear model", 2, _ratio),),
    tolerance=0.02,
    measured=lambda runs: (
        f"you read {runs[0].number:.0f}; counted, the forest has {float(runs[0].expected.reshape(())):.0f} times "
        "as many numbers to read."
    ),
)


def _chosen(runs: Sequence[Run]) -> str:
    return "Your choice is right; your reason is read by a person."


AUDIT = Exercise(
    id="01.7",
    title="The auditor's question",
    kind="judge",
    difficulty=3,
    minutes=7,
    goal="you can say which explanation answers a given question, and when none does.",
    expected="one of the options, and one or two sentences why.",
    name="choice_01_7",
    reason="reason_01_7",
    options=(
        "feature attribution",
        "nearest prototypes",
        "rules of a surrogate tree",
        "counterfactual",
        "none of these methods can answer",
    ),
    stub='choice_01_7 = None\nreason_01_7 = ""',
    hints=(
        "Which columns does the table have? In which words can an explanation of this model speak?",
        "An explanation speaks of the inputs. Suppose something that is not an input moves with one that is.",
        "What would you have to collect to compare the two groups at all? Do the four kinds have it?",
    ),
    properties=(agrees("the kind of explanation that can answer this question, if there is one", 2),),
    measured=_chosen,
)

EXERCISES = (MOVES, CHANGE, NO_WAY_OUT, TAXONOMY, GAIN, TIMES, AUDIT)
