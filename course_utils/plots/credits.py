"""Whose photograph it is, in the figure itself, so that a copied figure still says it."""

from __future__ import annotations

from typing import Protocol

from matplotlib.axes import Axes
from matplotlib.figure import Figure


class Credit(Protocol):
    """What is known of a photograph's origin; `course_utils.assets.photo_credit` returns it."""

    @property
    def title(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def licence(self) -> str: ...


def credit(place: Figure | Axes, *sources: Credit) -> None:
    """Write title, author and licence of each photograph under a figure or one of its panels, a line each.

    Parameters
    ----------
    place : Figure or Axes
    *sources : Credit
        From `course_utils.assets.photo_credit(name)`; one for each photograph in the figure.

    Raises
    ------
    TypeError
        If `place` is neither a figure nor axes, there is no source, or one of them is no credit.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from course_utils.plots import panels
    >>> fig, (ax,) = panels()
    >>> credit(ax, SimpleNamespace(title="Coffee", author="R. Michel", licence="CC0"))
    >>> ax.get_xlabel()
    'Coffee · R. Michel · CC0'
    """
    if not sources:
        raise TypeError("sources: expected a credit for each photograph, got none")
    words = "\n".join(map(_line, sources))
    if isinstance(place, Axes):
        place.set_xlabel(words, fontsize=12, color="0.3", wrap=True)
    elif isinstance(place, Figure):
        place.supxlabel(words, fontsize=12, color="0.3", wrap=True)
    else:
        raise TypeError(f"place: expected a Figure or Axes, got {type(place).__name__}")


def _line(source: Credit) -> str:
    missing = [part for part in ("title", "author", "licence") if not isinstance(getattr(source, part, None), str)]
    if missing:
        raise TypeError(f"sources: expected credits with title, author and licence; {', '.join(missing)} missing")
    return " · ".join(part for part in (source.title, source.author, source.licence) if part)
