"""rlogin as it answers a log-in's first line (RFC 1282). The one fixed user name is given, and no password."""

import re

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

USER = b"yuanjian"
WORDS = re.compile(
    rb"\x01(?:rlogind?: )?[A-Z][ -~]{3,200}\r?\n|\x00(?:\x80)?(?:\r?\n)?(?:[ -~]{0,40}(?:assword|ogin) ?:? ?)?"
)


def question(host: str) -> bytes:
    """An empty byte, both user names, the terminal."""
    return b"\0" + USER + b"\0" + USER + b"\0xterm/9600\0"


def recognise(data: bytes) -> Identity | None:
    """A refusal in words after a byte 1; or the byte 0 that lets the log-in go on, and perhaps its prompt."""
    if not WORDS.fullmatch(data[:256]):
        return None
    words = data[1:].decode("ascii", "replace").strip()
    return named("rlogin", f"rlogin: {words or 'goes on'}")


DIALOGUE = Dialogue("rlogin", recognise, ports=(513,), question=question, own_reply_only=True)
