"""Notebook 01, terminology: the private halves of its exercises."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from course_utils.exercises.record import Mistake, Private

Place = tuple[str, str, str]

PLACES: dict[str, Place] = {
    "weights of the bank's score": ("ante-hoc", "specific", "global"),
    "small tree grown on past decisions": ("ante-hoc", "specific", "global"),
    "small tree fitted to the forest's answers": ("post-hoc", "agnostic", "global"),
    "one feature of Mara replaced by its mean": ("post-hoc", "agnostic", "local"),
    "the same, averaged over low incomes": ("post-hoc", "agnostic", "subgroup"),
    "gradient of a network's score for one digit": ("post-hoc", "specific", "local"),
    "accuracy lost when one column is shuffled": ("post-hoc", "agnostic", "global"),
}


def _income() -> str:
    """Measure it: mean |w (x − mean)| over the applicants, in units of score."""
    from course_utils.assets import LoanModel, load_loans

    loans = load_loans(3000)
    moves = (LoanModel().weights * (loans.features - loans.features.mean(dim=0))).abs().mean(dim=0)
    return loans.feature_names[int(moves.argmax())]


def _change(model: Any, applicants: Any, feature: int) -> Any:
    return -model(applicants) / model.weights[feature]


def _change_by_solving(model: Any, applicants: Any, feature: int) -> list[float]:
    """What the other features and the bias contribute fixes the value at the border; the change leads there."""
    changes = []
    for row in applicants.double().numpy():
        others = float(model.bias)
        others += sum(float(w) * x for i, (w, x) in enumerate(zip(model.weights, row, strict=True)) if i != feature)
        changes.append(-others / float(model.weights[feature]) - row[feature])
    return changes


def _change_by_calling(model: Any, applicants: Any, feature: int) -> Any:
    """Without reading a weight: one step up tells the slope."""
    moved = applicants.clone()
    moved[:, feature] += 1.0
    return -model(applicants) / (model(moved) - model(applicants))


def _change_by_gradient(model: Any, applicants: Any, feature: int) -> Any:
    import torch

    x = applicants.clone().requires_grad_()
    scores = model(x)
    (slopes,) = torch.autograd.grad(scores.sum(), x)
    return (-scores / slopes[:, feature]).detach()


def _like_a_list(model: Any, applicants: Any, feature: int) -> list[Any]:
    """One tensor for each applicant, in a list."""
    return [-model(row[None])[0] / model.weights[feature] for row in applicants]


def _nothing_for_granted(model: Any, applicants: Any, feature: int) -> Any:
    scores = model(applicants)
    return (-scores / model.weights[feature]).where(scores < 0, 0.0)


def _in_place(model: Any, applicants: Any, feature: int) -> Any:
    before = applicants[:, feature].clone()
    applicants[:, feature] = before - model(applicants) / model.weights[feature]
    return applicants[:, feature] - before


def _from_probability(model: Any, applicants: Any, feature: int) -> Any:
    import torch

    return (0.5 - torch.sigmoid(model(applicants))) / model.weights[feature]


def _places(when: dict[str, str] | None = None, access: dict[str, str] | None = None) -> Callable[[str], Place]:
    """Return the right table with some words on the first two axes exchanged."""
    return lambda technique: (
        (when or {}).get(technique, PLACES[technique][0]),
        (access or {}).get(technique, PLACES[technique][1]),
        PLACES[technique][2],
    )


def _scopes(scope: dict[str, str]) -> Callable[[str], Place]:
    return lambda technique: (*PLACES[technique][:2], scope.get(technique, PLACES[technique][2]))


def _by_rules(technique: str) -> Place:
    when = "ante-hoc" if technique.startswith("weights") or "grown" in technique else "post-hoc"
    access = "specific" if when == "ante-hoc" or "gradient" in technique else "agnostic"
    if "averaged" in technique:
        return when, access, "subgroup"
    return when, access, "local" if "Mara" in technique or "one digit" in technique else "global"


def _by_columns(technique: str) -> Place:
    names = list(PLACES)
    when = ["ante-hoc"] * 2 + ["post-hoc"] * 5
    access = ["specific", "specific", "agnostic", "agnostic", "agnostic", "specific", "agnostic"]
    scope = ["global", "global", "global", "local", "subgroup", "local", "global"]
    i = names.index(technique)
    return when[i], access[i], scope[i]


def _swapped(technique: str) -> Place:
    when, access, scope = PLACES[technique]
    return when, {"specific": "agnostic", "agnostic": "specific"}[access], scope


def _other_spellings(technique: str) -> list[str]:
    when, access, scope = PLACES[technique]
    return [when.replace("-", " ").capitalize(), f"model-{access}", scope.upper().replace("SUBGROUP", "cohort")]


@cache
def _times_larger() -> float:
    """Count it: the nodes of the forest, for each weight and bias of the linear model, on the cancer table."""
    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import RandomForestClassifier

    X, y = load_breast_cancer(return_X_y=True)
    forest = RandomForestClassifier(100, random_state=0, n_jobs=1).fit(X, y)
    return sum(tree.tree_.node_count for tree in forest.estimators_) / (X.shape[1] + 1)


WEIGHTS, GROWN, FITTED, REPLACED, AVERAGED, GRADIENT, SHUFFLED = PLACES

PRIVATE = {
    "01.1": Private(
        reference=_income,
        mistakes=(
            Mistake(
                "the largest weight",
                lambda: "late payments",
                "Late payments have the largest weight, but a weight is a change of score per unit, and these units "
                "are large: most applicants have none or one. Income varies by many thousand euros.",
            ),
            Mistake(
                "debt because of its range",
                lambda: "debt",
                "Debt varies almost as much as income, in the same unit. Its weight is smaller, 0.06 against 0.08.",
            ),
            Mistake(
                "the largest positive weight",
                lambda: "years employed",
                "Years employed have nearly twice the weight of income, but people differ by a few years, and by many "
                "thousand euros.",
            ),
        ),
    ),
    "01.2": Private(
        reference=_change,
        alternatives=(_change_by_solving, _change_by_calling, _change_by_gradient, _like_a_list),
        mistakes=(
            Mistake(
                "sign lost",
                lambda model, applicants, feature: model(applicants) / model.weights[feature],
                "Right size, wrong direction: your change doubles the distance of the score from 0. "
                "Insert it into score + weight · change and see what comes out.",
                also=(
                    lambda model, applicants, feature: [
                        model(row[None]).item() / model.weights[feature].item() for row in applicants
                    ],
                ),
            ),
            Mistake(
                "only the size",
                lambda model, applicants, feature: (model(applicants) / model.weights[feature]).abs(),
                "None of your changes is negative. Debt has a negative weight, and granted applicants exist too: "
                "which way must the feature go?",
                also=(
                    lambda model, applicants, feature: [
                        abs(model(row[None]).item()) / abs(model.weights[feature].item()) for row in applicants
                    ],
                ),
            ),
            Mistake(
                "sign of the weight lost",
                lambda model, applicants, feature: -model(applicants) / model.weights[feature].abs(),
                "You divide by the size of the weight, so a feature that hurts is treated like one that helps. "
                "Which way must debt go for the score to rise?",
                also=(
                    lambda model, applicants, feature: [
                        -model(row[None]).item() / abs(model.weights[feature].item()) for row in applicants
                    ],
                ),
            ),
            Mistake(
                "multiplied",
                lambda model, applicants, feature: -model(applicants) * model.weights[feature],
                "You multiply the distance by the weight. The weight is score per unit, the distance is in score: "
                "which operation leaves units of the feature?",
            ),
            Mistake(
                "multiplied, sign lost",
                lambda model, applicants, feature: model(applicants) * model.weights[feature],
                "You multiply score and weight: the units do not fit, and the sign points away from the border. "
                "Write down score + weight · change = 0 and solve it.",
            ),
            Mistake(
                "nothing for those who were granted",
                _nothing_for_granted,
                "You give 0 to every applicant who is granted the loan. They have a distance from the border too: "
                "how far could the feature go before the decision turns?",
                also=(
                    lambda model, applicants, feature: [
                        max(-model(row[None]).item(), 0.0) / model.weights[feature].item() for row in applicants
                    ],
                ),
            ),
            Mistake(
                "distance in score",
                lambda model, applicants, feature: -model(applicants),
                "That is how far the score is from 0, in units of score. How many units of the feature does it take "
                "to move the score by that much?",
            ),
            Mistake(
                "new value",
                lambda model, applicants, feature: applicants[:, feature] - model(applicants) / model.weights[feature],
                "You return the value that the feature should have. Asked is the change: what is "
                "added to the value now?",
            ),
            Mistake(
                "bias forgotten",
                lambda model, applicants, feature: -(applicants @ model.weights) / model.weights[feature],
                "Your score is the weighted sum without the bias, so the border of the decision lies elsewhere. "
                "The model itself can tell you the score.",
                also=(
                    lambda model, applicants, feature: [
                        -sum(w.item() * x.item() for w, x in zip(model.weights, row, strict=True))
                        / model.weights[feature].item()
                        for row in applicants
                    ],
                ),
            ),
            Mistake(
                "share of the feature",
                lambda model, applicants, feature: (
                    -model(applicants) / (model.weights[feature] * applicants[:, feature])
                ),
                "You divide by the feature's contribution, weight × value, so the answer is a fraction of the value. "
                "Asked is the change in the feature's own unit: what does one unit bring?",
            ),
            Mistake(
                "distance in probability",
                _from_probability,
                "You measure how far the probability is from one half. The probability is not linear in the feature; "
                "the score is. Where does the score lie when the probability is one half?",
            ),
            Mistake(
                "changed the applicants",
                _in_place,
                "The change is written into the applicants themselves.",
                effect="input changed",
            ),
        ),
    ),
    "01.3": Private(
        reference=None,
        alternatives=(
            lambda: (20, 30, 1, 2),
            lambda: [25.0, 60.0, 0.0, 4.0],
            lambda: [30.0, 60.0, 20.0, 4.0],
        ),
        mistakes=(
            Mistake(
                "one terrible thing",
                lambda: [40, 15, 6, 6],
                "One thing is terrible here and the rest is average. Then undoing that one thing is a way out.",
            ),
            Mistake(
                "only debt",
                lambda: [45, 90, 6, 0],
                "A mountain of debt and nothing else: without the debt this is a good applicant.",
            ),
            Mistake(
                "nearly enough",
                lambda: [15, 0, 2, 0],
                "This applicant is only just refused. When the score is near 0, some small step will do.",
            ),
            Mistake(
                "granted",
                lambda: [60, 0, 10, 0],
                "A good applicant has no need of a way out. Start from one who is refused.",
            ),
            Mistake(
                "nobody",
                lambda: [0, 90, 6, 4],
                "An applicant without any income: doubling nothing changes nothing. "
                "That is a trick; find somebody who can exist.",
            ),
        ),
    ),
    "01.4": Private(
        reference=lambda technique: PLACES[technique],
        alternatives=(_by_rules, _by_columns, _other_spellings),
        mistakes=(
            Mistake(
                "post-hoc means agnostic",
                _places(access={GRADIENT: "agnostic"}),
                "Everything post-hoc is agnostic in your table. These are two axes: a gradient comes after the "
                "training and yet goes through the inside of the network.",
            ),
            Mistake(
                "reading comes after training",
                _places(when={WEIGHTS: "post-hoc", GROWN: "post-hoc"}),
                "You call it post-hoc when somebody reads a finished model. Every model is read after its training. "
                "What matters is whether the model itself can be read, or a second thing is laid beside it.",
                also=(
                    lambda technique: (
                        ("post-hoc", *PLACES[technique][1:]) if technique in (WEIGHTS, GROWN) else PLACES[technique]
                    ),
                ),
            ),
            Mistake(
                "a tree is a tree",
                _places(when={FITTED: "ante-hoc"}, access={FITTED: "specific"}),
                "You treat both trees alike. One decides by itself; the other imitates the answers of a forest, "
                "which still decides.",
            ),
            Mistake(
                "a group is one input",
                _scopes({AVERAGED: "local"}),
                "An average over all applicants with a low income says nothing about one of them. "
                "There is a word between local and global.",
            ),
            Mistake(
                "one feature is local",
                _scopes({SHUFFLED: "local"}),
                "One column is not one person. Local and global are about the inputs that a result holds for, "
                "not about the number of features.",
            ),
            Mistake(
                "inside means ante-hoc",
                _places(when={GRADIENT: "ante-hoc"}),
                "A gradient needs the inside of the network, which is the second axis. The network was not made to be "
                "read because somebody can differentiate it.",
            ),
            Mistake(
                "agnostic and specific swapped",
                _swapped,
                "You use “agnostic” and “specific” the other way round: agnostic is what works with any model, because "
                "it only calls it.",
            ),
        ),
    ),
    "01.5": Private(
        reference=lambda: "nothing, or less than one point",
        mistakes=(
            Mistake(
                "the usual advice",
                lambda: "one to three points",
                "So it is often said. Here each column was designed to carry meaning, and a weighted sum of good "
                "columns leaves little to gain.",
            ),
            Mistake(
                "from the digits",
                lambda: "more than three points",
                "The shallow tree on the digits is far behind. That is one data set, of bare pixels, and one model.",
            ),
        ),
    ),
    "01.6": Private(
        reference=_times_larger,
        alternatives=(lambda: 100, lambda: 200.0, lambda: _times_larger() / 1.99, lambda: 1.99 * _times_larger()),
        mistakes=(
            Mistake(
                "counted the marks",
                lambda: 2.0,
                "You counted the labelled marks between the two. Two marks are two factors of ten, not a factor of 2.",
            ),
            Mistake(
                "the size itself",
                lambda: 4000.0,
                "That is about the size of the forest itself. The linear model has a size too: divide.",
            ),
        ),
    ),
    "01.7": Private(
        reference=lambda: "none of these methods can answer",
        mistakes=(
            Mistake(
                "no bar, no influence",
                lambda: "feature attribution",
                "There is no bar for parental leave, since it is not an input. Does that show that it has no "
                "influence? Years employed may carry it in.",
            ),
            Mistake(
                "prototypes show people",
                lambda: "nearest prototypes",
                "Prototypes are rows of the same table. Nobody can see in them who took leave.",
            ),
            Mistake(
                "rules show discrimination",
                lambda: "rules of a surrogate tree",
                "No rule will mention leave: the tree has seen four columns. A rule on years employed may still do it.",
            ),
            Mistake(
                "change the leave",
                lambda: "counterfactual",
                "A counterfactual changes an input. Leave is none, so there is nothing to change.",
            ),
        ),
        rubric=(
            "2 points. 1: leave is not a column of the table, and all four kinds speak only of the columns (or: a "
            "missing bar or rule is no evidence of no influence). 1: names a column that may stand in for it, such as "
            "years employed, or names what would answer: group membership, and the rates of refusal in both groups."
        ),
    ),
}
