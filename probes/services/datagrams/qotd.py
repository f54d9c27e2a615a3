"""The quote of the day (RFC 865): any datagram is answered by a text. Asked once, from an ordinary port: no loop."""

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named
from probes.services.small_talk import is_quote


def line() -> Asked[Identity]:
    """An empty line, which the service does not look at."""
    return Asked(b"\r\n", recognise)


def recognise(data: bytes) -> Identity | None:
    return named("qotd", "a text came back") if is_quote(data) else None


DATAGRAM = Datagram("qotd", 17, (line,))
