"""BSON documents, read only as deep as an answer needs (bsonspec.org, version 1.1). Bounded; it changes nothing."""

import struct

MOST_FIELDS = 64
SIZES = {0x01: 8, 0x06: 0, 0x07: 12, 0x08: 1, 0x09: 8, 0x0A: 0, 0x10: 4, 0x11: 8, 0x12: 8, 0x13: 16, 0x7F: 0, 0xFF: 0}
"""Octets of the types that are always of one length."""
COUNTED = {0x02: 4, 0x0D: 4, 0x0E: 4, 0x05: 5}
"""Octets before the content of the types that count it: a string's length; a binary's length and subtype."""
NESTED = (0x03, 0x04)

Value = float | int | str | bool | bytes | None


def fields(document: bytes) -> dict[str, Value]:
    """The first fields of a document by name: numbers, texts and flags as such, nested ones as their bytes.

    Reads what is there of a document that is cut, and stops at a type that it does not know.
    """
    found: dict[str, Value] = {}
    at = 4
    while at < len(document) and document[at] and len(found) < MOST_FIELDS:
        kind = document[at]
        end = document.find(b"\0", at + 1)
        if end < 0:
            break
        start, size = end + 1, _size(kind, document, end + 1)
        if size is None or start + size > len(document):
            break
        found[document[at + 1 : end].decode("utf-8", "replace")] = _value(kind, document[start : start + size])
        at = start + size
    return found


def count(array: bytes) -> int:
    """Elements of an array, as many as are read."""
    return len(fields(array))


def _size(kind: int, data: bytes, at: int) -> int | None:
    if kind in SIZES:
        return SIZES[kind]
    if len(data) < at + 4:
        return None
    told = int.from_bytes(data[at : at + 4], "little")
    if kind in NESTED:
        return told if told >= 5 else None
    return told + COUNTED[kind] if kind in COUNTED else None


def _value(kind: int, content: bytes) -> Value:
    match kind:
        case 0x01:
            number: float = struct.unpack("<d", content)[0]
            return number
        case 0x02:
            return content[4:-1].decode("utf-8", "replace")
        case 0x08:
            return content == b"\x01"
        case 0x10 | 0x12:
            return int.from_bytes(content, "little", signed=True)
        case 0x0A:
            return None
        case _:
            return content
