"""Notebook 04, integrated gradients by hand: the private halves of its exercises."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_utils.exercises.record import Mistake, Private
from course_utils.exercises.records.nb04 import CANCEL, CANNOT, MORE_STEPS, NO_INFLUENCE

ATTRIBUTION = "course_utils.attribution"

# --- 04.2: integrated gradients ---------------------------------------------------------------------------------------


def slope(F: Any, point: Any) -> Any:
    """Return the gradient of a score."""
    import torch

    leaf = point.detach().clone().requires_grad_()
    return torch.autograd.grad(F(leaf).sum(), leaf)[0]


def mean_slope(F: Any, x: Any, baseline: Any, alphas: Any) -> Any:
    """Return the mean gradient over points on the straight path."""
    return sum(slope(F, baseline + alpha * (x - baseline)) for alpha in alphas) / len(alphas)


def middles(m: int) -> list[float]:
    """Return the middles of m equal steps."""
    return [(k + 0.5) / m for k in range(m)]


def _definition(F: Any, x: Any, baseline: Any, m: int) -> Any:
    from course_utils.attribution import integrated_gradients

    return integrated_gradients(F, x, baselines=baseline, n_steps=m, rule="midpoint")


def _all_points_at_once(F: Any, x: Any, baseline: Any, m: int) -> Any:
    import torch

    alphas = torch.tensor(middles(m)).reshape(-1, *[1] * x.ndim)
    points = (baseline + alphas * (x - baseline)).flatten(0, 1)
    return (x - baseline) * slope(F, points).reshape(m, *x.shape).mean(dim=0)


def _one_input_at_a_time(F: Any, x: Any, baseline: Any, m: int) -> Any:
    rows = []
    for i, x0 in enumerate(baseline.expand_as(x)):
        gradients = [slope(F, (x0 + a * (x[i] - x0))[None])[0].numpy() for a in middles(m)]
        rows.append((x[i] - x0).numpy() * np.mean(gradients, axis=0))
    return np.stack(rows)


def _with_backward(F: Any, x: Any, baseline: Any, m: int) -> Any:
    import torch

    total = torch.zeros_like(x)
    for alpha in middles(m):
        point = (x * alpha + baseline * (1 - alpha)).clone().requires_grad_(True)
        F(point).sum().backward()
        total += (x - baseline) * point.grad / m
    return total


def _changes_its_input(F: Any, x: Any, baseline: Any, m: int) -> Any:
    result = _definition(F, x, baseline, m)
    x -= baseline
    return result


def _averages_over_inputs(F: Any, x: Any, baseline: Any, m: int) -> Any:
    return (x - baseline) * mean_slope(F, x, baseline, middles(m)).mean(dim=0, keepdim=True)


def _gradient_of_x(F: Any, x: Any, baseline: Any, m: int) -> Any:
    gradients = [alpha * slope(F, baseline + alpha * (x - baseline)) for alpha in middles(m)]
    return (x - baseline) * sum(gradients) / m


def _gradient_of_x_by_backward(F: Any, x: Any, baseline: Any, m: int) -> Any:
    leaf = x.clone().requires_grad_()
    for alpha in middles(m):
        F(baseline + alpha * (leaf - baseline)).sum().backward()
    return (x - baseline) * leaf.grad / m


def _score_of_the_path(F: Any, x: Any, baseline: Any, m: int) -> Any:
    import torch

    leaf = x.clone().requires_grad_()
    gradients = [
        torch.autograd.grad(F(baseline + alpha * (leaf - baseline)).mean(), leaf)[0] / alpha for alpha in middles(m)
    ]
    return (x - baseline) * sum(gradients) / m


INTEGRATED_GRADIENTS = Private(
    reference=_definition,
    alternatives=(_all_points_at_once, _one_input_at_a_time, _with_backward),
    withheld=(f"{ATTRIBUTION}.integrated.integrated_gradients", f"{ATTRIBUTION}.paths.weighted_path_gradient"),
    forbids=("captum", f"{ATTRIBUTION}.paths.path_integrated_gradients"),
    mistakes=(
        Mistake(
            "forgot × (x − x′)",
            lambda F, x, baseline, m: mean_slope(F, x, baseline, middles(m)),
            "Your values are the average gradient along the path. What turns a slope into a change?",
            also=(lambda F, x, baseline, m: sum(slope(F, baseline + a * (x - baseline)) / m for a in middles(m)),),
        ),
        Mistake(
            "summed instead of averaged",
            lambda F, x, baseline, m: (x - baseline) * mean_slope(F, x, baseline, middles(m)) * m,
            "Your values grow with the number of steps: you add the gradients up, but each step is 1/m long. "
            "What stands for dα in a sum?",
            also=(
                lambda F, x, baseline, m: sum(
                    (x - baseline) * slope(F, baseline + a * (x - baseline)) for a in middles(m)
                ),
            ),
        ),
        Mistake(
            "starts of the steps",
            lambda F, x, baseline, m: (x - baseline) * mean_slope(F, x, baseline, [k / m for k in range(m)]),
            "You look at the start of each step: α = 0, 1/m, … That is the left rule. The midpoint rule looks half a "
            "step further.",
        ),
        Mistake(
            "ends of the steps",
            lambda F, x, baseline, m: (x - baseline) * mean_slope(F, x, baseline, [(k + 1) / m for k in range(m)]),
            "You look at the end of each step: α = 1/m, 2/m, … 1. That is the right rule. The midpoint rule looks half "
            "a step earlier.",
        ),
        Mistake(
            "both ends, each with full weight",
            lambda F, x, baseline, m: (x - baseline) * mean_slope(F, x, baseline, [k / (m - 1) for k in range(m)]),
            "Your α run from 0 to 1 with both ends, as linspace(0, 1, m) gives them. Then the m points have m − 1 "
            "steps between them. The middles of m equal steps are other points; write the first one down for m = 2.",
        ),
        Mistake(
            "m inner points of m + 1 steps",
            lambda F, x, baseline, m: (
                (x - baseline) * mean_slope(F, x, baseline, [(k + 1) / (m + 1) for k in range(m)])
            ),
            "Your α lie evenly inside of the path, but they cut it into m + 1 steps: 1/(m + 1), 2/(m + 1), … "
            "With m steps, where is the middle of the first one?",
        ),
        Mistake(
            "from input to baseline",
            lambda F, x, baseline, m: (baseline - x) * mean_slope(F, x, baseline, middles(m)),
            "All your signs are reversed: you explain the way from x to the baseline. The change of the input is end "
            "minus start. Which of the two is the end?",
            also=(lambda F, x, baseline, m: -1.0 * _all_points_at_once(F, x, baseline, m),),
        ),
        Mistake(
            "the end point alone",
            lambda F, x, baseline, m: (x - baseline) * slope(F, x),
            "You use the gradient at x alone, m times or once. At x the score may be flat; the point has to move with "
            "the step. Does your point depend on k?",
            also=(lambda F, x, baseline, m: (x - baseline) * sum(slope(F, x) for _ in range(m)) / m,),
        ),
        Mistake(
            "path from zero",
            lambda F, x, baseline, m: (x - baseline) * mean_slope(F, x, 0 * x, middles(m)),
            "Your path starts at 0, whatever the baseline is: the points are α x. Put in α = 0; which "
            "point should come out?",
            also=(lambda F, x, baseline, m: (x - baseline) * sum(slope(F, a * x) / m for a in middles(m)),),
        ),
        Mistake(
            "path beyond the input",
            lambda F, x, baseline, m: (x - baseline) * mean_slope(F, x + (x - baseline), x, middles(m)),
            "Your path starts at x and walks on beyond it: the points are x + α (x − x′). Put in α = 0 and α = 1; "
            "which two points should come out?",
            also=(
                lambda F, x, baseline, m: sum(
                    (x - baseline) * slope(F, x + a * (x - baseline)) / m for a in middles(m)
                ),
            ),
        ),
        Mistake(
            "× x instead of × (x − x′)",
            lambda F, x, baseline, m: x * mean_slope(F, x, baseline, middles(m)),
            "You multiply with x. That is right for a baseline of 0 only. From where to where did the input change?",
        ),
        Mistake(
            "absolute values",
            lambda F, x, baseline, m: ((x - baseline) * mean_slope(F, x, baseline, middles(m))).abs(),
            "Your values have lost their signs. An input that speaks against the class must stay negative, or nothing "
            "adds up.",
        ),
        Mistake(
            "averaged over the inputs too",
            _averages_over_inputs,
            "Every input of the batch was given the same mean gradient: you average over the inputs as well. "
            "Average over the steps only; which axis is that?",
        ),
        Mistake(
            "gradient with respect to x",
            _gradient_of_x,
            "You differentiate with respect to x. On the path, x enters as α x, so the chain rule puts a factor α into "
            "every gradient. With respect to what does the formula differentiate?",
            also=(_gradient_of_x_by_backward,),
        ),
        Mistake(
            "mean over the batch of scores",
            lambda F, x, baseline, m: (x - baseline) * mean_slope(F, x, baseline, middles(m)) / len(x),
            "Your values shrink with the size of the batch: you differentiate the mean of the scores. Each input's "
            "score should keep its full slope. What else than the mean makes one number out of many?",
            also=(_score_of_the_path,),
        ),
        Mistake("changes its input", _changes_its_input, "", effect="input changed"),
    ),
)

# --- 04.3: completeness gap -------------------------------------------------------------------------------------------


def _gap(F: Any, x: Any, baseline: Any, attributions: Any) -> float:
    return float(attributions.sum() - F(x).sum() + F(baseline).sum())


GAP = Private(
    reference=_gap,
    alternatives=(
        lambda F, x, baseline, attributions: attributions.flatten(1).sum(dim=1) - (F(x) - F(baseline)),
        lambda F, x, baseline, attributions: (attributions.double().sum() - F(x) + F(baseline)).item(),
        lambda F, x, baseline, attributions: attributions.numpy().sum() - (F(x) - F(baseline)).numpy()[0],
    ),
    withheld=(f"{ATTRIBUTION}.completeness.convergence_delta",),
    forbids=("captum",),
    mistakes=(
        Mistake(
            "the sum alone",
            lambda F, x, baseline, attributions: attributions.sum(),
            "Your gap is the sum of the attributions alone: F(x) and F(baseline) do not enter. "
            "Completeness compares the sum with a difference of scores. Next: which two scores?",
            also=(lambda F, x, baseline, attributions: sum(float(a) for a in attributions.flatten()),),
        ),
        Mistake(
            "forgot the baseline's score",
            lambda F, x, baseline, attributions: attributions.sum() - F(x),
            "Your gap compares the sum with F(x) alone. The baseline has a score too, and it is not zero here.",
            also=(lambda F, x, baseline, attributions: float(attributions.sum()) - F(x).item(),),
        ),
        Mistake(
            "score of the difference",
            lambda F, x, baseline, attributions: attributions.sum() - F(x - baseline),
            "You take the score of the difference, F(x − x′). Completeness speaks of the difference of two scores: ask "
            "F twice, then subtract.",
        ),
        Mistake(
            "relative gap",
            lambda F, x, baseline, attributions: (attributions.sum() - F(x) + F(baseline)) / (F(x) - F(baseline)),
            "Your gap is a fraction of the difference. That is a good way to judge it, and the cell below does so; "
            "here the gap itself is asked for, in units of score.",
        ),
        Mistake(
            "sign of the baseline's score",
            lambda F, x, baseline, attributions: attributions.sum() - (F(x) + F(baseline)),
            "You add F(baseline) where the difference F(x) − F(baseline) is meant. Check the brackets and the sign.",
            also=(lambda F, x, baseline, attributions: attributions.sum() - F(x) - F(baseline),),
        ),
        Mistake(
            "difference minus sum",
            lambda F, x, baseline, attributions: F(x) - F(baseline) - attributions.sum(),
            "Your gap has the other sign. Here it is the sum minus the difference, so that a positive gap says: these "
            "attributions claim too much.",
        ),
        Mistake(
            "absolute gap",
            lambda F, x, baseline, attributions: (attributions.sum() - F(x) + F(baseline)).abs(),
            "You drop the sign of the gap. It tells whether the attributions claim too much or too little; keep it.",
            also=(lambda F, x, baseline, attributions: abs(_gap(F, x, baseline, attributions)),),
        ),
        Mistake(
            "mean instead of sum",
            lambda F, x, baseline, attributions: attributions.mean() - F(x) + F(baseline),
            "You take the mean of the attributions. Each one is a part of the score; what do parts do to make a whole?",
        ),
        Mistake(
            "sum of absolute values",
            lambda F, x, baseline, attributions: attributions.abs().sum() - F(x) + F(baseline),
            "You add up absolute values. What speaks against the class has to be subtracted, or the parts exceed the "
            "whole.",
        ),
    ),
)

# --- 04.5: expected gradients -----------------------------------------------------------------------------------------


def _mean_over_baselines(F: Any, x: Any, baselines: Any, m: int) -> Any:
    from course_utils.attribution import integrated_gradients

    return integrated_gradients(F, x, baselines=list(baselines), n_steps=m, rule="midpoint")


def _running_mean(F: Any, x: Any, baselines: Any, m: int) -> Any:
    total = 0
    for j in range(len(baselines)):
        total = total + _definition(F, x, baselines[j : j + 1], m) / len(baselines)
    return total


def _pairs(F: Any, x: Any, baselines: Any, m: int) -> Any:
    n, b = len(x), len(baselines)
    each = _definition(F, x.repeat_interleave(b, dim=0), baselines.repeat(n, *[1] * (x.ndim - 1)), m)
    return each.reshape(n, b, *x.shape[1:]).mean(dim=1).numpy()


def _only_some(F: Any, x: Any, baselines: Any, m: int) -> Any:
    return _mean_over_baselines(F, x, baselines[:1], m)


EXPECTED_GRADIENTS = Private(
    reference=_mean_over_baselines,
    alternatives=(_running_mean, _pairs),
    forbids=("captum",),
    mistakes=(
        Mistake(
            "averaged the baselines",
            lambda F, x, baselines, m: _definition(F, x, baselines.mean(dim=0, keepdim=True), m),
            "You average the baselines and explain once, from their mean. That mean is an input of its own, which is "
            "none of them. Explain from each, then average the explanations.",
            also=(lambda F, x, baselines, m: _definition(F, x, sum(baselines) / len(baselines), m),),
        ),
        Mistake(
            "median over the baselines",
            lambda F, x, baselines, m: (
                torch_stack([_definition(F, x, b[None], m) for b in baselines]).median(dim=0).values
            ),
            "You take the median over the baselines. Medians of the parts do not add up to anything; which average "
            "keeps the account complete?",
            also=(
                lambda F, x, baselines, m: np.median(
                    [_definition(F, x, b[None], m).detach().numpy() for b in baselines], axis=0
                ),
            ),
        ),
        Mistake(
            "summed over the baselines",
            lambda F, x, baselines, m: _mean_over_baselines(F, x, baselines, m) * len(baselines),
            "Your values grow with the number of baselines: you add the explanations up. The score differs from the "
            "baselines by one amount on average, not by all of them together.",
            also=(lambda F, x, baselines, m: sum(_definition(F, x, b[None], m) for b in baselines),),
        ),
        Mistake(
            "the first baseline alone",
            _only_some,
            "Only the first baseline enters. Does your loop return in its first round, or is the index fixed?",
        ),
        Mistake(
            "the last baseline alone",
            lambda F, x, baselines, m: _definition(F, x, baselines[-1:], m),
            "Only the last baseline enters. Does each round of your loop overwrite what the round before found?",
        ),
        Mistake(
            "absolute values too early",
            lambda F, x, baselines, m: sum(_definition(F, x, b[None], m).abs() for b in baselines) / len(baselines),
            "You average absolute values. Baselines that disagree about a sign should cancel; keep the signs.",
        ),
        Mistake(
            "no average",
            lambda F, x, baselines, m: torch_stack([_definition(F, x, b[None], m) for b in baselines]),
            "You return one explanation for each baseline. What makes one answer out of them?",
        ),
    ),
)


def torch_stack(parts: list[Any]) -> Any:
    """Stack tensors along a new first axis."""
    import torch

    return torch.stack(parts)


# --- 04.6: a blind baseline -------------------------------------------------------------------------------------------


def _white_around(model: Any, x: Any, target: Any) -> Any:
    import torch

    return torch.where(x > 0, x, torch.ones_like(x))


def _noise_around(model: Any, x: Any, target: Any) -> Any:
    import torch

    noise = torch.rand(x.shape, generator=torch.Generator().manual_seed(0))
    return x + (x == 0) * noise


def _grey_around(model: Any, x: Any, target: Any) -> Any:
    pixels = x.numpy().copy()
    pixels[pixels == 0] = 0.6
    return pixels


def _inverted(model: Any, x: Any, target: Any) -> Any:
    return 1 - x


def _blurred(model: Any, x: Any, target: Any) -> Any:
    import torch

    return torch.nn.functional.avg_pool2d(x, 5, stride=1, padding=2)


BLIND_BASELINE = Private(
    reference=None,
    alternatives=(_white_around, _noise_around, _grey_around),
    mistakes=(
        Mistake(
            "black",
            lambda model, x, target: 0 * x,
            "A black baseline differs from the digit exactly where the ink is, so all attribution falls on ink. You "
            "want the reverse.",
        ),
        Mistake(
            "the digit itself",
            lambda model, x, target: x.clone(),
            "Your baseline is the digit itself. No ink gets anything, but the score does not change either: there is "
            "nothing to explain. Which pixels are still free?",
        ),
        Mistake(
            "white",
            lambda model, x, target: 0 * x + 1,
            "White equals the ink only where the ink is full. The edges of a stroke are grey, and they get "
            "attributions.",
        ),
        Mistake(
            "full ink",
            lambda model, x, target: 1.0 * (x > 0),
            "You made all ink full. Grey ink changes by that, so it gets attributions, and the empty places, which are "
            "free to change, stayed as they were.",
        ),
        Mistake(
            "rounded",
            lambda model, x, target: 1.0 * (x > 0.5),
            "You rounded each pixel to black or white. That changes the grey ink and nothing else; you want to change "
            "everything but the ink.",
            also=(lambda model, x, target: x.round(),),
        ),
        Mistake(
            "inverted",
            _inverted,
            "The inverted digit changes every pixel, the ink first of all. Leave the ink as it is and change the rest.",
        ),
        Mistake(
            "blurred",
            _blurred,
            "Blurring moves ink about: most inked pixels change. Which pixels must not change at all?",
        ),
        Mistake(
            "threshold above 0",
            lambda model, x, target: x + (x <= 0.5) * (1 - x),
            "Close: full ink gets nothing any more, but faint ink still does. From which value on is a pixel ink?",
        ),
    ),
)

PRIVATE = {
    "04.1": Private(
        reference=lambda: "1",
        mistakes=(
            Mistake(
                "the slope at the end",
                lambda: "0",
                "0 is the slope at the end of the way. The path also passes the part from 0 to 1, where the "
                "slope is 1.",
            ),
            Mistake(
                "the mean slope",
                lambda: "0.5",
                "0.5 is the mean slope on the way: 1 on the first half, 0 on the second. It has not met x − x′ yet.",
            ),
            Mistake(
                "the length of the way",
                lambda: "2",
                "2 is how far the input moved. It would be the answer if the slope were 1 all the way.",
            ),
        ),
    ),
    "04.2": INTEGRATED_GRADIENTS,
    "04.3": GAP,
    "04.4": Private(
        reference=lambda: 251.0,
        alternatives=(lambda: 230, lambda: 270.0),
        mistakes=(
            Mistake(
                "the midpoint's own number",
                lambda: 20,
                "20 is the number of steps of the midpoint rule. How many does the left rule need for the same error?",
            ),
            Mistake(
                "from the orders alone",
                lambda: 400,
                "400 = 20² would follow from 1/m against 1/m² if both errors started at the same height. They do not; "
                "read it off.",
            ),
            Mistake(
                "the tick before",
                lambda: 200,
                "At the tick 200 the left rule is still a quarter further off than that. The line meets the curve "
                "between two ticks; how far is it from each?",
            ),
            Mistake(
                "the tick after",
                lambda: 300,
                "At the tick 300 the left rule is already better than that. The line meets the curve between two "
                "ticks; how far is it from each?",
            ),
            Mistake(
                "two ticks too early",
                lambda: 100,
                "At 100 steps the left rule is still more than twice as far off. Follow the horizontal line further.",
            ),
        ),
    ),
    "04.5": EXPECTED_GRADIENTS,
    "04.6": BLIND_BASELINE,
    "04.7": Private(
        reference=lambda: CANNOT,
        mistakes=(
            Mistake(
                "zero means no influence",
                lambda: NO_INFLUENCE,
                "The 0 was there before the network was asked: it is the factor xᵢ − x′ᵢ. It says nothing about the "
                "network.",
            ),
            Mistake(
                "more steps",
                lambda: MORE_STEPS,
                "More steps make the mean gradient better. What is it multiplied with, for a black pixel?",
            ),
            Mistake(
                "they cancel",
                lambda: CANCEL,
                "Nothing cancels here: each black pixel on its own has exactly 0. Print them.",
            ),
        ),
        rubric=(
            "Full marks: names the factor xᵢ − x′ᵢ = 0 for black pixels and a black baseline, and says that another "
            "baseline or a change of the pixels is needed. Half: says only that the baseline matters. None: argues "
            "from the picture, or from the number of steps."
        ),
    ),
    "04.8": Private(
        reference=lambda: 400,
        mistakes=(
            Mistake("added", lambda: 29, "You added up. Every copy is explained from every baseline, with all steps."),
            Mistake("forgot the baselines", lambda: 100, "That is one baseline: 5 copies × 20 steps. There are four."),
            Mistake(
                "forgot the copies", lambda: 80, "That is one picture: 4 baselines × 20 steps. There are five copies."
            ),
            Mistake("forgot the steps", lambda: 20, "That is the number of explanations: 5 × 4. Each has 20 steps."),
            Mistake(
                "both directions",
                lambda: 800,
                "You counted forward and backward passes apart. Here a point counts once, with both passes.",
            ),
        ),
    ),
}
