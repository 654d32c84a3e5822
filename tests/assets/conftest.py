"""Nothing in the assets may reach for the network; here it would be seen."""

from __future__ import annotations

import socket

import pytest


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Refuse every connection and every name look-up; return the list of what was asked for."""
    asked: list[str] = []

    def refuse(*arguments: object, **_: object) -> None:
        asked.append(repr(arguments))
        raise OSError("a test asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return asked
