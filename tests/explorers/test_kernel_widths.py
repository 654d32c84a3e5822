"""The kernel-width explorer: it fits the reader's line, draws it, and says how many samples carry it."""

import re

import numpy as np
import pytest
import torch

from course_utils.attribution.kernels import exponential_kernel
from course_utils.attribution.linear_surrogates import fidelity
from course_utils.explorers import kernel_width_explorer
from course_utils.explorers.kernel_widths import local_line
from course_utils.seeds import generator


def wave(z):
    return z[:, 1] - torch.sin(1.5 * z[:, 0])


def plane(z):
    return 2 * z[:, 0] - z[:, 1] + 0.5


@pytest.fixture
def samples():
    return torch.randn(400, 2, generator=generator("test_kernel_widths"))


@pytest.fixture
def x():
    return torch.tensor([[0.5, 0.6]])


def fidelity_in(widget):
    return float(widget.summary.split("R² = ")[1].rstrip(".").replace("−", "-"))


def test_the_readers_function_gets_the_point_the_samples_and_the_width(x, samples):
    calls = []

    def mine(model, x, samples, kernel_width):
        calls.append((model(samples), x, samples, kernel_width))
        return torch.tensor([1.0, -2.0]), 0.25

    widget = kernel_width_explorer(wave, torch.cat([x, -x]), samples, function=mine)
    widget.set(kernel_width=0.5, picture=1)
    scores, point, around, width = calls[-1]
    assert torch.equal(point, -x)
    assert torch.equal(around, samples)
    assert torch.equal(scores, wave(samples))
    assert width == 0.5
    assert "local line 0.25 + 1.00·z₁ − 2.00·z₂ = 0" in widget.summary


def test_a_narrow_kernel_fits_better_than_a_wide_one_and_with_fewer_samples(x, samples):
    widget = kernel_width_explorer(wave, x, samples)
    widget.set(kernel_width=0.5)
    narrow, few = fidelity_in(widget), int(re.search(r"like (\d+) of 400", widget.summary)[1])
    widget.set(kernel_width=2.0)
    wide, many = fidelity_in(widget), int(re.search(r"like (\d+) of 400", widget.summary)[1])
    assert narrow > wide + 0.05
    assert few < 0.4 * many


def test_its_fidelity_is_that_of_the_line_by_the_weights_of_the_kernel(x, samples):
    widget = kernel_width_explorer(wave, x, samples, function=lambda *arguments: (torch.tensor([1.0, -0.5]), 0.25))
    for width in (0.3, 1.0):
        widget.set(kernel_width=width)
        weights = exponential_kernel((samples - x).norm(dim=1), width)
        expected = fidelity(wave(samples), samples @ torch.tensor([1.0, -0.5]) + 0.25, weights)
        assert fidelity_in(widget) == pytest.approx(expected, abs=0.0051)


def test_the_picture_changes_with_the_width(x, samples):
    widget = kernel_width_explorer(wave, x, samples)
    widget.set(kernel_width=0.5)
    before = widget.panels[0]["png"]
    widget.set(kernel_width=1.0)
    assert widget.panels[0]["png"] != before
    widget.set(kernel_width=0.5)
    assert widget.panels[0]["png"] == before


def test_the_courses_line_is_the_weighted_ridge_solution(x, samples):
    w, b = local_line(wave, x, samples, 0.7)
    pi = exponential_kernel((samples - x).norm(dim=1), 0.7).double()
    z, y = samples.double(), wave(samples).double()
    centred, about = z - (pi @ z) / pi.sum(), y - (pi @ y) / pi.sum()
    expected = torch.linalg.solve(
        centred.T @ (pi[:, None] * centred) + torch.eye(2, dtype=z.dtype), centred.T @ (pi * about)
    )
    assert torch.allclose(w, expected)
    assert b == pytest.approx(float((pi @ (y - z @ w)) / pi.sum()))


