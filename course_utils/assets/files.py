"""Where the files of `data/` lie, and whether they arrived whole.

Every file that the course reads from `data/` stands with its SHA-256 in `data/SHA256SUMS`, in the format of the
program `sha256sum`. A truncated download or an edited file is found here, before it becomes a puzzling number.
"""

from __future__ import annotations

import hashlib
from pathlib import Path


class ChecksumError(RuntimeError):
    """A file of the course is not the file that the course was made with."""


def data_folder() -> Path:
    """Return the folder with digits and weights: inside the installed package, or `data/` of the repository.

    Examples
    --------
    >>> (data_folder() / "SHA256SUMS").is_file()
    True
    """
    package = Path(__file__).resolve().parents[1]
    candidates = [package / "data", package.parent / "data"]
    for folder in candidates:
        if (folder / "SHA256SUMS").is_file():
            return folder
    looked = " and ".join(str(folder) for folder in candidates)
    raise FileNotFoundError(f"the data of the course are missing: no SHA256SUMS in {looked}; install again")


def data_file(name: str, folder: Path | None = None) -> Path:
    """Return the path of a file in `data/` after comparing its SHA-256 with the recorded one.

    Parameters
    ----------
    name : str
        A file name that stands in `SHA256SUMS`.
    folder : Path, optional
        Where to look; the course's own data without it.

    Raises
    ------
    FileNotFoundError
        When the file is not there.
    ChecksumError
        When its content is not the recorded one.
    ValueError
        When no checksum is recorded for `name`.

    Examples
    --------
    >>> data_file("digits.npz").name
    'digits.npz'
    """
    folder = data_folder() if folder is None else folder
    expected = _recorded_checksums(folder)
    if name not in expected:
        raise ValueError(f"name: no checksum is recorded for {name!r}; recorded are {', '.join(sorted(expected))}")
    path = folder / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; restore it with `git checkout -- data` or install again")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected[name]:
        raise ChecksumError(
            f"{path} was changed or is incomplete: its SHA-256 begins with {found[:12]}, "
            f"expected {expected[name][:12]}; restore it with `git checkout -- data` or install again"
        )
    return path


def _recorded_checksums(folder: Path) -> dict[str, str]:
    """Read `SHA256SUMS`: a checksum and a file name in each line."""
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(maxsplit=1) for line in lines if line.strip())
    return {name.strip(): checksum for checksum, name in pairs}
