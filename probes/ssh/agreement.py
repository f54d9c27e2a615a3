"""One key exchange with an SSH server, up to its reply (RFC 4253 section 8): the host key, and keys if one wants them.

The server's signature is not checked: whose key it is, is not what is asked.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from probes.ssh.field import Fields, mpint, name_list, string
from probes.ssh.group import SIZES, prime
from probes.ssh.kex_init import COOKIE, KEXINIT, KexInit
from probes.ssh.packets import Packets
from probes.ssh.seal import CIPHERS, MACS, WITH_TAG, KeyOf
from scanner.model.errors import Malformed

INIT, REPLY = 30, 31
GEX_GROUP, GEX_INIT, GEX_REPLY, GEX_REQUEST = 31, 32, 33, 34
GEX_BITS = (2048, 3072, 8192)
CURVES = {"nistp256": ec.SECP256R1(), "nistp384": ec.SECP384R1(), "nistp521": ec.SECP521R1()}
HASHES = {
    "curve25519-sha256": "sha256",
    "curve25519-sha256@libssh.org": "sha256",
    "ecdh-sha2-nistp256": "sha256",
    "ecdh-sha2-nistp384": "sha384",
    "ecdh-sha2-nistp521": "sha512",
    "diffie-hellman-group14-sha256": "sha256",
    "diffie-hellman-group16-sha512": "sha512",
    "diffie-hellman-group-exchange-sha256": "sha256",
    "diffie-hellman-group14-sha1": "sha1",
    "diffie-hellman-group-exchange-sha1": "sha1",
    "diffie-hellman-group1-sha1": "sha1",
}
"""The exchanges that we can do, the gentlest first, with their hashes."""
HOST_KEYS = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
             "ecdsa-sha2-nistp521", "ssh-ed25519", "ssh-dss")  # fmt: skip
"""RSA first: of the others the name says the size."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One name of each list that both sides know."""

    kex: str
    host_key: str
    cipher_in: str
    cipher_out: str
    mac_in: str
    mac_out: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a finished exchange told: the host key as sent, the shared secret, and the exchange's hash."""

    choice: Choice
    host_key: bytes
    shared: int
    digest: bytes

    def key_of(self, iv: str, key: str, mac: str) -> KeyOf:
        """The keys of one direction, by its three letters (RFC 4253 section 7.2)."""
        letters = {"iv": iv, "key": key, "mac": mac}

        def derive(role: str, size: int) -> bytes:
            start = mpint(self.shared) + self.digest
            made = self._hash(start + letters[role].encode() + self.digest)
            while len(made) < size:
                made += self._hash(start + made)
            return made[:size]

        return derive

    def _hash(self, content: bytes) -> bytes:
        return hashlib.new(HASHES[self.choice.kex], content).digest()


def choose(offer: KexInit) -> Choice | None:
    """What we would speak with this server; None where it offers nothing that we know."""
    lists = (
        (tuple(HASHES), offer.kex),
        (HOST_KEYS, offer.host_keys),
        (tuple(CIPHERS), offer.ciphers_in),
        (tuple(CIPHERS), offer.ciphers_out),
    )
    found = [next((name for name in ours if name in theirs), None) for ours, theirs in lists]
    if None in found:
        return None
    kex, host_key, cipher_in, cipher_out = (name or "" for name in found)
    macs = [
        next((name for name in MACS if name in theirs), next(iter(MACS)) if cipher in WITH_TAG else None)
        for cipher, theirs in ((cipher_in, offer.macs_in), (cipher_out, offer.macs_out))
    ]
    if macs[0] is None or macs[1] is None:
        return None
    return Choice(kex, host_key, cipher_in, cipher_out, macs[0], macs[1])


def own_offer(choice: Choice) -> bytes:
    """Our SSH_MSG_KEXINIT: just what was chosen, so that the server has nothing to guess."""
    pairs = (choice.cipher_in, choice.cipher_out, choice.mac_in, choice.mac_out, "none", "none")
    lists = [name_list((name,)) for name in (choice.kex, choice.host_key, *pairs)]
    return bytes([KEXINIT]) + secrets.token_bytes(COOKIE) + b"".join(lists) + name_list(()) * 2 + bytes(5)


