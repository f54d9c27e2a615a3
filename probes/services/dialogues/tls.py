"""TLS as it answers a hello that old and new servers understand. What is inside is found by asking inside."""

import secrets

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

SUITES = (0x1301, 0x1302, 0x1303, 0xC02B, 0xC02C, 0xC02F, 0xC030, 0xCCA8, 0xCCA9, 0x009E, 0x009F, 0xC009,
          0xC00A, 0xC013, 0xC014, 0x0033, 0x0039, 0x009C, 0x009D, 0x003C, 0x002F, 0x0035, 0x000A, 0x0005)  # fmt: skip
VERSIONS = (0x0304, 0x0303, 0x0302, 0x0301)
GROUPS = (29, 23, 24, 25)
SIGNATURES = (0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201, 0x0202, 0x0708)
HANDSHAKE, ALERT = 0x16, 0x15
SERVER_HELLO = 2


def question(host: str) -> bytes:
    """A ClientHello (RFC 8446 section 4.1.2); `host` is the name for SNI, "" where there is none."""
    name = _vector(2, b"\x00" + _vector(2, host.encode("ascii", "replace")))
    share = _vector(2, _numbers([GROUPS[0]]) + _vector(2, secrets.token_bytes(32)))
    extensions = (_extension(0, name) if host else b"") + b"".join(
        (
            _extension(10, _vector(2, _numbers(GROUPS))),
            _extension(11, b"\x01\x00"),
            _extension(13, _vector(2, _numbers(SIGNATURES))),
            _extension(43, _vector(1, _numbers(VERSIONS))),
            _extension(51, share),
        )
    )
    body = b"\x03\x03" + secrets.token_bytes(32) + _vector(1, secrets.token_bytes(32))
    body += _vector(2, _numbers(SUITES)) + b"\x01\x00" + _vector(2, extensions)
    message = b"\x01" + _vector(3, body)
    return b"\x16\x03\x01" + _vector(2, message)


def recognise(data: bytes) -> Identity | None:
    """A record with a ServerHello, or an alert: both only come from TLS (RFC 8446 sections 5.1 and 6)."""
    if len(data) < 7 or data[1] != 3 or data[2] > 4:
        return None
    length = int.from_bytes(data[3:5], "big")
    if data[0] == HANDSHAKE and data[5] == SERVER_HELLO and 4 < length <= 1 << 14:
        return named("tls", "ServerHello")
    if data[0] == ALERT and length == 2 and data[5] in (1, 2):
        return named("tls", f"alert {data[6]}")
    return None


def _vector(octets: int, content: bytes) -> bytes:
    return len(content).to_bytes(octets, "big") + content


def _numbers(numbers: tuple[int, ...] | list[int]) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in numbers)


def _extension(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2, "big") + _vector(2, content)


DIALOGUE = Dialogue("tls", recognise, question=question, elsewhere=20)
