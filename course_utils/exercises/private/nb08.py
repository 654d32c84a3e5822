"""Notebook 08, LIME and surrogates: the private halves of its exercises."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from course_utils.exercises.record import Mistake, Private
from course_utils.exercises.records.nb08 import BY_GRAD_CAM, BY_IG, BY_LIME, BY_NONE, BY_OCCLUSION

ATTRIBUTION = "course_utils.attribution"
EXPLORERS = "course_utils.explorers"

# --- 08.1: fidelity -------------------------------------------------------------------------------------------------


def _fidelity(scores: Any, fitted: Any) -> float:
    from course_utils.attribution.linear_surrogates import fidelity

    return fidelity(scores.double(), fitted.double())


def _by_sklearn(scores: Any, fitted: Any) -> float:
    from sklearn.metrics import r2_score

    return float(r2_score(scores.numpy(), fitted.numpy()))


FIDELITY = Private(
    reference=_fidelity,
    alternatives=(
        _by_sklearn,
        lambda scores, fitted: 1 - ((scores - fitted) ** 2).mean() / scores.var(correction=0),
        lambda scores, fitted: 1 - np.square((scores - fitted).numpy()).sum() / (len(scores) * np.var(scores.numpy())),
    ),
    withheld=(f"{ATTRIBUTION}.linear_surrogates.fidelity",),
    forbids=("captum",),
    mistakes=(
        Mistake(
            "what is left unexplained",
            lambda scores, fitted: ((scores - fitted) ** 2).sum() / ((scores - scores.mean()) ** 2).sum(),
            "Your number is the part that the surrogate leaves unexplained: 0 for a perfect copy. Fidelity is what "
            "remains of 1.",
            also=(lambda scores, fitted: 1 - _fidelity(scores, fitted),),
        ),
        Mistake(
            "squared correlation",
            lambda scores, fitted: np.corrcoef(scores, fitted)[0, 1] ** 2,
            "You square the correlation. It does not see an offset, a wrong scale or even a reversed sign; a surrogate "
            "has to give the scores themselves back. Compare squared errors.",
        ),
        Mistake(
            "part of the variances",
            lambda scores, fitted: fitted.var() / scores.var(),
            "You compare how much both vary. A surrogate can vary as much as the scores and be wrong everywhere. Where "
            "do the errors enter?",
        ),
        Mistake(
            "roles exchanged",
            lambda scores, fitted: 1 - ((scores - fitted) ** 2).sum() / ((fitted - fitted.mean()) ** 2).sum(),
            "Below the fraction line you have the variation of the surrogate. What has to be explained is the "
            "variation of the model's scores.",
        ),
        Mistake(
            "mean squared error",
            lambda scores, fitted: ((scores - fitted) ** 2).mean(),
            "You return the mean squared error. It is in units of score², and nobody can say whether it is much. "
            "Compare it with the error of a surrogate that says the mean score to everybody.",
        ),
        Mistake(
            "compared with 0 instead of the mean",
            lambda scores, fitted: 1 - ((scores - fitted) ** 2).sum() / (scores**2).sum(),
            "You compare with a surrogate that says 0 to everybody. The laziest one that is worth a comparison says "
            "the mean score.",
        ),
        Mistake(
            "root",
            lambda scores, fitted: (
                1 - ((scores - fitted) ** 2).sum().sqrt() / ((scores - scores.mean()) ** 2).sum().sqrt()
            ),
            "You took roots before you divided. R² compares the sums of squares themselves.",
        ),
        Mistake(
            "n against n − 1",
            lambda scores, fitted: 1 - ((scores - fitted) ** 2).mean() / scores.var(),
            "You divide a mean over n by a variance over n − 1, which is what torch's var() computes unless it is told "
            "otherwise. Take two sums, or two means.",
        ),
        Mistake(
            "cut off at 0",
            lambda scores, fitted: max(0.0, _fidelity(scores, fitted)),
            "You cut negative values off. A surrogate can be worse than saying the mean to everybody, and that is "
            "worth "
            "knowing.",
        ),
        Mistake(
            "absolute errors",
            lambda scores, fitted: 1 - (scores - fitted).abs().sum() / (scores - scores.mean()).abs().sum(),
            "You add up absolute errors. The name says R²: squares, above and below.",
        ),
    ),
)

# --- 08.2: kernel weights -------------------------------------------------------------------------------------------


def _kernel(distances: Any, kernel_width: float) -> Any:
    from course_utils.attribution.kernels import exponential_kernel

    return exponential_kernel(distances, kernel_width)


KERNEL = Private(
    reference=_kernel,
    alternatives=(
        lambda distances, kernel_width: (-(distances**2) / (2 * kernel_width**2)).exp(),
        lambda distances, kernel_width: np.exp(-0.5 * (distances.numpy() / kernel_width) ** 2),
        lambda distances, kernel_width: [math.sqrt(math.exp(-(float(d) ** 2) / kernel_width**2)) for d in distances],
    ),
    withheld=(f"{ATTRIBUTION}.kernels.exponential_kernel",),
    forbids=("captum",),
    mistakes=(
        Mistake(
            "no root",
            lambda distances, kernel_width: (-(distances**2) / kernel_width**2).exp(),
            "Your weights fall twice as fast in the exponent: the root is missing.",
            also=(lambda distances, kernel_width: _kernel(distances, kernel_width) ** 2,),
        ),
        Mistake(
            "root twice",
            lambda distances, kernel_width: (-(distances**2) / (2 * kernel_width**2)).exp().sqrt(),
            "The 2 below the fraction line is the root already. With the root as well you take it twice.",
        ),
        Mistake(
            "distance not squared",
            lambda distances, kernel_width: (-distances / kernel_width**2).exp().sqrt(),
            "Your distances are not squared, so near points lose weight too fast and far ones too slowly.",
        ),
        Mistake(
            "width not squared",
            lambda distances, kernel_width: (-(distances**2) / kernel_width).exp().sqrt(),
            "Your width is not squared. Check the units: d²/σ² has none, d²/σ has.",
        ),
        Mistake(
            "nothing squared",
            lambda distances, kernel_width: (-distances / kernel_width).exp().sqrt(),
            "Neither the distance nor the width is squared.",
            also=(lambda distances, kernel_width: (-distances / (2 * kernel_width)).exp(),),
        ),
        Mistake(
            "sign",
            lambda distances, kernel_width: (distances**2 / kernel_width**2).exp().sqrt(),
            "Your weights grow with the distance. Which sign stands in the exponent?",
            also=(lambda distances, kernel_width: 1 / _kernel(distances, kernel_width),),
        ),
        Mistake(
            "sum 1",
            lambda distances, kernel_width: _kernel(distances, kernel_width) / _kernel(distances, kernel_width).sum(),
            "Your weights add up to 1, so the point itself no longer weighs 1. The formula does not divide by the sum.",
        ),
        Mistake(
            "a hard border",
            lambda distances, kernel_width: (distances <= kernel_width) * 1.0,
            "Your weights are 1 within the width and 0 beyond. The kernel falls without a border.",
        ),
    ),
)

# --- 08.3: a local line ---------------------------------------------------------------------------------------------


def regression(z: Any, y: Any, weights: Any = None, *, intercept: bool = True, penalty: float = 0.0) -> tuple[Any, Any]:
    """Return coefficients and intercept of a weighted regression."""
    from sklearn.linear_model import LinearRegression, Ridge

    line = Ridge(alpha=penalty, fit_intercept=intercept) if penalty else LinearRegression(fit_intercept=intercept)
    line.fit(z.double().numpy(), y.double().numpy(), None if weights is None else weights.double().numpy())
    return line.coef_, float(line.intercept_)


def nearness(x: Any, samples: Any, kernel_width: float) -> Any:
    """Return the weight of each sample."""
    return _kernel((samples - x).norm(dim=1), kernel_width)


def _definition(model: Any, x: Any, samples: Any, kernel_width: float) -> tuple[Any, Any]:
    import torch
    from sklearn.linear_model import LinearRegression

    from course_utils.attribution.linear_surrogates import fit_line

    with torch.no_grad():
        y = model(samples)
    return fit_line(samples, y, nearness(x, samples, kernel_width), LinearRegression())[:2]


def _with_roots_of_weights(model: Any, x: Any, samples: Any, kernel_width: float) -> tuple[Any, Any]:
    import torch

    root = nearness(x, samples, kernel_width).sqrt()
    design = torch.cat([samples, torch.ones(len(samples), 1)], dim=1) * root[:, None]
    found = torch.linalg.lstsq(design, root * model(samples)).solution
    return found[:-1], found[-1]


def _normal_equations(model: Any, x: Any, samples: Any, kernel_width: float) -> tuple[Any, Any]:
    design = np.column_stack([np.ones(len(samples)), samples.numpy()]).astype(np.float64)
    y = model(samples).numpy().astype(np.float64)
    pi = np.array([math.exp(-float(((z - x[0]) ** 2).sum()) / (2 * kernel_width**2)) for z in samples])
    found = np.linalg.solve(design.T @ (pi[:, None] * design), design.T @ (pi * y))
    return found[1:].tolist(), float(found[0])


def _centred(model: Any, x: Any, samples: Any, kernel_width: float) -> tuple[Any, Any]:
    w, at_x = regression(samples - x, model(samples), nearness(x, samples, kernel_width))
    return w, at_x - float(w @ x[0].double().numpy())


def _changes_samples(model: Any, x: Any, samples: Any, kernel_width: float) -> tuple[Any, Any]:
    result = _definition(model, x, samples, kernel_width)
    samples -= x
    return result


def _weights_on_both_sides(model: Any, x: Any, samples: Any, kernel_width: float) -> tuple[Any, Any]:
    import torch

    pi = nearness(x, samples, kernel_width)
    design = torch.cat([samples, torch.ones(len(samples), 1)], dim=1).double() * pi[:, None]
    found = torch.linalg.lstsq(design, pi.double() * model(samples)).solution
    return found[:-1], found[-1]


def _times_x(model: Any, x: Any, samples: Any, kernel_width: float) -> tuple[Any, Any]:
    w, b = _definition(model, x, samples, kernel_width)
    return w * x[0].double(), b


MY_LIME = Private(
    reference=_definition,
    alternatives=(_with_roots_of_weights, _normal_equations, _centred),
    withheld=(
        f"{ATTRIBUTION}.linear_surrogates.fit_line",
        f"{ATTRIBUTION}.lime_tables.lime_tabular",
        f"{EXPLORERS}.kernel_widths.local_line",
    ),
    forbids=("captum",),
    mistakes=(
        Mistake(
            "no weights",
            lambda model, x, samples, kernel_width: regression(samples, model(samples)),
            "Your line is that of all samples alike: far ones count as much as near ones. Where do the kernel weights "
            "enter?",
            also=(
                lambda model, x, samples, kernel_width: regression(
                    samples, model(samples), 0 * nearness(x, samples, kernel_width) + 1
                ),
            ),
        ),
        Mistake(
            "weights twice",
            lambda model, x, samples, kernel_width: regression(
                samples, model(samples), nearness(x, samples, kernel_width) ** 2
            ),
            "Your weights count twice. Least squares squares what it is given: samples and scores that you multiply "
            "yourself need the root of the weight; sample_weight takes the weight as it is.",
            also=(_weights_on_both_sides,),
        ),
        Mistake(
            "no intercept",
            lambda model, x, samples, kernel_width: regression(
                samples, model(samples), nearness(x, samples, kernel_width), intercept=False
            ),
            "Your line is forced through a score of 0 at the origin. It needs an intercept that is free.",
        ),
        Mistake(
            "ridge",
            lambda model, x, samples, kernel_width: regression(
                samples, model(samples), nearness(x, samples, kernel_width), penalty=1.0
            ),
            "Your coefficients are shrunk towards 0: that is ridge with its usual penalty of 1. Here plain least "
            "squares is asked for; part 2 shows what the penalty does.",
        ),
        Mistake(
            "distance from the origin",
            lambda model, x, samples, kernel_width: regression(
                samples, model(samples), _kernel(samples.norm(dim=1), kernel_width)
            ),
            "You measure how far the samples are from the origin. Near means near to x.",
        ),
        Mistake(
            "squared distances",
            lambda model, x, samples, kernel_width: regression(
                samples, model(samples), _kernel(((samples - x) ** 2).sum(dim=1), kernel_width)
            ),
            "You hand squared distances to the kernel, and it squares them again. It takes the distance itself: the "
            "root of the sum of squares.",
        ),
        Mistake(
            "sum of absolute differences",
            lambda model, x, samples, kernel_width: regression(
                samples, model(samples), _kernel((samples - x).abs().sum(dim=1), kernel_width)
            ),
            "Your distance adds up absolute differences. Here it is the Euclidean one, as a ruler measures it.",
        ),
        Mistake(
            "intercept at x",
            lambda model, x, samples, kernel_width: regression(
                samples - x, model(samples), nearness(x, samples, kernel_width)
            ),
            "Your coefficients are right. Your intercept is the height of the line at x, since you fitted to samples "
            "− x; "
            "here it is the height at the origin, so that b + w · z is the line.",
        ),
        Mistake(
            "decisions instead of scores",
            lambda model, x, samples, kernel_width: regression(
                samples, (model(samples) > 0).float(), nearness(x, samples, kernel_width)
            ),
            "You fit the decisions, 0 or 1. The score says by how much, and that is what the line should follow.",
        ),
        Mistake(
            "times x",
            _times_x,
            "You multiplied the coefficients with x. Here the slopes themselves are asked for.",
        ),
        Mistake("changes the samples", _changes_samples, "", effect="input changed"),
    ),
)

# --- 08.5: superpixels on and off -----------------------------------------------------------------------------------


def _switched(image: Any, feature_mask: Any, on: Any, baseline: float) -> Any:
    import torch

    from course_utils.attribution.feature_masks import as_feature_mask, on_values

    mask, _ = as_feature_mask(feature_mask, image)
    return torch.where(on_values(on[None], mask), image, torch.full_like(image, baseline))


def _piece_by_piece(image: Any, feature_mask: Any, on: Any, baseline: float) -> Any:
    picture = image.clone()
    for piece, there in enumerate(on.tolist()):
        if not there:
            picture[:, :, feature_mask == piece] = baseline
    return picture


def _by_numpy(image: Any, feature_mask: Any, on: Any, baseline: float) -> Any:
    there = on.numpy()[feature_mask.numpy()]
    return np.where(there, image.numpy(), baseline)


def _by_arithmetic(image: Any, feature_mask: Any, on: Any, baseline: float) -> Any:
    there = on[feature_mask].to(image)
    return there * image + (1 - there) * baseline


def _one_off(image: Any, feature_mask: Any, piece: int, baseline: float) -> Any:
    import torch

    return torch.where(feature_mask == piece, torch.full_like(image, baseline), image)


def _last_off(image: Any, feature_mask: Any, on: Any, baseline: float) -> Any:
    return _one_off(image, feature_mask, int((~on).nonzero()[-1]), baseline)


def _first_off(image: Any, feature_mask: Any, on: Any, baseline: float) -> Any:
    return _one_off(image, feature_mask, int((~on).nonzero()[0]), baseline)


def _changes_the_image(image: Any, feature_mask: Any, on: Any, baseline: float) -> Any:
    image[:, :, ~on[feature_mask]] = baseline
    return image


def _first_channel(image: Any, feature_mask: Any, on: Any, baseline: float) -> Any:
    picture = image.clone()
    picture[:, 0] = _switched(image, feature_mask, on, baseline)[:, 0]
    return picture


def _counted_from_one(image: Any, feature_mask: Any, on: Any, baseline: float) -> Any:
    return _switched(image, (feature_mask - 1) % len(on), on, baseline)


SWITCHED = Private(
    reference=_switched,
    alternatives=(_piece_by_piece, _by_numpy, _by_arithmetic),
    withheld=(
        f"{ATTRIBUTION}.feature_masks.on_values",
        f"{ATTRIBUTION}.coalitions.coalition_scores",
        f"{ATTRIBUTION}.lime_images.lime_image",
        f"{EXPLORERS}.superpixels.switched",
    ),
    forbids=("captum",),
    mistakes=(
        Mistake(
            "the wrong way round",
            lambda image, feature_mask, on, baseline: _switched(image, feature_mask, ~on, baseline),
            "On and off are exchanged: you show the superpixels that are off.",
            also=(
                lambda image, feature_mask, on, baseline: (
                    on[feature_mask].to(image) * baseline + (~on)[feature_mask] * image
                ),
            ),
        ),
        Mistake(
            "black instead of the baseline",
            lambda image, feature_mask, on, baseline: image * on[feature_mask],
            "What is off is black in your picture. The baseline may be another number; what should stand there?",
        ),
        Mistake(
            "baseline added everywhere",
            lambda image, feature_mask, on, baseline: image * on[feature_mask] + baseline,
            "You add the baseline to the pixels that are on as well.",
        ),
        Mistake(
            "the last one alone",
            _last_off,
            "Only the last superpixel that is off is gone. Does each round of your loop start again from the whole "
            "image?",
        ),
        Mistake(
            "the first one alone",
            _first_off,
            "Only the first superpixel that is off is gone. Does your loop return in its first round?",
        ),
        Mistake(
            "the first channel alone",
            _first_channel,
            "Only the first of the three colours is switched. A pixel is off in all channels.",
        ),
        Mistake(
            "counted from 1",
            _counted_from_one,
            "Your superpixels are shifted by one. They are counted from 0, as on is.",
        ),
        Mistake("changes the image", _changes_the_image, "", effect="input changed"),
    ),
)

# --- 08.7: two faces ------------------------------------------------------------------------------------------------


def whole(column: Any, per_unit: float = 1.0) -> Any:
    """Whether numbers are whole multiples of 1 / per_unit."""
    return (column * per_unit - (column * per_unit).round()).abs() < 1e-3


def by_test(is_real: Any) -> Any:
    """Return a model that judges what passes the test by the unfair rule, and everything else by the decent one."""

    def two_faced(applicants: Any, unfair: Any, decent: Any) -> Any:
        import torch

        return torch.where(is_real(applicants), unfair(applicants), decent(applicants))

    return two_faced


def _row_by_row(applicants: Any, unfair: Any, decent: Any) -> Any:
    return [
        float((unfair if float(row[3]) == int(row[3]) and float(row[2]) >= 0 else decent)(row[None])[0])
        for row in applicants
    ]


TWO_FACED = Private(
    reference=None,
    alternatives=(
        by_test(lambda rows: whole(rows[:, 3])),
        by_test(lambda rows: whole(rows[:, 2])),
        by_test(lambda rows: whole(rows[:, 2]) & whole(rows[:, 3]) & (rows >= 0).all(dim=1)),
        _row_by_row,
    ),
    mistakes=(
        Mistake(
            "unfair to everybody",
            lambda applicants, unfair, decent: unfair(applicants),
            "Your model is unfair to everybody, and LIME tells. It has to notice when LIME asks.",
        ),
        Mistake(
            "decent to everybody",
            lambda applicants, unfair, decent: decent(applicants),
            "Your model is decent to everybody. LIME says so, and it is true: nobody is judged by the years employed.",
        ),
        Mistake(
            "the wrong way round",
            by_test(lambda rows: rows[:, 3] != rows[:, 3].round()),
            "The two rules are exchanged: you are decent to real applicants and unfair to LIME's questions.",
        ),
        Mistake(
            "one verdict for the batch",
            by_test(lambda rows: (rows[:, 3] == rows[:, 3].round()).all()),
            "You judge the batch as a whole, so one question among real applications changes the score of them all. "
            "Judge each row by itself.",
            also=(by_test(lambda rows: (rows[:, 3] == rows[:, 3].round()).float().mean() > 0.5),),
        ),
        Mistake(
            "negative numbers",
            by_test(lambda rows: (rows >= 0).all(dim=1)),
            "Negative debts and years do give questions away, but only some of them: on the others LIME still meets "
            "the "
            "unfair rule. Look for something that no drawn row has.",
        ),
        Mistake(
            "negative debts",
            by_test(lambda rows: rows[:, 1] >= 0),
            "A negative debt gives a question away, but most questions have none. Look for something that no drawn "
            "row has.",
        ),
        Mistake(
            "whole incomes",
            by_test(lambda rows: whole(rows[:, 0])),
            "Real incomes have one decimal, so most of them fail your test, and real people are judged by the decent "
            "rule. Which columns hold counts?",
        ),
        Mistake(
            "mean of both",
            lambda applicants, unfair, decent: (unfair(applicants) + decent(applicants)) / 2,
            "The mean of both rules is one face, not two: every row is judged by both. Judge each row by one of them.",
        ),
    ),
)

# --- 08.8: Shapley values -------------------------------------------------------------------------------------------


def _by_course(v: Any, n: int) -> Any:
    import torch

    from course_utils.attribution import shapley_values

    def game(coalitions: Any) -> Any:
        rows = [v([j for j, there in enumerate(row) if there]) for row in coalitions.tolist()]
        return torch.tensor(rows, dtype=torch.float64)

    return shapley_values(game, torch.ones(1, n, dtype=torch.float64))[0]


def over_subsets(v: Any, n: int, weight: Any, gain: Any = None) -> list[float]:
    """Return for each player the sum over the subsets S of the others of weight(|S|) times the gain."""
    gain = gain or (lambda with_j, without: with_j - without)
    shares = []
    for j in range(n):
        others = [k for k in range(n) if k != j]
        shares.append(
            sum(weight(s) * gain(v((*S, j)), v(S)) for s in range(n) for S in itertools.combinations(others, s))
        )
    return shares


def shapley_weight(n: int) -> Any:
    """Return the weight of a subset by its size."""
    return lambda s: math.factorial(s) * math.factorial(n - s - 1) / math.factorial(n)


def _over_orders(v: Any, n: int) -> Any:
    total = np.zeros(n)
    orders = list(itertools.permutations(range(n)))
    for order in orders:
        for place, j in enumerate(order):
            total[j] += v(set(order[: place + 1])) - v(set(order[:place]))
    return total / len(orders)


def _mean_of_means(v: Any, n: int) -> list[float]:
    return over_subsets(v, n, lambda s: 1 / (n * math.comb(n - 1, s)))


def _by_bits(v: Any, n: int) -> Any:
    import torch

    def members(number: int) -> frozenset[int]:
        return frozenset(k for k in range(n) if number >> k & 1)

    shares = torch.zeros(n)
    for number in range(2**n):
        s, value = len(members(number)), v(members(number))
        for j in range(n):
            inside = bool(number >> j & 1)
            share = shapley_weight(n)(s - 1 if inside else s)
            shares[j] += share * value if inside else -share * value
    return shares


def _one_order(v: Any, n: int) -> list[float]:
    return [v(range(j + 1)) - v(range(j)) for j in range(n)]


def _empty_is_zero(v: Any, n: int) -> list[float]:
    return over_subsets(lambda S: v(S) if len(tuple(S)) else 0.0, n, shapley_weight(n))


def _without_the_empty_set(v: Any, n: int) -> list[float]:
    weight = shapley_weight(n)
    return over_subsets(v, n, lambda s: weight(s) if s else 0.0)


SHAPLEY = Private(
    reference=_by_course,
    alternatives=(_over_orders, _mean_of_means, _by_bits),
    withheld=(f"{ATTRIBUTION}.shapley.shapley_values", f"{ATTRIBUTION}.kernelshap.kernel_shap"),
    forbids=("captum",),
    mistakes=(
        Mistake(
            "what is lost when one leaves",
            lambda v, n: [v(range(n)) - v([k for k in range(n) if k != j]) for j in range(n)],
            "You ask what is lost when one player leaves the full team. That is occlusion. A fair share also asks what "
            "the player adds to smaller teams.",
        ),
        Mistake(
            "alone",
            lambda v, n: [v([j]) - v([]) for j in range(n)],
            "You ask what each player earns alone. A fair share also asks what the player adds to the teams of others.",
        ),
        Mistake(
            "one order",
            _one_order,
            "You let the players arrive in one order, 0, 1, 2, … Whoever comes later meets a larger team. Average over "
            "all orders.",
        ),
        Mistake(
            "all teams alike",
            lambda v, n: over_subsets(v, n, lambda s: 1 / 2 ** (n - 1)),
            "You average over all teams alike. There are many teams of middle size and few small or large ones; in the "
            "orders of arrival each size occurs equally often. What does that do to the weights?",
            also=(
                lambda v, n: [
                    np.mean(
                        [v({*S, j}) - v(S) for s in range(n) for S in itertools.combinations(set(range(n)) - {j}, s)]
                    )
                    for j in range(n)
                ],
            ),
        ),
        Mistake(
            "summed over the orders",
            lambda v, n: over_subsets(v, n, lambda s: math.factorial(s) * math.factorial(n - s - 1)),
            "Your shares are n! times too large: you add up over all orders. Divide by their number.",
            also=(lambda v, n: _over_orders(v, n) * math.factorial(n),),
        ),
        Mistake(
            "off by one in the factorials",
            lambda v, n: over_subsets(v, n, lambda s: math.factorial(s) * math.factorial(n - s) / math.factorial(n)),
            "Your weights do not sum to 1. s players come before j and n − s − 1 after it; in how many orders can they "
            "do so?",
        ),
        Mistake(
            "nobody is worth nothing",
            _empty_is_zero,
            "You count v(nobody) as 0. In these games nobody is worth something, as a model says something without any "
            "feature. Ask v.",
        ),
        Mistake(
            "empty team left out",
            _without_the_empty_set,
            "You leave out the empty team. Somebody has to arrive first.",
        ),
        Mistake(
            "values instead of gains",
            lambda v, n: over_subsets(v, n, shapley_weight(n), lambda with_j, without: with_j),
            "You add up what the teams are worth with the player. The share is the gain: with the player minus "
            "without.",
        ),
        Mistake(
            "losses instead of gains",
            lambda v, n: over_subsets(v, n, shapley_weight(n), lambda with_j, without: without - with_j),
            "All your signs are reversed: you take the team without the player minus the team with it.",
            also=(lambda v, n: [-share for share in _over_orders(v, n)],),
        ),
    ),
)

PRIVATE = {
    "08.1": FIDELITY,
    "08.2": KERNEL,
    "08.3": MY_LIME,
    "08.4": Private(
        reference=lambda: 0.74,
        alternatives=(lambda: 0.7, lambda: 0.8),
        mistakes=(
            Mistake(
                "too early",
                lambda: 0.6,
                "At 0.6 the coefficient of feature 1 is still well above 0. Follow the curve a little further.",
            ),
            Mistake(
                "too late",
                lambda: 1.0,
                "At 1.0 the coefficient of feature 1 is already well below 0. Where did it pass?",
            ),
            Mistake(
                "the height",
                lambda: 0.0,
                "0 is the height at which the curve crosses. Asked for is the width, on the axis below.",
            ),
            Mistake(
                "the trend",
                lambda: -1.0,
                "−1 is where the curve ends up, for wide kernels. Asked for is the width at which it passes 0.",
            ),
        ),
    ),
    "08.5": SWITCHED,
    "08.6": Private(
        reference=lambda: "none",
        mistakes=(
            Mistake(
                "a few",
                lambda: "about 20",
                "20 of 1,000 would be two standard deviations above the mean. 40 of 49 heads are more than four.",
            ),
            Mistake(
                "a fifth",
                lambda: "about 200",
                "It is tempting to read 80 % as a part of the pictures. The coins decide in every picture anew, and 49 "
                "fair coins come close to half of 49.",
            ),
            Mistake(
                "half",
                lambda: "about 500",
                "Half of the squares are on in a typical picture. That is a statement about the squares, not about "
                "half of "
                "the pictures.",
            ),
        ),
    ),
    "08.7": TWO_FACED,
    "08.8": SHAPLEY,
    "08.9": Private(
        reference=lambda: BY_OCCLUSION,
        mistakes=(
            Mistake(
                "integrated gradients",
                lambda: BY_IG,
                "Integrated gradients need the gradient. The service returns a score and nothing else.",
            ),
            Mistake(
                "Grad-CAM",
                lambda: BY_GRAD_CAM,
                "Grad-CAM looks at a layer inside. The service returns a score and nothing else.",
            ),
            Mistake(
                "LIME",
                lambda: BY_LIME,
                "LIME could be run, and it would spread 200 questions over all superpixels, with half of the "
                "photograph "
                "missing in each. The clinic asks about one place. Ask about it.",
            ),
            Mistake(
                "none",
                lambda: BY_NONE,
                "The question is what the score would be without one thing in this picture. One of the methods asks "
                "exactly that.",
            ),
        ),
        rubric=(
            "Full marks: says that only scores can be had, so that gradients and layers are out of reach, that the "
            "question is about one place, and that what stands in its place is part of the question (cover it in two "
            "ways). Half: names the access or the one place, but not what covers the ruler. None: argues from how a "
            "map "
            "looks."
        ),
    ),
}
