"""Frames of Cassandra's native protocol (native_protocol_v4.spec, section 2). What is said in them, others know."""

from probes.services.length import told

ERROR, STARTUP, READY, AUTHENTICATE, OPTIONS, SUPPORTED = 0x00, 0x01, 0x02, 0x03, 0x05, 0x06
HEADER = 9
RESPONSE = 0x80
NEWEST = 5
"""Versions 3 to 5 share the header; 5 frames differently only once it has begun."""
USUAL = 4

whole_frame = told(5, 4, beyond=HEADER)


def frame(operation: int, body: bytes = b"", version: int = USUAL) -> bytes:
    """A request on stream 0, without flags."""
    return bytes((version, 0, 0, 0, operation)) + len(body).to_bytes(4, "big") + body


def startup(version: int = USUAL) -> bytes:
    """What every client begins with: the version of the query language, and nothing of a user."""
    return frame(STARTUP, b"\x00\x01" + _text(b"CQL_VERSION") + _text(b"3.0.0"), version)


def operation(data: bytes) -> int | None:
    """What a response is; None for what is none of ours."""
    if len(data) < HEADER or not data[0] & RESPONSE or not 1 <= data[0] & 0x7F <= NEWEST + 1:
        return None
    length = int.from_bytes(data[5:9], "big")
    if data[2:4] != b"\0\0" or data[4] not in (ERROR, READY, AUTHENTICATE, SUPPORTED) or length > 1 << 16:
        return None
    return data[4]


def version(data: bytes) -> int:
    """The protocol's version that a response is written in."""
    return data[0] & 0x7F


def _text(word: bytes) -> bytes:
    return len(word).to_bytes(2, "big") + word
