"""The floor: the passes alone, on the model as handed in, at the batch size and memory format that are fastest.

The rows are made beforehand, all of them the same; nothing is checked, masked, averaged or fitted. No method can be
faster than this without asking the model less.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from .jobs import Job
from .measuring import fastest
from .subjects import Subject

FORMATS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}


def floor_of(job: Job, subject: Subject, sizes: tuple[int, ...]) -> tuple[str, Callable[[], object]]:
    """Choose the fastest way to do the passes on a part of them; return its name and the whole."""
    choices = {}
    part = min(job.passes, 2 * max(sizes))
    for size in sorted({min(size, job.passes) for size in sizes}):
        for name, memory_format in FORMATS.items():
            for what, passes in (("part", part), ("whole", job.passes)):
                choices[f"batch {size}, {name}", what] = _passes(job, subject, passes, size, memory_format)
    best = fastest({name: run for (name, what), run in choices.items() if what == "part"})
    return best, choices[best, "whole"]


def _passes(
    job: Job, subject: Subject, passes: int, size: int, memory_format: torch.memory_format
) -> Callable[[], object]:
    batches = torch.tensor_split(torch.arange(passes), math.ceil(passes / size))
    counts = [len(rows) for rows in batches]
    rows = subject.image.expand(size, -1, -1, -1).clone().to(memory_format=memory_format)
    one_pass = {"forward": _forward, "gradient": _gradient, "layer": _forward}[job.kind]

    def run() -> None:
        for count in counts:
            one_pass(subject, rows[:count])

    return run


def _forward(subject: Subject, rows: Tensor) -> None:
    with torch.inference_mode():
        subject.model(rows)


def _gradient(subject: Subject, rows: Tensor) -> None:
    leaf = rows.detach().requires_grad_()
    torch.autograd.grad(subject.model(leaf)[:, subject.target].sum(), leaf)
