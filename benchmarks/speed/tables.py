"""From the measured rows to tables in Markdown, to JSON, and into `benchmarks/README.md`."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .jobs import METHODS

Row = dict[str, Any]
LIBRARIES = {"Captum": "captum", "zennit": "zennit", "torchcam": "torchcam", "grad-cam": "grad-cam", "lime": "lime"}
FOLDED = ", folded"
README = Path(__file__).parents[1] / "README.md"
RESULTS = README.with_name("results.json")


def write(out: Path, full: bool) -> None:
    """Write `results.json` beside the rows and print the tables; the full run's go into the repository."""
    results = gather(out)
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    (out / "results.json").write_text(text, encoding="utf-8")
    tables = markdown(results)
    print(tables)
    if full:
        from .figures import draw

        RESULTS.write_text(text, encoding="utf-8")
        README.write_text(with_tables(README.read_text("utf-8"), tables), encoding="utf-8")
        draw(results, README.parents[1] / "docs" / "images")


def gather(out: Path) -> dict[str, Any]:
    """Return all that was measured, with the versions and the machine."""
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((out / "rows").glob("*.json"))}
    extra = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(out.glob("extra-*.json"))}
    return {"machine": machine(), "rows": {name: row for name, row in found.items() if row}, **extra}


def machine() -> dict[str, str]:
    """Return what the numbers depend on."""
    import torch

    packages = ("torch", "torchvision", "timm", "numpy", *LIBRARIES.values())
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "threads of torch": str(torch.get_num_threads()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found.group(1) if found else platform.processor()


def markdown(results: dict[str, Any]) -> str:
    """Return all tables."""
    parts = [", ".join(f"{name} {value}" for name, value in results["machine"].items()) + "."]
    for (allocator, subject), rows in _by_model(results).items():
        if subject.endswith(FOLDED):
            continue
        folded = _by_model(results).get((allocator, subject + FOLDED), [])
        note = "as under `make lab`" if allocator == "lab" else "the system's allocator"
        parts.append(f"### {subject}, {note}\n\n" + "\n".join(_table(rows, folded)))
    parts += [table(results[name]) for name, table in EXTRAS.items() if name in results]
    return "\n\n".join(parts) + "\n"


def _by_model(results: dict[str, Any]) -> dict[tuple[str, str], list[Row]]:
    """Return the rows of each allocator and model, in the order of `METHODS`."""
    found: dict[tuple[str, str], list[Row]] = {}
    for name, row in results["rows"].items():
        found.setdefault((name.split("--")[0], row["subject"]), []).append(row)
    return {of: sorted(rows, key=lambda row: METHODS.index(row["method"])) for of, rows in found.items()}


def _table(rows: list[Row], folded: Sequence[Row] = ()) -> Iterator[str]:
    """Yield the lines of the table of one model: times and, in brackets, ratios to the floor."""
    people = [who for who in LIBRARIES if any(who in row["seconds"] or who in row["failed"] for row in rows)]
    beside = {row["method"]: row for row in folded}
    heads = ["method (passes)", "floor", "ours", "ours, best batch", *people, "added MB", "same map"]
    heads += ["folded: floor", "folded: ours"] if beside else []
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        cells = [f"{row['method']} ({row['passes']})", _ms(row["seconds"]["floor"]), _variants(row, "ours", False)]
        cells += [_variants(row, "ours", True), *(_peer(row, who) for who in people), _memory(row), _agreement(row)]
        if beside:
            other = beside.get(row["method"])
            cells += [_ms(other["seconds"]["floor"]), _variants(other, "ours", False)] if other else ["–", "–"]
        yield "| " + " | ".join(cells) + " |"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.0f} ms" if seconds >= 0.1 else f"{seconds * 1e3:.2g} ms"


def _with_ratio(row: Row, name: str, ours: str = "") -> str:
    """Return a time, and in brackets its ratio to the floor and, of a library, to ours."""
    seconds = row["seconds"]
    beside_ours = f"; {seconds[name] / seconds[ours]:.2f} × ours" if ours else ""
    return f"{_ms(seconds[name])} ({seconds[name] / seconds['floor']:.2f}{beside_ours})"


