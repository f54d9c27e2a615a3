"""The first words of a TLS client, made by hand: any version, any suites, groups and extensions. It reads nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

SSL3, TLS10, TLS11, TLS12, TLS13 = 0x0300, 0x0301, 0x0302, 0x0303, 0x0304

EVERY_GROUP = (29, 23, 24, 25, 30, 0x11EC, 0x11EB, 0x11ED, 26, 27, 28, 31, 32, 33, 256, 257, 258, 259, 260, 41,
               34, 35, 36, 37, 38, 39, 40, *range(1, 23), 0xFF01, 0xFF02)  # fmt: skip
"""IANA, TLS Supported Groups; 0x11EC is X25519MLKEM768, 41 is curveSM2, 0xFF01 any explicit prime curve."""
EVERY_SIGNATURE = (0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B, 0x081A,
                   0x081B, 0x081C, 0x0401, 0x0501, 0x0601, 0x0708, 0x0303, 0x0301, 0x0402, 0x0302, 0x0203, 0x0201,
                   0x0202, 0x0101)  # fmt: skip
"""IANA, TLS SignatureScheme, and the hash and signature pairs of RFC 5246 down to RSA with MD5."""
FEW_GROUPS = (29, 23, 24, 25)
FEW_SIGNATURES = (0x0403, 0x0804, 0x0401, 0x0501, 0x0601, 0x0201, 0x0203)


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What to offer. `random` is 32 octets; `key_shares` pairs a group with its public value (TLS 1.3 only).

    An empty `key_shares` asks a TLS 1.3 server to choose the group by HelloRetryRequest (RFC 8446 section 4.2.8).
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

    def to_bytes(self) -> bytes:
        """The hello in one handshake record (RFC 5246 section 7.4.1.2, RFC 6101 section 5.6.1.2)."""
        body = min(self.version, TLS12).to_bytes(2, "big") + self.random
        body += _vector(1, self.session) + _vector(2, _numbers(self.suites)) + _vector(1, self.compressions)
        if self.version != SSL3:
            body += _vector(2, b"".join(self._extensions()))
        message = b"\x01" + _vector(3, body)
        return b"\x16" + min(self.version, TLS10).to_bytes(2, "big") + _vector(2, message)

    def _extensions(self) -> Iterable[bytes]:
        if self.name:
            yield _extension(0, _vector(2, b"\x00" + _vector(2, self.name.encode("ascii"))))
        yield _extension(10, _vector(2, _numbers(self.groups)))
        if self.version < TLS13:
            yield _extension(11, _vector(1, b"\x00\x01\x02"))
        if self.version >= TLS12:
            yield _extension(13, _vector(2, _numbers(self.signatures)))
        if self.version >= TLS13:
            yield _extension(43, _vector(1, _numbers([self.version])))
            shares = (group.to_bytes(2, "big") + _vector(2, share) for group, share in self.key_shares)
            yield _extension(51, _vector(2, b"".join(shares)))


def _vector(octets: int, content: bytes) -> bytes:
    return len(content).to_bytes(octets, "big") + content


def _numbers(numbers: Iterable[int]) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in numbers)


def _extension(kind: int, content: bytes) -> bytes:
    return kind.to_bytes(2, "big") + _vector(2, content)
