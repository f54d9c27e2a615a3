"""The echo service over TCP (RFC 862): what it is sent comes back. One line, and the connection ends: no loop."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

LINE = b"Yuanjian 596a6acd04a1\r\n"


def question(host: str) -> bytes:
    return LINE


def recognise(data: bytes) -> Identity | None:
    return named("echo", "our own line came back") if data == LINE else None


DIALOGUE = Dialogue("echo", recognise, ports=(7,), question=question, own_reply_only=True)
