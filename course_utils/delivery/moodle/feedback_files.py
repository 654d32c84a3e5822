"""Moodle's "Upload multiple feedback files in a zip": one page for each submission, found by its folder's name."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from course_utils.delivery.moodle.names import parse
from course_utils.delivery.workspace import write_whole

PAGE = "feedback.html"  # a name with a dot or ~ in front would be ignored in silence
BEGINNING = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can hold: the same pages give the same bytes


def write_feedback_zip(path: Path, pages: Mapping[str, bytes]) -> tuple[str, ...]:
    """Write the zip; whole or not at all.

    Parameters
    ----------
    path : Path
        Where to write.
    pages : Mapping of str to bytes
        For the `folder` of a submission, the page as HTML in UTF-8. The page of a team goes to all its members.

    Returns
    -------
    tuple of str
        Folders that are left out: people in no group have no number, and Moodle finds nobody by the folder's name.

    Raises
    ------
    ValueError
        If a folder is not named as in Moodle's download, or two have the same number.
    """
    folders: dict[str, str] = {}
    without_number: list[str] = []
    for folder in pages:
        parts = parse(f"{folder}/{PAGE}")
        if parts is None or parts.folder != folder:
            raise ValueError(f"pages: expected folders as in Moodle's download, got {folder!r}")
        if not parts.id:
            without_number.append(folder)
        elif parts.id in folders:
            raise ValueError(
                f"pages: {folder!r} and {folders[parts.id]!r} have the same number, so Moodle keeps one page"
            )
        else:
            folders[parts.id] = folder
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in sorted(folders.values()):
            info = zipfile.ZipInfo(f"{folder}/{PAGE}", BEGINNING)
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, pages[folder], zipfile.ZIP_DEFLATED)
    write_whole(path, content.getvalue())
    return tuple(sorted(without_number))
