"""The explorers of the notebooks: they run the reader's function, and they say the truth about it."""

import pytest
import torch

from course_utils.assets import SmallConvNet
from course_utils.attribution import integrated_gradients
from course_utils.explorers import (
    baseline_explorer,
    comparison_explorer,
    layer_explorer,
    loan_explorer,
    occlusion_explorer,
    path_explorer,
    relu_explorer,
    smooth_grad_explorer,
)
from course_utils.explorers.own_function import newest
from course_utils.seeds import generator


@pytest.fixture
def model():
    return SmallConvNet(seed=1)


@pytest.fixture
def images():
    return torch.rand(3, 1, 8, 8, generator=generator("test_explorers"))


def recorder(returns=lambda x: torch.ones_like(x)):
    calls = []

    def mine(model, inputs, target=None, **settings):
        calls.append((inputs.clone(), target, settings))
        return returns(inputs)

    mine.calls = calls
    return mine


def test_the_baseline_explorer_calls_the_readers_function_and_measures_its_gap(model, images):
    mine = recorder()
    widget = baseline_explorer(model, images, [2, 1, 0], function=mine)
    widget.set(picture=1, baseline="white", n_steps=7)
    x, target, settings = mine.calls[-1]
    assert torch.equal(x, images[1:2])
    assert target == 1
    assert settings["n_steps"] == 7
    assert torch.equal(settings["baselines"], torch.ones_like(x))
    with torch.no_grad():
        difference = float((model(images[1:2]) - model(torch.ones(1, 1, 8, 8)))[0, 1])
    assert f"gap {64 - difference:+.3f}".replace("-", "−") in widget.summary


@pytest.mark.parametrize("baseline", ["black", "white", "mean", "blur", "noise"])
def test_integrated_gradients_is_complete_from_every_baseline(model, images, baseline):
    widget = baseline_explorer(model, images[:1])
    widget.set(baseline=baseline, n_steps=100)
    assert widget.error == ""
    assert abs(float(widget.summary.split("gap ")[1].split()[0].replace("−", "-"))) < 0.02


def test_the_path_explorer_adds_up_along_the_way(model, images):
    widget = path_explorer(model, images, 0, n_steps=100)
    for alpha in (0.0, 0.3, 1.0):
        widget.set(alpha=alpha, picture=2)
        assert widget.error == ""
        assert abs(float(widget.summary.split("gap ")[1].rstrip(".").replace("−", "-"))) < 0.02
    assert len(widget.panels) == 3


def test_the_path_starts_at_the_baseline(model, images):
    mine = recorder(returns=torch.zeros_like)
    widget = path_explorer(model, images, 0, baselines="mean", function=mine)
    widget.set(alpha=0.0, picture=1)
    x, _, settings = mine.calls[-1]
    assert torch.allclose(x, settings["baselines"])
    assert torch.allclose(x, images[1:2].mean().expand_as(x))


def test_the_smooth_grad_explorer_passes_noise_and_samples(model, images):
    mine = recorder()
    smooth_grad_explorer(model, images, function=mine).set(noise_level=0.3, n_samples=5)
    averaged, plain = (call[2] for call in mine.calls[-2:])
    assert averaged == {"n_samples": 5, "noise_level": 0.3}
    assert plain == {"n_samples": 1, "noise_level": 0.0}, "the plain map is the reader's too, without noise"


def test_one_picture_needs_no_slider(model, images):
    for make in (baseline_explorer, path_explorer, smooth_grad_explorer):
        widget = make(model, images[:1])
        assert widget.error == ""
        assert "picture" not in widget.values


@pytest.mark.parametrize(
    "make",
    [
        lambda model, images, mine: occlusion_explorer(model, images, function=mine, needs="04.2"),
        lambda model, images, mine: layer_explorer(model, images, [0], layers=["conv1"], function=mine, needs="04.2"),
        lambda model, images, mine: comparison_explorer(model, images, {"mine": mine, "too": mine}, needs="04.2"),
    ],
)
def test_explorers_of_methods_wait_for_their_exercise(model, images, make):
    mine = recorder()
    widget = make(model, images, mine)
    assert "needs 04.2 — " in repr(widget)
    assert mine.calls == []
    assert not widget.panels


