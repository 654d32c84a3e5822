"""The small Moodle of the tests does with each sample what the real one did."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.delivery.moodle.importer import DOWNLOADED, DatabaseException, Moodle, Person, RefusedUpload

UPLOADS = Path(__file__).parent / "samples" / "import-cases"


def moodle(language: str = "en", **people: Person) -> Moodle:
    """The assignment of the samples: 1 and 2 were graded before the download."""
    everyone = {number: Person() for number in range(1, 15)}
    everyone[1] = Person(87.5, '<p>Good, "really"; see<br>line 2</p>', DOWNLOADED)
    everyone[2] = Person(100 / 3, "", DOWNLOADED)
    everyone |= {int(name.removeprefix("p")): person for name, person in people.items()}
    return Moodle(everyone, language=language)


def upload(site: Moodle, name: str, update_anyway: bool = False) -> Moodle:
    site.upload_worksheet((UPLOADS / f"{name}.csv").read_bytes(), update_anyway)
    return site


def grades(site: Moodle, *numbers: int) -> list[float | None]:
    return [site.people[number].grade for number in numbers]


@pytest.mark.parametrize("name", ["K_nolastmod", "F_semi", "N_de"])
def test_a_missing_date_another_separator_another_language_are_refused(name: str) -> None:
    with pytest.raises(RefusedUpload):
        upload(moodle(), name)


def test_the_unchanged_file_rounds_grades_and_replaces_html_by_its_text() -> None:
    site = upload(moodle(), "A_unchanged")
    assert grades(site, 1, 2) == [87.5, 33.33]
    assert "<p>" not in site.people[1].feedback


@pytest.mark.parametrize("name", ["B_mod", "C_min", "D_nobom_lf", "H_hdr"])
def test_any_columns_and_line_ends_are_taken(name: str) -> None:
    assert grades(upload(moodle(), name), 6, 8) == [90.5, 12.0]


def test_a_decimal_comma_is_cut_off_in_english_and_read_in_german() -> None:
    assert grades(upload(moodle(), "E_dec"), 6, 8, 12, 7) == [90.0, 90.5, 1.0, 7.0]
    site = upload(moodle("de"), "N_de")
    assert grades(site, 6, 8, 12) == [90.5, 90.5, 1.0]
    assert grades(site, 1) == [87.5], "a German date is never read, so a graded row is always too old"
    assert grades(upload(moodle("de"), "N_de", update_anyway=True), 1) == [95.25]


def test_words_are_zero_and_what_is_out_of_range_is_left_out() -> None:
    site = upload(moodle(), "G_bad")
    assert grades(site, 6, 8, 12, 7, 14, 13, 3) == [None, None, 0.0, 85.0, 0.0, 10.0, 0.0]


def test_a_backslash_before_a_quote() -> None:
    assert upload(moodle(), "I_a").people[8].feedback == 'regex \\" and"'
    site = upload(moodle(), "I_c")
    assert grades(site, 6, 8, 12) == [None, None, None], "no grade at all, and no error"


def test_feedback_that_ends_in_a_backslash_swallows_the_next_row() -> None:
    site = moodle()
    site.upload_worksheet(
        b'Identifier,Grade,"Last modified (grade)","Feedback comments"\n'
        b'"Participant 6",50,-,"a path C:\\"\n"Participant 8",51,-,fine\n"Participant 12",52,-,"two words"\n'
    )
    assert None in grades(site, 6, 8, 12)


def test_feedback_with_entities_is_right() -> None:
    site = upload(moodle(), "I_e")
    assert grades(site, 6, 8, 12) == [50.0, 51.0, 52.0]
    assert "say &quot;hi&quot; C:&#92;" in site.people[8].feedback


def test_an_empty_grade_keeps_the_feedback_and_zero_is_a_grade() -> None:
    site = upload(moodle(), "T_empty_grade")
    assert (site.people[6].grade, site.people[6].feedback) == (None, "only feedback")
    assert grades(site, 8) == [0.0]


def test_what_was_graded_after_the_download_is_left_out_unless_ticked() -> None:
    assert grades(upload(moodle(), "U_stale"), 1, 6) == [87.5, 7.0]
    assert grades(upload(moodle(), "U_stale", update_anyway=True), 1) == [99.0]
    assert grades(upload(moodle(), "J_regrade"), 1) == [95.0]


def test_an_identifier_without_its_word_ends_the_import() -> None:
    site = moodle()
    with pytest.raises(DatabaseException):
        upload(site, "L_badid")
    assert "<p>" not in site.people[1].feedback, "the rows before it were taken: the import is half done"


def test_an_unknown_person_is_left_out_and_a_second_row_too() -> None:
    assert grades(upload(moodle(), "R_unknown_id"), 6) == [7.0]
    assert grades(upload(moodle(), "Q_dup"), 6) == [10.0]


def test_feedback_in_the_first_column_is_left_out() -> None:
    site = upload(moodle(), "O_feedbackfirst")
    assert (site.people[6].grade, site.people[6].feedback) == (5.0, "")


def test_a_script_is_stored() -> None:
    assert "<script>" in upload(moodle(), "S_script").people[6].feedback


def test_feedback_files_hidden_ones_unknown_people_and_unchanged_files_are_left_out() -> None:
    site = moodle()
    with_submission = b'{"cells":[],"metadata":{"u":0},"nbformat":4,"nbformat_minor":5}'
    site.submitted[1] = {"exercise_1.ipynb": with_submission}
    site.upload_feedback(UPLOADS / "fb.zip")
    assert "feedback.html" in site.feedback_files[1]
    assert 7 not in site.feedback_files
    assert 99999 not in site.feedback_files
    assert list(site.feedback_files[14]) == ["sub/dir/Rückmeldung_1.html"]
