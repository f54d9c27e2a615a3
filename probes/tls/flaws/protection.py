"""Records under keys: AES in GCM or CBC, as up to TLS 1.2. Just the suites that a session of ours offers. Pure.

RFC 5246 section 6.2.3, RFC 5288; RFC 4346 section 6.2.3.2 for the explicit vector, RFC 2246 for the chained one.
"""

import hmac
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from probes.tls.flaws.secrets import prf
from probes.tls.hello import TLS10
from scanner.model.errors import Malformed

BLOCK, EXPLICIT, SALT, MAC = 16, 8, 4, 20


@dataclass(frozen=True, slots=True)
class Kind:
    """A suite: how many octets its key has, whether it is GCM (else CBC with SHA-1), the PRF's digest, the key exchange."""

    octets: int
    gcm: bool
    digest: str = "sha256"
    exchange: str = "curve"


KINDS = {
    0xC02B: Kind(16, True), 0xC02F: Kind(16, True), 0xC02C: Kind(32, True, "sha384"), 0xC030: Kind(32, True, "sha384"),
    0xC009: Kind(16, False), 0xC013: Kind(16, False), 0xC00A: Kind(32, False), 0xC014: Kind(32, False),
    0x009C: Kind(16, True, exchange="rsa"), 0x009D: Kind(32, True, "sha384", "rsa"),
    0x002F: Kind(16, False, exchange="rsa"), 0x0035: Kind(32, False, exchange="rsa"),
    0x009E: Kind(16, True, exchange="field"), 0x009F: Kind(32, True, "sha384", "field"),
    0x0033: Kind(16, False, exchange="field"), 0x0039: Kind(32, False, exchange="field"),
}  # fmt: skip
"""By code point: ECDHE with ECDSA or RSA, RSA alone, DHE with RSA."""


class Protection:
    """One direction's records. `chain` is the CBC vector of TLS 1.0, which goes on from record to record."""

    def __init__(self, version: int, kind: Kind, key: bytes, mac: bytes, vector: bytes) -> None:
        self._version, self._kind, self._key, self._mac, self._vector = version, kind, key, mac, vector
        self._number = 0

    def _head(self, content: int, octets: int) -> bytes:
        head = self._number.to_bytes(8, "big") + bytes([content])
        self._number += 1
        return head + self._version.to_bytes(2, "big") + octets.to_bytes(2, "big")

    def seal(self, content: int, plain: bytes) -> bytes:
        """The payload of a record."""
        head = self._head(content, len(plain))
        if self._kind.gcm:
            explicit = head[:8]
            return explicit + AESGCM(self._key).encrypt(self._vector + explicit, plain, head)
        data = plain + hmac.new(self._mac, head + plain, "sha1").digest()
        padding = BLOCK - len(data) % BLOCK
        data += bytes([padding - 1]) * padding
        vector = self._vector if self._version == TLS10 else os.urandom(BLOCK)
        cipher = Cipher(AES(self._key), CBC(vector)).encryptor()
        sealed = cipher.update(data) + cipher.finalize()
        self._vector = sealed[-BLOCK:]
        return sealed if self._version == TLS10 else vector + sealed

    def open(self, content: int, payload: bytes) -> bytes:
        """What a record holds; Malformed where it was not made with these keys."""
        if self._kind.gcm:
            head = self._head(content, len(payload) - EXPLICIT - BLOCK) if len(payload) >= EXPLICIT + BLOCK else b""
            try:
                return AESGCM(self._key).decrypt(self._vector + payload[:EXPLICIT], payload[EXPLICIT:], head)
            except (InvalidTag, ValueError) as error:
                raise Malformed("TLS: a record under other keys") from error
        vector, sealed = self._vector, payload
        if self._version != TLS10:
            vector, sealed = payload[:BLOCK], payload[BLOCK:]
        if len(vector) != BLOCK or not sealed or len(sealed) % BLOCK:
            raise Malformed("TLS: a record of a wrong length")
        cipher = Cipher(AES(self._key), CBC(vector)).decryptor()
        data = cipher.update(sealed) + cipher.finalize()
        self._vector = sealed[-BLOCK:]
        plain, told = data[: -data[-1] - 1][:-MAC], data[: -data[-1] - 1][-MAC:]
        if not hmac.compare_digest(hmac.new(self._mac, self._head(content, len(plain)) + plain, "sha1").digest(), told):
            raise Malformed("TLS: a record under other keys")
        return plain


def pair(version: int, kind: Kind, master: bytes, client: bytes, server: bytes) -> tuple[Protection, Protection]:
    """The client's direction and the server's (RFC 5246 section 6.3)."""
    mac, vector = (0, SALT) if kind.gcm else (MAC, BLOCK if version == TLS10 else 0)
    block = prf(version, kind.digest, master, b"key expansion", server + client, 2 * (mac + kind.octets + vector))
    parts: list[bytes] = []
    for octets in (mac, mac, kind.octets, kind.octets, vector, vector):
        parts.append(block[:octets])
        block = block[octets:]
    return tuple(Protection(version, kind, parts[at + 2], parts[at], parts[at + 4]) for at in (0, 1))  # type: ignore[return-value]
