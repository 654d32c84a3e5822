"""The benchmarks run, and everybody in them explains the same thing. Nothing is timed here."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.speed import tables
from benchmarks.speed.contenders import contenders
from benchmarks.speed.floors import floor_of
from benchmarks.speed.jobs import FULL, METHODS, PART, SHORT, TRIAL, Amount, job_for
from benchmarks.speed.one_row import correlation, flat, measure
from benchmarks.speed.subjects import load_subject

TINY = Amount(smooth=4, steps=8, masks=8, lime=16, photo_stride=105, digit_stride=5)


def maps(method: str) -> dict[str, np.ndarray]:
    subject = load_subject("digits", TINY.digit_stride)
    job = job_for(method, subject, TINY)
    assert job is not None
    return {who: flat(explain()) for who, explain in contenders(job, subject, TINY, (4,)).items()}


@pytest.mark.parametrize("method", METHODS)
def test_everybody_returns_a_map_of_the_image(method: str) -> None:
    found = maps(method)
    assert {len(one) for one in found.values()} == {28 * 28}
    assert all(np.isfinite(one).all() and one.any() for one in found.values())


@pytest.mark.parametrize(
    ("method", "people"),
    [
        ("vanilla gradient", {"Captum", "zennit"}),
        ("integrated gradients", {"Captum", "Captum, 4 at once"}),
        ("occlusion", {"Captum", "Captum, 4 at once"}),
        ("Grad-CAM", {"Captum", "torchcam", "grad-cam"}),
    ],
)
def test_where_the_definition_is_the_same_the_map_is(method: str, people: set[str]) -> None:
    found = maps(method)
    for who in people:
        alike = correlation(found[who], found["ours"])
        assert alike is not None
        assert alike > 0.9999, who


def test_the_amount_of_work_is_counted_in_passes() -> None:
    photo = load_subject("resnet", FULL.photo_stride)
    counted = {method: job_for(method, photo, FULL).passes for method in METHODS}
    assert counted["occlusion"] == 784
    assert (counted["LIME"], counted["RISE"], counted["integrated gradients"]) == (1000, 500, 50)


@pytest.mark.parametrize("amount", [PART, SHORT, TRIAL])
def test_the_smaller_jobs_leave_no_pixel_uncovered(amount: Amount) -> None:
    photo = load_subject("resnet", amount.photo_stride)
    assert photo.stride <= photo.window
    assert 25 <= job_for("occlusion", photo, amount).passes < 200


def test_a_folded_network_has_no_row_for_grad_cam() -> None:
    folded = load_subject("efficientnet-folded")
    assert job_for("Grad-CAM", folded, SHORT) is None


def test_a_row_says_what_was_measured() -> None:
    row = measure("digits", "integrated gradients", TINY, budget=0.0)
    assert row is not None
    assert {"floor", "ours", "Captum", "zennit"} <= set(row["seconds"])
    assert all(seconds > 0 for seconds in row["seconds"].values())
    line = list(tables._table([row]))[-1]
    assert line.startswith("| integrated gradients (8) |")
    assert line.count("(") >= 4


def test_the_floor_does_all_the_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = load_subject("digits")
    job = job_for("LIME", subject, TINY)
    seen: list[int] = []
    _, run = floor_of(job, subject, (3, 5))
    subject.model.register_forward_hook(lambda module, args, output: seen.append(len(output)))
    run()
    assert sum(seen) == job.passes


def test_what_a_library_fails_at_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    import captum.attr

    def broken(*arguments: object, **settings: object) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr(captum.attr.Saliency, "attribute", broken)
    row = measure("digits", "vanilla gradient", TINY, budget=0.0)
    assert row is not None
    assert row["failed"] == {"Captum": "RuntimeError: no luck"}
    assert "fails: RuntimeError: no luck" in list(tables._table([row]))[-1]


def test_tables_go_between_their_marks() -> None:
    readme = "a\n<!-- measured -->\nold\n<!-- end of what was measured -->\nz\n"
    assert tables.with_tables(readme, "new\n") == (
        "a\n<!-- measured -->\n\nnew\n\n<!-- end of what was measured -->\nz\n"
    )
