"""NTLM's messages for nobody (MS-NLMP section 2.2.1): a session without a name, a password or a response."""

import re
from dataclasses import dataclass

from scanner.model.errors import Malformed

SIGNATURE = b"NTLMSSP\0"
UNICODE, REQUEST_TARGET, NTLM, ANONYMOUS, ALWAYS_SIGN, EXTENDED, VERSION = (
    0x00000001,
    0x00000004,
    0x00000200,
    0x00000800,
    0x00008000,
    0x00080000,
    0x02000000,
)
OWN_FLAGS = UNICODE | REQUEST_TARGET | NTLM | ALWAYS_SIGN | EXTENDED
CHALLENGE = re.compile(re.escape(SIGNATURE) + rb"\x02\x00\x00\x00", re.S)


@dataclass(frozen=True, slots=True)
class Challenge:
    """`version` is the system's own number ("10.0.20348"), "" where it gave none."""

    version: str


def negotiate() -> bytes:
    return SIGNATURE + (1).to_bytes(4, "little") + OWN_FLAGS.to_bytes(4, "little") + bytes(16)


def challenge(token: bytes) -> Challenge:
    """Read a challenge, bare or wrapped by SPNEGO; Malformed where there is none."""
    found = CHALLENGE.search(token[:4096])
    if found is None or len(token) < found.start() + 32:
        raise Malformed("no challenge of NTLM")
    message = token[found.start() :]
    flags = int.from_bytes(message[20:24], "little")
    if not flags & VERSION or len(message) < 56:
        return Challenge("")
    major, minor, build = message[48], message[49], int.from_bytes(message[50:52], "little")
    return Challenge(f"{major}.{minor}.{build}" if build else "")


def anonymous() -> bytes:
    """An authentication as nobody (section 3.2.5.1.2): one zero byte for LM, nothing for everything else."""
    start = 64
    lm = _field(1, start)
    empty = _field(0, start + 1)
    flags = (OWN_FLAGS | ANONYMOUS).to_bytes(4, "little")
    return SIGNATURE + (3).to_bytes(4, "little") + lm + empty * 5 + flags + b"\0"


def _field(length: int, at: int) -> bytes:
    return length.to_bytes(2, "little") * 2 + at.to_bytes(4, "little")
