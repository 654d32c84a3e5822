r"""The quizzes of the course as Moodle XML, from the records that the notebooks use.

Not GIFT: there an unescaped `\frac{1}{2}` turns a question with options into one with a text box, without an error.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path
from pkgutil import iter_modules

from course_utils.delivery.moodle.question_check import problems
from course_utils.delivery.source import sources
from course_utils.delivery.workspace import write_whole
from course_utils.exercises import quizzes
from course_utils.exercises.quizzes import Option, Question, Quiz, load_quiz

COURSE = "XAI course"
NAME_LENGTH = 80

# Moodle accepts these shares of a grade, written like this, and refuses the whole file for any other.
SHARES = ("100", "50", "33.33333", "25", "20", "16.66667", "14.28571", "12.5", "11.11111", "10")


def quiz_xml(quiz: Quiz, title: str = "") -> bytes:
    """Return a quiz as Moodle XML: a category of its own, and a question with options for each question.

    Where several options are right, each is worth its share, and each wrong one takes a share of the wrong ones, so
    that ticking everything is worth nothing. The reasons are what Moodle shows after answering.

    Parameters
    ----------
    quiz : Quiz
        The record that the notebook shows too.
    title : str
        The category's name, in which "/" is allowed; by default the number of the notebook.

    Raises
    ------
    ValueError
        If Moodle would refuse the file or misunderstand a question; the message says which and why.
    """
    name = (title or f"Notebook {quiz.notebook}").replace("/", "//")  # a single one would begin a sub-category
    category = html.escape(f"$course$/top/{COURSE}/{name}", quote=False)
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<quiz>",
        f'  <question type="category"><category><text>{category}</text></category></question>',
        *(_question(quiz.notebook, number, question) for number, question in enumerate(quiz.questions, start=1)),
        "</quiz>\n",
    ]
    xml = "\n".join(parts).encode("utf-8")
    if found := problems(xml):
        raise ValueError(f"quiz {quiz.notebook}: {'; '.join(found)}")
    return xml


def export(root: Path, out: Path, only: Sequence[str] = ()) -> list[Path]:
    """Write `quiz-04.xml` and so on for every notebook that has a quiz; all are checked before the first is written.

    Parameters
    ----------
    root : Path
        The folder of the course, whose notebooks name the categories.
    out : Path
        The folder to write into, made if it is not there.
    only : sequence of str
        Numbers of notebooks, as "04"; none means all.

    Raises
    ------
    ValueError
        If a number has no quiz, or a quiz cannot be written.
    """
    numbers = sorted(set(only)) or sorted(found.name.removeprefix("q") for found in iter_modules(quizzes.__path__))
    titles = _titles(root)
    files = {f"quiz-{number}.xml": quiz_xml(load_quiz(number), titles.get(number, "")) for number in numbers}
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_whole(out / name, content)
    return [out / name for name in files]


def _titles(root: Path) -> dict[str, str]:
    """Return the heading of each notebook, as "04 · Integrated gradients by hand"."""
    headings = (re.search(r"^# (\d\d) · .+$", path.read_text("utf-8"), re.MULTILINE) for path in sources(root))
    return {heading[1]: heading[0].removeprefix("# ") for heading in headings if heading}


def _question(notebook: str, number: int, question: Question) -> str:
    name = f"{notebook}.{number} {' '.join(question.text.split())}"
    name = name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1].rstrip()}…"
    reasons = "".join(f"<li>{_html(option.text)} – {_html(option.reason)}</li>" for option in question.options)
    return f"""  <question type="multichoice">
    <name><text>{html.escape(name, quote=False)}</text></name>
    <questiontext format="html">{_cdata(f"<p>{_html(question.text)}</p>")}</questiontext>
    <generalfeedback format="html">{_cdata(f"<ul>{reasons}</ul>")}</generalfeedback>
    <defaultgrade>1</defaultgrade>
    <penalty>0.3333333</penalty>
    <hidden>0</hidden>
    <idnumber>xai-{notebook}-{number:02d}</idnumber>
    <single>{"false" if question.several else "true"}</single>
    <shuffleanswers>true</shuffleanswers>
    <answernumbering>abc</answernumbering>
    <showstandardinstruction>1</showstandardinstruction>
    <correctfeedback format="html">{_cdata("<p>Right.</p>")}</correctfeedback>
    <partiallycorrectfeedback format="html">{_cdata("<p>Right in part.</p>")}</partiallycorrectfeedback>
    <incorrectfeedback format="html">{_cdata("<p>Not yet.</p>")}</incorrectfeedback>
{_answers(question)}
    <tags><tag><text>notebook {notebook}</text></tag></tags>
  </question>"""


def _answers(question: Question) -> str:
    right = len(question.right)
    return "\n".join(
        f'    <answer fraction="{_share(option, right, len(question.options) - right)}" format="html">'
        f'{_cdata(_html(option.text))}<feedback format="html">{_cdata(_html(option.reason))}</feedback></answer>'
        for option in question.options
    )


def _share(option: Option, right: int, wrong: int) -> str:
    """Return the share of the grade that ticking this option gives or takes; one wrong choice of one takes nothing."""
    if not option.right and right == 1:
        return "0"
    among = right if option.right else wrong
    if among > len(SHARES):
        raise ValueError(f"option {option.text!r}: Moodle has no share of a grade for one of {among}")
    return SHARES[among - 1] if option.right else f"-{SHARES[among - 1]}"


def _html(text: str) -> str:
    """Return plain text as HTML. Between backticks it is code, and its line breaks stay."""
    parts = html.escape(text, quote=False).split("`")
    if len(parts) % 2 == 0:
        return _lines("`".join(parts))
    return "".join(_lines(part) if index % 2 == 0 else _code(part) for index, part in enumerate(parts))


def _lines(text: str) -> str:
    return text.replace("\n", "<br>")


def _code(text: str) -> str:
    return f"<pre><code>{text.strip(chr(10))}</code></pre>" if "\n" in text else f"<code>{text}</code>"


def _cdata(text: str) -> str:
    """Return a text as Moodle wants it: `x[0] < 1` in code would end the file's XML without CDATA."""
    return f"<text><![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]></text>"