async def agree(packets: Packets, choice: Choice, said: tuple[bytes, bytes, bytes, bytes]) -> Agreement:
    """From our first message to the server's reply. `said` are both versions and both offers, ours first."""
    start = b"".join(string(part) for part in said)
    if choice.kex.startswith("diffie-hellman-group-exchange"):
        return await _by_exchanged_group(packets, choice, start)
    public, finish = _own_half(choice.kex)
    await packets.send(bytes([INIT]) + public)
    host_key, theirs = _reply(await packets.receive(), REPLY)
    shared, their_half = finish(theirs)
    return _agreement(choice, host_key, shared, start + string(host_key) + public + their_half)


async def _by_exchanged_group(packets: Packets, choice: Choice, start: bytes) -> Agreement:
    """RFC 4419 section 3."""
    bounds = b"".join(bits.to_bytes(4, "big") for bits in GEX_BITS)
    await packets.send(bytes([GEX_REQUEST]) + bounds)
    fields = _message(await packets.receive(), GEX_GROUP)
    modulus, generator = fields.mpint(), fields.mpint()
    if not 1024 <= modulus.bit_length() <= GEX_BITS[2] or not 1 < generator < modulus - 1 or modulus % 2 == 0:
        raise Malformed("a group that cannot be")
    public, finish = _modp(modulus, generator)
    await packets.send(bytes([GEX_INIT]) + public)
    host_key, theirs = _reply(await packets.receive(), GEX_REPLY)
    shared, their_half = finish(theirs)
    group = bounds + mpint(modulus) + mpint(generator)
    return _agreement(choice, host_key, shared, start + string(host_key) + group + public + their_half)


Finish = Callable[[bytes], tuple[int, bytes]]
"""From the server's half to the shared secret, and that half as the hash wants it."""


def _own_half(kex: str) -> tuple[bytes, Finish]:
    if kex.startswith("curve25519"):
        private = X25519PrivateKey.generate()
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return string(public), lambda theirs: (_by_x25519(private, theirs), string(theirs))
    if kex.startswith("ecdh"):
        curve = CURVES[kex.rpartition("-")[2]]
        own = ec.generate_private_key(curve)
        point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return string(point), lambda theirs: (_by_curve(own, curve, theirs), string(theirs))
    return _modp(prime(SIZES[kex.split("-")[2]]), 2)


def _by_x25519(private: X25519PrivateKey, theirs: bytes) -> int:
    try:
        return int.from_bytes(private.exchange(X25519PublicKey.from_public_bytes(theirs)), "big")
    except ValueError as error:
        raise Malformed(f"no point of curve25519: {error}") from error


def _by_curve(private: ec.EllipticCurvePrivateKey, curve: ec.EllipticCurve, theirs: bytes) -> int:
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(curve, theirs)
    except ValueError as error:
        raise Malformed(f"no point of {curve.name}: {error}") from error
    return int.from_bytes(private.exchange(ec.ECDH(), point), "big")


def _modp(modulus: int, generator: int) -> tuple[bytes, Finish]:
    secret = secrets.randbits(320) | 1 << 319

    def finish(theirs: bytes) -> tuple[int, bytes]:
        number = int.from_bytes(theirs, "big")
        if not 1 < number < modulus - 1:
            raise Malformed("a half that is not of its group")
        return pow(number, secret, modulus), mpint(number)

    return mpint(pow(generator, secret, modulus)), finish


def _reply(payload: bytes, kind: int) -> tuple[bytes, bytes]:
    """The host key and the server's half."""
    fields = _message(payload, kind)
    return fields.string(), fields.string()


def _message(payload: bytes, kind: int) -> Fields:
    if payload[0] != kind:
        raise Malformed(f"SSH message {payload[0]} where {kind} was due")
    return Fields(payload, 1)


def _agreement(choice: Choice, host_key: bytes, shared: int, said: bytes) -> Agreement:
    digest = hashlib.new(HASHES[choice.kex], said + mpint(shared)).digest()
    return Agreement(choice, host_key, shared, digest)
