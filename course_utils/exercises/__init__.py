"""Exercises: what is asked, how it is checked, and what a student is told."""

from .cards import comparison_table, method_card
from .notebook import begin, check, hint, needs, passed, predict, report, solution

__all__ = [
    "begin",
    "check",
    "comparison_table",
    "hint",
    "method_card",
    "needs",
    "passed",
    "predict",
    "report",
    "solution",
]
