"""TXT records as one text each: the strings of a record joined without a gap (RFC 7208 section 3.3). Pure."""

from collections.abc import Iterable

import dns.rdata

LONGEST = 2048
"""Characters kept of one text."""


def joined(records: Iterable[dns.rdata.Rdata]) -> tuple[str, ...]:
    """The texts in sorted order; bytes outside printable ASCII are escaped."""
    return tuple(sorted(_printable(b"".join(record.strings)) for record in records))  # type: ignore[attr-defined]


def _printable(text: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F or byte == 0x09 else f"\\{byte:03}" for byte in text[:LONGEST])
