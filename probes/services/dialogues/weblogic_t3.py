"""WebLogic's T3 as it answers a client's hello: HELO and its release, or a refusal by its connection filter."""

import re

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

HELLO = b"t3 12.2.1\nAS:255\nHL:19\nMS:10000000\n\n"
ANSWER = re.compile(rb"HELO:(\d+(?:\.\d+){1,5})\.(?:true|false)\n")
FILTERED = re.compile(rb"[^\r\n]*Connection rejected, filter blocked Socket[^\r\n]*")


def question(host: str) -> bytes:
    """As its own clients begin: release, abbreviation table size, header length, message size."""
    return HELLO


def recognise(data: bytes) -> Identity | None:
    """The release is part of the answer, so the protocol demands it."""
    if found := ANSWER.match(data[:512]):
        return named("weblogic-t3", found[0], "WebLogic Server", found[1].decode("ascii"), demanded=True)
    return None


DIALOGUE = Dialogue(
    "weblogic-t3", recognise, ports=(7001, 7002), question=question, complete=lambda data: data.endswith(b"\n\n")
)
