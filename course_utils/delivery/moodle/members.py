"""The members of a zip that nobody vouches for, read into memory with a limit on everything.

A zip lies easily: its headers can promise 1 KB and hold 10 GB, its names can point out of the folder. So nothing is
extracted by name, sizes are counted while reading, and a member that is odd in any way is refused with its reason.
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 1 << 16
SMALL = 1_000_000  # below this many bytes the ratio is not asked: little of anything packs well
LOCAL_HEADER = 30  # bytes of a local header without its name
# What zipfile raises on bytes that are not what they should be; NotImplementedError is a RuntimeError.
DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError)
ENTRY = b"PK\x01\x02"  # how an entry of the table of contents begins


@dataclass(frozen=True)
class Limits:
    """What may be read of one archive. All sizes are bytes after decompression, counted while reading.

    Parameters
    ----------
    members : int
        Entries in an archive, and in each archive inside it.
    bytes_per_file, bytes_per_submission, bytes_in_all : int
        The first two cost a student the file; the last refuses the archive, since memory ends.
    ratio : int
        Bytes out for each byte in, asked of files above 1 MB. Notebooks with pictures reach about 3.
    nested : int
        Levels of zips inside the archive that are opened.
    """

    members: int = 10_000
    bytes_per_file: int = 20_000_000
    bytes_per_submission: int = 100_000_000
    bytes_in_all: int = 2_000_000_000
    ratio: int = 200
    nested: int = 1


class UnsafeArchive(ValueError):
    """An archive that is refused as a whole."""


class Refused(ValueError):
    """One member that is refused; the others can still be read."""


@dataclass
class Meter:
    """Bytes that were read so far, of the archive and of the submission that is being read."""

    limits: Limits
    in_all: int = 0
    in_submission: int = 0

    def add(self, count: int) -> None:
        """Count bytes that came out of a member.

        Raises
        ------
        Refused
            If the submission is too large.
        UnsafeArchive
            If the archive is too large.
        """
        self.in_all += count
        self.in_submission += count
        if self.in_all > self.limits.bytes_in_all:
            raise UnsafeArchive(f"the archive holds more than {self.limits.bytes_in_all:,} bytes")
        if self.in_submission > self.limits.bytes_per_submission:
            raise Refused(f"the submission holds more than {self.limits.bytes_per_submission:,} bytes")


@dataclass(frozen=True)
class Member:
    """One entry of an archive: its name as it came, where it lies, and why it is refused (None: it may be read)."""

    name: str
    info: zipfile.ZipInfo
    objection: str | None


def open_archive(file: BinaryIO) -> zipfile.ZipFile:
    """Open a zip, or say that it is none.

    Raises
    ------
    UnsafeArchive
        If it is not a zip, or its table of contents cannot be read.
    """
    try:
        return zipfile.ZipFile(file)
    except UnicodeDecodeError:
        raise UnsafeArchive("a name inside says that it is UTF-8, and is not") from None
    except DAMAGE as error:
        raise UnsafeArchive(f"it is not a zip, or it was cut off ({error})") from None


def members(archive: zipfile.ZipFile, limits: Limits) -> Iterator[Member]:
    """Yield every file of an archive; folders, and what systems leave behind, are passed over.

    Raises
    ------
    UnsafeArchive
        If there are too many.
    """
    entries = archive.infolist()
    if len(entries) > limits.members:
        raise UnsafeArchive(f"it holds {len(entries):,} members, more than {limits.members:,}")
    overlapping = _overlapping(entries)
    seen: Counter[str] = Counter()
    for info in entries:
        name = shown_name(info)
        if name.endswith("/") or is_clutter(name):
            continue
        seen[name] += 1
        objection = name_objection(info.orig_filename) or _kind_objection(info)
        if seen[name] > 1:
            objection = "its name appears twice"
        elif info.header_offset in overlapping:
            objection = "its bytes are also those of another member"
        yield Member(name, info, objection)


def shown_name(info: zipfile.ZipInfo) -> str:
    """Return a member's name. A Mac's archives hold UTF-8 and do not say so; Python then takes it for code page 437."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.orig_filename


def is_clutter(name: str) -> bool:
    """Whether a system or Jupyter left this file behind, and no student means it.

    Examples
    --------
    >>> is_clutter("__MACOSX/._04.ipynb"), is_clutter("week 4/04.ipynb")
    (True, False)
    """
    *folders, base = name.split("/")
    left_behind = {"__MACOSX", ".ipynb_checkpoints"} & set(folders)
    return bool(left_behind) or base.startswith("._") or base in {".DS_Store", "Thumbs.db", "desktop.ini"}


def name_objection(name: str) -> str | None:
    """Return what is wrong with a name as a path, or None.

    Examples
    --------
    >>> name_objection("figures/../../x.ipynb")
    'its name leads out of its folder'
    >>> name_objection("figures/x.ipynb")
    """
    if "\\" in name:
        return "its name holds a backslash"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "its name is an absolute path"
    if ".." in name.split("/"):
        return "its name leads out of its folder"
    if any(unicodedata.category(letter) == "Cc" for letter in name):
        return "its name holds control characters"
    return None


def read_member(archive: zipfile.ZipFile, member: Member, meter: Meter) -> bytes:
    """Return the content of a member, counted while it is read.

    Raises
    ------
    Refused
        If there is an objection to the member, it is damaged, or it grows beyond a limit.
    UnsafeArchive
        If all that was read together grows beyond the limit.
    """
    if member.objection is not None:
        raise Refused(member.objection)
    limits, content = meter.limits, bytearray()
    try:
        with archive.open(member.info) as file:
            while chunk := file.read(CHUNK):
                content += chunk
                meter.add(len(chunk))
                if len(content) > limits.bytes_per_file:
                    raise Refused(f"it holds more than {limits.bytes_per_file:,} bytes")
                if len(content) > max(SMALL, limits.ratio * member.info.compress_size):
                    raise Refused(f"it unpacks to more than {limits.ratio} times its size")
    except (Refused, UnsafeArchive):
        raise
    except DAMAGE as error:
        raise Refused(f"it is damaged ({error})") from None
    return bytes(content)


def entries_at_most(content: bytes) -> int:
    """Return an upper bound of the members of a zip in memory, before anything is made of each of them."""
    return content.count(ENTRY)


def _kind_objection(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "it is a link"
    if kind not in (0, stat.S_IFREG):
        return "it is not a regular file"
    if info.flag_bits & 0x2041:  # encrypted, strongly encrypted, table of contents encrypted
        return "it is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # The other methods are unpacked without a bound: 800 bytes of bzip2 can be 1 GB in memory at once.
        return "it is compressed in an unusual way"
    return None


def _overlapping(entries: list[zipfile.ZipInfo]) -> set[int]:
    """Return the offsets of members whose bytes run into the next member's, as in a bomb of shared bytes."""
    found: set[int] = set()
    ordered = sorted(entries, key=lambda info: info.header_offset)
    for index, info in enumerate(ordered[1:], start=1):
        before = ordered[index - 1]
        if before.header_offset + LOCAL_HEADER + before.compress_size > info.header_offset:
            found |= {before.header_offset, info.header_offset}
    return found
