"""What comes out of the sandbox is believed in nothing."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from course_utils.delivery.grading.inside import frames
from course_utils.delivery.grading.inside.frames import BadFrame, as_array, read_frames, written


def reader(data: bytes, at_once: int = 1 << 20) -> Callable[[int], bytes]:
    file = io.BytesIO(data)
    return lambda n: file.read(min(n, at_once))


@given(
    hnp.arrays(st.sampled_from(["f8", "f4", "i8", "?", "u1"]), hnp.array_shapes(min_dims=0, min_side=0)),
    st.integers(1, 50),
)
def test_arrays_come_back_as_they_went(array: np.ndarray, at_once: int) -> None:
    sent = written({"kind": "value"}, array) + written({"kind": "end"})
    first, last = read_frames(reader(sent, at_once))
    assert np.array_equal(as_array(first.body), array, equal_nan=array.dtype.kind == "f")
    assert as_array(first.body).dtype == array.dtype
    assert (last.kind, last.body) == ("end", b"")


def test_words_come_back() -> None:
    (frame,) = read_frames(reader(written({}, np.array(["für", "dagegen"]))))
    assert as_array(frame.body).tolist() == ["für", "dagegen"]


def npy(header: str, content: bytes = b"") -> bytes:
    padded = header.encode("latin1").ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded + content


EIGHT_TERABYTES = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (npy(EIGHT_TERABYTES), "announces 8,000,000,000,000 bytes and has 0"),
        (npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", pickle.dumps([1])), "type object"),
        (npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", bytes(8)), "type"),
        (npy("{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", bytes(16)), "type complex128"),
        (npy("{'descr': '|V8', 'fortran_order': False, 'shape': (1,), }", bytes(8)), "type"),
        (npy("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,), }", bytes(8)), "type datetime"),
        (npy("{'descr': '<U0', 'fortran_order': False, 'shape': (9999999999,), }"), "announces 0 bytes"),
        (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", bytes(8)), "impossible shape"),
        (npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", bytes(8)), "announces 16 bytes and has 8"),
        (npy("__import__('os').system('true')"), "no array"),
        (npy("{" * 90), "no array"),
        (pickle.dumps([1, 2]), "no array"),
        (b"\x93NUMPY\x03\x00" + bytes(200), "another version"),
        (b"", "no array"),
    ],
)
def test_no_array_is_taken_that_is_not_what_it_says(body: bytes, said: str) -> None:
    with pytest.raises(BadFrame, match=said):
        as_array(body)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"hello\n", "no JSON"),
        (b"[1]\n", "number of bytes"),
        (b'{"bytes": true}\n', "number of bytes"),
        (b'{"bytes": 1e3}\n', "number of bytes"),
        (b'{"bytes": -1}\n', "value of -1"),
        (b'{"bytes": 8000000000000}\n', "is the limit"),
        (b'{"bytes": 5}\nab', "breaks off"),
        (b'{"bytes": ', "breaks off"),
        (b"x" * 100_000, "a head of more than"),
        (b"[" * 60_000 + b"\n", "no JSON"),
    ],
)
def test_the_first_thing_that_is_no_frame_ends_it(sent: bytes, said: str) -> None:
    seen = []
    with pytest.raises(BadFrame, match=said):
        seen.extend(read_frames(reader(written({"kind": "begin"}) + sent)))


def test_there_is_an_end_to_what_one_worker_may_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "IN_ALL", 1000)
    endless = (json.dumps({"kind": "noise", "bytes": 0}) + "\n").encode() * 10
    with pytest.raises(BadFrame, match="in all"):
        list(read_frames(lambda n: endless[:n]))
