"""STUN and TURN messages: what a server answers to a binding, an allocation and its release. Pure.

RFC 8489 sections 5 and 14 (STUN), RFC 8656 sections 7 and 18 (TURN).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

BINDING, ALLOCATE, REFRESH = 0x0001, 0x0003, 0x0004
SUCCESS, ERROR = 0x0100, 0x0110
COOKIE = b"\x21\x12\xa4\x42"
LIFETIME, ERROR_CODE, REQUESTED_TRANSPORT, SOFTWARE = 0x000D, 0x0009, 0x0019, 0x8022
UDP = b"\x11\x00\x00\x00"
HEADER = 20
PRODUCT = re.compile(r"([A-Za-z][\w.]*)[-/ ]v?(\d[\w.]*)")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to our transaction: whether it is a success, else the error's number (0 without one)."""

    success: bool
    error: int = 0
    software: str = ""


def request(method: int, transaction: bytes, *attributes: tuple[int, bytes]) -> bytes:
    """A request; `transaction` is 12 bytes, values are padded to four."""
    body = b"".join(
        kind.to_bytes(2, "big") + len(value).to_bytes(2, "big") + value + bytes(-len(value) % 4)
        for kind, value in attributes
    )
    return method.to_bytes(2, "big") + len(body).to_bytes(2, "big") + COOKIE + transaction + body


def allocate(transaction: bytes) -> bytes:
    """A relayed UDP port, asked for without credentials."""
    return request(ALLOCATE, transaction, (REQUESTED_TRANSPORT, UDP))


def release(transaction: bytes) -> bytes:
    """The allocation's end: a lifetime of zero (RFC 8656 section 8)."""
    return request(REFRESH, transaction, (LIFETIME, bytes(4)))


def reply(data: bytes, method: int, transaction: bytes) -> Reply | None:
    """The answer to this request; None for anything else."""
    if len(data) < HEADER or data[4:8] != COOKIE or data[8:HEADER] != transaction:
        return None
    if HEADER + int.from_bytes(data[2:4], "big") > len(data):
        return None
    kind = int.from_bytes(data[:2], "big")
    if kind not in (method | SUCCESS, method | ERROR):
        return None
    values = dict(_attributes(data))
    code = values.get(ERROR_CODE, b"")
    number = (code[2] & 7) * 100 + code[3] if len(code) >= 4 else 0
    software = values.get(SOFTWARE, b"")[:128].decode("utf-8", "replace")
    return Reply(kind == method | SUCCESS, number, software)


def product(software: str) -> tuple[str, str]:
    """Product and version as SOFTWARE names them: "Coturn-4.6.1 'Gorst'"; "" for what it does not."""
    found = PRODUCT.search(software)
    return (found[1], found[2]) if found else (software.strip(), "")


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and value of each attribute that is whole; of a type twice the last."""
    at, end = HEADER, HEADER + int.from_bytes(data[2:4], "big")
    while at + 4 <= end:
        kind, length = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
        if at + 4 + length > end:
            return
        yield kind, data[at + 4 : at + 4 + length]
        at += 4 + length + -length % 4
