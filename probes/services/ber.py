"""ASN.1 BER, as little of it as SNMP needs: definite lengths, one-byte tags (X.690 section 8). Pure and bounded."""

from collections.abc import Iterator

from scanner.model.errors import Malformed

INTEGER, OCTETS, NULL, OID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
MOST_INTEGER = 8
"""Bytes of an integer that are read."""


def pack(tag: int, *content: bytes) -> bytes:
    """One element around its parts."""
    inner = b"".join(content)
    if len(inner) < 0x80:
        return bytes([tag, len(inner)]) + inner
    size = len(inner).to_bytes((len(inner).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + inner


def integer(value: int) -> bytes:
    """A number from 0 on."""
    return pack(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def element(data: bytes) -> tuple[int, bytes, bytes]:
    """The first element's tag and content, and what follows it; Malformed where it is not whole."""
    if len(data) < 2:
        raise Malformed("BER: an element without a length")
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        count = length & 0x7F
        if not 0 < count <= 4 or len(data) < 2 + count:
            raise Malformed("BER: a length that cannot be")
        start = 2 + count
        length = int.from_bytes(data[2:start], "big")
    if len(data) < start + length:
        raise Malformed("BER: an element that ends beyond its datagram")
    return tag, data[start : start + length], data[start + length :]


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """All elements side by side; every one takes two bytes at least, so that it ends."""
    while data:
        tag, content, data = element(data)
        yield tag, content


def number(tag: int, content: bytes) -> int:
    """The value of an INTEGER; Malformed for another tag or one too long."""
    if tag != INTEGER or not 0 < len(content) <= MOST_INTEGER:
        raise Malformed("BER: no number where one is due")
    return int.from_bytes(content, "big", signed=True)
