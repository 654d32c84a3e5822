"""Withholding: a function keeps its name, signature and documentation, and no longer does what it says.

An assignment that asks for integrated gradients by hand must not hand them out. The source is edited by the positions
of its lines, so that all the rest of a file stays as it is, and whoever calls the function is told why it does nothing.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

PACKAGE = "course_utils"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def withhold(package: Path, messages: Iterable[tuple[str, str]]) -> None:
    """Withhold functions in a copy of the package.

    Parameters
    ----------
    package
        The folder `course_utils` that is changed.
    messages
        Dotted names, of functions or of modules for all functions in them, each with what a call raises as a
        NotImplementedError; "{function}" in it is the function's name. Of two messages for a function the first stays.

    Raises
    ------
    ValueError
        If there is no such function or module.
    """
    by_file: dict[Path, dict[str, str]] = {}
    for name, message in messages:
        for path, function in located(package, name):
            by_file.setdefault(path, {}).setdefault(function, message.format(function=function.split(".")[-1]))
    for path, wanted in by_file.items():
        path.write_text(without_bodies(path.read_text(encoding="utf-8"), wanted), encoding="utf-8", newline="\n")


def is_ours(name: str) -> bool:
    """Whether a dotted name is one of the course, and not a package's.

    Examples
    --------
    >>> is_ours("course_utils.attribution.rise"), is_ours("captum")
    (True, False)
    """
    return name.split(".")[0] == PACKAGE


def located(package: Path, name: str) -> Iterator[tuple[Path, str]]:
    """Yield the file and the name in it of each function that a dotted name stands for."""
    if not is_ours(name):
        raise ValueError(f"{name}: expected the dotted name of a function or module of {PACKAGE}")
    parts = name.split(".")[1:]
    folder = package.joinpath(*parts)
    if folder.is_dir():
        files = sorted(folder.rglob("*.py"))
        yield from ((path, function) for path in files for function in functions_of(path.read_text("utf-8")))
        return
    for cut in range(len(parts), 0, -1):
        path = package.joinpath(*parts[:cut]).with_suffix(".py")
        if path.is_file():
            wanted, there = ".".join(parts[cut:]), list(functions_of(path.read_text("utf-8")))
            if wanted and wanted not in there:
                raise ValueError(f"{name}: {path.name} has no function {wanted!r}; it has {', '.join(there)}")
            yield from ((path, function) for function in ([wanted] if wanted else there))
            return
    raise ValueError(f"{name}: there is no such module in {PACKAGE}")


def functions_of(source: str) -> dict[str, Function]:
    """Return the functions of a source, and the methods of its classes as "Class.method".

    Examples
    --------
    >>> list(functions_of("class A:\\n    def f(self): ...\\ndef g(): ..."))
    ['A.f', 'g']
    """
    return dict(_functions(ast.parse(source).body, ""))


def _functions(body: Iterable[ast.stmt], prefix: str) -> Iterator[tuple[str, Function]]:
    for node in body:
        if isinstance(node, Function):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{prefix}{node.name}.")


def without_bodies(source: str, messages: Mapping[str, str]) -> str:
    """Put a NotImplementedError in the place of what functions do; examples in their documentation go too.

    Examples
    --------
    >>> print(without_bodies("def f(x):\\n    'Doubles.'\\n    return 2 * x", {"f": "that is yours"}))
    def f(x):
        'Doubles.'
        raise NotImplementedError("that is yours")
    <BLANKLINE>
    """
    lines = source.splitlines()
    functions = functions_of(source)
    for name in sorted(messages, key=lambda name: functions[name].lineno, reverse=True):
        node = functions[name]
        indent = " " * node.body[0].col_offset
        words = node.body[0] if ast.get_docstring(node, clean=False) is not None else None
        first = node.body[0].lineno - 1
        while lines[first - 1].lstrip().startswith("#"):
            first -= 1  # a comment above the first line is part of what the function does
        if first < node.lineno:
            raise ValueError(f"{name}: its body stands in the line of its signature; give it a line of its own")
        kept = _without_examples(lines[first : words.end_lineno]) if words else []
        message = json.dumps(messages[name], ensure_ascii=False)
        lines[first : node.end_lineno] = [*kept, f"{indent}raise NotImplementedError({message})"]
    return "\n".join(lines) + "\n"


def _without_examples(words: list[str]) -> list[str]:
    """Drop the section with examples, which comes last."""
    text = "\n".join(words)
    return re.sub(r"\n\s*\n *Examples\n *-+\n.*(?=\n *\"\"\"$)", "", text, flags=re.DOTALL).split("\n")
