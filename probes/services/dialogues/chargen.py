"""The character generator over TCP (RFC 864): letters in a ring, unasked, without an end. A few of them are read."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.small_talk import LINE, is_ring


def recognise(data: bytes) -> Identity | None:
    return named("chargen", data[:LINE]) if is_ring(data) else None


DIALOGUE = Dialogue("chargen", recognise, ports=(19,))
