"""The echo service (RFC 862), which sends back just what it is sent. Asked once, from an ordinary port: no loop."""

import secrets

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named


def mirror() -> Asked[Identity]:
    """A random line: only an echo knows it."""
    line = f"Yuanjian {secrets.token_hex(8)}\r\n".encode("ascii")
    return Asked(line, lambda data: named("echo", "our own line came back") if data == line else None)


DATAGRAM = Datagram("echo", 7, (mirror,))
