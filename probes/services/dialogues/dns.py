"""DNS over TCP as it answers a question that every server can answer: the name servers of the root, not recursive."""

from probes.services.dialogue import Dialogue
from probes.services.identity import Identity, named

IDENTITY = b"\x59\x6a"
QUESTION = b"\x00\x00\x02\x00\x01"
"""The root, NS, IN."""
RESPONSE = 0x80


def question(host: str) -> bytes:
    """RFC 7766 section 8: two octets of length before the message."""
    message = IDENTITY + b"\x00\x00" + b"\x00\x01" + bytes(6) + QUESTION
    return len(message).to_bytes(2, "big") + message


def recognise(data: bytes) -> Identity | None:
    """A response to our number, whatever its rcode."""
    if len(data) < 14 or data[2:4] != IDENTITY or not data[4] & RESPONSE or data[4] & 0x78:
        return None
    if int.from_bytes(data[:2], "big") < 12 or data[6:8] not in (b"\x00\x00", b"\x00\x01"):
        return None
    return named("dns", f"response, rcode {data[5] & 15}")


DIALOGUE = Dialogue("dns", recognise, ports=(53, 853), tls_ports=(853,), question=question)
