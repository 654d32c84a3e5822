"""How values come out of the sandbox: frames on a pipe, of which nothing is believed.

A frame is a line of JSON, and as many bytes as that line announces. The bytes of a value are an array in NumPy's
`.npy` form, without pickle. Whoever wrote the frames shares a process with a student's code, so every length is
bounded before anything is allocated, and every type is on a list. A pipe, and not files: there is nothing to link to,
nothing to fill, and nothing to wait for but the time limit.
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

HEAD = 64_000
"""Bytes in the line of a frame, at most."""
VALUE = 64_000_000
"""Bytes of one array, at most."""
IN_ALL = 512_000_000
"""Bytes from one worker, at most."""
DTYPES = frozenset("?bhilqBHILQefd")
"""Booleans, integers and floats of up to eight bytes; words are apart."""


class BadFrame(ValueError):
    """What came is not a frame, or not one that is accepted."""


@dataclass(frozen=True)
class Frame:
    """What a worker said: a head of plain JSON values, and the bytes that belong to it."""

    head: dict[str, Any]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """What the frame is about."""
        return str(self.head.get("kind", ""))


def written(head: dict[str, Any], array: np.ndarray | None = None) -> bytes:
    """Return a frame as bytes.

    Examples
    --------
    >>> written({"kind": "begin"})
    b'{"kind": "begin", "bytes": 0}\\n'
    """
    body = b""
    if array is not None:
        file = io.BytesIO()
        np.lib.format.write_array(file, np.asarray(array, order="C"), version=(1, 0), allow_pickle=False)
        body = file.getvalue()
    return json.dumps({**head, "bytes": len(body)}).encode("ascii") + b"\n" + body


def read_frames(read: Callable[[int], bytes]) -> Iterator[Frame]:
    """Yield the frames that `read(n)` gives, until it gives nothing.

    Parameters
    ----------
    read
        Returns n bytes at most, and none at the end; it may raise `TimeoutError`.

    Raises
    ------
    BadFrame
        At the first thing that is no frame. What came before it has been yielded.
    """
    waiting, total = bytearray(), 0

    def more(wanted: int) -> bool:
        nonlocal total
        chunk = read(min(wanted, 1 << 20))
        total += len(chunk)
        if total > IN_ALL:
            raise BadFrame(f"more than {IN_ALL:,} bytes in all")
        waiting.extend(chunk)
        return bool(chunk)

    while True:
        while (end := waiting.find(b"\n")) < 0:
            if len(waiting) > HEAD:
                raise BadFrame(f"a head of more than {HEAD:,} bytes")
            if not more(HEAD):
                if waiting:
                    raise BadFrame("a frame that breaks off")
                return
        if end > HEAD:
            raise BadFrame(f"a head of more than {HEAD:,} bytes")
        head = _head(bytes(waiting[:end]))
        size = head["bytes"]
        del waiting[: end + 1]
        while len(waiting) < size:
            if not more(size - len(waiting)):
                raise BadFrame("a frame that breaks off")
        yield Frame(head, bytes(waiting[:size]))
        del waiting[:size]


def _head(line: bytes) -> dict[str, Any]:
    try:
        head = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadFrame("a head that is no JSON") from error
    if not isinstance(head, dict) or not isinstance(head.get("bytes"), int) or isinstance(head["bytes"], bool):
        raise BadFrame("a head without its number of bytes")
    if not 0 <= head["bytes"] <= VALUE:
        raise BadFrame(f"a value of {head['bytes']:,} bytes; {VALUE:,} is the limit")
    return head


def as_array(body: bytes) -> np.ndarray:
    """Return the array in the bytes of a frame.

    The header is compared with the bytes that are there before anything is allocated.

    Raises
    ------
    BadFrame
        If it is no `.npy` of version 1, holds objects or another type that is not on the list, or announces another
        size than it has.

    Examples
    --------
    >>> as_array(written({}, np.array([1.0, 2.0])).split(b"\\n", 1)[1])
    array([1., 2.])
    """
    file = io.BytesIO(body)
    try:
        if np.lib.format.read_magic(file) != (1, 0):
            raise BadFrame("an array of another version of the format")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file, max_header_size=10_000)
    except BadFrame:
        raise
    except Exception as error:  # the parser of the header may raise whatever Python's own parser raises
        raise BadFrame("bytes that are no array") from error
    if fortran or not (dtype.char in DTYPES or dtype.kind == "U") or dtype.hasobject:
        raise BadFrame(f"an array of type {dtype}"[:200])
    if len(shape) > 32 or any(length < 0 for length in shape):
        raise BadFrame("an array of an impossible shape")
    content = body[file.tell() :]
    if math.prod(shape) * dtype.itemsize != len(content) or (dtype.itemsize == 0 and math.prod(shape) > 1_000_000):
        raise BadFrame(f"an array that announces {math.prod(shape) * dtype.itemsize:,} bytes and has {len(content):,}")
    if not dtype.itemsize or not content:
        return np.zeros(shape, dtype)
    return np.frombuffer(content, dtype=dtype).reshape(shape).copy()