def best_of(row: Row, who: str) -> str:
    """Return the name of the fastest setting of somebody."""
    return min((name for name in row["seconds"] if name.split(",")[0] == who), key=row["seconds"].__getitem__)


def _variants(row: Row, who: str, best: bool) -> str:
    return _with_ratio(row, best_of(row, who) if best else who)


def _peer(row: Row, who: str) -> str:
    if who in row["failed"]:
        return "fails: " + row["failed"][who].split("\n")[0].replace("|", "/")[:60]
    if who not in row["seconds"]:
        return "–"
    best = best_of(row, who)
    shown = _with_ratio(row, who, "ours")
    if best == who:
        return shown
    return f"{shown}, {best.split(', ')[1]}: {_with_ratio(row, best, best_of(row, 'ours'))}"


def _memory(row: Row) -> str:
    found = {who: row["megabytes"].get(who) for who in ("ours", *LIBRARIES)}
    return ", ".join(f"{who} {megabytes:,.0f}" for who, megabytes in found.items() if megabytes is not None) or "?"


def _agreement(row: Row) -> str:
    """Say whose map is ours; draws of their own, or another definition, make others differ."""
    shown = []
    for who in LIBRARIES:
        if who in row["correlation"]:
            value = row["correlation"][who]
            shown.append(f"{who} {'constant' if value is None else f'{value:.3f}'}")
    return ", ".join(shown) or "–"


def _start_up(seconds: dict[str, float]) -> str:
    lines = ["### Start-up", "", "| what | median |", "|---|---|"]
    return "\n".join(lines + [f"| {name} | {value:.2f} s |" for name, value in seconds.items()])


def _notebooks(rows: Iterable[Row]) -> str:
    lines = ["### Run All, the notebooks with their solutions", ""]
    lines += [
        "| notebook | kernel | imports | cells | first figure after | slowest cell |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        slowest = f"{row['slowest']:.1f} s: `{row['slowest cell'].strip()}`".replace("|", "/")
        times = " | ".join(f"{row[name]:.1f} s" for name in ("kernel", "imports", "cells", "first figure"))
        lines.append(f"| {row['notebook']} | {times} | {slowest} |")
    return "\n".join(lines)


def _growth(curves: dict[str, Any]) -> str:
    lines = [
        "### How time grows with the work",
        "",
        "| what is doubled | slope | seconds, smallest to largest |",
        "|---|---|---|",
    ]
    for name, curve in curves.items():
        times = " · ".join(f"{seconds:.3g}" for _, seconds in curve["points"])
        lines.append(f"| {name} | {curve['slope']:.2f} | {times} |")
    return "\n".join(lines)


def _precision(rows: list[Row]) -> str:
    """Return, for each rule, how long a digit takes until the sum is within 1 % and within 0.5 %."""
    lines = ["### Error against time: integrated gradients of a digit", ""]
    lines += ["| rule | error at 8 steps | at 32 | at 128 | to 1 % | to 0.5 % |", "|---|---|---|---|---|---|"]
    for who, rule in dict.fromkeys((row["who"], row["rule"]) for row in rows):
        mine = [row for row in rows if (row["who"], row["rule"]) == (who, rule)]
        at = {row["steps"]: f"{100 * row['error']:.2f} %" for row in mine}
        lines.append(
            f"| {who}, {rule} | {at[8]} | {at[32]} | {at[128]} | {_until(mine, 0.01)} | {_until(mine, 0.005)} |"
        )
    return "\n".join(lines)


def _until(rows: list[Row], error: float) -> str:
    """Name the fewest steps from which on the error stays below, and their time."""
    enough = None
    for row in sorted(rows, key=lambda row: -row["steps"]):
        if row["error"] > error:
            break
        enough = row
    return f"{enough['steps']} steps, {enough['milliseconds']:.1f} ms" if enough else "more than 128"


EXTRAS = {
    "extra-precision": _precision,
    "extra-growth": _growth,
    "extra-start-up": _start_up,
    "extra-notebooks": _notebooks,
}


def with_tables(readme: str, tables: str) -> str:
    """Put the tables between the two marks of the README."""
    begin, end = "<!-- measured -->", "<!-- end of what was measured -->"
    head, rest = readme.split(begin)
    return f"{head}{begin}\n\n{tables}\n{end}{rest.split(end)[1]}"
