"""The daytime service over TCP (RFC 867): the date, unasked."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.small_talk import is_daytime


def recognise(data: bytes) -> Identity | None:
    return named("daytime", data) if is_daytime(data) else None


DIALOGUE = Dialogue("daytime", recognise, ports=(13,))
