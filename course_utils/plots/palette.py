"""The colours of the course, and the line styles and markers that say the same without colour.

Source: Okabe and Ito 2008, "Color Universal Design", https://jfly.uni-koeln.de/color/ (the eight colours).
The order is ours: neighbours differ in lightness too, and yellow, which is faint on white, comes last.
"""

from __future__ import annotations

COLOURS: dict[str, str] = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "sky blue": "#56B4E9",
    "purple": "#CC79A7",
    "black": "#000000",
    "yellow": "#F0E442",
}
"""Name to hex value. A class or a method keeps its colour through a notebook."""

LINE_STYLES: tuple[str | tuple[int, tuple[int, ...]], ...] = (
    "-",
    "--",
    "-.",
    ":",
    (0, (7, 2, 1, 2, 1, 2)),
    (0, (9, 3)),
    (0, (3, 1)),
    (0, (1, 3)),
)
"""One for each colour, so that two curves differ on a grey print as well."""

MARKERS: tuple[str, ...] = ("o", "s", "^", "D", "v", "P", "X", "*")
"""One for each colour."""

SIGNED = "RdBu_r"
"""Colour map of signed maps: red is positive, blue is negative, white is zero. Safe for red-green blindness."""

UNSIGNED = "cividis"
"""Colour map of unsigned maps: from dark blue to yellow, rising in lightness."""


def identity(index: int) -> tuple[str, str | tuple[int, tuple[int, ...]], str]:
    """Return colour, line style and marker of the curve at position `index`.

    Examples
    --------
    >>> identity(0)
    ('#0072B2', '-', 'o')
    >>> identity(8) == identity(0)
    True
    """
    colours = tuple(COLOURS.values())
    return (
        colours[index % len(colours)],
        LINE_STYLES[index % len(LINE_STYLES)],
        MARKERS[index % len(MARKERS)],
    )
