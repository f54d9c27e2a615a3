"""How SSH's packets are sealed once keys are agreed (RFC 4253 section 6, RFC 4344, RFC 5647, PROTOCOL of OpenSSH)."""

import hmac
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES, ChaCha20
from cryptography.hazmat.primitives.ciphers.modes import CBC, CTR
from cryptography.hazmat.primitives.poly1305 import Poly1305

from probes.ssh.frame import Seal, framed, length_of
from probes.ssh.kex_init import unpadded
from scanner.model.errors import Malformed

KeyOf = Callable[[str, int], bytes]
"""A key by its letter's role ("iv", "key", "mac") and its length in bytes."""

CIPHERS = {
    "aes128-ctr": (16, 16),
    "aes256-ctr": (32, 16),
    "aes192-ctr": (24, 16),
    "aes128-gcm@openssh.com": (16, 12),
    "aes256-gcm@openssh.com": (32, 12),
    "chacha20-poly1305@openssh.com": (64, 0),
    "aes128-cbc": (16, 16),
    "aes256-cbc": (32, 16),
    "aes192-cbc": (24, 16),
    "3des-cbc": (24, 8),
}
"""What we can speak, the likeliest first: bytes of key and of initial vector."""
MACS = {
    "hmac-sha2-256": ("sha256", 32),
    "hmac-sha2-512": ("sha512", 64),
    "hmac-sha2-256-etm@openssh.com": ("sha256", 32),
    "hmac-sha2-512-etm@openssh.com": ("sha512", 64),
    "hmac-sha1": ("sha1", 20),
    "hmac-sha1-etm@openssh.com": ("sha1", 20),
    "hmac-sha1-96": ("sha1", 12),
    "hmac-md5": ("md5", 16),
    "hmac-md5-96": ("md5", 12),
}
"""The hash, and how many bytes of it are sent."""
WITH_TAG = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com")
TAG = 16


class Maced:
    """A cipher with a MAC of its own, over the clear text or (etm) over what was sent."""

    def __init__(self, cipher: str, mac: str, key_of: KeyOf, *, sends: bool) -> None:
        size, iv = CIPHERS[cipher]
        key = key_of("key", size)
        mode = CTR(key_of("iv", iv)) if cipher.endswith("ctr") else CBC(key_of("iv", iv))
        made = Cipher(TripleDES(key) if cipher.startswith("3des") else AES(key), mode)
        self._cipher: CipherContext = made.encryptor() if sends else made.decryptor()
        self._block = max(8, iv)
        self._hash, self._kept = MACS[mac]
        self._mac_key = key_of("mac", {"md5": 16, "sha1": 20, "sha256": 32, "sha512": 64}[self._hash])
        self._etm = "-etm@" in mac
        self.head = 4 if self._etm else self._block
        self._begun = b""

    def close(self, number: int, payload: bytes) -> bytes:
        packet = framed(payload, self._block, length_apart=self._etm)
        if self._etm:
            sent = packet[:4] + self._cipher.update(packet[4:])
            return sent + self._mac(number, sent)
        return self._cipher.update(packet) + self._mac(number, packet)

    def rest(self, number: int, head: bytes) -> int:
        self._begun = head if self._etm else self._cipher.update(head)
        rest = length_of(self._begun) + 4 - self.head
        if rest < 0 or rest % self._block:
            raise Malformed("an SSH packet of no whole blocks")
        return rest + self._kept

    def open(self, number: int, head: bytes, rest: bytes) -> bytes:
        body, mac = rest[: -self._kept], rest[-self._kept :]
        opened = self._cipher.update(body)
        proven = head + body if self._etm else self._begun + opened
        if not hmac.compare_digest(mac, self._mac(number, proven)):
            raise Malformed("an SSH packet whose MAC does not fit")
        return unpadded(opened if self._etm else (self._begun + opened)[4:])

    def _mac(self, number: int, content: bytes) -> bytes:
        return hmac.digest(self._mac_key, number.to_bytes(4, "big") + content, self._hash)[: self._kept]


class Gcm:
    """AES-GCM (RFC 5647): the length in clear, a counter in the last eight bytes of the vector."""

    head = 4

    def __init__(self, cipher: str, key_of: KeyOf) -> None:
        size, iv = CIPHERS[cipher]
        self._cipher = AESGCM(key_of("key", size))
        self._iv = key_of("iv", iv)
        self._count = 0

    def close(self, number: int, payload: bytes) -> bytes:
        packet = framed(payload, 16, length_apart=True)
        return packet[:4] + self._cipher.encrypt(self._vector(), packet[4:], packet[:4])

    def rest(self, number: int, head: bytes) -> int:
        return length_of(head) + TAG

    def open(self, number: int, head: bytes, rest: bytes) -> bytes:
        try:
            return unpadded(self._cipher.decrypt(self._vector(), rest, head))
        except InvalidTag as error:
            raise Malformed("an SSH packet whose tag does not fit") from error

    def _vector(self) -> bytes:
        counter = (int.from_bytes(self._iv[4:], "big") + self._count) % 2**64
        self._count += 1
        return self._iv[:4] + counter.to_bytes(8, "big")


class ChaCha:
    """chacha20-poly1305@openssh.com (PROTOCOL.chacha20poly1305): the length sealed by a key of its own."""

    head = 4

    def __init__(self, key_of: KeyOf) -> None:
        key = key_of("key", 64)
        self._body_key, self._length_key = key[:32], key[32:]

    def close(self, number: int, payload: bytes) -> bytes:
        packet = framed(payload, 8, length_apart=True)
        sent = _chacha(self._length_key, number, packet[:4]) + _chacha(self._body_key, number, packet[4:], block=1)
        return sent + Poly1305.generate_tag(self._tag_key(number), sent)

    def rest(self, number: int, head: bytes) -> int:
        return length_of(_chacha(self._length_key, number, head)) + TAG

    def open(self, number: int, head: bytes, rest: bytes) -> bytes:
        try:
            Poly1305.verify_tag(self._tag_key(number), head + rest[:-TAG], rest[-TAG:])
        except InvalidSignature as error:
            raise Malformed("an SSH packet whose tag does not fit") from error
        return unpadded(_chacha(self._body_key, number, rest[:-TAG], block=1))

    def _tag_key(self, number: int) -> bytes:
        return _chacha(self._body_key, number, bytes(32))


def sealed_by(cipher: str, mac: str, key_of: KeyOf, *, sends: bool) -> Seal:
    """The seal of one direction, for names out of CIPHERS and MACS."""
    if cipher.startswith("chacha20"):
        return ChaCha(key_of)
    return Gcm(cipher, key_of) if cipher in WITH_TAG else Maced(cipher, mac, key_of, sends=sends)


def _chacha(key: bytes, number: int, content: bytes, *, block: int = 0) -> bytes:
    """ChaCha20 with a counter and a nonce of 64 bits each, as its author wrote it."""
    nonce = block.to_bytes(8, "little") + number.to_bytes(8, "big")
    return Cipher(ChaCha20(key, nonce), mode=None).encryptor().update(content)
