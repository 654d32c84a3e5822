"""Zips that were built to do harm: each is refused with its reason, nothing is written, and the others are read."""

from __future__ import annotations

import io
import random
import stat
import struct
import tracemalloc
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from course_utils.delivery.moodle.archive import Limits, Submission, UnsafeArchive, read_submissions

SAMPLES = Path(__file__).parent / "samples"
EVE, ADA = "Eve_1_assignsubmission_file", "Ada_2_assignsubmission_file"
HONEST = b'{"cells": []}'

Entry = tuple[str | zipfile.ZipInfo, bytes]


def packed(*entries: Entry, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data, method)
    return content.getvalue()


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., dict[str, Submission]]:
    """Read a zip of the given bytes, see that nothing was written, and return the submissions by number."""

    def reading(content: bytes, limits: Limits | None = None) -> dict[str, Submission]:
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        (folder / "all.zip").write_bytes(content)
        try:
            return {submission.id: submission for submission in read_submissions(folder / "all.zip", limits)}
        finally:
            assert [path for path in tmp_path.rglob("*") if path.is_file()] == [folder / "all.zip"]

    return reading


def eve_alone_is_refused(found: dict[str, Submission], reason: str) -> None:
    assert found["2"].files[0].content == HONEST, "one bad member lost another's submission"
    assert found["2"].problems == ()
    assert found["1"].files == ()
    assert len(found["1"].problems) == 1
    assert reason in found["1"].problems[0]


NAMES = {
    "../../x.ipynb": "leads out",
    "a/../../../x.ipynb": "leads out",
    "..": "leads out",
    "/etc/cron.d/x.ipynb": "absolute",
    "C:/Windows/x.ipynb": "absolute",
    "C:x.ipynb": "absolute",
    "..\\..\\x.ipynb": "backslash",
    "\\\\server\\share\\x.ipynb": "backslash",
    "x\n.ipynb": "control",
    "x\x1b[2J.ipynb": "control",
}


@pytest.mark.parametrize(("name", "reason"), NAMES.items())
def test_names_that_would_leave_the_folder(name: str, reason: str, read: Callable) -> None:
    eve_alone_is_refused(read(packed((f"{EVE}/{name}", HONEST), (f"{ADA}/x.ipynb", HONEST))), reason)


@pytest.mark.parametrize(("name", "reason"), NAMES.items())
def test_such_names_in_a_zip_inside(name: str, reason: str, read: Callable) -> None:
    found = read(packed((f"{EVE}/04.zip", packed((name, HONEST), ("04.ipynb", HONEST))), (f"{ADA}/x.ipynb", HONEST)))
    assert [file.name for file in found["1"].files] == ["04.zip/04.ipynb"]
    assert len(found["1"].problems) == 1
    assert reason in found["1"].problems[0]


def test_a_name_that_hides_its_end_behind_a_zero_byte(read: Callable) -> None:
    content = packed((f"{EVE}/x.ipynb?/../y", HONEST), (f"{ADA}/x.ipynb", HONEST)).replace(b"ipynb?/", b"ipynb\x00/")
    eve_alone_is_refused(read(content), "leads out")


@pytest.mark.parametrize("name", ["../Eve_1_assignsubmission_file/x.ipynb", "/Eve_1_assignsubmission_file/x.ipynb"])
def test_a_way_out_in_front_of_moodles_folder(name: str, read: Callable) -> None:
    found = read(packed((name, HONEST), (f"{ADA}/x.ipynb", HONEST)))
    assert found["1"].files == ()
    assert len(found["1"].problems) == 1


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (stat.S_IFLNK | 0o777, "link"),
        (stat.S_IFIFO | 0o644, "not a regular file"),
        (stat.S_IFCHR | 0o644, "not a regular file"),
        (stat.S_IFSOCK | 0o644, "not a regular file"),
    ],
)
def test_links_and_devices(mode: int, reason: str, read: Callable) -> None:
    link = special(f"{EVE}/x.ipynb", mode)
    eve_alone_is_refused(read(packed((link, b"/etc/passwd"), (f"{ADA}/x.ipynb", HONEST))), reason)


