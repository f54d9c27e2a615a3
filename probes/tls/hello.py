"""The first words of a TLS client, made by hand: any version, any suites, groups and extensions. It reads nothing."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from probes.tls.record import HANDSHAKE, message

TLCP = 0x0101
SSL3, TLS10, TLS11, TLS12, TLS13 = 0x0300, 0x0301, 0x0302, 0x0303, 0x0304
CLIENT_HELLO = 1

SERVER_NAME, STATUS_REQUEST, SUPPORTED_GROUPS, POINT_FORMATS, SIGNATURE_ALGORITHMS = 0, 5, 10, 11, 13
HEARTBEAT, ALPN, SIGNED_TIMESTAMPS, ENCRYPT_THEN_MAC, EXTENDED_MASTER_SECRET, SESSION_TICKET = 15, 16, 18, 22, 23, 35
PADDING, SUPPORTED_VERSIONS, KEY_SHARE, RENEGOTIATION_INFO = 21, 43, 51, 0xFF01
"""IANA, TLS ExtensionType Values."""

EVERY_GROUP = (29, 23, 24, 25, 30, 0x11EC, 0x11EB, 0x11ED, 0x11EE, 26, 27, 28, 31, 32, 33, 256, 257, 258, 259, 260, 41,
               0x6399, 0x639A, 0x0200, 0x0201, 0x0202, 34, 35, 36, 37, 38, 39, 40, *range(1, 23), 0xFF01, 0xFF02)  # fmt: skip
"""IANA, TLS Supported Groups; 0x11EC is X25519MLKEM768, 0x6399 its draft with Kyber, 41 is curveSM2, 0xFF01 any
explicit prime curve."""
EVERY_SIGNATURE = (0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x081A,
                   0x081B, 0x081C, 0x0401, 0x0501, 0x0601, 0x0708, 0x0904, 0x0905, 0x0906, 0x0303, 0x0301, 0x0402,
                   0x0302, 0x0203, 0x0201, 0x0202, 0x0101)  # fmt: skip
"""IANA, TLS SignatureScheme, and the hash and signature pairs of RFC 5246 down to RSA with MD5."""
FEW_GROUPS = (29, 23, 24, 25)
FEW_SIGNATURES = (0x0403, 0x0804, 0x0401, 0x0501, 0x0601, 0x0201, 0x0203)


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What to offer. `random` is 32 octets; `key_shares` pairs a group with its public value (TLS 1.3 only).

    `version` is the highest; `versions` are those of supported_versions, by default this one alone where it is
    TLS 1.3 and none elsewhere. An empty `key_shares` asks a TLS 1.3 server to choose the group by HelloRetryRequest
    (RFC 8446 section 4.2.8). `extensions` are sent as they are, after all others: kind and content.
    `plain` leaves out every extension but the name's; SSL 3.0 has none at all.
    """

    version: int
    suites: tuple[int, ...]
    random: bytes
    name: str | None = None
    groups: tuple[int, ...] = EVERY_GROUP
    signatures: tuple[int, ...] = EVERY_SIGNATURE
    key_shares: tuple[tuple[int, bytes], ...] = ()
    session: bytes = b""
    compressions: bytes = b"\x00"
    versions: tuple[int, ...] = ()
    extensions: tuple[tuple[int, bytes], ...] = ()
    plain: bool = False

    def to_bytes(self) -> bytes:
        """The hello in one handshake record (RFC 5246 section 7.4.1.2, RFC 6101 section 5.6.1.2)."""
        body = min(self.version, TLS12).to_bytes(2, "big") + self.random
        body += vector(1, self.session) + vector(2, numbers(self.suites)) + vector(1, self.compressions)
        sent = b"" if self.version == SSL3 else b"".join(self._extensions())
        if sent or not (self.plain or self.version == SSL3):
            body += vector(2, sent + _padding(len(body) + len(sent)))
        head = bytes([HANDSHAKE]) + min(self.version, TLS10).to_bytes(2, "big")
        return head + vector(2, message(CLIENT_HELLO, body))

    def _extensions(self) -> Iterable[bytes]:
        if self.name:
            yield extension(SERVER_NAME, vector(2, b"\x00" + vector(2, self.name.encode("ascii"))))
        if self.plain:
            return
        yield extension(SUPPORTED_GROUPS, vector(2, numbers(self.groups)))
        spoken = self.versions or ((self.version,) if self.version >= TLS13 else ())
        if min(spoken, default=self.version) < TLS13:
            yield extension(POINT_FORMATS, vector(1, b"\x00\x01\x02"))
        if self.version >= TLS12:
            yield extension(SIGNATURE_ALGORITHMS, vector(2, numbers(self.signatures)))
        if spoken:
            yield extension(SUPPORTED_VERSIONS, vector(1, numbers(spoken)))
        if TLS13 in spoken:
            shares = (group.to_bytes(2, "big") + vector(2, share) for group, share in self.key_shares)
            yield extension(KEY_SHARE, vector(2, b"".join(shares)))
        for kind, content in self.extensions:
            yield extension(kind, content)


def _padding(octets: int) -> bytes:
    """RFC 7685: some servers hang at a hello of 256 to 511 octets; the header and a length come to `octets`."""
    whole = 4 + octets + 2
    return extension(PADDING, bytes(max(1, 512 - whole - 4))) if 255 < whole < 512 else b""


def vector(octets: int, content: bytes) -> bytes:
    """A length of so many octets, and the content."""
    return len(content).to_bytes(octets, "big") + content


def numbers(values: Iterable[int]) -> bytes:
    """Each in two octets."""
    listed = tuple(values)
    return struct.pack(f">{len(listed)}H", *listed)


def extension(kind: int, content: bytes) -> bytes:
    """One extension, as it is sent."""
    return kind.to_bytes(2, "big") + vector(2, content)


def status_request() -> tuple[int, bytes]:
    """RFC 6066 section 8: any responder will do."""
    return STATUS_REQUEST, b"\x01\x00\x00\x00\x00"


def alpn(protocols: Iterable[str]) -> tuple[int, bytes]:
    """RFC 7301."""
    return ALPN, vector(2, b"".join(vector(1, protocol.encode("ascii")) for protocol in protocols))
