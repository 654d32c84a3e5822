"""Tests run without a network: every Python that a test starts refuses connections that leave this machine.

Python imports a module of this name by itself at start-up, when its folder is on PYTHONPATH; `conftest.py` puts it
there, so kernels and commands that a test starts are covered like the tests themselves. An audit hook sees every
socket, whichever library opened it, and cannot be taken away again.
"""

import errno
import ipaddress
import sys


def is_local(host: object) -> bool:
    """Tell whether a host is this machine's loopback; an empty host is a server's own address."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in (None, "", "localhost", "ip6-localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(host).split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_outside(event: str, arguments: tuple) -> None:
    """Raise when an event is a connection, a datagram or a look-up that would leave this machine."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if not isinstance(address, tuple):  # a path: a socket of this machine; None: an address connected before
            return
        host = address[0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if not is_local(host):
        raise OSError(errno.ENETUNREACH, f"the tests run without a network, and this asked for {host!r}")


sys.addaudithook(refuse_outside)
