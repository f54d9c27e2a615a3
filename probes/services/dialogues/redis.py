"""Redis as it answers PING, in whatever mood: +PONG, no password given, protected mode, an error."""

import re

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

PING = b"*1\r\n$4\r\nPING\r\n"
REPLY = re.compile(
    rb"\+PONG\r\n|-(?:NOAUTH|DENIED|NOPERM|LOADING|MASTERDOWN|MISCONF|BUSY) [^\r\n]+\r\n"
    rb"|-ERR (?:unknown command|wrong number of arguments for|operation not permitted|Protocol error|max number of clients)[^\r\n]*\r\n"
)
PRODUCT = "Redis"


def question(host: str) -> bytes:
    """PING in the unified protocol (Redis serialization protocol specification)."""
    return PING


def recognise(data: bytes) -> Identity | None:
    """Replies that only Redis and its kin word so."""
    found = REPLY.match(data[:4096])
    return named("redis", found[0], PRODUCT) if found else None


DIALOGUE = Dialogue("redis", recognise, ports=(6379, 6380), tls_ports=(6380,), question=question, general=True)
