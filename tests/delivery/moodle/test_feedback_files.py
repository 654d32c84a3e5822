"""Feedback pages come back to the people whose folders they stand in."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from course_utils.delivery.moodle.archive import read_submissions
from course_utils.delivery.moodle.feedback_files import write_feedback_zip
from tests.delivery.moodle.importer import Moodle, Person

SAMPLES = Path(__file__).parent / "samples"


@pytest.mark.parametrize("kind", ["plain-folders", "plain-flat", "blind-folders", "team-folders"])
def test_each_page_reaches_its_person_or_group(kind: str, tmp_path: Path) -> None:
    submissions = read_submissions(SAMPLES / f"subs-{kind}.zip")
    left_out = write_feedback_zip(tmp_path / "feedback.zip", {s.folder: f"for {s.id}".encode() for s in submissions})
    site = Moodle({int(s.id): Person() for s in submissions if s.id})
    site.upload_feedback(tmp_path / "feedback.zip")
    assert site.feedback_files == {int(s.id): {"feedback.html": f"for {s.id}".encode()} for s in submissions if s.id}
    assert left_out == tuple(s.folder for s in submissions if not s.id)


def test_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    pages = {f"Ada_{number}_assignsubmission_file": b"<p>page</p>" * number for number in range(1, 5)}
    write_feedback_zip(tmp_path / "a.zip", pages)
    write_feedback_zip(tmp_path / "b.zip", dict(reversed(pages.items())))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert zipfile.ZipFile(tmp_path / "a.zip").testzip() is None


@pytest.mark.parametrize("folder", ["Ada", "../Ada_1_assignsubmission_file", "Ada_1_assignsubmission_file/x", ""])
def test_a_folder_that_moodle_would_not_know_is_refused(folder: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="folders as in Moodle's download"):
        write_feedback_zip(tmp_path / "feedback.zip", {folder: b""})
    assert list(tmp_path.iterdir()) == []


def test_two_folders_of_one_number_are_refused(tmp_path: Path) -> None:
    pages = {"Ada_1_assignsubmission_file": b"", "Bo_1_assignsubmission_file": b""}
    with pytest.raises(ValueError, match="the same number"):
        write_feedback_zip(tmp_path / "feedback.zip", pages)
