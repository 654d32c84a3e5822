"""Questions that Moodle takes, and takes as they are meant."""

from __future__ import annotations

import html
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from course_utils.delivery.commands import app
from course_utils.delivery.moodle.question_bank import export, quiz_xml
from course_utils.delivery.moodle.question_check import problems
from course_utils.delivery.workspace import ROOT
from course_utils.exercises.quizzes import Option, Question, Quiz, load_quiz

QUESTIONS = Path(__file__).parent / "samples" / "questions"
NUMBERS = sorted(path.stem[1:] for path in (ROOT / "course_utils" / "exercises" / "quizzes").glob("q[0-9][0-9].py"))


def quiz(*options: tuple[str, bool], text: str = "Which?") -> Quiz:
    return Quiz("04", (Question(text, tuple(Option(name, right, f"because {name}") for name, right in options)),))


def fractions(xml: bytes) -> list[str]:
    return [answer.attrib["fraction"] for answer in ElementTree.fromstring(xml).iter("answer")]


def read_back(text: str) -> str:
    """What a student reads: the tags of a text set aside, its entities resolved."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))


@pytest.mark.parametrize("number", NUMBERS)
def test_every_quiz_comes_back_as_its_record(number: str) -> None:
    record, root = load_quiz(number), ElementTree.fromstring(quiz_xml(load_quiz(number)))
    questions = [question for question in root if question.get("type") == "multichoice"]
    assert len(questions) == len(record.questions)
    for element, question in zip(questions, record.questions, strict=True):
        assert read_back(element.findtext("questiontext/text", "")) == question.text
        answers = element.findall("answer")
        assert [read_back(answer.findtext("text", "")) for answer in answers] == [o.text for o in question.options]
        assert [read_back(answer.findtext("feedback/text", "")) for answer in answers] == [
            option.reason for option in question.options
        ]
        right = [index for index, answer in enumerate(answers) if float(answer.attrib["fraction"]) > 0]
        assert tuple(right) == question.right
        assert (element.findtext("single") == "false") == question.several


def test_one_right_option_has_the_whole_grade() -> None:
    assert fractions(quiz_xml(quiz(("a", True), ("b", False), ("c", False)))) == ["100", "0", "0"]


@pytest.mark.parametrize("right", range(2, 11))
@pytest.mark.parametrize("wrong", [1, 3, 7, 10])
def test_several_right_options_share_the_grade_and_ticking_all_is_worth_nothing(right: int, wrong: int) -> None:
    options = [(f"r{n}", True) for n in range(right)] + [(f"w{n}", False) for n in range(wrong)]
    shares = [float(share) for share in fractions(quiz_xml(quiz(*options)))]
    assert sum(share for share in shares if share > 0) == pytest.approx(100, abs=1e-3)
    assert sum(shares) == pytest.approx(0, abs=1e-3)


def test_more_options_than_moodle_has_shares_for() -> None:
    with pytest.raises(ValueError, match="one of 11"):
        quiz_xml(quiz(*((f"r{n}", True) for n in range(11)), ("w", False)))


@pytest.mark.parametrize(
    "text", ["a < b & c > d", "]]> ends it", "<script>alert(1)</script>", "\"quoted\" & 'single'", "α ≤ ∂F/∂x′ · 10⁻³"]
)
def test_text_is_shown_as_it_is_written(text: str) -> None:
    root = ElementTree.fromstring(quiz_xml(quiz((text, True), ("b", False), text=text)))
    assert read_back(root.findtext("question[2]/questiontext/text", "")) == text
    assert read_back(root.findtext("question[2]/answer/text", "")) == text
    assert "<script" not in root.findtext("question[2]/answer/text", "")


def test_code_keeps_its_signs_and_lines() -> None:
    text = 'What prints `x[0] < 1`? `x = {"a": 1}\nassert x["a"] & 1`'
    root = ElementTree.fromstring(quiz_xml(quiz(("a", True), ("b", False), text=text)))
    shown = root.findtext("question[2]/questiontext/text", "")
    assert "<code>x[0] &lt; 1</code>" in shown
    assert '<pre><code>x = {"a": 1}\nassert x["a"] &amp; 1</code></pre>' in shown


def test_every_text_lies_in_cdata_as_html() -> None:
    xml = quiz_xml(load_quiz("04"))
    assert xml.count(b"<![CDATA[") == xml.count(b'format="html"') > 2 * xml.count(b"<answer ")
    assert b"markdown" not in xml


def test_the_category_and_a_slash_in_it() -> None:
    root = ElementTree.fromstring(quiz_xml(quiz(("a", True), ("b", False)), "04 · IG / paths"))
    assert root.findtext("question/category/text") == "$course$/top/XAI course/04 · IG // paths"


def test_a_control_character_is_refused_before_moodle_refuses_the_file() -> None:
    with pytest.raises(ValueError, match="quiz 04: not well-formed"):
        quiz_xml(quiz(("a\x00", True), ("b", False)))


def test_the_samples_are_judged_as_moodle_judged_them() -> None:
    assert problems((QUESTIONS / "quiz.xml").read_bytes()) == ()
    (flaw,) = problems((QUESTIONS / "quiz_badfrac.xml").read_bytes())
    assert "'33.3'" in flaw
    (flaw,) = problems((QUESTIONS / "cdata.xml").read_bytes())
    assert "not well-formed" in flaw


SAMPLE = (QUESTIONS / "quiz.xml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "flaw"),
    [
        (
            'fraction="33.33333" format="html"><text>sens',
            'fraction="50" format="html"><text>sens',
            "116.667 %, not 100",
        ),
        (
            'fraction="100" format="html"><text><![CDATA[\\(w_i x_i',
            'fraction="50" format="html"><text><![CDATA[\\(w_i x_i',
            "no answer",
        ),
        ('fraction="100"', "", "fraction ''"),
        ('format="html"><text><![CDATA[<p>For', 'format="markdown"><text><![CDATA[<p>For', "takes the backslash away"),
        ("\\(w_i\\)", "\\(w_i", "do not pair"),
        ("$$\\int_0^1$$", "$$\\int_0^1", "$$ and $$"),
        ("<name><text>TF</text></name>", "<name><text></text></name>", "no name"),
        ("<text>needs no baseline</text>", "<text>completeness</text>", "same text"),
        ("<text>needs no baseline</text>", "<text> </text>", "an option is empty"),
        (
            '<questiontext format="html"><text>captum class?</text>',
            '<questiontext format="html"><text></text>',
            "no text",
        ),
        ("<name><text>TF", "<idnumber>xai-01-001</idnumber><name><text>TF", "used 2 times"),
    ],
)
def test_what_moodle_would_take_without_a_word(old: str, new: str, flaw: str) -> None:
    assert old in SAMPLE
    found = problems(SAMPLE.replace(old, new).encode("utf-8"))
    assert any(flaw in sentence for sentence in found), found


def test_a_dollar_in_code_is_no_mathematics() -> None:
    with_code = SAMPLE.replace("<p>For", "<pre>echo $$ \\(</pre><p>For").encode("utf-8")
    assert problems(with_code) == ()


@pytest.mark.parametrize(("xml", "flaw"), [(b"<quiz></quiz>", "no question"), (b"<questions/>", "<quiz>")])
def test_other_xml(xml: bytes, flaw: str) -> None:
    assert flaw in problems(xml)[0]


def test_the_export_writes_all_or_those_that_are_named(tmp_path: Path) -> None:
    assert [path.name for path in export(ROOT, tmp_path / "all")] == [f"quiz-{number}.xml" for number in NUMBERS]
    assert [path.name for path in export(ROOT, tmp_path / "one", ["04"])] == ["quiz-04.xml"]
    content = (tmp_path / "one" / "quiz-04.xml").read_bytes()
    assert content == (tmp_path / "all" / "quiz-04.xml").read_bytes()
    assert "XAI course/04 · Integrated gradients by hand<" in content.decode("utf-8")
    assert all(problems(path.read_bytes()) == () for path in (tmp_path / "all").iterdir())


def test_the_numbers_of_questions_differ_in_the_whole_course(tmp_path: Path) -> None:
    numbers = [
        element.text
        for path in export(ROOT, tmp_path)
        for element in ElementTree.parse(path).getroot().iter("idnumber")
    ]
    assert len(numbers) == len(set(numbers))


def test_a_wrong_number_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no quiz for notebook '99'"):
        export(ROOT, tmp_path / "out", ["04", "99"])
    assert not (tmp_path / "out").exists()


def test_the_command(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["quiz", "export", "--out", str(tmp_path), "--only", "03, 04"])
    assert result.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["quiz-03.xml", "quiz-04.xml"]
    result = CliRunner().invoke(app, ["quiz", "export", "--out", str(tmp_path), "--only", "99"])
    assert result.exit_code == 1
    assert "[FAIL]" in result.output
