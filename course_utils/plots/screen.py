"""`show`: the one way to bring a figure to the screen, always with words for those who cannot see it.

Where the words go, and why there are two outputs:

- The picture is an `image/png` with the words as `text/plain` and in its metadata. Every viewer shows it, and a test
  that compares stored outputs compares the words and never the pixels.
- JupyterLab and the default template of nbconvert read no `alt` from the metadata. So a second output, with the
  caption, holds one line of script that hands the words to the picture above it. Where scripts do not run (GitHub),
  the picture and the caption stay.
"""

from __future__ import annotations

import base64
import html
import json
from io import BytesIO

from IPython.core.getipython import get_ipython
from IPython.display import display
from matplotlib.figure import Figure
from matplotlib.text import Text

from course_utils.plots.canvas import DISPLAY_DPI, MINIMUM_FONT_SIZE

DPI = 150
"""Pixels an inch in the file, half as many again as on the screen, for sharp projectors."""


def png(fig: Figure, dpi: int = DPI) -> bytes:
    """Return the figure as PNG, without the date and version that would make two runs differ.

    Examples
    --------
    >>> png(Figure(figsize=(1, 1)))[1:4]
    b'PNG'
    """
    for text in fig.findobj(Text):
        if text.get_text() and float(text.get_fontsize()) < MINIMUM_FONT_SIZE:
            text.set_fontsize(MINIMUM_FONT_SIZE)
    file = BytesIO()
    fig.savefig(file, format="png", dpi=dpi, metadata={"Software": None}, pil_kwargs={"optimize": True})
    return file.getvalue()


def show(fig: Figure, alt: str, caption: str | None = None) -> None:
    """Show a figure with its alternative text.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        For instance from `panels`.
    alt : str
        What a reader learns who cannot see the figure: the finding, not "a plot of". One or two sentences, without
        numbers that differ from machine to machine: these words are compared when the notebook is tested.
    caption : str, optional
        A line under the figure.

    Raises
    ------
    TypeError
        If `fig` is not a figure.
    ValueError
        If the alternative text is missing or only blank.

    Examples
    --------
    >>> from course_utils.plots import curves, panels
    >>> fig, (ax,) = panels()
    >>> curves(ax, [0, 1, 2], {"f": [0, 1, 1]})
    >>> show(fig, alt="f rises from 0 to 1 and stays there.")
    Figure: f rises from 0 to 1 and stays there.
    """
    if not isinstance(fig, Figure):
        raise TypeError(
            f"fig: expected a matplotlib Figure, such as the first value of panels(), got {type(fig).__name__}"
        )
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt: expected a sentence for readers who cannot see the figure, got {alt!r}")
    words = " ".join(alt.split())
    if get_ipython() is None:  # a plain Python process, such as a test, has no screen
        print(f"Figure: {words}")
        return
    width, height = (round(inches * DISPLAY_DPI) for inches in fig.get_size_inches())
    picture = {"image/png": base64.b64encode(png(fig)).decode(), "text/plain": f"Figure: {words}"}
    display(picture, metadata={"image/png": {"alt": words, "width": width, "height": height}}, raw=True)
    display({"text/html": caption_with_alt(words, caption), "text/plain": caption or ""}, raw=True)


def caption_with_alt(words: str, caption: str | None) -> str:
    """Return the HTML of the caption, and the script that names the last picture before it.

    Examples
    --------
    >>> caption_with_alt("A rising line.", "Fig. 1")[:33]
    '<figcaption>Fig. 1</figcaption>\\n<'
    """
    visible = f"<figcaption>{html.escape(caption)}</figcaption>\n" if caption else ""
    quoted = json.dumps(words).replace("<", "\\u003c")  # no text can end the script early
    return f"{visible}<script>{_NAME_THE_PICTURE % quoted}</script>"


_NAME_THE_PICTURE = (
    "{const here = document.currentScript; setTimeout(() => {"
    "const before = [...document.images].filter(p => p.compareDocumentPosition(here) & 4);"
    "if (before.length) before.at(-1).alt = %s})}"
)
