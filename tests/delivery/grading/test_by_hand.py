"""The table of what a person grades, as spreadsheets give it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from course_utils.delivery.grading.by_hand import read_points

HEADER = "id,name,exercise,points by hand,at most,rubric,answer\n"


def saved(folder: Path, content: str, encoding: str = "utf-8") -> Path:
    path = folder / "by-hand.csv"
    path.write_text(content, encoding)
    return path


def test_a_row_of_ones_own_gives_points_to_any_exercise(tmp_path: Path) -> None:
    assert read_points(saved(tmp_path, f"{HEADER}26,Fay,04.5,2,3\n")) == {("26", "04.5"): 2.0}


def test_a_spreadsheets_semicolons_and_decimal_commas_are_read(tmp_path: Path) -> None:
    content = f"{HEADER}21,Ada,04.7,X,1,,\n".replace(",", ";").replace("X", "0,5")
    assert read_points(saved(tmp_path, content)) == {("21", "04.7"): 0.5}


def test_an_empty_cell_still_waits(tmp_path: Path) -> None:
    assert read_points(saved(tmp_path, f"{HEADER}21,Ada,04.7,,1,,\n")) == {}


@pytest.mark.parametrize("points", ["2", "-1", "nan", "half"])
def test_points_that_cannot_be_are_refused_with_their_row(points: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"Ada, 04\.7: points by hand is .*from 0 to 1"):
        read_points(saved(tmp_path, f"{HEADER}21,Ada,04.7,{points},1,,\n"))


def test_what_is_no_such_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="CSV UTF-8"):
        read_points(saved(tmp_path, f"{HEADER}21,Zoë,04.7,1,1,,\n", "latin-1"))
    with pytest.raises(ValueError, match="columns points by hand, at most are missing"):
        read_points(saved(tmp_path, "id,name,exercise\n21,Ada,04.7\n"))
