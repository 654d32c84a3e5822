"""Exercises: what is asked, how it is checked, and what a student is told."""

from .cards import comparison_table, method_card
from .notebook import begin, check, hint, needs, passed, predict, report, solution
from .waiting import progress_bar

__all__ = [
    "begin",
    "check",
    "comparison_table",
    "hint",
    "method_card",
    "needs",
    "passed",
    "predict",
    "progress_bar",
    "report",
    "solution",
]
