"""One row of the table: one method on one model, everybody side by side in one process."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from .contenders import best_only, contenders
from .floors import floor_of
from .jobs import TRIAL, Amount, job_for
from .measuring import median, side_by_side, spread, with_added_megabytes
from .subjects import load_subject


def measure(subject_name: str, method: str, amount: Amount, budget: float) -> dict[str, Any] | None:
    """Return times, memory and agreement of all contenders, or None where the method does not go with the model.

    On a folded network we are alone: it is there to be compared with the network as it was.
    """
    digits = subject_name == "digits"
    sizes = amount.digit_sizes if digits else amount.photo_sizes
    subject = load_subject(subject_name, amount.digit_stride if digits else amount.photo_stride)
    job = job_for(method, subject, amount)
    if job is None:
        return None
    runs = contenders(job, subject, amount, sizes)
    if "folded" in subject_name:
        runs = {name: run for name, run in runs.items() if name.startswith("ours")}
    trial = amount if digits else TRIAL
    small = load_subject(subject_name, trial.digit_stride if digits else trial.photo_stride)
    tried = contenders(job, small, trial, sizes)
    failed = {}
    for who in [name for name in runs if "," not in name]:
        try:
            tried[who]()
        except Exception as error:  # what a library raises is shown in the table
            failed[who] = f"{type(error).__name__}: {error}"[:300]
    keep = {name: run for name, run in runs.items() if name.split(",")[0] not in failed}
    chosen = best_only(keep, {name: run for name, run in tried.items() if name in keep})
    floor, passes = floor_of(job, subject, sizes)
    # These calls warm up, too.
    called = {name: with_added_megabytes(run) for name, run in {"floor": passes, **chosen}.items()}
    maps = {name: flat(called[name][0]) for name in chosen}
    times = side_by_side({"floor": passes, **chosen}, budget)
    return {
        "subject": subject.name,
        "method": method,
        "passes": job.passes,
        "kind": job.kind,
        "amount": asdict(amount),
        "floor": floor,
        "seconds": {name: median(all_times) for name, all_times in times.items()},
        "noise": {name: spread(all_times) for name, all_times in times.items()},
        "rounds": len(times["floor"]),
        "megabytes": {name: megabytes for name, (_, megabytes) in called.items()},
        "correlation": {name: correlation(a, maps["ours"]) for name, a in maps.items() if name != "ours"},
        "failed": failed,
    }


def flat(found: Any) -> np.ndarray:
    """Return a map as one row of numbers, summed over the channels of a photograph."""
    array = np.asarray(found.detach() if hasattr(found, "detach") else found, dtype=float)
    array = array.reshape(-1, *array.shape[-2:])
    return array.sum(0).ravel() / len(array)


def correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    """Return how alike two maps are, whatever their scale; None for a constant map."""
    if a.shape != b.shape or a.std() == 0 or b.std() == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])
