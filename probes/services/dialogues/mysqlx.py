"""MySQL's X protocol as it greets: a notice that the server is there (MySQL Internals, "X Protocol"). Nothing is sent."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

HELLO = b"\x05\x00\x00\x00\x0b\x08\x05\x1a\x00"
"""Length 5, a NOTICE (11) of type 5 (server hello) without a payload."""


def recognise(data: bytes) -> Identity | None:
    """Nine bytes, and no version among them."""
    return named("mysqlx", "NOTICE: server hello", "MySQL") if data == HELLO else None


DIALOGUE = Dialogue("mysqlx", recognise, ports=(33060,), complete=lambda data: data == HELLO)
