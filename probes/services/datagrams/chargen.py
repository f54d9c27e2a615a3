"""The character generator (RFC 864): any datagram is answered by letters in a ring. Asked once, from an ordinary port: no loop."""

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named
from probes.services.small_talk import is_ring


def line() -> Asked[Identity]:
    """An empty line, which the service does not look at."""
    return Asked(b"\r\n", recognise)


def recognise(data: bytes) -> Identity | None:
    return named("chargen", f"{len(data)} letters in a ring") if is_ring(data) else None


DATAGRAM = Datagram("chargen", 19, (line,))
