"""The explorer itself: controls, pictures, a line of words, and below them whatever went wrong."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from course_utils.explorers.controls import Control
from course_utils.explorers.frame import Frame
from course_utils.explorers.guard import run
from course_utils.explorers.still import still_picture

HERE = Path(__file__).parent
SCRIPTS = ("switches.js", "pad.js", "explorer.js")
"""One module for the browser, which may load nothing else: the larger controls, then the explorer."""


class Explorer(anywidget.AnyWidget):
    """A widget that calls `draw` with the values of its controls and shows the frame that comes back.

    The newest values win. The browser keeps at most one change in flight and one waiting; if the values change while
    a frame is being drawn, that frame is dropped and the newest values are drawn. An exception and everything that is
    printed stand below the pictures; the last good pictures stay, dimmed.

    Parameters
    ----------
    title : str
        The heading; it names the explorer for screen readers and where there is no browser.
    controls : sequence of Slider or Choice
    draw : callable
        Called as `draw(**{control.name: value})`, returns a `Frame`.
    about : str
        One or two sentences without numbers: what can be explored. Stands in for the widget where there is none.
    needs : str, optional
        Id of an exercise, such as "04.2". Until it has passed, the explorer says so and draws nothing.

    Raises
    ------
    ValueError
        If there is no control, two have the same name, or `needs` is no exercise.

    Examples
    --------
    >>> from course_utils.explorers import Explorer, Frame, Slider
    >>> x = Slider("x", "x", 0, 9, 1, 3)
    >>> explorer = Explorer("Squares", [x], lambda x: Frame((), f"x² = {x * x}"), about="Squares of x.")
    >>> explorer.set(x=4)
    >>> explorer.summary
    'x² = 16'
    """

    _esm = "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    _css = HERE / "explorer.css"

    title = traitlets.Unicode().tag(sync=True)
    controls = traitlets.List(traitlets.Dict()).tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    request = traitlets.Int(0).tag(sync=True)  # raised by the browser with every change of a control
    answered = traitlets.Int(0).tag(sync=True)  # the request that the pictures answer
    drawn = traitlets.Int(0).tag(sync=True)  # counts the frames
    panels = traitlets.List(traitlets.Dict()).tag(sync=True)
    summary = traitlets.Unicode().tag(sync=True)
    error = traitlets.Unicode().tag(sync=True)
    printed = traitlets.Unicode().tag(sync=True)
    waiting = traitlets.Unicode().tag(sync=True)
    tries = traitlets.Int(0).tag(sync=True)  # raised by the button "Try again"

    def __init__(
        self,
        title: str,
        controls: Sequence[Control],
        draw: Callable[..., Frame],
        *,
        about: str,
        needs: str | None = None,
    ) -> None:
        names = [control.name for control in controls]
        if not names or len(set(names)) < len(names):
            raise ValueError(f"controls: expected one or more with different names, got {names}")
        self._controls = {control.name: control for control in controls}
        self._draw, self._about, self._needs = draw, about, needs
        self._at_work = threading.Lock()
        super().__init__(
            title=title,
            controls=[control.described() for control in controls],
            values={control.name: control.value for control in controls},
        )
        self.layout.width = "100%"
        self.redraw()

    def set(self, **values: Any) -> None:
        """Move controls from Python and draw.

        Raises
        ------
        ValueError, TypeError
            If there is no such control, or it does not accept the value.
        """
        unknown = sorted(set(values) - set(self._controls))
        if unknown:
            raise ValueError(f"no control named {', '.join(unknown)}; there are {', '.join(self._controls)}")
        accepted = {name: self._controls[name].accept(value) for name, value in values.items()}
        self.values = {**self.values, **accepted}
        self.redraw()

    @traitlets.observe("request", "tries")
    def _asked(self, _change: object) -> None:
        self.redraw()

    def redraw(self) -> None:
        """Draw the newest values; return at once when a drawing is under way, which will see them."""
        if not self._at_work.acquire(blocking=False):
            return
        try:
            while True:
                request, values = self.request, dict(self.values)
                self._draw_once(request, values)
                if (self.request, self.values) == (request, values):
                    return
        finally:
            self._at_work.release()

    def _draw_once(self, request: int, values: dict[str, Any]) -> None:
        waiting = self._what_is_missing()
        if waiting:
            self._publish(request, waiting=waiting, panels=[], summary="", error="", printed="")
            return
        ran = run(self._frame, **values)
        if (self.request, self.values) != (request, values):
            return  # stale before it was finished; the loop draws the newest
        if ran.error:
            self._publish(request, waiting="", error=ran.error, printed=ran.printed)
            return
        panels = [asdict(panel) for panel in ran.result.panels]
        self._publish(request, waiting="", panels=panels, summary=ran.result.summary, error="", printed=ran.printed)

    def _frame(self, **values: Any) -> Frame:
        frame = self._draw(**{name: self._controls[name].accept(value) for name, value in values.items()})
        if not isinstance(frame, Frame):
            raise TypeError(f"the explorer's drawing function returned {type(frame).__name__}, expected a Frame")
        return frame

    def _publish(self, request: int, **state: Any) -> None:
        """Send everything in one message, so that the browser never shows half of it."""
        with self.hold_sync():
            for name, value in state.items():
                setattr(self, name, value)
            self.answered = request
            self.drawn += 1

    def _what_is_missing(self) -> str:
        if self._needs is None:
            return ""
        from course_utils.exercises import passed
        from course_utils.exercises.catalogue import exercise

        name = exercise(self._needs).title
        if passed(self._needs):
            return ""
        return f"needs {self._needs} — “{name}”. Come back when its check says PASS, and press “Try again”."

    def __repr__(self) -> str:
        """Words that are the same in every run, for readers without a browser."""
        if self.waiting:
            return f"Explorer “{self.title}”: {self.waiting}"
        moves = ", ".join(control.label for control in self._controls.values())
        return f"Explorer “{self.title}”: {self._about} Run the notebook to move: {moves}."

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the widget, and for viewers without widgets the words and a picture of how it stands now."""
        data: dict[str, Any] = {
            "text/plain": repr(self),
            "application/vnd.jupyter.widget-view+json": {
                "version_major": 2,
                "version_minor": 1,
                "model_id": self.model_id,
            },
        }
        if not self.panels:
            return data, {}
        picture = still_picture(self.title, self.panels, self.summary)
        data["image/png"] = base64.b64encode(picture).decode()
        return data, {"image/png": {"alt": repr(self)}}
