"""A line of text that says how far a method has come, for whatever takes more than two seconds."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def progress_bar(label: str) -> Callable[[int, int], None]:
    """Return a bar for the argument `progress` of a method; it goes away when the method is done.

    The stop button of the notebook works meanwhile: it ends the method between two batches. With the environment
    variable `TQDM_DISABLE=1` nothing is shown, as in the tests.

    Parameters
    ----------
    label
        Stands before the bar, such as "RISE".

    Examples
    --------
    >>> bar = progress_bar("RISE")
    >>> bar(50, 100)
    >>> bar(100, 100)
    """
    from tqdm import tqdm

    if not isinstance(label, str):
        raise TypeError(f"label: {label!r}; expected words, such as 'RISE'")
    bar: tqdm | None = None
    before = 0

    def report(done: int, total: int) -> None:
        nonlocal bar, before
        if bar is None or done <= before or total != bar.total:  # the same bar may serve a second run
            if bar is not None:
                bar.close()
            # The ordinary output, since a notebook paints the error stream red.
            off = bool(os.environ.get("TQDM_DISABLE"))  # tqdm itself reads it once, when it is imported
            bar = tqdm(total=total, desc=label, unit="pass", leave=False, file=sys.stdout, ascii=" =", disable=off)
            before = 0
        bar.update(done - before)
        before = done
        if done >= total:
            bar.close()
            bar = None

    return report
