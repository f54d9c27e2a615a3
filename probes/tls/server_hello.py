"""What a TLS server says first: alerts, ServerHello, HelloRetryRequest, and all that comes in the clear up to TLS 1.2."""

from dataclasses import dataclass
from functools import lru_cache

from probes.tls.record import ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, extensions, messages, records
from scanner.model.errors import Malformed

SERVER_HELLO, CERTIFICATE, SERVER_KEY_EXCHANGE, CERTIFICATE_REQUEST = 2, 11, 12, 13
SERVER_HELLO_DONE, CERTIFICATE_STATUS = 14, 22
FATAL, CLOSE_NOTIFY = 2, 0
MOST_CERTIFICATES = 64
RETRY_RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
"""The random that marks a HelloRetryRequest (RFC 8446 section 4.1.3)."""
SUPPORTED_VERSIONS, KEY_SHARE = 43, 51
OCSP = 1


@dataclass(frozen=True, slots=True)
class ServerHello:
    """`version` is the one negotiated: supported_versions where it is there. `extensions` are kind to content.

    `session` is the session identifier as the server sent it; `random` its 32 octets.
    """

    version: int
    suite: int
    compression: int
    retry: bool
    extensions: dict[int, bytes]
    session: bytes = b""
    random: bytes = b""

    @property
    def group(self) -> int | None:
        """The group that TLS 1.3 chose, by share or by HelloRetryRequest; None where none is named."""
        share = self.extensions.get(KEY_SHARE, b"")
        return int.from_bytes(share[:2], "big") if len(share) >= 2 else None


@dataclass(frozen=True, slots=True)
class Alert:
    """RFC 8446 section 6: whether it is fatal, and its description's number."""

    fatal: bool
    description: int


@dataclass(frozen=True, slots=True)
class Heard:
    """All that could be read so far; what is None has not come whole, or not at all.

    `key_exchange` is the body of ServerKeyExchange, `staple` the DER of the OCSP answer in CertificateStatus.
    `done` says that ServerHelloDone came; `asks_certificate` that one is demanded of the client.
    """

    hello: ServerHello | None = None
    alert: Alert | None = None
    certificates: tuple[bytes, ...] | None = None
    key_exchange: bytes | None = None
    staple: bytes | None = None
    asks_certificate: bool = False
    done: bool = False


@lru_cache(maxsize=8)
def hear(data: bytes) -> Heard:
    """Read what a server sent so far. An unfinished end is fine; Malformed where it is no TLS.

    OverBudget where a message announces more than a chain can need. Whoever asks whether it is enough, and then reads
    it, has it read once.
    """
    said, alert = bytearray(), None
    for kind, payload in records(data):
        if kind == ALERT and len(payload) >= 2:
            found = Alert(payload[0] == FATAL or payload[1] == CLOSE_NOTIFY, payload[1])
            alert = found if found.fatal and alert is None else alert
        elif kind == HANDSHAKE:
            said += payload
        if kind in (CHANGE_CIPHER_SPEC, APPLICATION_DATA) or alert is not None:
            break
    bodies: dict[int, bytes] = {}
    for kind, body in messages(bytes(said)):
        bodies.setdefault(kind, body)
    return Heard(
        _server_hello(bodies[SERVER_HELLO]) if SERVER_HELLO in bodies else None,
        alert,
        certificate_list(bodies[CERTIFICATE]) if CERTIFICATE in bodies else None,
        bodies.get(SERVER_KEY_EXCHANGE),
        staple(bodies[CERTIFICATE_STATUS]) if CERTIFICATE_STATUS in bodies else None,
        CERTIFICATE_REQUEST in bodies,
        SERVER_HELLO_DONE in bodies,
    )


def _server_hello(body: bytes) -> ServerHello:
    rest = 35 + body[34] if len(body) >= 38 else len(body)
    if len(body) < rest + 3:
        raise Malformed("TLS: a ServerHello too short")
    told = extensions(body[rest + 3 :])
    chosen = told.get(SUPPORTED_VERSIONS, b"")
    version = int.from_bytes(chosen if len(chosen) == 2 else body[:2], "big")
    suite = int.from_bytes(body[rest : rest + 2], "big")
    retry = body[2:34] == RETRY_RANDOM
    return ServerHello(version, suite, body[rest + 2], retry, told, body[35:rest], body[2:34])


def certificate_list(body: bytes) -> tuple[bytes, ...]:
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


def staple(status: bytes) -> bytes:
    """The OCSP answer in a CertificateStatus (RFC 6066 section 8); empty where it is of another kind or breaks off."""
    length = int.from_bytes(status[1:4], "big")
    return status[4 : 4 + length] if status[:1] == bytes([OCSP]) and len(status) >= 4 + length else b""
