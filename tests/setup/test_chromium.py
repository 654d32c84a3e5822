"""What the tests in a browser do where no browser is."""

from __future__ import annotations

import chromium_on_this_machine as here
import pytest


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """A machine without a browser, and the commands that would have been run on it."""
    commands: list[tuple[str, ...]] = []
    monkeypatch.setattr(here, "find", lambda: None)
    monkeypatch.setattr(here.subprocess, "run", lambda command, **_: commands.append(command))
    return commands


def test_root_on_debian_gets_it(typed: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here, "is_debian", lambda: True)
    monkeypatch.setattr(here.os, "geteuid", lambda: 0, raising=False)
    with pytest.raises(SystemExit):  # since nothing was really installed
        here.main()
    assert [command[:2] for command in typed] == [("apt-get", "update"), ("apt-get", "install")]


@pytest.mark.parametrize(("debian", "line"), [(True, "sudo apt-get install"), (False, "playwright install")])
def test_others_are_told_the_one_line(
    typed: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, debian: bool, line: str
) -> None:
    monkeypatch.setattr(here, "is_debian", lambda: debian)
    monkeypatch.setattr(here.os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(SystemExit, match=line):
        here.main()
    assert typed == []


def test_the_one_that_is_named_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/my/own/chromium")
    assert here.find() == "/my/own/chromium"
