"""Explorers: a method under your hands, with sliders; and the quizzes on the screen.

Each explorer is a function that returns a widget. It runs your own function where the method is an exercise, says
"needs 04.2" until that exercise has passed, shows whatever goes wrong below the picture, and leaves a picture with
words where no browser is (on GitHub, in a test). The only folder that knows ipywidgets and anywidget.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_utils.explorers.baselines import baseline_explorer
    from course_utils.explorers.comparison import comparison_explorer
    from course_utils.explorers.controls import Choice, Slider
    from course_utils.explorers.drawings import draw_explorer
    from course_utils.explorers.frame import Frame, Panel
    from course_utils.explorers.kernel_widths import kernel_width_explorer
    from course_utils.explorers.layers import layer_explorer
    from course_utils.explorers.loans import loan_explorer
    from course_utils.explorers.occlusions import occlusion_explorer
    from course_utils.explorers.pad import Pad
    from course_utils.explorers.paths import path_explorer
    from course_utils.explorers.questions import quiz
    from course_utils.explorers.rectifier import relu_explorer
    from course_utils.explorers.smoothing import smooth_grad_explorer
    from course_utils.explorers.superpixels import superpixel_explorer
    from course_utils.explorers.switches import Switches
    from course_utils.explorers.widget import Explorer

__all__ = [
    "Choice",
    "Explorer",
    "Frame",
    "Pad",
    "Panel",
    "Slider",
    "Switches",
    "baseline_explorer",
    "comparison_explorer",
    "draw_explorer",
    "kernel_width_explorer",
    "layer_explorer",
    "loan_explorer",
    "occlusion_explorer",
    "path_explorer",
    "quiz",
    "relu_explorer",
    "smooth_grad_explorer",
    "superpixel_explorer",
]

_MODULE_OF = {
    "baseline_explorer": "baselines",
    "comparison_explorer": "comparison",
    "Choice": "controls",
    "Slider": "controls",
    "draw_explorer": "drawings",
    "Frame": "frame",
    "Panel": "frame",
    "kernel_width_explorer": "kernel_widths",
    "layer_explorer": "layers",
    "loan_explorer": "loans",
    "occlusion_explorer": "occlusions",
    "Pad": "pad",
    "path_explorer": "paths",
    "quiz": "questions",
    "relu_explorer": "rectifier",
    "smooth_grad_explorer": "smoothing",
    "superpixel_explorer": "superpixels",
    "Switches": "switches",
    "Explorer": "widget",
}


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
