"""Signed certificate timestamps (RFC 6962 section 3.2, 3.3): how they are made up. Their signatures are not checked."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from probes.tls import der
from scanner.model.errors import Malformed

EMBEDDED, IN_OCSP = "1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.4.1.11129.2.4.5"
MOST = 64
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SIGNATURE_PAIRS = ((4, 1), (4, 3))
"""SHA-256 with RSA or ECDSA: what logs may use (RFC 6962 section 2.1.4)."""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """One SCT: the log's key identifier in hexadecimal, when it was made (UTC, ISO 8601), and the way it came."""

    log: str
    at: str
    way: str


def read(data: bytes, way: str) -> tuple[Timestamp, ...]:
    """The SCTs of a list as sent, those of other versions left out; Malformed where the list or one of version 1 is."""
    found: list[Timestamp] = []
    for each in _run(data[2:], int.from_bytes(data[:2], "big"), len(data) - 2):
        if len(found) == MOST:
            raise Malformed("SCT: too many")
        if each[:1] == b"\x00":
            found.append(_timestamp(each, way))
    return tuple(found)


def wrapped(value: bytes, way: str) -> tuple[Timestamp, ...]:
    """As an X.509 or OCSP extension holds them: the list in an OCTET STRING."""
    element = der.read(value)
    if element.tag != der.OCTET_STRING:
        raise Malformed("SCT: not an octet string")
    return read(element.content, way)


def _run(data: bytes, told: int, there: int) -> list[bytes]:
    if told != there or not there:
        raise Malformed("SCT: a list that does not add up")
    found: list[bytes] = []
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 2], "big")
        if not length or at + 2 + length > len(data):
            raise Malformed("SCT: a list that does not add up")
        found.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return found


def _timestamp(data: bytes, way: str) -> Timestamp:
    """Version, log (32), milliseconds (8), extensions, signature: just these and nothing after."""
    extensions = int.from_bytes(data[41:43], "big")
    signed = data[43 + extensions :]
    length = int.from_bytes(signed[2:4], "big")
    if len(data) < 47 + extensions or len(signed) != 4 + length or tuple(signed[:2]) not in SIGNATURE_PAIRS:
        raise Malformed("SCT: not of its form")
    try:
        at = EPOCH + timedelta(milliseconds=int.from_bytes(data[33:41], "big"))
    except OverflowError as error:
        raise Malformed("SCT: no moment") from error
    return Timestamp(data[1:33].hex(), at.isoformat(timespec="milliseconds"), way)
