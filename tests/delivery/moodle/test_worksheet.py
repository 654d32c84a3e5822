"""What the course writes is taken by Moodle as it is meant, whatever stands in it."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_utils.delivery.moodle.archive import Submission
from course_utils.delivery.moodle.csv_file import as_csv
from course_utils.delivery.moodle.feedback_text import as_html
from course_utils.delivery.moodle.worksheet import Grade, Worksheet, WorksheetError, upload_steps
from tests.delivery.moodle.importer import DOWNLOADED, Moodle, Person, shown

SAMPLES = Path(__file__).parent / "samples"
PLAIN = SAMPLES / "grades-plain.csv"


def written(worksheet: Worksheet, grades: dict[str, Grade], folder: Path) -> bytes:
    worksheet.write(folder / "grades-upload.csv", grades)
    return (folder / "grades-upload.csv").read_bytes()


def moodle(worksheet: Worksheet, **settings: object) -> Moodle:
    return Moodle({int(row.id): Person() for row in worksheet.rows}, **settings)  # type: ignore[arg-type]


def submission(number: str, name: str) -> Submission:
    return Submission(number, name, f"{name}_{number}_assignsubmission_file", (), ())


def changed(text: str, folder: Path) -> Path:
    path = folder / "Grades.csv"
    path.write_bytes(text.encode("utf-8"))
    return path


def test_only_graded_rows_in_the_bytes_that_moodle_would_write(tmp_path: Path) -> None:
    worksheet = Worksheet.read(PLAIN)
    content = written(worksheet, {"6": Grade(Fraction(1, 3), "<p>x &lt; y</p>"), "1": Grade(1.0, "ok")}, tmp_path)
    assert content.decode("utf-8") == (
        '\ufeffIdentifier,Grade,"Last modified (grade)","Feedback comments"\n'
        '"Participant 1",100.00,"Sunday, 22 November 2026, 7:51 AM",ok\n'
        '"Participant 6",33.33,-,"<p>x &lt; y</p>"\n'
    )


@pytest.mark.parametrize("name", ["grades-plain", "grades-blind", "grades-team", "import-cases/N_de"])
def test_each_written_row_is_taken(name: str, tmp_path: Path) -> None:
    worksheet = Worksheet.read(SAMPLES / f"{name}.csv")
    language = "de" if "N_de" in name else "en"
    site = moodle(worksheet, language=language)
    grades = {row.id: Grade(Fraction(index, 16), f"<p>{index}</p>") for index, row in enumerate(worksheet.rows)}
    site.upload_worksheet(written(worksheet, grades, tmp_path))
    for index, row in enumerate(worksheet.rows):
        # Moodle's grades have two digits here, and 6.25 of 100 needs them.
        assert site.people[int(row.id)].grade == pytest.approx(100 * index / 16, abs=0.005)


def test_the_files_own_decimal_mark(tmp_path: Path) -> None:
    german = Worksheet.read(SAMPLES / "import-cases" / "N_de.csv")
    content = written(german, {"1": Grade(0.9525)}, tmp_path).decode("utf-8-sig")
    assert content.splitlines()[1] == 'Teilnehmer/in1,"95,25","Sonntag, 22. November 2026, 07:51",'


TRAPS = [
    "ends with C:\\",
    'a regex \\" and',
    'a\\"b,c\\"d',
    '"',
    "\\",
    "=1+1",
    "line 1\nline 2\r\nline 3",
    "\\frac{1}{2} \\( x \\) $$ y $$",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "nul \x00 and escape \x1b[31m",
    "\ud800 half a letter",
    "小明, علي",
    '","Participant 8",100,-,"',
    '"\n"Participant 8",100,-,x',
]


@pytest.mark.parametrize("text", TRAPS)
def test_what_a_student_wrote_harms_neither_its_row_nor_the_next(text: str, tmp_path: Path) -> None:
    worksheet = Worksheet.read(PLAIN)
    grades = {number: Grade(0.5, f"<p>{as_html(text)}</p>") for number in ("6", "8", "12")}
    content = written(worksheet, grades, tmp_path)
    assert content.count(b"\n") == 4
    assert b"\\" not in content
    site = moodle(worksheet)
    site.upload_worksheet(content)
    assert [site.people[number].grade for number in (6, 8, 12, 1)] == [50.0, 50.0, 50.0, None]
    feedback = site.people[8].feedback
    assert "<script" not in feedback
    assert "<img" not in feedback
    if text.isprintable():
        assert shown(feedback) == text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet='\\",\n\r ab<&;=\x00', max_size=12), min_size=3, max_size=3))
def test_no_text_moves_a_grade(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    worksheet = Worksheet.read(PLAIN)
    grades = {
        n: Grade(Fraction(i, 4), as_html(t)) for i, (n, t) in enumerate(zip(("6", "8", "12"), texts, strict=True))
    }
    site = moodle(worksheet)
    site.upload_worksheet(written(worksheet, grades, tmp_path_factory.mktemp("upload")))
    assert [site.people[number].grade for number in (6, 8, 12)] == [0.0, 25.0, 50.0]


def test_our_own_html_becomes_one_line_and_keeps_its_quotes(tmp_path: Path) -> None:
    worksheet = Worksheet.read(PLAIN)
    page = '<table class="report">\n<tr><td>04.2</td>\r\n<td>3 of 5, "almost"</td></tr></table>'
    content = written(worksheet, {"6": Grade(1, page)}, tmp_path)
    assert len(content.splitlines()) == 2
    site = moodle(worksheet)
    site.upload_worksheet(content)
    assert site.people[6].feedback == " ".join(page.split())


@pytest.mark.parametrize(
    "page",
    ["<script>x</script>", "<img src=x>", '<a href="javascript:x">y</a>', "<p onclick='x'>", "a < b", "<!-- x", "<p"],
)
def test_feedback_with_anything_but_plain_tags_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="feedback_html"):
        Grade(1.0, page)


@pytest.mark.parametrize("score", [-0.01, 1.01, float("nan"), float("inf"), Fraction(3, 2)])
def test_a_score_beyond_0_and_1_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="score"):
        Grade(score)


@pytest.mark.parametrize(
    ("score", "points"),
    [
        (0, "0.00"),
        (1, "100.00"),
        (2 / 3, "66.67"),
        (Fraction(2, 3), "66.67"),
        (0.58725, "58.73"),
        (0.00065, "0.07"),
        (np.float64(0.285), "28.50"),
    ],
)
def test_two_digits_rounded_as_people_do(score: float, points: str, tmp_path: Path) -> None:
    lines = written(Worksheet.read(PLAIN), {"6": Grade(score)}, tmp_path).decode().splitlines()
    assert lines[1] == f'"Participant 6",{points},-,'


def test_a_grade_never_exceeds_its_maximum(tmp_path: Path) -> None:
    worksheet = Worksheet.read(changed(PLAIN.read_text("utf-8").replace("100.00", "7.50"), tmp_path))
    assert worksheet.rows[0].maximum == Decimal("7.50")
    assert b'"Participant 6",7.50,' in written(worksheet, {"6": Grade(1)}, tmp_path)


def test_a_maximum_without_digits_behind_the_mark(tmp_path: Path) -> None:
    text = PLAIN.read_text("utf-8").replace("100.00", "100").replace("87.50", "88").replace("33.33", "33")
    worksheet = Worksheet.read(changed(text, tmp_path))
    assert worksheet.rows[0].maximum == Decimal(100)
    assert b'"Participant 6",50.00,' in written(worksheet, {"6": Grade(0.5)}, tmp_path)


def test_an_id_without_a_row_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no row for 99"):
        Worksheet.read(PLAIN).write(tmp_path / "up.csv", {"6": Grade(1), "99": Grade(1)})
    assert list(tmp_path.iterdir()) == []


def test_without_a_maximum_no_points_can_be_given(tmp_path: Path) -> None:
    worksheet = Worksheet.read(SAMPLES / "import-cases" / "C_min.csv")
    assert worksheet.rows[0].maximum is None
    with pytest.raises(WorksheetError, match="Maximum grade"):
        worksheet.write(tmp_path / "up.csv", {"6": Grade(1)})
    assert list(tmp_path.iterdir()) == []


def test_no_column_for_feedback(tmp_path: Path) -> None:
    rows = [row[:-1] for row in csv.reader(io.StringIO(PLAIN.read_text("utf-8-sig")))]
    (tmp_path / "Grades.csv").write_bytes(as_csv(rows))
    content = written(Worksheet.read(tmp_path / "Grades.csv"), {"6": Grade(1, "lost")}, tmp_path)
    assert content.decode("utf-8-sig").splitlines()[1] == '"Participant 6",100.00,-'


def test_grades_that_are_words_are_refused(tmp_path: Path) -> None:
    text = PLAIN.read_text("utf-8").replace('"Maximum grade"', "Scale").replace("100.00", '"weak\ngood"')
    with pytest.raises(WorksheetError, match=r"scale.*'Point'"):
        Worksheet.read(changed(text.replace("87.50", "good").replace("33.33", "weak"), tmp_path))


@pytest.mark.parametrize("cell", ["0.00", "-", "", "much"])
def test_a_maximum_that_is_no_number_is_refused(cell: str, tmp_path: Path) -> None:
    with pytest.raises(WorksheetError, match="maximum grade of Participant 1"):
        Worksheet.read(changed(PLAIN.read_text("utf-8").replace("100.00", cell), tmp_path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\xff\xfeI\x00d\x00", "not UTF-8"),
        (b"PK\x03\x04", "begins with"),
        (b"Identifier,Grade,Maximum grade\n", "no rows"),
        (b"Identifier,Grade,Grade\nParticipant 1,2,3\n", "two columns"),
        (b"Identifier,Grade,Last modified (grade)\nParticipant 1,2\n", "row 2 has 2 cells"),
        (b'Identifier,Grade,Last modified (grade)\n"Participant 1" x,2,3\n', "not CSV"),
        (b"Name,Grade,Last modified (grade)\nAda,1,-\nBo,2,-\n", "'Name', 'Grade'"),
    ],
)
def test_other_files_are_refused_with_what_was_found(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(WorksheetError, match=message):
        Worksheet.read(tmp_path / "x.csv")


FRENCH = """\ufeffIdentifiant,"Nom complet",Groupe,Statut,Note,"Note maximale","La note peut être modifiée",\
"Dernière modification (travail remis)","Texte en ligne","Dernière modification (note)","Feedback par commentaires"
"Participant 43","Zoë M",{0},"Remis pour évaluation -  - ","12,50","20,00",Oui,"lundi 21 septembre 2026, 15:13",,-,
"Participant 1","Ada L",{1},"Remis pour évaluation -  - ",,"20,00",Oui,"lundi 21 septembre 2026, 15:13",,\
"lundi 21 septembre 2026, 15:13",
"Participant 3","Bo C",{1},"Remis pour évaluation -  - ",,"20,00",Oui,"lundi 21 septembre 2026, 15:13",,-,
"""


def test_a_language_whose_words_are_not_known(tmp_path: Path) -> None:
    worksheet = Worksheet.read(changed(FRENCH.format("A", "B"), tmp_path))
    assert worksheet.rows[0].maximum == Decimal("20.00")
    assert worksheet.rows[1].last_modified_grade == "lundi 21 septembre 2026, 15:13"
    lines = written(worksheet, {"43": Grade(0.5, "bien")}, tmp_path).decode("utf-8-sig").splitlines()
    assert lines == [
        'Identifiant,Note,"Dernière modification (note)","Feedback par commentaires"',
        '"Participant 43","10,00",-,bien',
    ]


def test_a_groups_number_is_not_a_persons_in_any_language(tmp_path: Path) -> None:
    worksheet = Worksheet.read(changed(FRENCH.format("Groupe_A", "Groupe_B"), tmp_path))
    assert [row.id for row in worksheet.row_of(submission("1", "Groupe A"))] == ["43"]
    assert [row.id for row in worksheet.row_of(submission("1", "Ada L"))] == ["1"]
    assert worksheet.row_of(submission("1", "Nobody")) == ()


def test_two_groups_that_would_have_one_name_are_not_guessed_at(tmp_path: Path) -> None:
    text = (SAMPLES / "grades-team.csv").read_text("utf-8").replace('"Default group"', "Gruppe_X")
    worksheet = Worksheet.read(changed(text.replace("Gruppe_X", '"Gruppe X"', 1), tmp_path))
    assert worksheet.row_of(submission("2", "Gruppe X")) == ()


def test_who_is_not_in_the_worksheet_has_no_row() -> None:
    worksheet = Worksheet.read(PLAIN)
    assert worksheet.row_of(submission("99", "Sam Same")) == ()
    assert worksheet.row_of(Submission("", "", "", (), ())) == ()


def test_a_name_that_cleaning_left_empty_is_not_the_empty_group(tmp_path: Path) -> None:
    text = (SAMPLES / "grades-team.csv").read_text("utf-8").replace('"Default group"', "")
    worksheet = Worksheet.read(changed(text, tmp_path))
    assert worksheet.row_of(Submission("", "", "", (), ())) == ()
    assert worksheet.row_of(submission("3", " ")) == ()


def test_another_name_in_the_row_is_a_doubt() -> None:
    assert Worksheet.read(PLAIN).doubts([submission("8", "Ada"), submission("12", "Sam Same")]) == (
        "Ada (8) is 小明 王 in the worksheet",
    )


def test_two_people_of_one_name_alone_are_not_doubted(tmp_path: Path) -> None:
    """The archive names them as it names people whose names are hidden."""
    worksheet, pair = Worksheet.read(PLAIN), [submission("7", "Sam Same 7"), submission("12", "Sam Same 12")]
    assert worksheet.doubts(pair) == ()
    assert worksheet.doubts([submission("13", "Sam Same 13")]) != ()


def test_a_regrade_is_taken_when_it_comes_from_a_new_download(tmp_path: Path) -> None:
    worksheet = Worksheet.read(PLAIN)
    site = moodle(worksheet)
    site.people[1] = Person(87.5, "old", DOWNLOADED)
    site.upload_worksheet(written(worksheet, {"1": Grade(0.9, "new")}, tmp_path))
    assert (site.people[1].grade, site.people[1].feedback) == (90.0, "new")


def test_the_same_grades_give_the_same_bytes(tmp_path: Path) -> None:
    worksheet, grades = Worksheet.read(PLAIN), {"6": Grade(0.5, "a"), "8": Grade(0.25, "b")}
    first = written(worksheet, grades, tmp_path)
    assert written(worksheet, dict(reversed(grades.items())), tmp_path) == first


def test_the_steps_speak_the_screens_words() -> None:
    steps = " ".join(upload_steps())
    for words in ("Upload grading worksheet", "Allow updating records", "Upload multiple feedback files in a zip"):
        assert words in steps
