"""Notebook 03, the ReLU sensitivity counterexample: the private halves of its exercises."""

from __future__ import annotations

from typing import Any

from course_utils.exercises.record import Mistake, Private


def _breaks(F: Any, x: Any, baseline: Any, attributions: Any) -> Any:
    differs = x != baseline
    silent = (differs.sum(dim=1) != 1) | ((F(x) - F(baseline)).abs() <= 1e-6)
    return ~silent & ((attributions * differs).abs().sum(dim=1) <= 1e-6)


def _breaks_in_a_loop(F: Any, x: Any, baseline: Any, attributions: Any) -> list[bool]:
    found = []
    for n in range(len(x)):
        differing = [i for i in range(x.shape[1]) if x[n, i] != baseline[n, i]]
        change = float(F(x[n : n + 1]) - F(baseline[n : n + 1]))
        found.append(len(differing) == 1 and abs(change) > 1e-6 and float(attributions[n, differing[0]]) == 0)
    return found


def _breaks_in_numpy(F: Any, x: Any, baseline: Any, attributions: Any) -> Any:
    import numpy as np

    differs = ~np.isclose(x.numpy(), baseline.numpy())
    changed = ~np.isclose(F(x).numpy(), F(baseline).numpy())
    zero = np.where(differs, attributions.numpy() == 0, True).all(axis=1)
    return (differs.sum(axis=1) == 1) & changed & zero


def _any_zero(F: Any, x: Any, baseline: Any, attributions: Any) -> Any:
    return ((x != baseline).sum(dim=1) == 1) & (F(x) != F(baseline)) & (attributions == 0).any(dim=1)


def _all_zero(F: Any, x: Any, baseline: Any, attributions: Any) -> Any:
    return ((x != baseline).sum(dim=1) == 1) & (F(x) != F(baseline)) & (attributions == 0).all(dim=1)


def _sum_zero(F: Any, x: Any, baseline: Any, attributions: Any) -> Any:
    return ((x != baseline).sum(dim=1) == 1) & (F(x) != F(baseline)) & (attributions.abs().sum(dim=1) == 0)


def _not_positive(F: Any, x: Any, baseline: Any, attributions: Any) -> Any:
    differs = x != baseline
    return (differs.sum(dim=1) == 1) & (F(x) != F(baseline)) & ((attributions * differs).sum(dim=1) <= 0)


def _scores_ignored(F: Any, x: Any, baseline: Any, attributions: Any) -> Any:
    differs = x != baseline
    return (differs.sum(dim=1) == 1) & ((attributions * differs).sum(dim=1) == 0)


def _one_direction(sign: int) -> Any:
    def breaks(F: Any, x: Any, baseline: Any, attributions: Any) -> Any:
        return _breaks(F, x, baseline, attributions) & (sign * (F(x) - F(baseline)) > 1e-6)

    return breaks


def _any_number(F: Any, x: Any, baseline: Any, attributions: Any) -> Any:
    differs = x != baseline
    return (F(x) != F(baseline)) & ((attributions * differs).abs().sum(dim=1) == 0)


def _any_number_in_a_loop(F: Any, x: Any, baseline: Any, attributions: Any) -> list[bool]:
    return [
        bool(F(a[None]) != F(b[None])) and all(float(v) == 0 for v in r[a != b])
        for a, b, r in zip(x, baseline, attributions, strict=True)
    ]


def _network(W1: Any, b1: Any, w2: Any, b2: Any = 0.0) -> dict[str, Any]:
    import numpy as np

    return {"W1": np.array(W1, float), "b1": np.array(b1, float), "w2": np.array(w2, float), "b2": b2}


def _as_tensors(W1: Any, b1: Any, w2: Any, b2: Any = 0.0) -> dict[str, Any]:
    import torch

    return {"W1": torch.tensor(W1), "b1": torch.tensor(b1), "w2": torch.tensor(w2), "b2": torch.tensor(b2)}


