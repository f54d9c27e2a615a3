"""AJP as it answers CPing, by CPong (AJP 1.3 protocol reference, "CPing"). No request is forwarded."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

CPING, CPONG = b"\x12\x34\x00\x01\x0a", b"AB\x00\x01\x09"


def question(host: str) -> bytes:
    """What Apache's proxy asks before it trusts a connection."""
    return CPING


def recognise(data: bytes) -> Identity | None:
    """Five bytes."""
    return named("ajp", "CPong") if data == CPONG else None


DIALOGUE = Dialogue(
    "ajp", recognise, ports=(8009,), question=question, elsewhere=86, complete=lambda data: len(data) >= len(CPONG)
)
