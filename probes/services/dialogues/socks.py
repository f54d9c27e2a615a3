"""SOCKS 5 as it chooses how one logs in (RFC 1928 section 3). Nothing is relayed."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

METHODS = {0: "no log-in", 1: "GSSAPI", 2: "user name and password", 0xFF: "none that was offered"}


def question(host: str) -> bytes:
    """No log-in, or a name with a password."""
    return b"\x05\x02\x00\x02"


def recognise(data: bytes) -> Identity | None:
    """Two bytes and no more."""
    if len(data) != 2 or data[0] != 5 or data[1] not in METHODS:
        return None
    return named("socks", f"SOCKS 5, method: {METHODS[data[1]]}")


def complete(data: bytes) -> bool:
    return len(data) >= 2


DIALOGUE = Dialogue(
    "socks", recognise, ports=(1080, 1081, 9050, 10808), question=question, own_reply_only=True, complete=complete
)
