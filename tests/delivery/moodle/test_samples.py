"""Every file that a real Moodle wrote is read as it is meant."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from course_utils.delivery.moodle.archive import Submission, read_submissions
from course_utils.delivery.moodle.worksheet import Worksheet, WorksheetError

SAMPLES = Path(__file__).parent / "samples"
UPLOADS = SAMPLES / "import-cases"


def by_id(name: str) -> dict[str, Submission]:
    return {submission.id: submission for submission in read_submissions(SAMPLES / name)}


def names(submission: Submission) -> list[str]:
    return [file.name for file in submission.files]


@pytest.mark.parametrize("kind", ["folders", "flat"])
def test_people_with_and_without_folders(kind: str) -> None:
    found = by_id(f"subs-plain-{kind}.zip")
    assert sorted(map(int, found)) == [1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]
    assert found["1"].name == "Zoë Müller-Lüdenscheidt"
    assert found["1"].folder == "Zoë Müller-Lüdenscheidt_1_assignsubmission_file"
    assert found["2"].name == "Pat ONeil, Jr."
    assert found["6"].name == "Åse Under score Name"
    assert found["11"].name == "علي حسن"
    assert found["14"].name == "=1+1 Formula"
    assert names(found["8"]) == ["练习_1.ipynb"]
    assert (found["7"].name, found["12"].name) == ("Sam Same", "Sam Same")
    assert b'"u":4' in found["12"].files[0].content
    assert b'"u":5' in found["7"].files[0].content
    assert not any(submission.problems for submission in found.values())


def test_sub_folders_stay_in_the_shown_name() -> None:
    folders, flat = by_id("subs-plain-folders.zip"), by_id("subs-plain-flat.zip")
    assert names(folders["10"]) == ["exercise_1.ipynb", "figs/sub dir/plot_1.png", "Übung 1 (final).ipynb"]
    assert names(flat["10"]) == ["exercise_1.ipynb", "plot_1.png", "Übung 1 (final).ipynb"]


def test_a_text_alone_is_a_submission_too() -> None:
    text = by_id("subs-plain-folders.zip")["9"]
    assert names(text) == ["onlinetext.html"]
    assert text.folder == "Text Only_9_assignsubmission_onlinetext"


def test_an_empty_zip_stays_a_file() -> None:
    assert names(by_id("subs-plain-folders.zip")["4"]) == ["archive.zip"]


def test_hidden_names() -> None:
    found = by_id("subs-blind-folders.zip")
    assert len(found) == 13
    assert found["21"].name == "Participant 21"
    assert found["21"].folder == "Participant_21_assignsubmission_file"


def test_teams_and_people_in_no_group() -> None:
    found = by_id("subs-team-folders.zip")
    assert set(found) == {"", "1"}
    assert found["1"].name == "Gruppe A amp; B"
    assert names(found[""]) == ["练习_1.ipynb", "onlinetext.html"]
    assert found[""].folder == "Default group_assignsubmission_file"


def test_the_order_is_that_of_names() -> None:
    found = read_submissions(SAMPLES / "subs-plain-folders.zip")
    assert [(s.name, int(s.id)) for s in found] == sorted((s.name, int(s.id)) for s in found)


@pytest.mark.parametrize(
    ("archive", "sheet"), [("plain-folders", "plain"), ("plain-flat", "plain"), ("blind-folders", "blind")]
)
def test_each_person_has_a_row(archive: str, sheet: str) -> None:
    worksheet, submissions = (
        Worksheet.read(SAMPLES / f"grades-{sheet}.csv"),
        read_submissions(SAMPLES / f"subs-{archive}.zip"),
    )
    for submission in submissions:
        assert [row.id for row in worksheet.row_of(submission)] == [submission.id]
    assert worksheet.doubts(submissions) == ()


def test_a_team_has_the_rows_of_its_members() -> None:
    worksheet, teams = Worksheet.read(SAMPLES / "grades-team.csv"), by_id("subs-team-folders.zip")
    assert [row.id for row in worksheet.row_of(teams["1"])] == ["43", "52", "44"]
    assert {row.group for row in worksheet.row_of(teams["1"])} == {'Gruppe_A & "B"'}
    assert len(worksheet.row_of(teams[""])) == 11


def test_a_worksheet_as_moodle_writes_it() -> None:
    worksheet = Worksheet.read(SAMPLES / "grades-plain.csv")
    row = worksheet.rows[0]
    assert (row.id, row.identifier, row.name) == ("1", "Participant 1", "Zoë Müller-Lüdenscheidt")
    assert (row.group, row.maximum, worksheet.decimal_mark) == (None, Decimal("100.00"), ".")
    assert row.last_modified_grade == "Sunday, 22 November 2026, 7:51 AM"
    assert row.cells["Feedback comments"].startswith('Good, "really"')
    assert [row.name for row in worksheet.rows][6:8] == ["=1+1 Formula", "Mc/Slash Back\\slash"]


def test_a_worksheet_in_german() -> None:
    worksheet = Worksheet.read(UPLOADS / "N_de.csv")
    row = worksheet.rows[0]
    assert (row.id, row.identifier, worksheet.decimal_mark) == ("1", "Teilnehmer/in1", ",")
    assert row.maximum == Decimal("100.00")
    assert row.last_modified_grade == "Sonntag, 22. November 2026, 07:51"


REFUSED = {
    "F_semi": "separated by commas",
    "K_nolastmod": r"Last modified \(grade\)",
    "L_badid": "no column numbers the participants",
    "M_latin1": "not UTF-8",
    "Q_dup": "each number once",
}


@pytest.mark.parametrize("path", sorted(UPLOADS.glob("*.csv")), ids=lambda path: path.stem)
def test_each_uploaded_file_is_read_or_refused_with_the_reason(path: Path) -> None:
    if path.stem in REFUSED:
        with pytest.raises(WorksheetError, match=REFUSED[path.stem]):
            Worksheet.read(path)
    else:
        assert all(row.last_modified_grade for row in Worksheet.read(path).rows)
