"""The Java debugger's port as it answers the handshake: by the same words. No command follows."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

HANDSHAKE = b"JDWP-Handshake"


def question(host: str) -> bytes:
    """Java Debug Wire Protocol, "JDWP Start-up": fourteen bytes, which the other side gives back."""
    return HANDSHAKE


def recognise(data: bytes) -> Identity | None:
    """The fourteen bytes alone. An echo says them too: `services.jdwp` looks closer."""
    return named("jdwp", HANDSHAKE) if data == HANDSHAKE else None


DIALOGUE = Dialogue(
    "jdwp",
    recognise,
    ports=(5005, 8787),
    question=question,
    own_reply_only=True,
    elsewhere=88,
    complete=lambda data: len(data) >= len(HANDSHAKE),
)
