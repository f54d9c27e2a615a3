"""PostgreSQL as it answers SSLRequest: one letter, or an error message. No user is named."""

import re

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
        return named("postgresql", f"SSLRequest: {data.decode()}", "PostgreSQL")
    return named("postgresql", "ErrorResponse", "PostgreSQL") if ERROR.match(data[:64]) else None


DIALOGUE = Dialogue("postgresql", recognise, ports=(5432, 5433), question=question, own_reply_only=True, general=True)
