"""Finger as it answers for a user that cannot exist (RFC 1288). Who is logged in is not asked."""

import re

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

NOBODY = b"yj-nobody"
ANSWER = re.compile(
    rb"(?i)no such user|unknown|not (?:known|found|exist)|no match|nobody|login|in real life|no one|\?\?\?"
)


def question(host: str) -> bytes:
    """A query of one name; an empty one would list who is logged in."""
    return NOBODY + b"\r\n"


def recognise(data: bytes) -> Identity | None:
    """Words about the name that was asked for; the name alone is an echo."""
    rest = data.replace(NOBODY, b"")
    if NOBODY not in data or b"\x00" in data or ANSWER.search(rest) is None:
        return None
    return named("finger", data)


DIALOGUE = Dialogue("finger", recognise, ports=(79,), question=question, own_reply_only=True)
