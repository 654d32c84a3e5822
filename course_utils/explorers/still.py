"""The explorer as one picture, for places where no widget lives: GitHub, a saved notebook, a printed page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from course_utils.plots.screen import png

DPI = 100
GAP, LINE, LETTER = 24, 22, 8.6
"""Pixels between panels, for a line of text, and for a letter of it."""


def still_picture(title: str, panels: Sequence[Mapping[str, Any]], summary: str) -> bytes:
    """Return a PNG with the panels side by side, their titles above, the summary below.

    Parameters
    ----------
    title : str
    panels : sequence of mappings with "title", "png", "width", "crisp", "bound"
    summary : str
    """
    pictures = [np.asarray(Image.open(BytesIO(panel["png"])).convert("RGB")) for panel in panels]
    widths = [panel["width"] for panel in panels]
    heights = [round(w * p.shape[0] / p.shape[1]) for w, p in zip(widths, pictures, strict=True)]
    headings = [_heading(panel) for panel in panels]
    rows = max(len(lines) for lines in headings)
    above = LINE * (rows + 2)
    width = sum(widths) + GAP * (len(panels) + 1)
    words = wrap(summary, int((width - 2 * GAP) / LETTER))
    height = above + max(heights) + LINE * (len(words) + 1)

    figure = Figure(figsize=(width / DPI, height / DPI))
    figure.text(GAP / width, 1 - 6 / height, title, fontsize=14, weight="bold", va="top")
    left = GAP
    for panel, pixels, w, h, lines in zip(panels, pictures, widths, heights, headings, strict=True):
        ax = figure.add_axes((left / width, 1 - (above + h) / height, w / width, h / height))
        ax.imshow(pixels, aspect="auto", interpolation="nearest" if panel["crisp"] else "antialiased")
        ax.set_axis_off()
        figure.text(left / width, 1 - (above - LINE * rows - 5) / height, "\n".join(lines), fontsize=12, va="top")
        left += w + GAP
    figure.text(GAP / width, 8 / height, "\n".join(words), fontsize=12, va="bottom")
    return png(figure, dpi=DPI)


def _heading(panel: Mapping[str, Any]) -> list[str]:
    lines = wrap(panel["title"], int(panel["width"] / LETTER)) or [""]
    return [*lines, f"blue to red: ±{panel['bound']:.2g}"] if panel["bound"] else lines
