"""The explorer without a browser: the newest values win, nothing that is said is lost, the words are stable."""

import base64
import io
import sys

import pytest
import torch
from PIL import Image

from course_utils import exercises
from course_utils.exercises import catalogue
from course_utils.explorers import Choice, Explorer, Frame, Panel, Slider
from course_utils.explorers.frame import picture_panel, signed_panel
from course_utils.explorers.guard import run

X = Slider("x", "the x", 0, 9, 1, 3)


def explorer(draw, **settings):
    return Explorer("Test", [X], draw, about="A test.", **settings)


def from_browser(widget, **values):
    """What arrives when a slider is moved: the values and a new request, in one message."""
    widget.set_state({"values": {**widget.values, **values}, "request": widget.request + 1})


def test_a_change_in_the_browser_is_drawn_and_answered():
    widget = explorer(lambda x: Frame((), f"x = {x}"))
    assert widget.summary == "x = 3"
    from_browser(widget, x=5)
    assert widget.summary == "x = 5"
    assert widget.answered == widget.request == 1


def test_the_newest_values_win_while_a_frame_is_being_drawn():
    drawn, published = [], []

    def draw(x):
        drawn.append(x)
        if x == 4:  # while this frame is drawn, the reader moves on twice
            from_browser(widget, x=5)
            from_browser(widget, x=6)
        return Frame((), f"x = {x}")

    widget = explorer(draw)
    widget.observe(lambda change: published.append(change["new"]), "summary")
    from_browser(widget, x=4)
    assert drawn == [3, 4, 6], "5 was overtaken before it was drawn"
    assert published == ["x = 6"], "the frame for 4 was stale before it was finished"
    assert widget.answered == widget.request


def test_an_exception_is_shown_with_the_readers_line_and_the_pictures_stay():
    def draw(x):
        if x == 0:
            raise ZeroDivisionError("no x")
        return Frame((Panel("p", "words", b"png"),), "fine")

    widget = explorer(draw)
    from_browser(widget, x=0)
    assert widget.error.startswith("ZeroDivisionError: no x")
    assert 'raise ZeroDivisionError("no x")' in widget.error
    assert "course_utils" not in widget.error
    assert widget.panels
    assert widget.answered == widget.request
    from_browser(widget, x=1)
    assert widget.error == ""


def test_an_exception_in_the_first_frame_does_not_stop_the_notebook():
    widget = explorer(lambda x: 1 / 0)
    assert widget.error.startswith("ZeroDivisionError")
    assert "Explorer “Test”" in repr(widget)


def test_what_is_printed_is_shown_and_goes_nowhere_else(capsys):
    def draw(x):
        print("here")
        print("there", file=sys.stderr)
        return Frame((), "")

    assert explorer(draw).printed == "here\nthere\n"
    assert capsys.readouterr() == ("", "")


def test_an_interrupt_ends_the_picture_and_not_the_explorer():
    def draw(x):
        if x == 0:
            raise KeyboardInterrupt
        return Frame((), "")

    widget = explorer(draw)
    from_browser(widget, x=0)
    assert widget.error.startswith("Interrupted")


def test_a_drawing_function_that_returns_something_else_is_named():
    assert "expected a Frame" in explorer(lambda x: None).error


def test_callbacks_compute_with_one_thread_and_with_gradients_and_leave_both_as_found():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with torch.no_grad():
            ran = run(lambda: (torch.get_num_threads(), torch.is_grad_enabled()))
            assert ran.result == (1, True)
            assert not torch.is_grad_enabled()
        run(lambda: 1 / 0)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_values_from_the_browser_are_kept_inside_the_bounds():
    widget = explorer(lambda x: Frame((), f"x = {x!r}"))
    from_browser(widget, x=99.0)
    assert widget.summary == "x = 9"


def test_set_refuses_what_no_control_has():
    widget = explorer(lambda x: Frame((), ""))
    with pytest.raises(ValueError, match="no control named y; there are x"):
        widget.set(y=1)
    with pytest.raises(TypeError, match="x: expected a number"):
        widget.set(x="3")


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Slider("x", "x", 0, 1, 0.1, 2),
        lambda: Slider("x", "x", 0, 1, 0, 1),
        lambda: Slider("x", "x", 0, 2, 1, 0, words=("early", "late")),
        lambda: Choice("b", "b", ("a",), "c"),
    ],
)
def test_controls_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValueError, match="expected"):
        wrong()


def test_two_controls_of_one_name_are_refused():
    with pytest.raises(ValueError, match="different names"):
        Explorer("Test", [X, X], lambda x: Frame((), ""), about="A test.")


def test_a_panel_without_words_is_refused():
    with pytest.raises(ValueError, match="alt of the panel"):
        Panel("p", " ", b"")


class Record:
    title = "integrated gradients"


@pytest.fixture
def course(monkeypatch):
    """Exercises 04.2 exists; `done` decides whether it has passed."""
    done = set()
    monkeypatch.setattr(catalogue, "exercise", lambda name: Record)
    monkeypatch.setattr(exercises, "passed", lambda name: name in done)
    return done


def test_an_explorer_waits_for_its_exercise_and_begins_when_it_has_passed(course):
    calls = []
    widget = explorer(lambda x: calls.append(x) or Frame((), "drawn"), needs="04.2")
    assert widget.waiting.startswith("needs 04.2 — “integrated gradients”")
    assert repr(widget).startswith("Explorer “Test”: needs 04.2 — “integrated gradients”")
    assert calls == []
    widget.set_state({"tries": 1})
    assert widget.waiting
    course.add("04.2")
    widget.set_state({"tries": 2})
    assert widget.waiting == ""
    assert widget.summary == "drawn"


def test_an_exercise_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"99\.9"):
        explorer(lambda x: Frame((), ""), needs="99.9")


def digit_frame(x):
    digit = torch.zeros(1, 28, 28)
    return Frame((picture_panel("digit", digit, "Black."), signed_panel("map", digit - 0.5, "Blue.")), f"x = {x}")


def test_without_a_browser_there_are_words_and_a_picture():
    first, second = (explorer(digit_frame)._repr_mimebundle_() for _ in range(2))
    data, metadata = first
    assert data["text/plain"] == second[0]["text/plain"]
    assert data["image/png"] == second[0]["image/png"]
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).width < 1200
    assert not any(character.isdigit() for character in data["text/plain"]), "numbers may differ between machines"


def test_the_signed_panel_has_the_colours_of_the_plots():
    panel = signed_panel("map", [[-1.0, 0.0, 1.0]], "Three pixels.")
    blue, white, red = Image.open(io.BytesIO(panel.png)).convert("RGB").get_flattened_data()
    assert blue[2] > blue[0]
    assert red[0] > red[2]
    assert min(white) > 240
    assert panel.bound == 1.0


def test_every_explorer_can_be_found():
    from course_utils import explorers

    for name in explorers.__all__:
        assert getattr(explorers, name) is not None


def test_a_photographs_map_is_not_left_white_by_a_few_pixels():
    values = torch.full((128, 128), 0.1)
    values[0, 0] = 100.0
    panel = signed_panel("map", values, "A map.")
    assert panel.bound == pytest.approx(0.1)
    assert panel.title == "map (1 % beyond scale)"