def _relu_backward(z: Any, R: Any, rule: str) -> Any:
    forward, backward = (z > 0).to(R.dtype), (R > 0).to(R.dtype)
    return R * {"gradient": forward, "deconvnet": backward, "guided": forward * backward}[rule]


def _relu_backward_in_numpy(z: Any, R: Any, rule: str) -> Any:
    import numpy as np

    z, R = z.numpy(), R.numpy()
    passed = R.copy() if rule == "gradient" else np.maximum(R, 0)
    if rule != "deconvnet":
        passed[z <= 0] = 0
    return passed


def _relu_backward_by_autograd(z: Any, R: Any, rule: str) -> Any:
    import torch

    above = R if rule == "gradient" else torch.relu(R)
    if rule == "deconvnet":
        return above
    leaf = z.detach().clone().requires_grad_()
    return torch.autograd.grad(torch.relu(leaf), leaf, grad_outputs=above)[0]


def _in_place(z: Any, R: Any, rule: str) -> Any:
    if rule != "deconvnet":
        R[z <= 0] = 0
    if rule != "gradient":
        R[R < 0] = 0
    return R


def _other(names: dict[str, str]) -> Any:
    """Return a function that applies, for each rule, the rule of another name."""
    return lambda z, R, rule: _relu_backward(z, R, names.get(rule) or rule)


