"""RMCP datagrams: ASF's presence ping, and IPMI's question which authentication a channel wants. Pure.

IPMI 2.0 specification, sections 13.1.3 (RMCP), 13.2.3 (presence ping), 22.13 (the command).
"""

from dataclasses import dataclass

RMCP = b"\x06\x00\xff"
ASF, IPMI = b"\x06", b"\x07"
ENTERPRISE = b"\x00\x00\x11\xbe"
PING, PONG = 0x80, 0x40
BMC, CONSOLE = 0x20, 0x81
APPLICATION, CAPABILITIES = 0x06, 0x38
THIS_CHANNEL, EXTENDED, ADMINISTRATOR = 0x0E, 0x80, 0x04
NO_AUTHENTICATION, ANONYMOUS, NULL_USERS = 0x01, 0x01, 0x02
VERSION_2 = 0x02


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the BMC says: 2.0 or 1.5; whether no authentication, an anonymous log-in, a nameless user is allowed."""

    version: str
    no_authentication: bool
    anonymous: bool
    nameless: bool


def ping(tag: int) -> bytes:
    """Presence ping; `tag` is below 255."""
    return RMCP + ASF + ENTERPRISE + bytes([PING, tag, 0, 0])


def is_pong(data: bytes, tag: int) -> bool:
    return len(data) >= 28 and data[:2] == RMCP[:2] and data[3:10] == ASF + ENTERPRISE + bytes([PONG, tag])


def capabilities(sequence: int) -> bytes:
    """Get Channel Authentication Capabilities outside a session; `sequence` is below 64."""
    head = bytes([BMC, APPLICATION << 2])
    rest = bytes([CONSOLE, sequence << 2, CAPABILITIES, EXTENDED | THIS_CHANNEL, ADMINISTRATOR])
    message = head + _checksum(head) + rest + _checksum(rest)
    return RMCP + IPMI + bytes(9) + bytes([len(message)]) + message


def told(data: bytes, sequence: int) -> Capabilities | int | None:
    """What answers `capabilities(sequence)`, or the completion code of a refusal; None for anything else."""
    if len(data) < 22 or data[:2] != RMCP[:2] or data[3:4] != IPMI or data[4] != 0:
        return None
    message = data[14 : 14 + data[13]]
    if len(message) < 8 or message[1] >> 2 != APPLICATION | 1 or message[5] != CAPABILITIES:
        return None
    if message[4] >> 2 != sequence or message[-1:] != _checksum(message[3:-1]):
        return None
    if message[6] != 0:
        return message[6]
    if len(message) < 16:
        return None
    kinds, status, extended = message[8], message[9], message[10]
    is_2 = bool(kinds & EXTENDED and extended & VERSION_2)
    return Capabilities(
        version="2.0" if is_2 else "1.5",
        no_authentication=bool(kinds & NO_AUTHENTICATION),
        anonymous=bool(status & ANONYMOUS),
        nameless=bool(status & NULL_USERS),
    )


def _checksum(data: bytes) -> bytes:
    """The two's complement of the sum (section 13.8)."""
    return bytes([-sum(data) & 0xFF])
