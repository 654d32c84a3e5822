"""The drawing pad: strokes become ink, ink is placed as in MNIST, and the network and the methods see that picture."""

import numpy as np
import pytest
import torch

from course_utils.assets import load_digit_network, load_digits
from course_utils.explorers import Pad, draw_explorer
from course_utils.explorers.drawings import METHODS
from course_utils.explorers.ink import Stroke, as_drawn, as_in_mnist, drawn

SEVEN = [{"ink": True, "points": [[0.3, 0.2], [0.7, 0.2], [0.45, 0.8]]}]
EMPTY = {"paper": -1, "strokes": []}


@pytest.fixture(scope="module")
def model():
    return load_digit_network()


@pytest.fixture(scope="module")
def digits():
    return load_digits("validation")[0][:, 0].double().numpy()


def test_the_digits_of_mnist_stay_where_mnist_has_placed_them(digits):
    for digit in digits:
        assert np.abs(as_in_mnist(drawn([], digit)) - digit).max() < 1 / 255


def test_a_small_drawing_in_a_corner_is_placed_like_a_large_one_in_the_middle():
    large = drawn([Stroke(((0.3, 0.3), (0.7, 0.3), (0.7, 0.7)))])
    corner = np.zeros_like(large)
    corner[:140, :140] = large[::2, ::2]
    assert np.abs(as_in_mnist(corner) - as_in_mnist(large)).mean() < 0.01
    assert np.abs(as_drawn(corner) - as_drawn(large)).mean() > 0.02


def test_the_placed_digit_fills_the_box_and_its_centre_of_mass_is_in_the_middle():
    digit = as_in_mnist(drawn([Stroke(((0.1, 0.1), (0.1, 0.5), (0.3, 0.5)))]))
    rows, columns = np.nonzero(digit)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    for axis in (0, 1):
        assert abs(np.arange(28) @ digit.sum(axis=1 - axis) / digit.sum() - 14) <= 0.5


def test_the_eraser_takes_ink_away_from_strokes_and_from_the_paper(digits):
    through = Stroke(((0.0, 0.5), (1.0, 0.5)), ink=False)
    wiped = drawn([through], digits[0])
    assert wiped[140].max() == 0
    assert wiped.sum() < drawn([], digits[0]).sum()
    line = Stroke(((0.2, 0.5), (0.8, 0.5)))
    assert drawn([line, through]).sum() == 0
    assert drawn([through, line]).sum() > 0


def test_a_single_point_is_a_dot_as_wide_as_the_pen():
    dot = drawn([Stroke(((0.5, 0.5),))])
    assert abs(np.count_nonzero(dot[140]) - 22) <= 1


def test_the_prediction_follows_the_drawing(model):
    widget = draw_explorer(model)
    assert widget.error == ""
    assert "The network says 2" in widget.summary
    widget.set(drawing={"paper": -1, "strokes": SEVEN})
    assert "The network says 7" in widget.summary
    widget.set(drawing=EMPTY)
    assert widget.summary.startswith("The pad is empty.")
    assert widget.error == ""


def test_what_arrives_from_the_browser_is_drawn(model):
    widget = draw_explorer(model)
    widget.set_state({"values": {**widget.values, "drawing": {"paper": 4, "strokes": []}}, "request": 1})
    assert "The network says 4" in widget.summary
    assert widget.answered == 1


def test_a_drawing_that_is_not_placed_is_another_picture_for_the_network(model):
    small = [{"ink": True, "points": [[0.05 + 0.2 * x, 0.05 + 0.2 * y] for x, y in SEVEN[0]["points"]]}]
    widget = draw_explorer(model)
    widget.set(drawing={"paper": -1, "strokes": small})
    placed = [panel["png"] for panel in widget.panels]
    widget.set(place="as drawn")
    assert all(before != panel["png"] for before, panel in zip(placed, widget.panels, strict=True))


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_a_signed_map_of_the_drawing(model, method):
    widget = draw_explorer(model)
    widget.set(method=method, drawing={"paper": 3, "strokes": []}, explain="8")
    assert widget.error == ""
    assert widget.panels[1]["title"] == f"{method}, for 8"
    assert widget.panels[1]["bound"] > 0


def test_the_readers_method_is_called_with_what_the_network_sees(model, digits):
    calls = []

    def mine(model, inputs, target):
        calls.append((inputs, target))
        return inputs.double().numpy()

    widget = draw_explorer(model, {"mine": mine})
    x, target = calls[-1]
    assert widget.error == ""
    assert x.shape == (1, 1, 28, 28)
    assert np.abs(x[0, 0].numpy() - digits[2]).max() < 1 / 255
    assert target == 2


def test_what_is_wrong_with_the_readers_map_is_said(model):
    widget = draw_explorer(model, {"mine": lambda model, inputs, target: torch.zeros(10)})
    assert "returned shape (10,); expected" in widget.error


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda model: draw_explorer(lambda x: x.flatten(1)), ValueError, r"model: returned shape \(2, 784\)"),
        (lambda model: draw_explorer(model, {}), TypeError, "methods: expected a mapping"),
        (lambda model: draw_explorer(model, {"mine": 3}), TypeError, "methods: expected a mapping"),
        (lambda model: Pad("p", "Pad", np.zeros((2, 28, 28)), ("one",)), ValueError, "pad 'p': expected examples"),
        (lambda model: Pad("p", "Pad", np.zeros((1, 28, 28)), ("one",), paper=1), ValueError, "p: paper 1"),
    ],
)
def test_wrong_arguments_are_refused(model, make, error, message):
    with pytest.raises(error, match=message):
        make(model)


@pytest.mark.parametrize("value", [None, {"paper": 0}, {"paper": 0, "strokes": [{"ink": True, "points": [[1]]}]}])
def test_a_pad_refuses_what_is_no_drawing(value):
    with pytest.raises(TypeError, match="p: expected a mapping with paper and strokes"):
        Pad("p", "Pad", np.zeros((1, 28, 28)), ("one",)).accept(value)


def test_points_outside_the_pad_are_moved_to_its_edge():
    pad = Pad("p", "Pad", np.zeros((1, 28, 28)), ("one",))
    value = pad.accept({"paper": -1, "strokes": [{"ink": True, "points": [[-1, 2], [0.5, 0.5]]}]})
    assert value["strokes"][0]["points"] == [[0.0, 1.0], [0.5, 0.5]]
    assert pad.accept(value) == value


def test_without_a_browser_there_are_words_and_a_picture_and_an_exercise_is_waited_for(model):
    bundle, _ = draw_explorer(model)._repr_mimebundle_()
    assert bundle["image/png"]
    assert not any(character.isdigit() for character in bundle["text/plain"]), "numbers may differ between machines"
    waiting = draw_explorer(model, needs="04.2")
    assert waiting.waiting.startswith("needs 04.2")
    assert "image/png" not in waiting._repr_mimebundle_()[0]
