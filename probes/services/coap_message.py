"""CoAP messages as far as one answer tells: the ping, and a read of /.well-known/core. Pure.

RFC 7252 sections 3 and 4.3 (messages, ping), RFC 6690 (the resource), RFC 7959 (a first block of 16 bytes).
"""

CONFIRMABLE, NON, ACKNOWLEDGEMENT, RESET = 0, 1, 2, 3
EMPTY, GET = 0x00, 0x01
PATH = b"\xbb.well-known\x04core"
"""Uri-Path twice: option 11, and 11 again."""
FIRST_BLOCK = b"\xc0"
"""Block2 (option 23) as zero: block 0 of 16 bytes."""


def ping(number: bytes) -> bytes:
    """An empty confirmable message, which every node resets; `number` is two bytes."""
    return bytes([0x40, EMPTY]) + number


def is_pong(data: bytes, number: bytes) -> bool:
    return len(data) == 4 and data[0] == 0x40 | RESET << 4 and data[1] == EMPTY and data[2:4] == number


def core(number: bytes, token: bytes) -> bytes:
    """GET /.well-known/core, of which 16 bytes are enough; `token` is at most eight bytes."""
    return bytes([0x40 | len(token), GET]) + number + token + PATH + FIRST_BLOCK


def code_of(data: bytes, number: bytes, token: bytes) -> float | None:
    """The answer's code as it is written (2.05, 4.04), 0.0 where it is reset; None for anything else.

    An empty acknowledgement is none: the answer comes after it, by its token.
    """
    if len(data) < 4 or data[0] >> 6 != 1:
        return None
    kind, length = data[0] >> 4 & 3, data[0] & 15
    if kind == RESET:
        return 0.0 if data[2:4] == number and data[1] == EMPTY else None
    if kind == ACKNOWLEDGEMENT and data[2:4] != number:
        return None
    major = data[1] >> 5
    if length != len(token) or data[4 : 4 + length] != token or major not in (2, 4, 5):
        return None
    return round(major + (data[1] & 31) / 100, 2)
