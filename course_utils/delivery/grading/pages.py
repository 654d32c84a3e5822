"""What people read of a run: a page for each student, a line for Moodle's feedback field, a report for the teacher.

All that a student wrote is escaped. A page names the misconception, what was measured and the next step, and never
the value of the reference: the lines come from the checks, which do not say it.
"""

from __future__ import annotations

import html
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from fractions import Fraction
from platform import platform, python_version
from typing import Any

from course_utils.delivery.grading.grading_run import Graded
from course_utils.delivery.grading.results import ExerciseResult, SubmissionResult
from course_utils.delivery.moodle.feedback_text import as_html, one_line

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222 }
h2 { margin-top: 1.6em } .exercise h2 { margin-top: .4em } table { border-collapse: collapse; margin: 1.2em 0 }
caption { text-align: left; font-weight: bold; white-space: nowrap }
th, td { text-align: left; vertical-align: top; padding: .25em .8em; border-bottom: 1px solid #ddd }
.exercise { border-left: .4em solid #999; padding: .1em 1em; margin: 1em 0 }
.right { border-color: #009E73 } .wrong { border-color: #E69F00 } .crashed, .unclear { border-color: #D55E00 }
p { white-space: pre-wrap; overflow-wrap: anywhere } .bar { background: #0072B2; height: 1em; display: inline-block }
"""
WORDS = {
    "right": "right",
    "wrong": "not yet",
    "missing": "no answer",
    "crashed": "did not run to its end",
    "unclear": "a person will look at it",
}


def _page(title: str, body: str) -> bytes:
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body>\n{body}\n</body></html>\n'.encode()


def number(value: Fraction | int) -> str:
    """Return points as people write them.

    Examples
    --------
    >>> number(Fraction(5, 2)), number(Fraction(4))
    ('2.5', '4')
    """
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def _points(one: ExerciseResult) -> str:
    return "graded by a person" if one.waits else f"{number(one.counted)} of {one.points} points"


def _word(one: ExerciseResult) -> str:
    """Return how it ended: where a person gave the points, these say it."""
    return WORDS[one.result] if one.by_hand is None else "graded by a person"


def student_page(result: SubmissionResult, assignment: str) -> bytes:
    """Return the page of one submission that was graded, as HTML."""
    parts = [f"<h1>Assignment {html.escape(assignment)}</h1>"]
    for one in result.exercises:
        lines = "".join(f"<p>{html.escape(line)}</p>" for line in one.lines)
        heading = f"{one.exercise} · {one.title}"
        parts.append(
            f'<section class="exercise {one.result}"><h2>{html.escape(heading)}</h2>'
            f"<p><strong>{_word(one)}</strong> · {_points(one)}</p>{lines}</section>"
        )
    if result.exercises:
        total = "some points are still given by a person" if result.waits else f"{number(result.counted)} points"
        parts.append(f"<p><strong>Sum: {total}</strong>, {result.points} can be reached.</p>")
    return _page(f"Assignment {assignment}", "\n".join(parts))


def feedback_line(result: SubmissionResult) -> str:
    """Return what stands in Moodle's field for feedback: a list on one line of safe HTML.

    Examples
    --------
    >>> one = ExerciseResult("04.2", "Ten lines", "wrong", "NOT YET", ("Which step is missing?",), 2, 5)
    >>> feedback_line(SubmissionResult("4", "Sam", "", "", "graded", exercises=(one,)))
    '<ul><li><strong>04.2</strong> not yet, 2 of 5 points. Which step is missing?</li></ul>'
    """
    items = []
    for one in result.exercises:
        said = "" if one.result == "right" or not one.lines else f" {as_html(one.lines[0][:400])}"
        items.append(f"<li><strong>{one.exercise}</strong> {_word(one)}, {_points(one)}.{said}</li>")
    return one_line(f"<ul>{''.join(items)}</ul>")


# --- for the teacher -------------------------------------------------------------------------------------------------


def looks(graded: Graded) -> list[tuple[SubmissionResult, str]]:
    """Return the submissions that a person should look at, and why."""
    found = []
    for result in graded.results:
        if result.status != "graded":
            found.append((result, f"{result.status}: {result.why}"))
            continue
        if result.waits:
            found.append((result, f"points by hand: {', '.join(result.waits)}"))
        if graded.worksheet is not None and not result.rows:
            found.append((result, "nobody in the worksheet has this number"))
        crashed = [one for one in result.exercises if one.result == "crashed"]
        found += [(result, f"{one.exercise} did not run to its end: {one.lines[0]}") for one in crashed]
        found += [(result, note) for note in result.notes]
    return found


def teacher_page(graded: Graded) -> bytes:
    """Return the report for the teacher as HTML."""
    run, results = graded.run, graded.results
    scores = [result.score for result in results if result.score is not None]
    counts = Counter(result.status for result in results)
    if graded.worksheet is not None:
        handed_in = {row for result in results for row in result.rows}
        counts["in the worksheet, and handed in nothing"] = sum(r.id not in handed_in for r in graded.worksheet.rows)
    parts = [
        f"<h1>Assignment {run.assignment}: {len(results)} submissions</h1>",
        f"<p>Release {run.release}, version {run.version}, draw {run.draw}. The code ran in: {run.isolation}.</p>",
        *(["<p><strong>Isolation was reduced: the code ran under your own account.</strong></p>"]
          if run.isolation == "reduced" else []),
        _table("How they ended", ("status", "submissions"), sorted(counts.items())),
        _distribution(scores),
        "<h2>Per exercise</h2>",
        *(_exercise_table(exercise, results) for exercise in _exercises(results)),
        "<h2>To be looked at</h2>",
        _table("Who needs a look by hand, and why", ("who", "why"), [(r.name, why) for r, why in looks(graded)]),
    ]  # fmt: skip
    if graded.doubts:
        parts.append(_table("Names that do not agree with the worksheet", ("what",), [(one,) for one in graded.doubts]))
    rows = [
        (r.name, r.id, r.status, "" if r.score is None else f"{float(r.score):.0%}", f"{r.seconds:.1f}")
        for r in results
    ]
    parts.append(_table("All submissions", ("who", "number", "status", "score", "seconds"), rows))
    return _page(f"Assignment {run.assignment}", "\n".join(parts))


def _exercises(results: Iterable[SubmissionResult]) -> list[str]:
    return list(dict.fromkeys(one.exercise for result in results for one in result.exercises))


def _exercise_table(exercise: str, results: Iterable[SubmissionResult]) -> str:
    ones = [one for result in results for one in result.exercises if one.exercise == exercise]
    ended = Counter(WORDS[one.result] for one in ones)
    misconceptions = Counter(one.misconception or "none that is known" for one in ones if one.result == "wrong")
    rows = [*((word, count) for word, count in ended.most_common())]
    rows += [(f"misconception: {name}", count) for name, count in misconceptions.most_common()]
    return _table(f"{exercise} · {ones[0].title}", ("", "submissions"), rows)


def _distribution(scores: Sequence[Fraction]) -> str:
    """Return how many submissions reached how much, as bars with their numbers."""
    if not scores:
        return "<p>No submission has a grade yet.</p>"
    bins = Counter(min(int(score * 10), 9) for score in scores)
    most = max(bins.values())
    rows = "".join(
        f"<tr><th scope='row'>{10 * i} to {10 * (i + 1)} %</th><td>{bins[i]}</td>"
        f"<td><span class='bar' style='width:{15 * bins[i] / most:.1f}em'></span></td></tr>"
        for i in range(10)
    )
    mean = float(sum(scores, Fraction(0)) / len(scores))
    head = f"<caption>Scores of {len(scores)} submissions, mean {mean:.0%}</caption>"
    return f"<table>{head}{rows}</table>"


def _table(caption: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = "".join(f"<th scope='col'>{html.escape(word)}</th>" for word in header)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f"<table><caption>{html.escape(caption)}</caption><tr>{head}</tr>{body or '<tr><td>nobody</td></tr>'}</table>"
    )


def report_data(graded: Graded) -> dict[str, Any]:
    """Return the report as data, for whoever wants to count more."""
    import numpy
    import torch

    versions = {"course": graded.run.version, "python": python_version(), "torch": torch.__version__}
    return {
        "run": graded.run.__dict__,
        "versions": {**versions, "numpy": numpy.__version__, "system": platform()},
        "submissions": [
            {**asdict(result), "score": None if result.score is None else float(result.score)}
            for result in graded.results
        ],
        "doubts": list(graded.doubts),
    }


def report_json(graded: Graded) -> bytes:
    """Return the report as JSON."""
    return (json.dumps(report_data(graded), ensure_ascii=False, indent=1) + "\n").encode()
