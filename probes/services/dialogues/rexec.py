"""rexec as it refuses a user name that is too long for anybody (rexecd(8)): nobody logs in, no password is sent."""

import re

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

TOO_LONG = b"yuanjian" * 8
"""Servers take 16 to 32 characters."""
WORDS = re.compile(rb"\x01(?:rexecd?: )?[A-Za-z][ -~]{3,200}\r?\n?")


def question(host: str) -> bytes:
    """No port for errors, the name; password and command are empty."""
    return b"\0" + TOO_LONG + b"\0\0\0"


def recognise(data: bytes) -> Identity | None:
    """A refusal in words after a byte 1."""
    if not WORDS.fullmatch(data[:256]):
        return None
    return named("rexec", f"rexec: {data[1:].decode('ascii').strip()}")


DIALOGUE = Dialogue("rexec", recognise, ports=(512,), question=question, own_reply_only=True)
