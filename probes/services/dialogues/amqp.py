"""AMQP as it answers a protocol header: with Connection.Start (0-9-1), or with the header that it wants instead."""

import re

from probes.services.banner import printable
from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

HEADER = b"AMQP\x00\x00\x09\x01"
START = b"\x00\x0a\x00\x0a"
"""Connection.Start: class 10, method 10 (AMQP 0-9-1, "Class Index")."""
OWN = re.compile(rb"AMQP(?:\x00\x00\x09[\x00\x01]|\x01\x01[\x00-\x09][\x00-\x0a]|[\x00\x02\x03]\x01\x00\x00)")
"""0-9(-1), 0-8 to 0-10; 1.0 bare, in TLS, or behind SASL (OASIS AMQP 1.0, sections 2.2 and 5.3.2)."""


def question(host: str) -> bytes:
    """What every client of 0-9-1 begins with (section 4.2.2)."""
    return HEADER


def recognise(data: bytes) -> Identity | None:
    """A method frame of Connection.Start with what the server says of itself; or another version's header."""
    if len(data) == 8 and (found := OWN.fullmatch(data)) and data != HEADER:
        major, minor, revision = data[5:8]
        return named("amqp", f"AMQP header {data[4]}-{major}-{minor}-{revision}") if found else None
    if len(data) < 20 or data[0] != 1 or data[1:3] != b"\0\0" or data[7:11] != START:
        return None
    product, version = _told(data, b"product"), _told(data, b"version")
    return named("amqp", f"Connection.Start: {product} {version}", product, version)


def _told(data: bytes, key: bytes) -> str:
    """A long string of the server's properties (section 4.2.5.5)."""
    mark = bytes([len(key)]) + key + b"S"
    at = data.find(mark)
    if at < 0:
        return ""
    start = at + len(mark) + 4
    return printable(data[start : start + min(int.from_bytes(data[start - 4 : start], "big"), 64)])


def complete(data: bytes) -> bool:
    """A header is eight bytes; a frame says its length and ends with an octet."""
    if data.startswith(b"AMQP"):
        return len(data) >= 8
    return len(data) >= 7 and len(data) >= 8 + int.from_bytes(data[3:7], "big")


DIALOGUE = Dialogue(
    "amqp",
    recognise,
    ports=(5671, 5672),
    tls_ports=(5671,),
    question=question,
    complete=complete,
)
