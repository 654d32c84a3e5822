"""Notebook 02, gradients: the private halves of its exercises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course_utils.exercises.record import Mistake, Private
from course_utils.exercises.records.nb02 import espresso

ATTRIBUTION = "course_utils.attribution"


def _slope_of(score: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """Return the gradient of a number that is computed from the logits (N, classes) and the targets."""

    def gradient(model: Any, inputs: Any, target: Any) -> Any:
        import torch

        x = inputs.detach().clone().requires_grad_()
        return torch.autograd.grad(score(model(x), target), x)[0]

    return gradient


def _own_targets(values: Any, target: Any) -> Any:
    import torch

    return values[torch.arange(len(values)), target]


def _as_tensor(logits: Any, target: Any) -> Any:
    import torch

    return torch.as_tensor(target).expand(len(logits))


def _gradient(model: Any, inputs: Any, target: Any) -> Any:
    from course_utils.attribution import vanilla_gradient

    return vanilla_gradient(model, inputs, target)


def _gradient_in_a_loop(model: Any, inputs: Any, target: Any) -> Any:
    maps = []
    for n in range(len(inputs)):
        x = inputs[n : n + 1].detach().clone().requires_grad_()
        c = target if isinstance(target, int) else int(target[n])
        model(x)[0, c].backward()
        maps.append(x.grad[0].numpy())
    return maps


def _gradient_with_gather(model: Any, inputs: Any, target: Any) -> Any:
    x = inputs.detach().clone().requires_grad_()
    logits = model(x)
    logits.gather(1, _as_tensor(logits, target)[:, None]).sum().backward()
    return x.grad


def _gradient_by_jacobian(model: Any, inputs: Any, target: Any) -> Any:
    import torch

    jacobian = torch.func.vmap(torch.func.jacrev(lambda x: model(x[None])[0]))(inputs)
    return jacobian[torch.arange(len(inputs)), target]


def _cross_entropy(reduction: str) -> Callable[[Any, Any], Any]:
    def loss(logits: Any, target: Any) -> Any:
        import torch

        return torch.nn.functional.cross_entropy(logits, _as_tensor(logits, target), reduction=reduction)

    return loss


def _loss_by_hand(logits: Any, target: Any) -> Any:
    return -_own_targets(logits.softmax(dim=1), target).log().mean()


def _accumulates(model: Any, inputs: Any, target: Any) -> Any:
    inputs.requires_grad_()
    _own_targets(model(inputs), target).sum().backward()
    return inputs.grad


def _leaves_training_mode(model: Any, inputs: Any, target: Any) -> Any:
    model.train()
    return _gradient(model, inputs, target)


def _first_row(logits: Any, target: Any) -> Any:
    return logits[0, target if isinstance(target, int) else target[0]]


VANILLA_MISTAKES = (
    Mistake(
        "loss in place of score",
        _slope_of(_cross_entropy("mean")),
        "Your values are the gradient of the loss. Training needs that one. It mixes all classes and fades where the "
        "network is sure. Which number says how much evidence there is for the target?",
        also=(_slope_of(_loss_by_hand),),
    ),
    Mistake(
        "summed loss in place of score",
        _slope_of(_cross_entropy("sum")),
        "Your values are the gradient of a loss, summed over the batch. The sum is fine; the loss is the wrong number "
        "to explain. Take the score of the target as the model returns it.",
    ),
    Mistake(
        "softmax in place of logit",
        _slope_of(lambda logits, target: _own_targets(logits.softmax(dim=1), target).sum()),
        "Your values are the gradient of the probability. Softmax saturates, as 02.1 showed, and its slope nearly "
        "vanishes. The model returns logits: differentiate those.",
    ),
    Mistake(
        "log-probability in place of logit",
        _slope_of(lambda logits, target: _own_targets(logits.log_softmax(dim=1), target).sum()),
        "Your values are the gradient of the log-probability, which subtracts a mixture of all other classes. "
        "The score "
        "of this course is the logit alone.",
    ),
    Mistake(
        "sum over all classes",
        _slope_of(lambda logits, target: logits.sum()),
        "You differentiate the sum over all classes, so your target does not enter. Pick one logit for each "
        "input first.",
    ),
    Mistake(
        "every target for every input",
        _slope_of(lambda logits, target: logits[:, target].sum()),
        "logits[:, target] with a tensor of targets picks the classes of the whole batch for every input. Each "
        "input has "
        "one target: which index goes in place of the colon?",
        also=(
            _slope_of(
                lambda logits, target: sum(
                    logits[:, c].sum() for c in ([target] if isinstance(target, int) else target)
                )
            ),
        ),
    ),
    Mistake(
        "mean over the batch",
        _slope_of(lambda logits, target: _own_targets(logits, target).mean()),
        "Your values are too small by a factor: the number of inputs. The mean over the batch divides each "
        "gradient by it. "
        "An explanation of one input must not depend on who else is in the batch.",
    ),
    Mistake(
        "predicted class in place of target",
        _slope_of(lambda logits, target: logits.amax(dim=1).sum()),
        "Your values explain the class that the model predicts. The caller asks about the target, which may be another "
        "one: why not a 7?",
        also=(_slope_of(lambda logits, target: _own_targets(logits, logits.argmax(dim=1)).sum()),),
    ),
    Mistake(
        "first input alone",
        _slope_of(_first_row),
        "Only the first input has a gradient, the others are zero. The sum of all scores of the batch serves all "
        "at once.",
    ),
    Mistake(
        "absolute values",
        lambda model, inputs, target: _gradient(model, inputs, target).abs(),
        "Your values have lost their signs. A negative slope is news too: more of this lowers the score. "
        "Absolute values "
        "come later, when a map is drawn.",
    ),
    Mistake(
        "Input×Gradient",
        lambda model, inputs, target: inputs * _gradient(model, inputs, target),
        "You multiplied by the input. That is Input×Gradient, which comes in section 7. Here the slope alone is asked.",
    ),
    Mistake("gradient adds up in .grad", _accumulates, "Each call adds to .grad.", effect="second call differs"),
    Mistake(
        "training mode",
        _leaves_training_mode,
        "A gradient needs no training mode.",
        effect="mode changed",
    ),
)


def _map_in_numpy(gradient: Any) -> Any:
    import numpy as np

    return np.abs(gradient.numpy()).max(axis=1)


def _map_in_loops(gradient: Any) -> Any:
    n, channels, height, width = gradient.shape
    return [
        [[max(abs(float(gradient[i, k, r, c])) for k in range(channels)) for c in range(width)] for r in range(height)]
        for i in range(n)
    ]


def _scaled(gradient: Any) -> Any:
    found = gradient.abs().amax(dim=1)
    return found / found.amax(dim=(1, 2), keepdim=True)


SALIENCY_MISTAKES = (
    Mistake(
        "maximum without absolute value",
        lambda gradient: gradient.amax(dim=1),
        "You take the largest value with its sign, so a strong negative slope loses against a weak positive one. What "
        "stands between the bars in the formula?",
        also=(lambda gradient: gradient.max(dim=1).values,),
    ),
    Mistake(
        "absolute value after the maximum",
        lambda gradient: gradient.amax(dim=1).abs(),
        "The absolute value comes too late: the maximum has thrown the strong negative slopes away already. Swap "
        "the two.",
    ),
    Mistake(
        "sum of absolute values",
        lambda gradient: gradient.abs().sum(dim=1),
        "You add the absolute values of the channels. The formula of this map takes the largest of them.",
        also=(lambda gradient: sum(gradient.abs().unbind(dim=1)),),
    ),
    Mistake(
        "absolute value of the sum",
        lambda gradient: gradient.sum(dim=1).abs(),
        "You add the channels with their signs, where red and blue can cancel, and take the absolute value "
        "after. Absolute "
        "values come first, and the formula has no sum.",
    ),
    Mistake(
        "mean of absolute values",
        lambda gradient: gradient.abs().mean(dim=1),
        "You take the mean of the channels. A pixel whose red alone matters would look three times too pale. Take the "
        "largest channel.",
    ),
    Mistake(
        "norm",
        lambda gradient: (gradient**2).sum(dim=1) ** 0.5,
        "Your map is the Euclidean length over the channels, a common choice as well. The formula here is "
        "another one: the "
        "maximum.",
    ),
    Mistake(
        "maximum over the batch",
        lambda gradient: gradient.abs().amax(dim=0),
        "You took the maximum over axis 0, the images of the batch, so different photographs got mixed. Which axis of "
        "(N, C, H, W) are the channels?",
    ),
    Mistake(
        "maximum over the columns",
        lambda gradient: gradient.abs().amax(dim=-1),
        "You took the maximum over the last axis, the columns of the image. In NumPy images channels stand last; in "
        "PyTorch, (N, C, H, W), they do not.",
    ),
    Mistake(
        "values and positions",
        lambda gradient: tuple(gradient.abs().max(dim=1)),
        "x.max(dim=…) returns two things, the largest values and where they were. You return both. Take the values, or "
        "use amax.",
    ),
    Mistake(
        "scaled to 1",
        _scaled,
        "You scaled each map to end at 1. Then two maps can no longer be compared, and a flat score looks as "
        "lively as a "
        "steep one. Leave the scale to the figure.",
    ),
)


def _brighter(photo: Any) -> Any:
    return (photo + 0.02).clamp(0, 1)


def _along_the_gradient(photo: Any) -> Any:
    gradient = espresso()[-1]
    return (photo + 0.02 * gradient.sign()).clamp(0, 1)


def _stripes(photo: Any) -> Any:
    import torch

    rows = torch.arange(photo.shape[2]) % 2 * 2 - 1
    return (photo + 0.02 * rows[:, None]).clamp(0, 1)


def _one_pixel(photo: Any) -> Any:
    changed = photo.clone()
    changed[0, :, 112, 112] = (changed[0, :, 112, 112] - 0.02).clamp(0, 1)
    return changed


def _random_signs(photo: Any) -> Any:
    import torch

    return (photo + 0.01 * torch.randn(photo.shape, generator=torch.Generator().manual_seed(7)).sign()).clamp(0, 1)


def _uniform_noise(photo: Any) -> Any:
    import numpy as np

    noise = np.random.default_rng(7).uniform(-0.02, 0.02, tuple(photo.shape))
    return np.clip(photo.numpy() + noise, 0, 1)


def _fewer_levels(photo: Any) -> Any:
    return (photo * 25).round() / 25


def _smooth(model: Any, inputs: Any, target: Any, noise: Any, noise_level: float, method: Any = None) -> Any:
    import torch

    return torch.stack(_maps(model, inputs, target, noise * _sigma(inputs, noise_level), method)).mean(dim=0)


def _sigma(inputs: Any, noise_level: float) -> Any:
    flat = inputs.flatten(1)
    return (noise_level * (flat.amax(1) - flat.amin(1))).reshape(-1, *[1] * (inputs.ndim - 1))


def _maps(model: Any, inputs: Any, target: Any, epsilon: Any, method: Any = None) -> list[Any]:
    return [(method or _gradient)(model, inputs + draw, target) for draw in epsilon]


def _smooth_at_once(model: Any, inputs: Any, target: Any, noise: Any, noise_level: float, method: Any = None) -> Any:
    import torch

    noisy = (inputs + noise * _sigma(inputs, noise_level)).flatten(0, 1)
    found = (method or _gradient)(model, noisy, torch.as_tensor(target).expand(len(inputs)).repeat(len(noise)))
    return found.reshape(noise.shape).mean(dim=0)


def _smooth_one_by_one(model: Any, inputs: Any, target: Any, noise: Any, noise_level: float, method: Any = None) -> Any:
    import torch

    result = torch.zeros_like(inputs)
    for i in range(len(inputs)):
        spread = noise_level * float(inputs[i].max() - inputs[i].min())
        for draw in noise:
            one = (method or _gradient)(model, inputs[i : i + 1] + spread * draw[i : i + 1], target[i : i + 1])
            result[i] += one[0] / len(noise)
    return result


def _smooth_with(epsilon: Callable[[Any, Any, float], Any]) -> Callable[..., Any]:
    """Return SmoothGrad with another noise: a function of inputs, noise and noise level."""

    def smooth(model: Any, inputs: Any, target: Any, noise: Any, noise_level: float, method: Any = None) -> Any:
        import torch

        return torch.stack(_maps(model, inputs, target, epsilon(inputs, noise, noise_level), method)).mean(dim=0)

    return smooth


def _smooth_then(reduce: Callable[[Any], Any]) -> Callable[..., Any]:
    """Return SmoothGrad that does something else with the stacked maps (n, N, …) than taking their mean."""

    def smooth(model: Any, inputs: Any, target: Any, noise: Any, noise_level: float, method: Any = None) -> Any:
        import torch

        return reduce(torch.stack(_maps(model, inputs, target, noise * _sigma(inputs, noise_level), method)))

    return smooth


def _clipped(model: Any, inputs: Any, target: Any, noise: Any, noise_level: float, method: Any = None) -> Any:
    import torch

    epsilon = noise * _sigma(inputs, noise_level)
    maps = [(method or _gradient)(model, (inputs + draw).clamp(0, 1), target) for draw in epsilon]
    return torch.stack(maps).mean(dim=0)


def _changes_inputs(model: Any, inputs: Any, target: Any, noise: Any, noise_level: float, method: Any = None) -> Any:
    import torch

    sigma, maps = _sigma(inputs, noise_level), []
    for draw in noise:
        inputs += sigma * draw
        maps.append((method or _gradient)(model, inputs, target))
    return torch.stack(maps).mean(dim=0)


def _sigma_of_values(inputs: Any, noise_level: float) -> Any:
    return (noise_level * inputs.flatten(1).std(dim=1)).reshape(-1, *[1] * (inputs.ndim - 1))


def _sigma_of_maximum(inputs: Any, noise_level: float) -> Any:
    return (noise_level * inputs.flatten(1).amax(dim=1)).reshape(-1, *[1] * (inputs.ndim - 1))


SMOOTH_MISTAKES = (
    Mistake(
        "noise without a scale",
        _smooth_with(lambda inputs, noise, noise_level: noise),
        "You add the noise as it comes, with σ = 1: noise_level does not enter. For a picture in [0, 1] that is "
        "noise and "
        "little else.",
    ),
    Mistake(
        "noise level as σ",
        _smooth_with(lambda inputs, noise, noise_level: noise_level * noise),
        "You use noise_level as σ itself, as Captum's stdevs does. Here it is a fraction: of what, for each input?",
    ),
    Mistake(
        "range of the batch",
        _smooth_with(lambda inputs, noise, noise_level: noise_level * (inputs.max() - inputs.min()) * noise),
        "You take max − min over the whole batch, so the noise of one input depends on its neighbours. Each "
        "input has a "
        "range of its own.",
    ),
    Mistake(
        "deviation in place of range",
        _smooth_with(lambda inputs, noise, noise_level: _sigma_of_values(inputs, noise_level) * noise),
        "Your σ is a fraction of the standard deviation of the input's values. The definition takes a fraction of "
        "max − min.",
    ),
    Mistake(
        "maximum in place of range",
        _smooth_with(lambda inputs, noise, noise_level: _sigma_of_maximum(inputs, noise_level) * noise),
        "Your σ is a fraction of the maximum. That is the range only where the minimum is 0, as in many "
        "pictures; here it "
        "is not.",
    ),
    Mistake(
        "mean over the batch",
        _smooth_then(lambda maps: maps.mean(dim=1)),
        "You averaged over the inputs of the batch; what is left has one map for each draw of noise. Average over the "
        "draws, axis 0 of your stack.",
    ),
    Mistake(
        "sum in place of mean",
        _smooth_then(lambda maps: maps.sum(dim=0)),
        "You add the maps and do not divide by their number, so more samples would make a stronger explanation. "
        "Take the "
        "mean.",
    ),
    Mistake(
        "absolute value before the mean",
        _smooth_then(lambda maps: maps.abs().mean(dim=0)),
        "You take the absolute value too early, before the mean. Then noise of both signs no longer cancels, and "
        "cancelling is the whole idea.",
    ),
    Mistake(
        "mean of the inputs",
        _smooth_with(
            lambda inputs, noise, noise_level: (_sigma(inputs, noise_level) * noise).mean(dim=0, keepdim=True)
        ),
        "You average the noisy inputs and take one gradient there. The noise is gone before the model sees it. "
        "Average the "
        "gradients.",
    ),
    Mistake(
        "last draw alone",
        _smooth_then(lambda maps: maps[-1]),
        "Your result is the map of the last noisy copy. Does each turn of the loop overwrite the one before?",
    ),
    Mistake(
        "clipped copies",
        _clipped,
        "You clip the noisy copies to [0, 1]. Not every input lives there, and for black pixels it keeps the "
        "upper half of "
        "the noise only. The definition adds ε and leaves it.",
    ),
    Mistake(
        "method ignored",
        lambda model, inputs, target, noise, noise_level, method=None: _smooth(
            model, inputs, target, noise, noise_level
        ),
        "You average the gradient whatever `method` is. Call method(model, noisy, target) in its place.",
    ),
    Mistake("noise added in place", _changes_inputs, "The inputs drift away.", effect="input changed"),
)

PRIVATE = {
    "02.1": Private(
        reference=lambda: "less than a thousandth",
        mistakes=(
            Mistake(
                "larger",
                lambda: "larger",
                "The probability lives between 0 and 1 and is nearly at its end. The steepest it can ever be is "
                "p(1 − p) = 1/4 of the difference of two logits, at p = 1/2.",
            ),
            Mistake(
                "as large",
                lambda: "about as large",
                "Logit and probability rise together, but not equally fast: close to 1 the probability has no "
                "room left.",
            ),
            Mistake(
                "a tenth",
                lambda: "about a tenth",
                "Right direction, wrong size. The slope of the softmax contains p(1 − p), and 1 − p is tiny here.",
            ),
        ),
    ),
    "02.2": Private(
        reference=_gradient,
        alternatives=(_gradient_in_a_loop, _gradient_with_gather, _gradient_by_jacobian),
        mistakes=VANILLA_MISTAKES,
        withheld=(f"{ATTRIBUTION}.gradients", f"{ATTRIBUTION}.layers.activations_and_gradients"),
        forbids=("captum",),
    ),
    "02.3": Private(
        reference=lambda: 0.2,
        alternatives=(lambda: 0.18, lambda: 0.22),
        mistakes=(
            Mistake(
                "where the line has risen by one",
                lambda: 0.06,
                "At 0.06 the straight line has risen by one logit. At that step the score follows it closely still.",
            ),
            Mistake(
                "where the score has risen by one",
                lambda: 0.08,
                "At 0.08 the score itself has risen by one logit. How far below the line is it there?",
            ),
            Mistake(
                "the end of the axis",
                lambda: 0.5,
                "0.5 is the end of the axis. There line and score are several logits apart.",
            ),
        ),
    ),
    "02.4": Private(
        reference=lambda gradient: gradient.abs().amax(dim=1),
        alternatives=(_map_in_numpy, _map_in_loops, lambda gradient: gradient.abs().max(dim=1).values),
        mistakes=SALIENCY_MISTAKES,
        withheld=(f"{ATTRIBUTION}.saliency.saliency_map",),
        forbids=("captum",),
    ),
    "02.5": Private(
        reference=None,
        alternatives=(_random_signs, _uniform_noise, _fewer_levels),
        mistakes=(
            Mistake(
                "unchanged",
                lambda photo: photo,
                "You return the photograph as it is. Of course its map is the same. Move every value a little.",
                also=(lambda photo: photo.numpy(),),
            ),
            Mistake(
                "brighter",
                _brighter,
                "You made all pixels brighter by the same amount. The network was trained to ignore that, and its map "
                "ignores it too. The change needs no direction.",
            ),
            Mistake(
                "along the gradient",
                _along_the_gradient,
                "You follow the gradient, the one direction that moves the score most. The map turns, but so does the "
                "score. Any other direction leaves the score alone.",
            ),
            Mistake(
                "stripes",
                _stripes,
                "You draw fine stripes. They are as small as noise, but the network sees a texture, and the "
                "score falls. "
                "Break the order.",
            ),
            Mistake(
                "one pixel",
                _one_pixel,
                "You changed one pixel. Its neighbourhood notices, the other fifty thousand pixels do not.",
            ),
            Mistake(
                "mirrored",
                lambda photo: photo.flip(-1),
                "You mirrored the photograph. It looks alike to us, but nearly every value is another one.",
            ),
            Mistake(
                "shifted",
                lambda photo: photo.roll(1, dims=-1),
                "You moved the photograph by a pixel. At every edge that is a large change of the values.",
            ),
        ),
    ),
    "02.6": Private(
        reference=_smooth,
        alternatives=(_smooth_at_once, _smooth_one_by_one),
        mistakes=SMOOTH_MISTAKES,
        withheld=(f"{ATTRIBUTION}.smoothgrad.smooth_grad",),
        forbids=("captum",),
    ),
    "02.7": Private(
        reference=lambda: "this method cannot answer",
        mistakes=(
            Mistake(
                "bright means important",
                lambda: "in the bright square",
                "Bright means: a tiny change here moves the score fast. Black paint is no tiny change. After "
                "02.3 you know "
                "how far a slope reaches.",
            ),
            Mistake(
                "Taylor over a large step",
                lambda: "in the square with the largest sum of gradient × change",
                "That is the first-order view, and the right formula for a tiny step. The step here is hundreds "
                "of times "
                "longer than the one at which the straight line was one logit off.",
            ),
            Mistake(
                "no effect",
                lambda: "nowhere, a gradient does not depend on the pixel",
                "The gradient does not contain the pixel's value as a factor, but the score depends on the pixel "
                "all the "
                "same. Painting can change it.",
            ),
        ),
        rubric=(
            "Full marks: says that painting is a large step, and that a gradient holds for small ones (02.3 or the "
            "Taylor view as evidence). Half: says only that the map is noisy, or that sensitivity is not contribution. "
            "None: repeats the choice. An extra remark that one should paint and measure is welcome."
        ),
    ),
}
