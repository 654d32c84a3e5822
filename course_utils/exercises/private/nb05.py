"""Notebook 05, integrated gradients with Captum: the private halves of its exercises."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from course_utils.exercises.record import Mistake, Private
from course_utils.exercises.records.nb05 import (
    CANNOT,
    LAST_CLASS,
    MORE_STEPS,
    PREFERRED,
    RAISES,
    SMALLER_IS_TRUER,
    TOO_GOOD,
    ZEROS,
)

ATTRIBUTION = "course_utils.attribution"

# --- 05.1: explain ----------------------------------------------------------------------------------------------------


def _explained(model: Any, inputs: Any, target: Any, baselines: Any, n_steps: int, rows: int) -> Any:
    from course_utils.attribution import convergence_delta, integrated_gradients

    found = integrated_gradients(model, inputs, target, baselines=baselines, n_steps=n_steps, batch_size=rows)
    return found, convergence_delta(model, inputs, found, target, baselines=baselines)


def _by_captum(model: Any, inputs: Any, rows: int, *, local: bool = False, **settings: Any) -> Any:
    from captum.attr import IntegratedGradients

    return IntegratedGradients(model, multiply_by_inputs=not local).attribute(
        inputs, internal_batch_size=rows, return_convergence_delta=True, **settings
    )


def _one_call(model: Any, inputs: Any, target: Any, baselines: Any, n_steps: int, rows: int) -> Any:
    return _by_captum(model, inputs, rows, target=target, baselines=baselines, n_steps=n_steps)


def _one_input_at_a_time(model: Any, inputs: Any, target: Any, baselines: Any, n_steps: int, rows: int) -> Any:
    import torch

    classes = torch.as_tensor(target).expand(len(inputs))
    starts = baselines.expand_as(inputs)
    pairs = [
        _by_captum(model, inputs[i : i + 1], rows, target=int(classes[i]), baselines=starts[i : i + 1], n_steps=n_steps)
        for i in range(len(inputs))
    ]
    return np.concatenate([a.numpy() for a, _ in pairs]), np.array([delta.item() for _, delta in pairs])


def _gap_by_hand(model: Any, inputs: Any, target: Any, baselines: Any, n_steps: int, rows: int) -> Any:
    import torch

    found = _one_call(model, inputs, target, baselines, n_steps, rows)[0]
    classes = torch.as_tensor(target).expand(len(inputs))[:, None]
    scores, start = (model(z).gather(1, classes)[:, 0] for z in (inputs, baselines.expand_as(inputs)))
    return found, found.flatten(1).sum(dim=1) - scores + start


def _gap_from_black(model: Any, inputs: Any, target: Any, baselines: Any, n_steps: int, rows: int) -> Any:
    from course_utils.attribution import convergence_delta

    found = _one_call(model, inputs, target, baselines, n_steps, rows)[0]
    return found, convergence_delta(model, inputs, found, target)


def _changed(part: int, change: Any) -> Any:
    """Return an answer to 05.1 in which one part of the pair is changed."""

    def answer(model: Any, inputs: Any, target: Any, baselines: Any, n_steps: int, rows: int) -> Any:
        pair = list(_one_call(model, inputs, target, baselines, n_steps, rows))
        pair[part] = change(pair[part])
        return tuple(pair)

    return answer


EXPLAIN = Private(
    reference=_explained,
    alternatives=(_one_call, _one_input_at_a_time, _gap_by_hand),
    withheld=(  # the answer is a call of Captum's, so that is not forbidden
        f"{ATTRIBUTION}.integrated.integrated_gradients",
        f"{ATTRIBUTION}.paths.path_integrated_gradients",
        f"{ATTRIBUTION}.paths.weighted_path_gradient",
    ),
    forbids=(f"{ATTRIBUTION}.completeness.convergence_delta",),
    mistakes=(
        Mistake(
            "left out the baselines",
            lambda model, inputs, target, baselines, n_steps, rows: _by_captum(
                model, inputs, rows, target=target, n_steps=n_steps
            ),
            "You explain from 0: without the argument baselines, Captum takes 0 and says nothing. Hand yours on.",
            also=(
                lambda model, inputs, target, baselines, n_steps, rows: _by_captum(
                    model, inputs, rows, target=target, n_steps=n_steps, baselines=0.0
                ),
            ),
        ),
        Mistake(
            "left out the steps",
            lambda model, inputs, target, baselines, n_steps, rows: _by_captum(
                model, inputs, rows, target=target, baselines=baselines
            ),
            "Your sum has 50 nodes, whatever n_steps is: that is Captum's default. Which argument takes their number?",
        ),
        Mistake(
            "steps and rows exchanged",
            lambda model, inputs, target, baselines, n_steps, rows: _by_captum(
                model, inputs, n_steps, target=target, baselines=baselines, n_steps=rows
            ),
            "Your path has as many nodes as the model has room for: steps and rows are exchanged. Which of the two is "
            "part of the question, and which only bounds the memory?",
            also=(
                lambda model, inputs, target, baselines, n_steps, rows: _by_captum(
                    model, inputs, rows, target=target, baselines=baselines, n_steps=rows
                ),
            ),
        ),
        Mistake(
            "another rule",
            lambda model, inputs, target, baselines, n_steps, rows: _by_captum(
                model, inputs, rows, target=target, baselines=baselines, n_steps=n_steps, method="riemann_trapezoid"
            ),
            "You chose the trapezoid, whose weights do not sum to 1 in Captum. Gauss–Legendre is asked for.",
        ),
        Mistake(
            "the midpoint rule",
            lambda model, inputs, target, baselines, n_steps, rows: _by_captum(
                model, inputs, rows, target=target, baselines=baselines, n_steps=n_steps, method="riemann_middle"
            ),
            "You chose the midpoint rule. It is a good one; here Gauss–Legendre is asked for, Captum's default.",
        ),
        Mistake(
            "the first class for all",
            lambda model, inputs, target, baselines, n_steps, rows: _by_captum(
                model,
                inputs,
                rows,
                target=target if isinstance(target, int) else int(target[0]),
                baselines=baselines,
                n_steps=n_steps,
            ),
            "You explain the class of the first input for every input. target may be a tensor with a class for each; "
            "hand it on as it is.",
        ),
        Mistake(
            "without × (x − x′)",
            lambda model, inputs, target, baselines, n_steps, rows: _by_captum(
                model, inputs, rows, local=True, target=target, baselines=baselines, n_steps=n_steps
            ),
            "Your values are the mean slopes on the path: multiply_by_inputs is False. What turns a slope into a share "
            "of the score?",
        ),
        Mistake(
            "absolute attributions",
            _changed(0, lambda a: a.abs()),
            "Your attributions have lost their signs. What speaks against the class must stay negative.",
        ),
        Mistake(
            "absolute gap",
            _changed(1, lambda d: d.abs()),
            "You drop the sign of the gap. It tells whether the attributions claim too much or too little; keep it.",
        ),
        Mistake(
            "difference minus sum",
            _changed(1, lambda d: -d),
            "Your gap has the other sign. Captum's, like that of notebook 04, is positive when the attributions claim "
            "too much.",
        ),
        Mistake(
            "gap from black",
            _gap_from_black,
            "Your attributions are right, but you measure their gap from the baseline 0. They start from yours; so "
            "must the difference of the scores.",
        ),
    ),
)

# --- 05.3: smooth -----------------------------------------------------------------------------------------------------


def _range(x: Any) -> float:
    return float(x.max() - x.min())


def _mean_over_noise(model: Any, inputs: Any, target: Any, noise_level: float, n_samples: int, seed: int) -> Any:
    import torch

    from course_utils.attribution import vanilla_gradient

    means = []
    for x, c in zip(inputs, target, strict=True):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            noise = torch.randn((n_samples, *x.shape))
        means.append(vanilla_gradient(model, x + noise_level * _range(x) * noise, int(c)).mean(dim=0))
    return torch.stack(means)


def _tunnel(model: Any, inputs: Any, target: Any, sigma: float, n_samples: int, **more: Any) -> Any:
    from captum.attr import NoiseTunnel, Saliency

    settings = {"abs": False, **more}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Captum announces that it sets requires_grad
        return NoiseTunnel(Saliency(model)).attribute(
            inputs, nt_samples=n_samples, stdevs=sigma, target=target, **settings
        )


def _each(sigma: Any = lambda x, level: level * _range(x), samples: Any = lambda n: n, **more: Any) -> Any:
    """Return an answer to 05.3 that goes from input to input, with a σ, a number of samples or a setting of its own."""

    def answer(model: Any, inputs: Any, target: Any, noise_level: float, n_samples: int, seed: int) -> Any:
        import torch

        found = []
        for i in range(len(inputs)):
            torch.manual_seed(seed)
            x = inputs[i : i + 1]
            found.append(_tunnel(model, x, int(target[i]), sigma(x, noise_level), samples(n_samples), **more).detach())
        return torch.cat(found)

    return answer


def _as_numpy(model: Any, inputs: Any, target: Any, noise_level: float, n_samples: int, seed: int) -> Any:
    return _each()(model, inputs, target, noise_level, n_samples, seed).numpy()


def _whole_batch(sigma: Any) -> Any:
    """Return an answer to 05.3 that calls NoiseTunnel once, with one σ for all inputs."""

    def answer(model: Any, inputs: Any, target: Any, noise_level: float, n_samples: int, seed: int) -> Any:
        import torch

        torch.manual_seed(seed)
        return _tunnel(model, inputs, target, sigma(inputs, noise_level), n_samples)

    return answer


def _seed_once(model: Any, inputs: Any, target: Any, noise_level: float, n_samples: int, seed: int) -> Any:
    import torch

    torch.manual_seed(seed)
    found = [
        _tunnel(model, x[None], int(c), noise_level * _range(x), n_samples) for x, c in zip(inputs, target, strict=True)
    ]
    return torch.cat(found)


SMOOTH = Private(
    reference=_mean_over_noise,
    alternatives=(_each(), _as_numpy, _each(nt_samples_batch_size=1)),
    withheld=(f"{ATTRIBUTION}.smoothgrad.smooth_grad",),
    mistakes=(
        Mistake(
            "the fraction as σ",
            _each(sigma=lambda x, level: float(level)),
            "You hand noise_level to stdevs as it is. Captum takes σ itself, in units of the input; ours is a fraction "
            "of the input's range. What is the range of one input?",
        ),
        Mistake(
            "the default σ",
            _each(sigma=lambda x, level: 1.0),
            "Your noise has σ = 1 whatever noise_level is: that is Captum's default. Which argument takes σ?",
        ),
        Mistake(
            "one range for the batch",
            _whole_batch(lambda x, level: level * _range(x)),
            "One σ serves your whole batch: the range of all inputs together. A dark picture would get the noise of a "
            "bright one. stdevs takes a single number, so each input needs a call of its own.",
        ),
        Mistake(
            "the fraction as σ, in one call",
            _whole_batch(lambda x, level: float(level)),
            "You call NoiseTunnel once for the batch and hand it noise_level as σ. σ should be a fraction of the range "
            "of each input, and stdevs takes one number a call. How many calls does that make?",
        ),
        Mistake(
            "absolute values",
            _each(abs=True),
            "You average absolute values: Saliency takes them by default. Slopes that disagree should cancel; which "
            "argument keeps the signs?",
        ),
        Mistake(
            "the fraction as σ, and absolute values",
            _each(sigma=lambda x, level: float(level), abs=True),
            "Two conventions at once: you hand noise_level to stdevs as it is, and you average absolute values. Captum "
            "takes σ in units of the input, and its Saliency drops the signs unless you say otherwise.",
        ),
        Mistake(
            "five samples",
            _each(samples=lambda n: 5),
            "You average over 5 copies whatever n_samples is: that is Captum's default. Which argument takes their "
            "number?",
        ),
        Mistake(
            "squares",
            _each(nt_type="smoothgrad_sq"),
            "You average the squares of the slopes (smoothgrad_sq). They have lost their signs and their unit.",
        ),
        Mistake(
            "variance",
            _each(nt_type="vargrad"),
            "You return the variance of the slopes over the copies (vargrad). SmoothGrad is their mean.",
        ),
        Mistake(
            "σ from the spread",
            _each(sigma=lambda x, level: float(level * x.std())),
            "You take the standard deviation of the pixels for their range. The range is max minus min.",
        ),
        Mistake(
            "σ from the largest value",
            _each(sigma=lambda x, level: float(level * x.max().abs())),
            "Your σ is a fraction of the largest value alone. That is the range only where the smallest value is 0.",
        ),
        Mistake(
            "seeded once",
            _seed_once,
            "Your first input is right, the others are not: the generator has moved on. Seed it before each call, so "
            "that an input's map does not depend on who stands before it.",
        ),
    ),
)

# --- 05.5: complaint --------------------------------------------------------------------------------------------------


def _in_training(model: Any) -> bool:
    return any(module.training for module in model.modules())


def _classes(model: Any, inputs: Any) -> int:
    import torch

    with torch.no_grad():
        return int(model(inputs).shape[1])


def _word(model: Any, inputs: Any, target: Any) -> str:
    import torch

    if _in_training(model):
        return "mode"
    wanted = torch.as_tensor(target)
    return "target" if wanted.min() < 0 or wanted.max() >= _classes(model, inputs) else "none"


def _by_lists(model: Any, inputs: Any, target: Any) -> str:
    for module in model.modules():
        if module.training:
            return "mode"
    wanted = [target] if isinstance(target, int) else target.tolist()
    return "none" if all(0 <= c < _classes(model, inputs) for c in wanted) else "target"


def _by_trying(model: Any, inputs: Any, target: Any) -> Any:
    import torch

    if sum(module.training for module in model.modules()):
        return np.array("mode")
    wanted = torch.as_tensor(target).reshape(-1).expand(len(inputs))
    try:
        model(inputs).gather(1, wanted[:, None])
    except (IndexError, RuntimeError):
        return "target"
    return "none"


def _judge(
    *, mode: Any = _in_training, low: Any = lambda c: bool((c < 0).any()), high: Any = lambda c, n: bool((c >= n).any())
) -> Any:
    """Return an answer to 05.5 with some of its three questions changed."""

    def answer(model: Any, inputs: Any, target: Any) -> str:
        import torch

        if mode(model):
            return "mode"
        wanted = torch.as_tensor(target)
        count = 4 if _in_training(model) else _classes(model, inputs)
        return "target" if low(wanted) or high(wanted, count) else "none"

    return answer


def _asks_first(model: Any, inputs: Any, target: Any) -> str:
    import torch

    with torch.no_grad():
        count = model(inputs).shape[1]
    wanted = torch.as_tensor(target)
    if _in_training(model):
        return "mode"
    return "target" if wanted.min() < 0 or wanted.max() >= count else "none"


def _target_first(model: Any, inputs: Any, target: Any) -> str:
    import torch

    return "target" if torch.as_tensor(target).min() < 0 else _word(model, inputs, target)


def _target_first_on_a_copy(model: Any, inputs: Any, target: Any) -> str:
    import copy

    found = _word(copy.deepcopy(model).eval(), inputs, target)
    return found if found == "target" else _word(model, inputs, target)


def _switches(model: Any, inputs: Any, target: Any) -> str:
    found = _word(model, inputs, target)
    model.eval()
    return found


COMPLAINT = Private(
    reference=_word,
    alternatives=(_by_lists, _by_trying),
    mistakes=(
        Mistake(
            "the model's own flag alone",
            _judge(mode=lambda model: model.training),
            "model.training is the flag of the outermost module. A single batch-norm layer inside can be in training "
            "while it says False. Ask all of them.",
        ),
        Mistake(
            "the mode not asked",
            _judge(mode=lambda model: False),
            "You never say 'mode'. In which of its two modes may a model be explained, and how do you see it?",
        ),
        Mistake(
            "all modules in training",
            _judge(mode=lambda model: all(module.training for module in model.modules())),
            "You complain only when every module is in training. One is enough to spoil a map: any, not all.",
        ),
        Mistake(
            "the target not asked",
            _judge(low=lambda c: False, high=lambda c, n: False),
            "You never say 'target'. Which classes does the model have? Its scores have a column for each.",
        ),
        Mistake(
            "negative targets pass",
            _judge(low=lambda c: False),
            "Too large a class is noticed, a negative one is not. That one is worse: PyTorch counts it from the end, "
            "and nothing raises.",
        ),
        Mistake(
            "too large targets pass",
            _judge(high=lambda c, n: False),
            "A negative class is noticed, too large a one is not. How many classes are there?",
        ),
        Mistake(
            "off by one",
            _judge(high=lambda c, n: bool((c > n).any())),
            "With n classes the last one has the number n − 1. You let the number n pass.",
        ),
        Mistake(
            "off by one, the other way",
            _judge(high=lambda c, n: bool((c >= n - 1).any())),
            "You refuse the last class. With n classes their numbers go from 0 to n − 1, both included.",
        ),
        Mistake(
            "class 0 refused",
            _judge(low=lambda c: bool((c <= 0).any())),
            "You refuse the class 0. Classes count from 0, as everything in Python.",
        ),
        Mistake(
            "the first target alone",
            _judge(
                low=lambda c: bool(c.reshape(-1)[0] < 0),
                high=lambda c, n: bool(c.reshape(-1)[0] >= n),
            ),
            "You look at the first target alone. Each input of the batch has one.",
        ),
        Mistake(
            "the last target alone",
            _judge(
                low=lambda c: bool(c.reshape(-1)[-1] < 0),
                high=lambda c, n: bool(c.reshape(-1)[-1] >= n),
            ),
            "You look at the last target alone. Does each round of your loop overwrite what the round before found?",
        ),
        Mistake(
            "the target before the mode",
            _target_first,
            "Where mode and target are both wrong, you say 'target'. The mode comes first: in training mode the model "
            "cannot even be asked how many classes there are without a trace.",
            also=(_target_first_on_a_copy,),
        ),
        Mistake(
            "asks the model first",
            _asks_first,
            "In training mode, a call moves the statistics of batch norm. Look at the mode before you call the model.",
            effect="running statistics changed",
        ),
        Mistake(
            "switches the model",
            _switches,
            "model.eval() is for the owner of the model to call. Say what is wrong and leave the mode as it was.",
            effect="mode changed",
        ),
    ),
)

# --- 05.6: audit ------------------------------------------------------------------------------------------------------


def _parts(attribute: Any, model: Any, x: Any, baseline: Any, target: Any) -> tuple[Any, Any, Any]:
    """Return attributions, F(x) and F(x′)."""
    import torch

    found = attribute(model, x, baseline, target).detach()
    with torch.no_grad():
        at_x, at_start = (model(z).gather(1, target[:, None])[:, 0] for z in (x, baseline.expand_as(x)))
    return found, at_x, at_start


def _percent(attribute: Any, model: Any, x: Any, baseline: Any, target: Any) -> Any:
    from course_utils.attribution import convergence_delta

    found, at_x, at_start = _parts(attribute, model, x, baseline, target)
    return 100 * convergence_delta(model, x, found, target, baselines=baseline) / (at_x - at_start)


def _with(combine: Any) -> Any:
    """Return an answer to 05.6 that combines attributions, F(x) and F(x′) in its own way."""

    def answer(attribute: Any, model: Any, x: Any, baseline: Any, target: Any) -> Any:
        return combine(*_parts(attribute, model, x, baseline, target))

    return answer


def _sum(a: Any) -> Any:
    return a.flatten(1).sum(dim=1)


def _in_numpy(attribute: Any, model: Any, x: Any, baseline: Any, target: Any) -> Any:
    found = attribute(model, x, baseline, target).detach().numpy()
    rows = np.arange(len(x))
    difference = model(x).numpy()[rows, target] - model(baseline.expand_as(x)).numpy()[rows, target]
    return 100 * (found.reshape(len(x), -1).sum(axis=1) / difference - 1)


def _row_by_row(attribute: Any, model: Any, x: Any, baseline: Any, target: Any) -> list[float]:
    starts = baseline.expand_as(x)
    gaps = []
    for i in range(len(x)):
        total = attribute(model, x[i : i + 1], starts[i : i + 1], target[i : i + 1]).detach().sum()
        difference = (model(x[i : i + 1]) - model(starts[i : i + 1]))[0, target[i]]
        gaps.append(float(100 * (total - difference) / difference))
    return gaps


def _of_predicted(attribute: Any, model: Any, x: Any, baseline: Any, target: Any) -> Any:
    found, _, _ = _parts(attribute, model, x, baseline, target)
    best = model(x).argmax(dim=1)[:, None]
    difference = (model(x) - model(baseline.expand_as(x))).gather(1, best)[:, 0]
    return 100 * (_sum(found) - difference) / difference


def _of_largest(attribute: Any, model: Any, x: Any, baseline: Any, target: Any) -> Any:
    found, _, _ = _parts(attribute, model, x, baseline, target)
    difference = model(x).max(dim=1).values - model(baseline.expand_as(x)).max(dim=1).values
    return 100 * (_sum(found) - difference) / difference


AUDIT = Private(
    reference=_percent,
    alternatives=(_with(lambda a, f, f0: 100 * (_sum(a) - (f - f0)) / (f - f0)), _in_numpy, _row_by_row),
    withheld=(f"{ATTRIBUTION}.completeness.convergence_delta",),
    mistakes=(
        Mistake(
            "forgot the baseline's score",
            _with(lambda a, f, f0: 100 * (_sum(a) - f) / f),
            "You compare the sum with F(x) alone. The baseline has a score too, and the account covers the difference.",
        ),
        Mistake(
            "per cent of F(x)",
            _with(lambda a, f, f0: 100 * (_sum(a) - (f - f0)) / f),
            "Your gap is right, but you take it as a fraction of F(x). The whole that is shared out is F(x) − F(x′).",
        ),
        Mistake(
            "per cent of the sum",
            _with(lambda a, f, f0: 100 * (_sum(a) - (f - f0)) / _sum(a)),
            "You divide by the sum of the attributions. The sum is what is audited; it cannot be the yardstick.",
        ),
        Mistake(
            "a fraction",
            _with(lambda a, f, f0: (_sum(a) - (f - f0)) / (f - f0)),
            "Your gap is a fraction of the difference. Per cent are asked for.",
        ),
        Mistake(
            "units of score",
            _with(lambda a, f, f0: _sum(a) - (f - f0)),
            "Your gap is in units of score. Per cent of the difference make methods and inputs comparable.",
        ),
        Mistake(
            "no sign",
            _with(lambda a, f, f0: (100 * (_sum(a) - (f - f0)) / (f - f0)).abs()),
            "You drop the sign. It tells whether the method claims too much or too little; keep it.",
        ),
        Mistake(
            "the share that is explained",
            _with(lambda a, f, f0: 100 * _sum(a) / (f - f0)),
            "100 % in your numbers means a complete account. The gap is what is left over: 0 when it is complete.",
        ),
        Mistake(
            "difference minus sum",
            _with(lambda a, f, f0: 100 * ((f - f0) - _sum(a)) / (f - f0)),
            "Your gap has the other sign: it should be positive when the attributions claim too much.",
        ),
        Mistake(
            "sum of absolute values",
            _with(lambda a, f, f0: 100 * (_sum(a.abs()) - (f - f0)) / (f - f0)),
            "You add up absolute values. What speaks against the class has to be subtracted, or the parts exceed the "
            "whole.",
        ),
        Mistake(
            "one sum for the batch",
            _with(lambda a, f, f0: 100 * (a.sum() - (f - f0)) / (f - f0)),
            "You add up the attributions of all inputs. Each input has its own account: sum over all axes but the "
            "first.",
        ),
        Mistake(
            "the largest score",
            _of_largest,
            "You take the largest score of x and that of the baseline: they may belong to two different classes. Both "
            "scores are those of the class in target.",
        ),
        Mistake(
            "per cent of the size of the difference",
            _with(lambda a, f, f0: 100 * (_sum(a) - (f - f0)) / (f - f0).abs()),
            "You divide by |F(x) − F(x′)|. Where the score falls, your sign turns over: the difference itself, with "
            "its sign, is the whole.",
        ),
        Mistake(
            "the preferred class",
            _of_predicted,
            "You compare with the score of the class that the model prefers. The attributions explain the class in "
            "target, and that may be another one.",
        ),
    ),
)

PRIVATE = {
    "05.1": EXPLAIN,
    "05.2": Private(
        reference=lambda: 0.36,
        alternatives=(lambda: 0.34, lambda: 0.38),
        mistakes=(
            Mistake(
                "the tick before",
                lambda: 0.3,
                "At σ = 0.3 the network still reads more than half of the pictures. The curve crosses 50 % further "
                "to the right.",
            ),
            Mistake(
                "the tick after",
                lambda: 0.4,
                "At σ = 0.4 the curve is below 50 % already. It crosses a little before.",
            ),
            Mistake(
                "half of the axis",
                lambda: 0.5,
                "0.5 is where the noise has half the range of the picture. Asked is where *half of the pictures* can "
                "still be read: start at 50 % on the vertical axis.",
            ),
            Mistake(
                "half of the drawn range",
                lambda: 0.6,
                "0.6 is the middle of the horizontal axis. Start at 50 % on the vertical axis and go to the curve.",
            ),
        ),
    ),
    "05.3": SMOOTH,
    "05.4": Private(
        reference=lambda: LAST_CLASS,
        mistakes=(
            Mistake(
                "an error",
                lambda: RAISES,
                "A class that is too large raises, since there is no such column. A negative one is a valid index in "
                "Python, so nothing raises.",
            ),
            Mistake(
                "the preferred class",
                lambda: PREFERRED,
                "Captum never looks which class wins. It takes the column that you name.",
            ),
            Mistake(
                "zeros",
                lambda: ZEROS,
                "A map of zeros would at least make you look twice. You get a real map, of a class you did not mean.",
            ),
        ),
    ),
    "05.5": COMPLAINT,
    "05.6": AUDIT,
    "05.7": Private(
        reference=None,
        alternatives=(lambda n_steps: 10.0 * n_steps**2, lambda n_steps: 1e9, lambda n_steps: np.float64(n_steps) ** 3),
        mistakes=(
            Mistake(
                "the old counterexample",
                lambda n_steps: 2.0,
                "x = 2 is the scandal of notebook 03, and the path of integrated gradients settled it: half of the "
                "nodes see the slope. Where must x be so that none of them does?",
            ),
            Mistake(
                "a hundred",
                lambda n_steps: 100.0,
                "x = 100 hides the slope on the first hundredth of the path. With many nodes, some still look there.",
            ),
            Mistake(
                "a thousand",
                lambda n_steps: 1000.0,
                "x = 1000 hides the slope on the first thousandth of the path. Gauss–Legendre nodes crowd near the "
                "ends; for many steps the first one looks there.",
            ),
            Mistake(
                "as many as steps",
                lambda n_steps: float(n_steps),
                "With x = n the slope fills one nth of the path, and nodes look there. Move x further out.",
            ),
            Mistake(
                "twice as many as steps",
                lambda n_steps: 2.0 * n_steps,
                "With x = 2n the slope ends at 1/(2n), where the midpoint rule has its first node. Captum's default is "
                "Gauss–Legendre: where is its first node, and how does that shrink with n?",
            ),
            Mistake(
                "even steps",
                lambda n_steps: 2.0 * n_steps + 1,
                "That hides the slope from the midpoint rule, whose first node is at 1/(2n). Gauss–Legendre puts its "
                "nodes closer together near the ends. How does its first node shrink with n?",
            ),
            Mistake(
                "the other direction",
                lambda n_steps: -1e6,
                "To the left f is a straight line and falls without end: no saturation, and integrated gradients are "
                "right there. On which side is the plateau?",
            ),
            Mistake(
                "no change",
                lambda n_steps: 0.0,
                "At x = 0 nothing changed, so 0 is the right answer. f must rise by 1 and the method must miss it.",
            ),
        ),
    ),
    "05.8": Private(
        reference=lambda: CANNOT,
        mistakes=(
            Mistake(
                "smaller is truer",
                lambda: SMALLER_IS_TRUER,
                "A small gap says that the sum is right. All on the corner pixel would have the gap 0 too.",
            ),
            Mistake(
                "more steps",
                lambda: MORE_STEPS,
                "More steps bring the gap of integrated gradients to 0. Then both have none, and the maps still "
                "differ. What have you learnt about which is truer?",
            ),
            Mistake(
                "too good",
                lambda: TOO_GOOD,
                "DeepLIFT's gap is 0 because its rule hands on the whole change at each layer. That is no fault; it is "
                "also no proof of the shares.",
            ),
        ),
        rubric=(
            "Full marks: says that the gap is a statement about the sum alone, and that two maps with different shares "
            "can have the same sum (an example helps). Half: says that both gaps are small. None: argues from the "
            "looks of the maps, or from the number of steps."
        ),
    ),
}
