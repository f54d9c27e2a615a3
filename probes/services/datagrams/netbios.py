"""The NetBIOS name service as it answers a node status request for any name (RFC 1002 section 4.2.17)."""

import secrets

from probes.services.datagram import Asked, Datagram
from probes.services.identity import Identity, named

QUESTION = b"\x20CK" + b"A" * 30 + b"\x00\x00\x21\x00\x01"
"""The name "*" in half-ASCII, NBSTAT, IN."""
RESPONSE, OPERATION = 0x80, 0x78
NBSTAT = b"\x00\x21\x00\x01"
NAME = 18
"""Bytes of one name with its flags."""


def status() -> Asked[Identity]:
    """Which names the node holds."""
    identity = secrets.token_bytes(2)

    def recognise(data: bytes) -> Identity | None:
        count = names_in(data, identity)
        return None if count is None else named("netbios", f"node status: {count} names")

    return Asked(identity + b"\x00\x00\x00\x01" + bytes(6) + QUESTION, recognise)


def names_in(data: bytes, identity: bytes) -> int | None:
    """How many names a node status answer holds; which ones is not looked at. None for anything else."""
    if len(data) < 57 or data[:2] != identity or not data[2] & RESPONSE or data[2] & OPERATION:
        return None
    start = 12 + 34 if data[12] == 0x20 else 12 + 2 if data[12] & 0xC0 == 0xC0 else None
    if start is None or data[start : start + 4] != NBSTAT:
        return None
    count = data[start + 10] if len(data) > start + 10 else 0
    return count if count and len(data) >= start + 11 + count * NAME else None


DATAGRAM = Datagram("netbios", 137, (status,))
