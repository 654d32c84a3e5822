"""Feedback as Moodle's worksheet takes it: one line of HTML that cannot harm the row, the next row, or the reader."""

from __future__ import annotations

import html
import re

TAGS = (
    "abbr b blockquote br code dd details div dl dt em h3 h4 h5 h6 hr i kbd li ol p pre s small span strong sub "
    "summary sup table tbody td th thead tr u ul"
)
ATTRIBUTES = "class colspan dir lang rowspan scope title"
TAG = re.compile(
    rf"</?(?:{'|'.join(sorted(TAGS.split(), reverse=True))})"
    rf"""(?:\s+(?:{"|".join(ATTRIBUTES.split())})=(?:"[^"<>]*"|'[^'<>]*'))*\s*/?>""",
    re.IGNORECASE,
)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def as_html(text: str) -> str:
    r"""Return text as HTML that shows exactly this text: what a student wrote must pass through here.

    Examples
    --------
    >>> as_html('C:\\new "x" <b>\nend')
    'C:&#92;new &quot;x&quot; &lt;b&gt;<br>end'
    """
    return one_line(html.escape(text, quote=True).replace("\r\n", "\n").replace("\n", "<br>"))


def one_line(feedback_html: str) -> str:
    """Return HTML as one line without a backslash, with which Moodle's reader takes the next quote for text.

    Examples
    --------
    >>> one_line("<p>one</p>\\n<p>two</p>")
    '<p>one</p> <p>two</p>'
    """
    shown = CONTROL.sub("\N{REPLACEMENT CHARACTER}", feedback_html).replace("\\", "&#92;")
    return " ".join(shown.split())


def check_feedback(feedback_html: str) -> None:
    """Refuse HTML beyond the tags of a report: Moodle stores feedback as it is, scripts too.

    Raises
    ------
    ValueError
        If a `<` begins anything but a plain tag of a text, a table or a list.
    """
    rest = TAG.sub("", feedback_html)
    if "<" in rest:
        at = rest.index("<")
        raise ValueError(f"feedback_html: expected plain tags and everything else escaped, got {rest[at : at + 40]!r}")
