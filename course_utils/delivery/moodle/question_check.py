"""Moodle XML, read as Moodle reads it: what it would refuse, and what it would take without a word and get wrong."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree

# The grades that an answer may give, in percent, as Moodle's list writes them.
LIST = "100 90 83.33333 80 75 70 66.66667 60 50 40 33.33333 30 25 20 16.66667 14.28571 12.5 11.11111 10 5"
GRADES = {"0"} | {f"{sign}{grade}" for grade in LIST.split() for sign in ("", "-")}
ROUNDING = 0.01  # three times 33.33333 is 100 for Moodle

WITH_ANSWERS = {"multichoice", "truefalse", "numerical", "shortanswer"}
CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)


def problems(xml: bytes) -> tuple[str, ...]:
    """Return a sentence for each flaw of a file of questions; none if it can be imported.

    Examples
    --------
    >>> problems(b"<quiz><question></quiz>")
    ('not well-formed XML (mismatched tag: line 1, column 18); < and & have to be in CDATA or escaped',)
    """
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        return (f"not well-formed XML ({error}); < and & have to be in CDATA or escaped",)
    if root.tag != "quiz":
        return (f"expected the element <quiz>, got <{root.tag}>",)
    found: list[str] = []
    questions = [question for question in root.findall("question") if question.get("type") != "category"]
    if not questions:
        found.append("it holds no question")
    for number, question in enumerate(questions, start=1):
        name = (question.findtext("name/text") or "").strip()
        where = f"question {number} ({name})" if name else f"question {number}"
        if not name:
            found.append(f"{where}: it has no name")
        found += [f"{where}: {flaw}" for flaw in (*_answers(question), *_texts(question))]
    numbers = Counter(text for question in questions if (text := question.findtext("idnumber")))
    found += [f"idnumber {number!r} is used {count} times" for number, count in numbers.items() if count > 1]
    return tuple(found)


def _answers(question: ElementTree.Element) -> list[str]:
    """Check the grades of the answers, most of which Moodle imports without a word."""
    kind = question.get("type") or ""
    if kind not in WITH_ANSWERS:
        return []
    answers = question.findall("answer")
    written = [answer.get("fraction") or "" for answer in answers]
    unknown = [grade for grade in written if grade not in GRADES]
    if unknown:
        return [f"fraction {unknown[0]!r} is not in Moodle's list, which refuses the whole file"]
    grades = [float(grade) for grade in written]
    found = []
    if kind == "multichoice" and len(answers) < 2:
        found.append(f"{len(answers)} options: expected two or more")
    texts = [(answer.findtext("text") or "").strip() for answer in answers]
    if "" in texts:
        found.append("an option is empty, and Moodle leaves it out")
    if len(set(texts)) < len(texts):
        found.append("two options have the same text")
    if kind == "multichoice" and question.findtext("single") == "false":
        total = sum(grade for grade in grades if grade > 0)
        if abs(total - 100) > ROUNDING:
            found.append(f"the right options add up to {total:g} %, not 100")
    elif max(grades, default=0) != 100:
        found.append("no answer gives 100 %")
    return found


def _texts(question: ElementTree.Element) -> list[str]:
    """Check every text of a question: something to read, and mathematics that MathJax will find."""
    found = []
    if not (question.findtext("questiontext/text") or "").strip():
        found.append("it has no text")
    for element in question.iter():
        text = element.findtext("text")
        if not text:
            continue
        shown = CODE.sub("", text) if element.get("format") == "html" else text
        if re.search(r"\\[(\[]", shown) and element.get("format") not in (None, "html"):
            found.append(f'mathematics in a text with format="{element.get("format")}", which takes the backslash away')
        pairs = ((r"\(", r"\)"), (r"\[", r"\]"))
        found += [f"{a} and {b} do not pair" for a, b in pairs if shown.count(a) != shown.count(b)]
        if shown.count("$$") % 2:
            found.append("$$ and $$ do not pair")
    return found
