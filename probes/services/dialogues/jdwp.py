"""The Java debugger's port as it answers the handshake: by the same words. No command follows."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

HANDSHAKE = b"JDWP-Handshake"
PART = 9


def question(host: str) -> bytes:
    """Java Debug Wire Protocol, "JDWP Start-up": fourteen bytes, which the other side gives back."""
    return HANDSHAKE


def recognise(data: bytes) -> Identity | None:
    """The fourteen bytes alone; who gave the first of them back before the rest had come is an echo."""
    return named("jdwp", HANDSHAKE) if data == HANDSHAKE else None


DIALOGUE = Dialogue(
    "jdwp",
    recognise,
    ports=(5005, 8000, 8787, 9999),
    question=question,
    own_reply_only=True,
    elsewhere=88,
    part=PART,
    complete=lambda data: len(data) >= len(HANDSHAKE),
)