def test_the_readers_function_cannot_spoil_the_pictures(model, images):
    def spoils(model, inputs, target, **settings):
        inputs.zero_()
        settings["baselines"].fill_(9)
        return torch.zeros_like(inputs)

    before = images.clone()
    widget = baseline_explorer(model, images, function=spoils)
    assert widget.error == ""
    assert torch.equal(images, before)


@pytest.mark.parametrize(
    ("returns", "message"),
    [
        (lambda x: None, "mine returned None"),
        (lambda x: torch.zeros(8, 8), "mine returned shape (8, 8); expected that of the input, (1, 1, 8, 8)"),
        (lambda x: torch.full_like(x, float("nan")), "NaN"),
    ],
)
def test_what_the_readers_function_returns_wrongly_is_said(model, images, returns, message):
    assert message in baseline_explorer(model, images, function=recorder(returns)).error


def test_a_stub_is_an_error_below_the_picture(model, images):
    def stub(model, inputs, target, **settings):
        raise NotImplementedError("04.2: start with the path")

    assert "04.2: start with the path" in path_explorer(model, images, function=stub).error


def test_a_function_that_was_mended_later_is_the_one_that_is_called():
    namespace = {}
    exec("def f():\n    return 'wrong'", namespace)
    first = namespace["f"]
    exec("def f():\n    return 'right'", namespace)
    assert newest(first)() == "right"


def test_the_relu_explorer_shows_the_failure():
    widget = relu_explorer()
    widget.set(x=2.0, baseline=0.0)
    assert widget.summary == ("f(x) = 1.00, slope 0.00, input x gradient 0.00; the finite change f(x) − f(x′) = 1.00.")


def test_the_relu_explorer_takes_integrated_gradients_too():
    widget = relu_explorer(function=integrated_gradients)
    widget.set(x=2.0)
    assert "integrated gradients 1.00" in widget.summary


def test_the_loan_explorer_shows_score_and_decision():
    widget = loan_explorer(inputs=(40, 10, 4, 0))
    assert widget.summary == "Score 0.70: granted."
    widget.set(late_payments=1)
    assert widget.summary == "Score −0.20: refused."


def smallest_change(model, inputs, feature):
    return -model(inputs)[0] / model.weights[feature]


def test_the_loan_explorer_tries_the_readers_change():
    widget = loan_explorer(inputs=(40, 10, 4, 1), function=smallest_change)
    assert (
        "A change of +2.50 in income (1,000 € a year) takes the score to 0.00: a little further, and the decision flips"
        in widget.summary
    )
    widget.set(feature="late payments", income=30)
    assert "A change of −1.11 in late payments" in widget.summary
    assert "But late payments cannot be −0.11." in widget.summary


@pytest.mark.parametrize(("change", "words"), [(1.0, "the decision stays"), (10.0, "flips, by more than needed")])
def test_the_loan_explorer_says_when_a_change_is_too_small_or_too_large(change, words):
    assert words in loan_explorer(inputs=(40, 10, 4, 1), function=lambda m, x, i: change).summary


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda model, images: path_explorer(model, images[0]), "inputs: expected floats"),
        (lambda model, images: path_explorer(model, images.long()), "inputs: expected floats"),
        (lambda model, images: path_explorer(model, images, 3), "target: expected one class"),
        (lambda model, images: path_explorer(model, images, [0, 1]), "target: expected one class"),
        (lambda model, images: relu_explorer(inputs=(1, 1)), "inputs: expected a range"),
        (lambda model, images: loan_explorer(inputs=(1, 2)), "got 2 numbers"),
    ],
)
def test_wrong_arguments_are_refused_when_the_explorer_is_made(model, images, make, message):
    with pytest.raises(ValueError, match=message):
        make(model, images)