@pytest.mark.parametrize(
    "returned",
    [
        (torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor(0.5, requires_grad=True)),
        (np.array([1.0, 2.0]), np.float64(0.5)),
        ([1.0, 2.0], 0.5),
        [torch.tensor([[1.0, 2.0]]), [0.5]],
    ],
)
def test_an_answer_is_taken_in_any_form(x, samples, returned):
    widget = kernel_width_explorer(wave, x, samples, function=lambda m, x, s, w: returned)
    assert widget.error == ""
    assert "local line 0.50 + 1.00·z₁ + 2.00·z₂ = 0" in widget.summary


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "returned NoneType; expected two: coefficients (2,) and intercept"),
        (torch.zeros(3), "returned Tensor; expected two"),
        ((torch.zeros(3), 0.0), "shape (3,); expected (2,)"),
        ((torch.zeros(2), torch.zeros(2)), "intercept from mine: shape (2,); expected ()"),
        ((torch.tensor([1.0, float("nan")]), 0.0), "coefficients from mine: contains NaN"),
        ((["a", "b"], 0.0), "expected numbers of shape (2,)"),
    ],
)
def test_what_is_wrong_with_an_answer_is_said(x, samples, returned, message):
    def mine(model, x, samples, kernel_width):
        return returned

    assert message in kernel_width_explorer(wave, x, samples, function=mine).error


def test_no_line_is_drawn_where_all_coefficients_are_zero(x, samples):
    widget = kernel_width_explorer(wave, x, samples, function=lambda m, x, s, w: ([0.0, 0.0], 1.0))
    assert widget.error == ""


def test_with_a_target_the_lead_of_the_class_is_explained(x, samples):
    def classes(z):
        return torch.stack([plane(z), torch.zeros(len(z)), -torch.ones(len(z))], dim=1)

    widget = kernel_width_explorer(classes, x, samples, 0)
    assert widget.error == ""
    seen = []
    kernel_width_explorer(classes, x, samples, 0, function=lambda m, x, s, w: seen.append(m(s)) or ([0.0, 1.0], 0.0))
    assert torch.equal(seen[0], plane(samples))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda x, s: kernel_width_explorer(wave, x[0], s), r"inputs: expected floats \(N, 2\)"),
        (lambda x, s: kernel_width_explorer(wave, x, s[:, :1]), r"samples: expected floats \(N, 2\)"),
        (lambda x, s: kernel_width_explorer(wave, x, s.long()), "samples: expected floats"),
        (lambda x, s: kernel_width_explorer(lambda z: z, x, s), r"model: returned shape \(400, 2\)"),
        (lambda x, s: kernel_width_explorer(lambda z: z, x, s, 2), "target: 2 given"),
    ],
)
def test_wrong_arguments_are_refused_when_the_explorer_is_made(x, samples, make, message):
    with pytest.raises(ValueError, match=message):
        make(x, samples)


def test_points_that_are_no_tensor_are_refused(samples):
    with pytest.raises(TypeError, match="inputs: expected a tensor"):
        kernel_width_explorer(wave, [[0.0, 0.0]], samples)


@pytest.mark.parametrize("spread", [0.003, 1.0, 700.0])
def test_the_slider_suits_the_spread_of_the_samples(x, samples, spread):
    slider = kernel_width_explorer(wave, x * spread, samples * spread).controls[0]
    assert 0.1 * spread < slider["value"] < 0.15 * spread
    assert slider["low"] < 0.1 * spread
    assert 1.6 * spread < slider["high"] < 2.1 * spread


def test_without_a_browser_there_are_words_and_a_picture_and_an_exercise_is_waited_for(x, samples):
    bundle, _ = kernel_width_explorer(wave, x, samples)._repr_mimebundle_()
    assert bundle["image/png"]
    assert not any(character.isdigit() for character in bundle["text/plain"]), "numbers may differ between machines"
    waiting = kernel_width_explorer(wave, x, samples, needs="04.2")
    assert waiting.waiting.startswith("needs 04.2")
    assert "image/png" not in waiting._repr_mimebundle_()[0]
