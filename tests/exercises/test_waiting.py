"""The bar that a waiting reader sees."""

from __future__ import annotations

from time import sleep

import pytest
import torch

from course_utils.attribution import integrated_gradients, path_integrated_gradients, smooth_grad
from course_utils.exercises import progress_bar


@pytest.fixture(autouse=True)
def shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TQDM_DISABLE", "")


def test_it_says_how_far_and_goes_away(capsys: pytest.CaptureFixture[str]) -> None:
    bar = progress_bar("RISE")
    bar(1, 200)
    sleep(0.15)  # the bar is drawn ten times a second at most
    bar(50, 200)
    bar(200, 200)
    seen = capsys.readouterr()
    assert "RISE" in seen.out
    assert "50/200" in seen.out
    assert "200/200" not in seen.out.rsplit("\r", 1)[-1], "the last thing written clears the line"
    assert seen.err == "", "a notebook paints the error stream red"


def test_one_bar_serves_two_runs(capsys: pytest.CaptureFixture[str]) -> None:
    bar = progress_bar("LIME")
    for total in (15, 30):
        for done in range(5, total + 1, 5):
            sleep(0.15)
            bar(done, total)
    assert "10/15" in (out := capsys.readouterr().out)
    assert "20/30" in out


def test_a_run_after_one_that_was_stopped_begins_at_its_beginning(capsys: pytest.CaptureFixture[str]) -> None:
    bar = progress_bar("LIME")
    bar(5, 10)
    bar(1, 10)
    sleep(0.15)
    bar(2, 10)
    assert "2/10" in capsys.readouterr().out


def test_it_is_off_where_asked(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TQDM_DISABLE", "1")
    bar = progress_bar("RISE")
    bar(1, 2)
    bar(2, 2)
    assert capsys.readouterr().out == ""


def test_a_label_is_words() -> None:
    with pytest.raises(TypeError, match="label: 3; expected words"):
        progress_bar(3)  # type: ignore[arg-type]


X = torch.tensor([[1.0, 2.0], [0.5, -1.0]])


def score(x: torch.Tensor) -> torch.Tensor:
    return (x**2).sum(1)


def test_the_methods_with_gradients_report_too() -> None:
    """Rows done and rows in all: steps times inputs times baselines; the last report is complete."""
    seen: dict[str, list[tuple[int, int]]] = {"integrated": [], "path": [], "smooth": []}
    integrated_gradients(
        score, X, n_steps=10, baselines=[0.0, 1.0], batch_size=16, progress=lambda *r: seen["integrated"].append(r)
    )
    path = torch.stack([0 * X, X / 2, X])
    path_integrated_gradients(score, X, path=path, batch_size=3, progress=lambda *r: seen["path"].append(r))
    smooth_grad(score, X, n_samples=600, progress=lambda *r: seen["smooth"].append(r))
    assert seen == {
        "integrated": [(14, 40), (27, 40), (40, 40)],
        "path": [(2, 4), (4, 4)],
        "smooth": [(300, 600), (600, 600)],
    }


def test_several_baselines_at_once_are_the_mean_of_each() -> None:
    both = integrated_gradients(score, X, n_steps=10, baselines=[0.0, 1.0])
    alone = [integrated_gradients(score, X, n_steps=10, baselines=b) for b in (0.0, 1.0)]
    torch.testing.assert_close(both, (alone[0] + alone[1]) / 2)


def test_a_progress_that_raises_stops_the_method() -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        integrated_gradients(score, X, progress=stop)
