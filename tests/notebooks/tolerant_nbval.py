"""Make nbval compare numbers as numbers: the text between them exactly, each number within a tolerance.

A pytest plugin, and the only place that knows nbval's insides. Two machines round differently in the last digit; a
result that changed is another thing. So two outputs are the same when

- the text between the numbers is the same, character by character;
- a number with a decimal point or an exponent differs by at most one unit of its last printed digit plus
  0.1 % of its value;
- everything else is exact: integers, numbers that begin with a superfluous 0 (04.3 names an exercise), version numbers
  (2.14.1), digits inside words (conv2).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

RELATIVE = Decimal("0.001")
OUTPUT_TIMEOUT = 60
"""Seconds to wait for a cell's output; nbval's own 5 are too few on a busy machine."""

DECIMAL_NUMBER = re.compile(
    r"""(?<![\w.])                          # not inside a word, a version, another number
    (?P<number>[-+−]?
       (?!0\d)                              # 04.3 is a name
       (?:\d+\.\d*(?:[eE][-+]?\d+)?         # 0.5, 1., 2.5e-3
         |\.\d+(?:[eE][-+]?\d+)?            # .5
         |\d+[eE][-+]?\d+))                 # 1e-05
    (?!\.?\w)                               # not followed by more of a word or version; a full stop may follow
    """,
    re.VERBOSE,
)


def tolerance(number: str) -> Decimal:
    """Return how far a printed number may be off: one unit of its last decimal plus 0.1 % of its value."""
    mantissa, _, exponent = number.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    unit = Decimal(1).scaleb(int(exponent or 0) - decimals) if decimals else Decimal(0)
    return unit + RELATIVE * abs(Decimal(number))


def same(stored: str, fresh: str) -> bool:
    """Compare the stored output of a cell with that of a fresh run."""
    # re.split with one group gives text, number, text, number, …, text.
    left, right = (DECIMAL_NUMBER.split(text) for text in (stored, fresh))
    if len(left) != len(right) or left[::2] != right[::2]:
        return False
    pairs = ((a.replace("−", "-"), b.replace("−", "-")) for a, b in zip(left[1::2], right[1::2], strict=True))
    # The finer of the two printings counts, so that 1.0 does not stand for anything between 0.9 and 1.1.
    return all(abs(Decimal(a) - Decimal(b)) <= min(tolerance(a), tolerance(b)) for a, b in pairs)


class Output(str):
    """A cell's output as text that equals another one when `same` says so."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and same(str(self), str(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def pytest_configure(config: pytest.Config) -> None:
    """Hand nbval's comparison, which is `!=`, texts that know how to be compared."""
    from nbval.plugin import IPyNbCell

    if getattr(IPyNbCell.sanitize, "is_tolerant", False):
        return
    sanitize_text = IPyNbCell.sanitize

    def sanitize(cell: Any, text: Any) -> Any:
        cleaned = sanitize_text(cell, text)
        return Output(cleaned) if isinstance(cleaned, str) else cleaned

    sanitize.is_tolerant = True  # type: ignore[attr-defined]
    IPyNbCell.sanitize = sanitize


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a cell's output time to arrive."""
    for item in items:
        if hasattr(item, "output_timeout"):
            item.output_timeout = OUTPUT_TIMEOUT
