"""The quote of the day over TCP (RFC 865): a text, unasked. On its own port alone a text means that."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named
from probes.services.small_talk import is_quote


def recognise(data: bytes) -> Identity | None:
    return named("qotd", "a text came unasked") if is_quote(data) else None


DIALOGUE = Dialogue("qotd", recognise, ports=(17,), own_reply_only=True)
