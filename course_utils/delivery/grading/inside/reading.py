"""Which cells of a notebook must run so that the answers are there: those that define them, and what these need.

Reading is done inside the sandbox too: a parser that meets hostile source may crash, and should do so there.
"""

from __future__ import annotations

import builtins
import re
import symtable
from collections.abc import Iterator, Mapping

ASKING = frozenset(("check", "hint", "solution", "report", "quiz", "method_card", "comparison_table"))
"""What a cell calls that asks the course something and defines nothing that another cell could need."""


MEASURING = re.compile(r"\A\s*%%(time|capture|prun)\b[^\n]*")
"""Cell magics under which the rest of a cell is run as it stands; %%timeit keeps nothing of what it runs."""


def as_python(source: str) -> str:
    """Return a cell as Python: magics become calls, and one that only measures goes. Lines keep their numbers.

    Examples
    --------
    >>> as_python("%%time\\nx = 1")
    '\\nx = 1\\n'
    """
    from IPython.core.inputtransformer2 import TransformerManager

    measured = MEASURING.match(source)
    if measured is None:
        return TransformerManager().transform_cell(source)
    return "\n" * measured[0].count("\n") + TransformerManager().transform_cell("pass" + source[measured.end() :])[4:]


def cells_to_run(sources: Mapping[int, str], wanted: set[str]) -> list[int]:
    """Return the numbers of the cells that define `wanted` names, or what such cells need, in their order.

    A cell that cannot be read is among them: it may be the one that matters, and running it says what is wrong.

    Examples
    --------
    >>> cells_to_run({0: "import math", 1: "def area(r):\\n    return math.pi * r**2", 2: "print(area(2))"}, {"area"})
    [0, 1]
    """
    bound, used, unreadable = {}, {}, []
    for number, source in sources.items():
        try:
            bound[number], used[number] = names(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            unreadable.append(number)
    chosen: set[int] = set()
    open_names, known = set(wanted), set(dir(builtins))
    while open_names:
        name = open_names.pop()
        known.add(name)
        for number, defined in bound.items():
            if name in defined and number not in chosen:
                chosen.add(number)
                open_names |= used[number] - known
    return sorted(chosen.union(unreadable))


def names(source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell binds at its top, and those that it uses without binding them in a function.

    Examples
    --------
    >>> bound, used = names("def f(x):\\n    return g(x) + shift")
    >>> sorted(bound), sorted(used)
    (['f'], ['g', 'shift'])
    """
    table = symtable.symtable(as_python(source), "cell", "exec")
    bound = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}
    used = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    for inner in _inner(table):
        used |= {s.get_name() for s in inner.get_symbols() if s.is_global() and s.is_referenced()}
        bound |= {s.get_name() for s in inner.get_symbols() if s.is_declared_global() and s.is_assigned()}
    return bound, used - bound - ASKING


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)
