"""What a TLS server says first: records, alerts, ServerHello, HelloRetryRequest, and the Certificate up to TLS 1.2."""

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.model.errors import Malformed, OverBudget

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
SERVER_HELLO, CERTIFICATE, SERVER_HELLO_DONE = 2, 11, 14
FATAL, CLOSE_NOTIFY = 2, 0
MOST_RECORD = 2**14 + 2048
MOST_MESSAGE = 2**17
MOST_CERTIFICATES = 64
RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""The random that marks a HelloRetryRequest (RFC 8446 section 4.1.3)."""
SUPPORTED_VERSIONS = 43


@dataclass(frozen=True, slots=True)
class ServerHello:
    """`version` is the one negotiated: supported_versions where it is there. `extensions` are kind to content."""

    version: int
    suite: int
    compression: int
    retry: bool
    extensions: dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Alert:
    """RFC 8446 section 6: whether it is fatal, and its description's number."""

    fatal: bool
    description: int


@dataclass(frozen=True, slots=True)
class Heard:
    """All that could be read so far; `certificates` is None until the message has come whole."""

    hello: ServerHello | None = None
    alert: Alert | None = None
    certificates: tuple[bytes, ...] | None = None
    done: bool = False


def hear(data: bytes) -> Heard:
    """Read what a server sent so far. An unfinished end is fine; Malformed where it is no TLS.

    OverBudget where a message announces more than a chain can need.
    """
    messages, alert = bytearray(), None
    for kind, payload in _records(data):
        if kind == ALERT and len(payload) >= 2:
            said = Alert(payload[0] == FATAL or payload[1] == CLOSE_NOTIFY, payload[1])
            alert = said if said.fatal and alert is None else alert
        elif kind == HANDSHAKE:
            messages += payload
        if kind in (CHANGE_CIPHER_SPEC, APPLICATION_DATA) or alert is not None:
            break
    hello, certificates, done = None, None, False
    for kind, body in _messages(bytes(messages)):
        if kind == SERVER_HELLO and hello is None:
            hello = _server_hello(body)
        elif kind == CERTIFICATE and certificates is None:
            certificates = _certificates(body)
        done = done or kind == SERVER_HELLO_DONE
    return Heard(hello, alert, certificates, done)


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and payload of each whole record; the rest is checked as far as it has come."""
    at = 0
    while at < len(data):
        header = data[at : at + 5]
        if not CHANGE_CIPHER_SPEC <= header[0] <= 24 or header[1:2] not in (b"", b"\x03", b"\x01"):
            raise Malformed("TLS: not a record")
        length = int.from_bytes(header[3:5], "big")
        if len(header) == 5 and length > MOST_RECORD:
            raise Malformed("TLS: a record too long")
        payload = data[at + 5 : at + 5 + length]
        if len(header) < 5 or len(payload) < length:
            return
        yield header[0], payload
        at += 5 + length


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at + 1 : at + 4], "big")
        if length > MOST_MESSAGE:
            raise OverBudget(f"TLS: a handshake message of {length} octets")
        if at + 4 + length > len(data):
            return
        yield data[at], data[at + 4 : at + 4 + length]
        at += 4 + length


def _server_hello(body: bytes) -> ServerHello:
    rest = 35 + body[34] if len(body) >= 38 else len(body)
    if len(body) < rest + 3:
        raise Malformed("TLS: a ServerHello too short")
    extensions = _extensions(body[rest + 3 :])
    chosen = extensions.get(SUPPORTED_VERSIONS, b"")
    version = int.from_bytes(chosen if len(chosen) == 2 else body[:2], "big")
    suite = int.from_bytes(body[rest : rest + 2], "big")
    return ServerHello(version, suite, body[rest + 2], body[2:34] == RETRY_RANDOM, extensions)


def _extensions(data: bytes) -> dict[int, bytes]:
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


def _certificates(body: bytes) -> tuple[bytes, ...]:
    """The list of RFC 5246 section 7.4.2: each with a length of three octets."""
    found: list[bytes] = []
    at = 3
    while at + 3 <= len(body):
        length = int.from_bytes(body[at : at + 3], "big")
        if at + 3 + length > len(body) or len(found) == MOST_CERTIFICATES:
            raise Malformed("TLS: a certificate list that does not add up")
        found.append(body[at + 3 : at + 3 + length])
        at += 3 + length
    return tuple(found)