def test_an_encrypted_member(read: Callable) -> None:
    content = bytearray(packed((f"{EVE}/x.ipynb", HONEST), (f"{ADA}/x.ipynb", HONEST)))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    eve_alone_is_refused(read(bytes(content)), "it is encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_that_unpack_without_a_bound(method: int, read: Callable) -> None:
    bomb = packed((f"{EVE}/x.ipynb", b" " * 50_000_000), method=method)
    tracemalloc.start()
    found = read(bomb)
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()
    assert "unusual" in found["1"].problems[0]


def test_a_bomb_is_left_after_its_ratio(read: Callable) -> None:
    bomb = packed((f"{EVE}/x.ipynb", b" " * 50_000_000), (f"{ADA}/x.ipynb", HONEST))
    assert len(bomb) < 60_000
    tracemalloc.start()
    found = read(bomb)
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()
    eve_alone_is_refused(found, "more than 200 times")


def test_a_file_beyond_its_limit(read: Callable) -> None:
    large = random.Random(0).randbytes(300_000)
    found = read(packed((f"{EVE}/x.ipynb", large), (f"{ADA}/x.ipynb", HONEST)), Limits(bytes_per_file=200_000))
    eve_alone_is_refused(found, "more than 200,000 bytes")


def test_sizes_are_counted_and_not_believed(read: Callable) -> None:
    """A header that promises 10 bytes for 300,000 does not get more than it says, and its checksum tells."""
    content = bytearray(packed((f"{EVE}/x.ipynb", random.Random(0).randbytes(300_000)), (f"{ADA}/x.ipynb", HONEST)))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(signature) + offset
        content[at : at + 4] = struct.pack("<I", 10)
    eve_alone_is_refused(read(bytes(content)), "damaged")


def test_one_submission_cannot_use_up_what_all_have(read: Callable) -> None:
    part = random.Random(0).randbytes(60_000)
    entries = [(f"{EVE}/{index}.ipynb", part) for index in range(5)]
    found = read(packed(*entries, (f"{ADA}/x.ipynb", HONEST)), Limits(bytes_per_submission=150_000))
    assert len(found["1"].files) == 2
    assert len(found["1"].problems) == 3
    assert "the submission holds more than" in found["1"].problems[0]
    assert found["2"].files[0].content == HONEST


def test_too_much_in_all(read: Callable) -> None:
    entries = [(f"Eve_{n}_assignsubmission_file/x.ipynb", b"x" * 1000) for n in range(1, 20)]
    with pytest.raises(UnsafeArchive, match="more than 10,000 bytes"):
        read(packed(*entries), Limits(bytes_in_all=10_000))


def test_too_much_in_all_inside_a_zip(read: Callable) -> None:
    inner = packed(*((f"{n}.ipynb", random.Random(n).randbytes(100) * 100) for n in range(10)))
    with pytest.raises(UnsafeArchive, match=r"all\.zip: .*more than 30,000 bytes"):
        read(packed((f"{EVE}/04.zip", inner)), Limits(bytes_in_all=30_000))


def test_too_many_members(read: Callable) -> None:
    entries = [(f"{EVE}/{n}.ipynb", b"") for n in range(11)]
    with pytest.raises(UnsafeArchive, match="11 members, more than 10"):
        read(packed(*entries), Limits(members=10))


def test_too_many_members_of_a_zip_inside_cost_one_submission(read: Callable) -> None:
    inner = packed(*((f"{n}.txt", b"") for n in range(11)))
    found = read(packed((f"{EVE}/04.zip", inner), (f"{ADA}/x.ipynb", HONEST)), Limits(members=10))
    assert "more than 10 members" in found["1"].problems[0]
    assert found["2"].files[0].content == HONEST


def test_a_name_that_appears_twice(read: Callable) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = packed((f"{EVE}/x.ipynb", HONEST), (f"{EVE}/x.ipynb", b"other"), (f"{ADA}/x.ipynb", HONEST))
    found = read(content)
    assert [file.content for file in found["1"].files] == [HONEST]
    assert found["1"].problems == ("x.ipynb: its name appears twice",)


def test_members_that_share_their_bytes(read: Callable) -> None:
    """As in a bomb of overlapping members: two entries of the table of contents point at one place."""
    content = packed((f"{EVE}/x.ipynb", HONEST), (f"{EVE}/y.ipynb", HONEST), (f"{ADA}/x.ipynb", HONEST))
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    found = read(content[: second + 42] + struct.pack("<I", 0) + content[second + 46 :])
    assert found["1"].files == ()
    assert all("bytes are also those of another" in problem for problem in found["1"].problems)
    assert found["2"].files[0].content == HONEST


def test_a_wrong_checksum(read: Callable) -> None:
    content = packed((f"{EVE}/x.ipynb", b"A" * 40), (f"{ADA}/x.ipynb", HONEST), method=zipfile.ZIP_STORED)
    eve_alone_is_refused(read(content.replace(b"A" * 40, b"B" * 40)), "damaged")


def test_a_damaged_stream(read: Callable) -> None:
    content = bytearray(packed((f"{EVE}/x.ipynb", HONEST * 50), (f"{ADA}/x.ipynb", HONEST)))
    at = 30 + len(f"{EVE}/x.ipynb")
    content[at : at + 4] = b"\xff\xff\xff\xff"
    eve_alone_is_refused(read(bytes(content)), "damaged")


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04" + b"\x00" * 40, b"\x1f\x8b" + b"\x00" * 100])
def test_what_is_no_zip(content: bytes, read: Callable) -> None:
    with pytest.raises(UnsafeArchive, match=r"all\.zip: it is not a zip"):
        read(content)


def test_a_zip_that_was_cut_off(read: Callable) -> None:
    whole = packed((f"{EVE}/x.ipynb", HONEST), (f"{ADA}/x.ipynb", HONEST))
    for end in range(0, len(whole), 7):
        with pytest.raises(UnsafeArchive, match="cut off"):
            read(whole[:end])


def test_a_folder_and_a_missing_file_are_no_zip(tmp_path: Path) -> None:
    with pytest.raises(UnsafeArchive, match="no regular file"):
        read_submissions(tmp_path)
    with pytest.raises(FileNotFoundError):
        read_submissions(tmp_path / "none.zip")


def test_a_zip_of_something_else(read: Callable) -> None:
    with pytest.raises(UnsafeArchive, match="'Download all submissions'"):
        read(packed(("notes/readme.txt", b"")))
    with pytest.raises(UnsafeArchive, match="'Download all submissions'"):
        read(packed())


def test_strange_names_beside_moodles_are_reported(read: Callable) -> None:
    found = read(packed((f"{ADA}/x.ipynb", HONEST), ("stray.ipynb", HONEST), ("Bo_x_assignsubmission_file/y", HONEST)))
    assert set(found) == {"2", ""}
    assert (found[""].name, found[""].folder, found[""].files) == ("", "", ())
    assert [problem.split(":")[0] for problem in found[""].problems] == ["stray.ipynb", "Bo_x_assignsubmission_file/y"]


def test_names_that_are_not_the_utf_8_they_claim_to_be(read: Callable) -> None:
    broken = packed(("ü.ipynb", HONEST)).replace("ü".encode(), b"\xff\xfe")
    with pytest.raises(UnsafeArchive, match="UTF-8"):
        read(packed((f"{EVE}/ü.ipynb", HONEST)).replace("ü".encode(), b"\xff\xfe"))
    eve_alone = read(packed((f"{EVE}/04.zip", broken), (f"{ADA}/x.ipynb", HONEST)))
    eve_alone_is_refused(eve_alone, "UTF-8")


def test_umlauts_from_a_mac_and_from_an_old_windows(read: Callable) -> None:
    """A Mac writes UTF-8 without saying so; old tools write code page 437."""
    mac = packed(("AAAA.ipynb", HONEST)).replace(b"AAAA", "üü".encode())
    old = packed(("A.ipynb", HONEST)).replace(b"A.ipynb", "ü.ipynb".encode("cp437"))
    found = read(packed((f"{EVE}/mac.zip", mac), (f"{EVE}/old.zip", old)))
    assert [file.name for file in found["1"].files] == ["mac.zip/üü.ipynb", "old.zip/ü.ipynb"]


def test_the_notebooks_of_a_zip_and_nothing_that_systems_leave_behind(read: Callable) -> None:
    inner = packed(
        ("04/04.ipynb", HONEST),
        ("04/x.ipynb.txt", HONEST),
        ("04/.ipynb_checkpoints/04-checkpoint.ipynb", b"old"),
        ("__MACOSX/04/._04.ipynb", b"mac"),
        ("04/.DS_Store", b"mac"),
        ("04/data/digits.npz", b"\x00" * 100),
        ("04/", b""),
    )
    found = read(packed((f"{EVE}/04.ZIP", inner), (f"{EVE}/.DS_Store", b"")))
    assert [file.name for file in found["1"].files] == ["04.ZIP/04/04.ipynb", "04.ZIP/04/x.ipynb.txt"]
    assert found["1"].problems == ()


def test_a_zip_without_a_notebook_stays_a_file(read: Callable) -> None:
    inner = packed(("data.csv", b"1"))
    assert read(packed((f"{EVE}/data.zip", inner)))["1"].files[0].content == inner


def test_one_level_of_zips_is_opened(read: Callable) -> None:
    deep = packed(("inner.zip", packed(("04.ipynb", HONEST))), ("top.ipynb", HONEST))
    found = read(packed((f"{EVE}/04.zip", deep)))
    assert [file.name for file in found["1"].files] == ["04.zip/top.ipynb"]
    assert found["1"].problems == ("04.zip/inner.zip: a zip inside a zip is not opened",)
    two = read(packed((f"{EVE}/04.zip", deep)), Limits(nested=2))
    assert [file.name for file in two["1"].files] == ["04.zip/inner.zip/04.ipynb", "04.zip/top.ipynb"]
    none = read(packed((f"{EVE}/04.zip", deep)), Limits(nested=0))
    assert [file.name for file in none["1"].files] == ["04.zip"]


@pytest.mark.parametrize("content", [b"no zip", packed(("04.ipynb", HONEST))[:-30]])
def test_a_zip_inside_that_is_none(content: bytes, read: Callable) -> None:
    found = read(packed((f"{EVE}/04.zip", content), (f"{EVE}/04.ipynb", HONEST)))
    assert "04.zip: it is not a zip, or it was cut off" in found["1"].problems[0]
    assert found["1"].files[0].name == "04.ipynb"


def test_a_bomb_inside_a_zip(read: Callable) -> None:
    inner = packed(("04.ipynb", b" " * 50_000_000), ("05.ipynb", HONEST))
    found = read(packed((f"{EVE}/04.zip", inner), (f"{ADA}/x.ipynb", HONEST)))
    assert [file.name for file in found["1"].files] == ["04.zip/05.ipynb"]
    assert "200 times" in found["1"].problems[0]


def test_a_zip_that_holds_itself_ends(read: Callable) -> None:
    content = packed(("04.ipynb", HONEST))
    for _ in range(50):
        content = packed(("04.zip", content))
    found = read(packed((f"{EVE}/04.zip", content)))
    assert "not opened" in found["1"].problems[0]


def test_a_thousand_problems_are_not_a_thousand_lines(read: Callable) -> None:
    found = read(packed(*((f"{EVE}/../{n}", b"") for n in range(1000))))
    assert len(found["1"].problems) == 21
    assert found["1"].problems[-1] == "and 980 members more"


def test_a_name_cannot_take_over_the_terminal_or_the_page(read: Callable) -> None:
    (problem,) = read(packed((f"{EVE}/\x1b]0;x\x07\u202e{'y' * 500}.ipynb", HONEST)))["1"].problems
    assert problem.split(": ")[0].isprintable()
    assert len(problem) < 200


def test_who_packed_the_download_again_is_understood(read: Callable) -> None:
    found = read(packed((f"XAI-04-17/{EVE}/x.ipynb", HONEST), ("__MACOSX/XAI-04-17/._x", b"")))
    assert (found["1"].name, found["1"].folder) == ("Eve", EVE)


def test_a_path_that_looks_like_another_submission_stays_where_it_is(read: Callable) -> None:
    found = read(packed((f"{EVE}/{ADA}/x.ipynb", b"eve"), (f"{ADA}/x.ipynb", HONEST)))
    assert [file.content for file in found["2"].files] == [HONEST]
    assert [file.name for file in found["1"].files] == [f"{ADA}/x.ipynb"]


def test_one_number_for_two_names_is_refused(read: Callable) -> None:
    with pytest.raises(UnsafeArchive, match="the number 1 stands for 'Eve' and 'Bo'"):
        read(packed((f"{EVE}/x.ipynb", HONEST), ("Bo_1_assignsubmission_file/x.ipynb", HONEST)))


def test_both_unicode_forms_of_a_name_are_one_person(read: Callable) -> None:
    forms = (unicodedata.normalize(form, "Zoë_3_assignsubmission_file") for form in ("NFC", "NFD"))
    found = read(packed(*((f"{folder}/{n}.ipynb", HONEST) for n, folder in enumerate(forms))))
    assert [file.name for file in found["3"].files] == ["0.ipynb", "1.ipynb"]


def test_old_folders_end_with_an_underscore(read: Callable) -> None:
    found = read(packed((f"{EVE}_/x.ipynb", HONEST)))
    assert (found["1"].files[0].name, found["1"].folder) == ("x.ipynb", EVE)


def test_bytes_changed_at_random_are_read_or_refused(tmp_path: Path) -> None:
    """Nothing but the one exception comes out of a broken archive, and no honest file is changed in silence."""
    whole = (SAMPLES / "subs-plain-folders.zip").read_bytes()
    honest = {
        file.content for submission in read_submissions(SAMPLES / "subs-plain-folders.zip") for file in submission.files
    }
    path, random_ = tmp_path / "all.zip", random.Random(4)
    refused = 0
    for _ in range(1500):
        content = bytearray(whole)
        for _ in range(random_.randint(1, 4)):
            content[random_.randrange(len(content))] = random_.randrange(256)
        path.write_bytes(content)
        try:
            found = read_submissions(path)
        except UnsafeArchive:
            refused += 1
            continue
        assert {file.content for submission in found for file in submission.files} <= honest
    assert 0 < refused < 1500
