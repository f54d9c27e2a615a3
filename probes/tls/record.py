"""TLS records and the handshake messages in them, however they were cut (RFC 8446 section 5.1). No message is read."""

from collections.abc import Iterator

from scanner.model.errors import Malformed, OverBudget

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA, HEARTBEAT = 20, 21, 22, 23, 24
MOST_RECORD = 2**14 + 2048
MOST_MESSAGE = 2**17


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and payload of each whole record; the rest is checked as far as it has come. Malformed where it is none."""
    at = 0
    while at < len(data):
        header = data[at : at + 5]
        if not CHANGE_CIPHER_SPEC <= header[0] <= HEARTBEAT or header[1:2] not in (b"", b"\x03", b"\x01"):
            raise Malformed("TLS: not a record")
        length = int.from_bytes(header[3:5], "big")
        if len(header) == 5 and length > MOST_RECORD:
            raise Malformed("TLS: a record too long")
        payload = data[at + 5 : at + 5 + length]
        if len(header) < 5 or len(payload) < length:
            return
        yield header[0], payload
        at += 5 + length


def messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and body of each whole handshake message; OverBudget where one announces more than a chain can need."""
    at = 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at + 1 : at + 4], "big")
        if length > MOST_MESSAGE:
            raise OverBudget(f"TLS: a handshake message of {length} octets")
        if at + 4 + length > len(data):
            return
        yield data[at], data[at + 4 : at + 4 + length]
        at += 4 + length


def extensions(data: bytes) -> dict[int, bytes]:
    """A vector of extensions with its length of two octets; the first of a kind counts. Malformed past its end."""
    found: dict[int, bytes] = {}
    end = 2 + int.from_bytes(data[:2], "big")
    at = 2
    while at + 4 <= min(end, len(data)):
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if at + 4 + length > len(data):
            raise Malformed("TLS: an extension past its end")
        found.setdefault(int.from_bytes(data[at : at + 2], "big"), data[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def record(kind: int, payload: bytes, version: int = 0x0303) -> bytes:
    """One record, as it is sent."""
    return bytes([kind]) + version.to_bytes(2, "big") + len(payload).to_bytes(2, "big") + payload


def message(kind: int, body: bytes) -> bytes:
    """One handshake message, as it is sent."""
    return bytes([kind]) + len(body).to_bytes(3, "big") + body
