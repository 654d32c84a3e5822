"""Every picture of the course is drawn here; a notebook says what is in it, this package says how it looks.

A figure is made with `panels`, filled by the functions below, and shown with `show(fig, alt=…)`. Nothing here uses
pyplot, so no figure is ever "the current one" and none stays in memory. The modules load when they are first used,
so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_utils.plots.bars import feature_bars
    from course_utils.plots.boundary import decision_boundary
    from course_utils.plots.canvas import panels, style
    from course_utils.plots.credits import credit
    from course_utils.plots.errors import error_against_steps
    from course_utils.plots.grids import number_grid
    from course_utils.plots.lines import curves
    from course_utils.plots.maps import overlay, signed_map, unsigned_map
    from course_utils.plots.neighbourhoods import neighbourhood
    from course_utils.plots.palette import COLOURS, LINE_STYLES, MARKERS, SIGNED, UNSIGNED
    from course_utils.plots.pictures import image
    from course_utils.plots.points import named_points
    from course_utils.plots.routes import paths
    from course_utils.plots.screen import show

__all__ = [
    "COLOURS",
    "LINE_STYLES",
    "MARKERS",
    "SIGNED",
    "UNSIGNED",
    "credit",
    "curves",
    "decision_boundary",
    "error_against_steps",
    "feature_bars",
    "image",
    "named_points",
    "neighbourhood",
    "number_grid",
    "overlay",
    "panels",
    "paths",
    "show",
    "signed_map",
    "style",
    "unsigned_map",
]

_MODULE_OF = {
    "feature_bars": "bars",
    "decision_boundary": "boundary",
    "credit": "credits",
    "curves": "lines",
    "error_against_steps": "errors",
    "overlay": "maps",
    "signed_map": "maps",
    "unsigned_map": "maps",
    "neighbourhood": "neighbourhoods",
    "COLOURS": "palette",
    "LINE_STYLES": "palette",
    "MARKERS": "palette",
    "SIGNED": "palette",
    "UNSIGNED": "palette",
    "paths": "routes",
    "image": "pictures",
    "named_points": "points",
    "number_grid": "grids",
    "show": "screen",
    "panels": "canvas",
    "style": "canvas",
}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
