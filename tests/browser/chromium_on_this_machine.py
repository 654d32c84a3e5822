"""Finds Chromium for the tests in a browser; run as a script, installs it where it may, or says what to type."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path(os.environ.get("PROGRAMFILES", r"C:\Program Files")) / "Google/Chrome/Application/chrome.exe",
)
APT = ("apt-get", "install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core")


def find() -> str | None:
    """Return the path of a Chromium: what CHROMIUM names, one of this machine, or the one that playwright brought."""
    here = (*map(shutil.which, NAMES), *(str(place) for place in PLACES if place.exists()))
    return os.environ.get("CHROMIUM") or next(filter(None, here), None) or _of_playwright()


def _of_playwright() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        return None
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None


def is_debian() -> bool:
    """Tell whether Chromium is an ordinary package here; on Ubuntu it is a snap, which sees no temporary files."""
    try:
        return platform.freedesktop_os_release().get("ID") == "debian" and bool(shutil.which("apt-get"))
    except OSError:
        return False


def line_to_type() -> str:
    """Return the one line that brings Chromium to this machine."""
    return f"sudo {' '.join(APT)}" if is_debian() else f"{sys.executable} -m playwright install --with-deps chromium"


def main() -> None:
    """Install Chromium as root on Debian; elsewhere say what to type. Neither, where there is one."""
    if find():
        return
    if is_debian() and os.geteuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (("apt-get", "update", "--quiet"), APT):
            subprocess.run(command, env=quiet, check=False)
    if not find():
        sys.exit(f"[FAIL] no Chromium on this machine. Type this, then the same command again:\n\n  {line_to_type()}\n")


if __name__ == "__main__":
    main()
