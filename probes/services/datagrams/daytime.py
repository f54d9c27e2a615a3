"""The daytime service (RFC 867): any datagram is answered by the date. Asked once, from an ordinary port: no loop."""

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named
from probes.services.small_talk import is_daytime


def line() -> Asked[Identity]:
    """An empty line, which the service does not look at."""
    return Asked(b"\r\n", recognise)


def recognise(data: bytes) -> Identity | None:
    return named("daytime", data) if is_daytime(data) else None


DATAGRAM = Datagram("daytime", 13, (line,))