def _lrp(x: Any, W1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    return _shares(x, W1, b1, w2, b2)


def _shares(
    x: Any,
    W1: Any,
    b1: Any,
    w2: Any,
    b2: Any,
    *,
    share: Any = lambda c, bias: c / c.sum(dim=-1, keepdim=True),
    share1: Any = None,
    hidden: Any = lambda z: z.clamp(min=0),
    start: Any = lambda score: score,
    outer: Any = lambda z: z.clamp(min=0),
) -> Any:
    """Compute LRP with parts that can be replaced by wrong ones."""
    a1 = hidden(x @ W1.T + b1)
    score = outer(a1 @ w2 + b2)
    R1 = share((a1 * w2)[:, None, :], b2.reshape(1, 1))[:, 0, :] * start(score)[:, None]
    return (R1[:, :, None] * (share1 or share)(x[:, None, :] * W1, b1)).sum(dim=1)


def _lrp_einsum(x: Any, W1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    import torch

    a1 = torch.relu(torch.einsum("ni,ji->nj", x, W1) + b1)
    score = torch.relu(a1 @ w2 + b2)
    R1 = a1 * w2 / (a1 @ w2)[:, None] * score[:, None]
    return torch.einsum("ni,ji,nj->ni", x, W1, R1 / (x @ W1.T))


def _lrp_in_a_loop(x: Any, W1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    import numpy as np

    rows = []
    for point in x.double().numpy():
        W, b, w = W1.double().numpy(), b1.double().numpy(), w2.double().numpy()
        a = np.maximum(W @ point + b, 0)
        score = max(float(w @ a) + float(b2), 0.0)
        R = np.zeros(len(point))
        for j in range(len(a)):
            received = score * a[j] * w[j] / (w @ a)
            for i in range(len(point)):
                R[i] += received * point[i] * W[j, i] / (W[j] @ point)
        rows.append(R)
    return np.array(rows)


def _weights_for_contributions(x: Any, W1: Any, b1: Any, w2: Any, b2: Any) -> Any:
    a1 = (x @ W1.T + b1).clamp(min=0)
    score = (a1 @ w2 + b2).clamp(min=0)
    R1 = score[:, None] * w2 / w2.sum()
    return R1 @ (W1 / W1.sum(dim=1, keepdim=True))


PRIVATE = {
    "03.1": Private(
        reference=lambda: "0",
        mistakes=(
            Mistake(
                "the rise for the slope",
                lambda: "1",
                "1 is what the score has gained since x = 0. The gradient does not look back: it asks what the next "
                "small step would do.",
            ),
            Mistake(
                "the mean slope",
                lambda: "0.5",
                "0.5 is the mean slope between 0 and 2. Keep that thought, it is the idea of notebook 04. The gradient "
                "looks at the one point x = 2.",
            ),
            Mistake(
                "the kink",
                lambda: "it is not defined",
                "f has a kink, but at x = 1, where 1 − x changes its sign. At 2 the curve is smooth.",
            ),
        ),
    ),
    "03.2": Private(
        reference=lambda: (2.4, 5.2),
        mistakes=(
            Mistake(
                "the rising part",
                lambda: (0.8, 2.4),
                "Between these the curve rises, so the gradient is not 0 and gives the feature something. Where is it "
                "flat?",
            ),
            Mistake(
                "flat but unchanged",
                lambda: (0.0, 0.8),
                "Here the curve is flat, but the score is that of the baseline. Nothing changed, so Sensitivity(a) "
                "demands nothing.",
            ),
            Mistake(
                "back at the baseline's score",
                lambda: (6.2, 8.0),
                "Here the score has come back to h(0). x has moved, the score is the same, and Sensitivity(a) demands "
                "nothing.",
            ),
            Mistake(
                "all that differs",
                lambda: (0.8, 6.2),
                "On this interval the score differs from h(0), which is one half of the condition. On parts of it the "
                "gradient is not 0, though.",
            ),
        ),
    ),
    "03.3": Private(
        reference=_breaks,
        alternatives=(_breaks_in_a_loop, _breaks_in_numpy),
        mistakes=(
            Mistake(
                "scores ignored",
                _scores_ignored,
                "You do not look at the scores. Where F(x) = F(baseline), zero is a fine attribution, and the axiom "
                "demands nothing. Next: which two scores must differ?",
                also=(
                    lambda F, x, baseline, attributions: [
                        int((a != b).sum()) == 1 and float(r[a != b][0]) == 0
                        for a, b, r in zip(x, baseline, attributions, strict=True)
                    ],
                ),
            ),
            Mistake(
                "any number of features",
                _any_number,
                "You flag pairs in which two features differ. Then nobody can say which of the two made the "
                "difference, and Sensitivity(a) is silent. Next: count the features that differ.",
                also=(_any_number_in_a_loop,),
            ),
            Mistake(
                "any zero",
                _any_zero,
                "You flag a pair as soon as some feature receives 0. A feature that did not move may receive 0. "
                "Which feature does the axiom speak of?",
            ),
            Mistake(
                "all attributions zero",
                _all_zero,
                "You flag a pair only if all attributions are 0. The axiom speaks of the one that differs. "
                "What the others receive does not rescue it.",
                also=(_sum_zero,),
            ),
            Mistake(
                "not positive for zero",
                _not_positive,
                "You flag a differing feature with a negative attribution. Negative is an answer: it counts against "
                "the score. The axiom asks for not zero.",
            ),
            Mistake(
                "only a rising score",
                _one_direction(1),
                "You miss pairs whose score falls from the baseline to x. The axiom asks for scores that differ, and "
                "the score may also fall.",
            ),
            Mistake(
                "only a falling score",
                _one_direction(-1),
                "You find only pairs whose score falls from the baseline to x. The axiom asks for scores that differ: "
                "up or down.",
            ),
            Mistake(
                "turned round",
                lambda F, x, baseline, attributions: ~_breaks(F, x, baseline, attributions),
                "Each of your answers is the opposite of what is asked: the function is to return True where the axiom "
                "is broken.",
            ),
        ),
    ),
    "03.4": Private(
        reference=None,
        alternatives=(
            lambda: _network([[-1, -1]], [1], [-1], 1),
            lambda: _network([[-1, 0]], [0.5], [4]),
            lambda: _network([[1, 1], [1, 1]], [0, -1], [1, -1]),  # two open units whose slopes cancel
            lambda: {"W1": [[-2.0, 0.0], [0.0, -2.0]], "b1": [1.0, 1.0], "w2": [[-1.0, -1.0]], "b2": [2.0]},
            lambda: _as_tensors([[-1.0, -1.0]], [1.5], [1.0]),
        ),
        mistakes=(
            Mistake(
                "at the kink",
                lambda: _network([[-1, -1]], [2], [-1], 2),
                "Your hidden unit has z = 0 exactly at x. At a kink there is no gradient; PyTorch returns 0 by "
                "convention, which is luck and no saturation. Move the threshold so that the unit is well closed.",
                also=(lambda: _as_tensors([[-1.0, -1.0]], [2.0], [-1.0], 2.0),),
            ),
            Mistake(
                "linear at x",
                lambda: _network([[1, 0], [0, 1]], [0, 0], [1, 1]),
                "Your hidden units are open at x, so the score still grows there and Input×Gradient sees it. Which "
                "sign of W1 closes a unit on the way from 0 to x?",
                also=(lambda: _as_tensors([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], [1.0, 1.0]),),
            ),
            Mistake(
                "closed from the start",
                lambda: _network([[1, 1]], [-5], [1]),
                "Your hidden unit is closed at x and at 0. The gradient is 0, and rightly: the score never changes. "
                "The unit must be open at one end of the way.",
                also=(lambda: _as_tensors([[1.0, 1.0]], [-5.0], [1.0]),),
            ),
            Mistake(
                "no weight at the output",
                lambda: _network([[-1, -1]], [1], [0], 1),
                "w2 is 0, so the score is the same for every input and there is nothing to attribute. The hidden unit "
                "does what it should; let the output listen to it.",
            ),
            Mistake(
                "one input still has a slope",
                lambda: _network([[-1, 0], [0, 1]], [0.5, 0], [-2, 1], 1),
                "Your network saturates in the first input, but the second still has a slope at x. Both must be 0.",
            ),
            Mistake(
                "too small",
                lambda: _network([[-1, -1]], [0.5], [-1], 0.5),
                "The idea is right: closed at x, open at 0. But the score changes by less than 1 on the way. Which "
                "two numbers set the size of the change?",
            ),
        ),
    ),
    "03.5": Private(
        reference=_relu_backward,
        alternatives=(_relu_backward_in_numpy, _relu_backward_by_autograd),
        forbids=("captum", "course_utils.attribution.rectifiers"),
        mistakes=(
            Mistake(
                "gates swapped",
                _other({"gradient": "deconvnet", "deconvnet": "gradient"}),
                "Gradient and deconvnet have each other's gate. The derivative of the ReLU depends on what went "
                "forward, z. Deconvnet rectifies what comes back, R.",
            ),
            Mistake(
                "deconvnet keeps the forward gate",
                _other({"deconvnet": "guided"}),
                "Your deconvnet is guided backpropagation. Deconvnet does not ask whether the unit was active: it has "
                "one gate, and z does not enter.",
            ),
            Mistake(
                "guided without the backward gate",
                _other({"guided": "gradient"}),
                "Your guided rule is the plain gradient: negative signals pass. It needs a second gate, on R.",
            ),
            Mistake(
                "guided without the forward gate",
                _other({"guided": "deconvnet"}),
                "Your guided rule is deconvnet: units that were off pass a signal. It needs a second gate, on z.",
            ),
            Mistake(
                "the gradient for every rule",
                _other({"deconvnet": "gradient", "guided": "gradient"}),
                "All three results are the gradient's. Does your function read `rule`?",
            ),
            Mistake(
                "guided for every rule",
                _other({"deconvnet": "guided", "gradient": "guided"}),
                "Both gates act in all three results. Does your function read `rule`?",
            ),
            Mistake(
                "sign of the product",
                lambda z, R, rule: R * ((z * R > 0) if rule == "guided" else _relu_backward(z, R, rule) != 0),
                "Your guided rule asks whether z · R is positive. Minus times minus is plus: a unit that was off "
                "passes a negative signal. Ask for both signs one by one.",
            ),
            Mistake(
                "open at zero",
                lambda z, R, rule: _relu_backward(z + (z == 0), R, rule),
                "A signal passes where z is exactly 0. ReLU(z) is 0 there: the unit was not active, and the forward "
                "gate asks for z > 0.",
            ),
            Mistake(
                "the mask alone",
                lambda z, R, rule: (_relu_backward(z, R, rule) != 0).float(),
                "You return the mask of zeros and ones. A gate lets a signal through: multiply R by it.",
                also=(lambda z, R, rule: _relu_backward(z, R, rule) != 0,),
            ),
            Mistake(
                "activation for gate",
                lambda z, R, rule: _relu_backward(z, R, rule) * (1 if rule == "deconvnet" else z),
                "You multiply by the activation ReLU(z). The derivative of a ReLU is 0 or 1; how far it is open does "
                "not enter.",
            ),
            Mistake(
                "in place",
                _in_place,
                "The signal R is changed in place.",
                effect="input changed",
            ),
        ),
    ),
    "03.6": Private(
        reference=_lrp,
        alternatives=(_lrp_einsum, _lrp_in_a_loop),
        forbids=("captum",),
        mistakes=(
            Mistake(
                "bias in the denominator",
                lambda *a: _shares(*a, share=lambda c, bias: c / (c.sum(dim=-1) + bias)[..., None]),
                "You divide by the whole pre-activation, bias included. Then the bias keeps a share, and what reaches "
                "the inputs does not sum to the score. In this exercise only contributions share.",
            ),
            Mistake(
                "hidden layer without ReLU",
                lambda *a: _shares(*a, hidden=lambda z: z),
                "A hidden unit that is closed receives relevance in your result. The forward pass needs the ReLU "
                "between the layers: a closed unit contributes 0.",
            ),
            Mistake(
                "weights for contributions",
                _weights_for_contributions,
                "You share in proportion to the weights. What a unit contributes is its activation times its weight; a "
                "large weight on a silent unit contributes nothing.",
            ),
            Mistake(
                "absolute contributions",
                lambda *a: _shares(*a, share=lambda c, bias: c.abs() / c.abs().sum(dim=-1, keepdim=True)),
                "All your attributions are positive. A contribution that counts against the score keeps its sign.",
            ),
            Mistake(
                "shares over the wrong axis",
                lambda *a: _shares(*a, share1=lambda c, bias: c / c.sum(dim=1, keepdim=True)),
                "Your shares of the first layer sum to 1 over the hidden units. What one hidden unit received is "
                "shared among the inputs: for each unit, the shares over the inputs sum to 1.",
            ),
            Mistake(
                "output without ReLU",
                lambda *a: _shares(*a, outer=lambda z: z),
                "Your score can be negative. The output has a ReLU, too: where that is closed, the score is 0 and "
                "there is nothing to share.",
            ),
            Mistake(
                "starts with 1",
                lambda *a: _shares(*a, start=lambda score: score * 0 + 1),
                "Your relevance starts as 1 at the output. What is shared is the score itself.",
            ),
        ),
    ),
    "03.7": Private(
        reference=lambda: "cannot tell from this",
        mistakes=(
            Mistake(
                "Implementation Invariance",
                lambda: "Implementation Invariance",
                "The attributions differ, but are the networks the same function? The report shows that they agree at "
                "two inputs. How many would it take?",
            ),
            Mistake(
                "Completeness",
                lambda: "Completeness",
                "Add them up: each row of attributions, against its F(x) − F(baseline).",
            ),
            Mistake(
                "Sensitivity(a)",
                lambda: "Sensitivity(a)",
                "Sensitivity(a) speaks of an input and a baseline that differ in one feature. Count how many differ "
                "here, and look for a zero.",
            ),
            Mistake(
                "Sensitivity(b)",
                lambda: "Sensitivity(b)",
                "Sensitivity(b) speaks of a feature on which the function does not depend at all. Does the report name "
                "such a feature?",
            ),
            Mistake(
                "Symmetry",
                lambda: "Symmetry",
                "Symmetry speaks of two features that the function treats alike and that have equal values. Look at "
                "the values of the input, and at what is known of the function.",
            ),
        ),
        rubric="2 points: names that equality of the scores at two inputs is not equality for all inputs, so that "
        "Implementation Invariance makes no demand yet. 1 point: shows that Completeness holds in both rows, or that "
        "Sensitivity(a) is silent because two features differ, without the first. 0: repeats the choice.",
    ),
}
