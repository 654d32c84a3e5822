"""Error against time: how wrong is the sum of integrated gradients after so many milliseconds, for each rule?

The error is the completeness gap |Σ IG − (F(x) − F(x′))| as a part of |F(x) − F(x′)|, the median over digits and their
classes. Every rule asks for the same passes per step, so a better rule buys time.
"""

from __future__ import annotations

from typing import Any

import torch

from course_utils.assets import load_digit_network, load_digits
from course_utils.attribution import convergence_delta, integrated_gradients

from .measuring import median, seconds

RULES = ("left", "right", "midpoint", "trapezoid", "gausslegendre")
STEPS = (4, 8, 16, 32, 64, 128)
DIGITS = 20


def errors() -> list[dict[str, Any]]:
    """Return rule, steps, milliseconds a digit, and median relative error; Captum's two rules beside ours."""
    from captum.attr import IntegratedGradients

    net, (images, labels) = load_digit_network(), load_digits("validation")
    x, target = images[:DIGITS], labels[:DIGITS]
    with torch.inference_mode():
        difference = (net(x) - net(torch.zeros_like(x))).gather(1, target[:, None])[:, 0].abs()
    rows = []
    for steps in STEPS:
        for rule in RULES:

            def ours(rule: str = rule, steps: int = steps) -> torch.Tensor:
                return integrated_gradients(net, x, target, rule=rule, n_steps=steps)

            rows.append(_row("ours", rule, steps, ours, net, x, target, difference))
        for rule in ("riemann_trapezoid", "gausslegendre"):

            def theirs(rule: str = rule, steps: int = steps) -> torch.Tensor:
                return (
                    IntegratedGradients(net)
                    .attribute(x, target=target, n_steps=steps, method=rule, internal_batch_size=64)
                    .detach()
                )

            rows.append(_row("Captum", rule, steps, theirs, net, x, target, difference))
    return rows


def _row(who: str, rule: str, steps: int, run: Any, net: Any, x: Any, target: Any, difference: Any) -> dict[str, Any]:
    gap = convergence_delta(net, x, run(), target).abs() / difference
    milliseconds = 1e3 * median([seconds(run) for _ in range(3)]) / len(x)
    return {"who": who, "rule": rule, "steps": steps, "milliseconds": milliseconds, "error": float(gap.median())}
