"""PostgreSQL as it answers SSLRequest: one letter, or an error message. No user is named."""

import re
from dataclasses import replace

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
ERROR = re.compile(rb"E\x00\x00[\x00-\x0f].(?:S[A-Z]{3,9}\x00|SFATAL)", re.S)


def question(host: str) -> bytes:
    """PostgreSQL, "Frontend/Backend Protocol", SSLRequest."""
    return SSL_REQUEST


def recognise(data: bytes) -> Identity | None:
    """S: willing; N: not; E: an error in the protocol's form."""
    if data in (b"S", b"N"):
        return replace(named("postgresql", f"SSLRequest: {data.decode()}", "PostgreSQL"), offers_tls=data == b"S")
    return named("postgresql", "ErrorResponse", "PostgreSQL") if ERROR.match(data[:64]) else None


def complete(data: bytes) -> bool:
    """A letter is the whole answer; an error says its length after its letter."""
    return data in (b"S", b"N") or (len(data) >= 5 and len(data) > int.from_bytes(data[1:5], "big"))


DIALOGUE = Dialogue(
    "postgresql",
    recognise,
    ports=(5432, 5433, 26000, 26257, 54321),
    question=question,
    own_reply_only=True,
    elsewhere=40,
    complete=complete,
    steps_into_tls=True,
)
