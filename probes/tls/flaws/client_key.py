"""The client's half of a key exchange up to TLS 1.2: ECDHE over usual curves, DHE, or RSA to the certificate's key. Pure."""

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_der_x509_certificate

from probes.tls.flaws.protection import KINDS
from probes.tls.hello import vector
from probes.tls.server_hello import Heard
from scanner.model.errors import Malformed

NAMED_CURVE, X25519 = 3, 29
MOST_OCTETS = 1024
"""Of a prime: the largest group of RFC 7919."""
CURVES: dict[int, Callable[[], ec.EllipticCurve]] = {23: ec.SECP256R1, 24: ec.SECP384R1}


def rsa_key(heard: Heard) -> rsa.RSAPublicKey:
    """The RSA key of the leaf; Malformed where there is none."""
    try:
        key = load_der_x509_certificate((heard.certificates or (b"",))[0]).public_key()
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise Malformed("TLS: the certificate's key cannot be read") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise Malformed("TLS: RSA key exchange with a certificate that has no RSA key")
    return key


def exchange(heard: Heard, offered: int) -> tuple[bytes, bytes]:
    """The premaster secret, and the body of ClientKeyExchange. `offered` is the hello's version (RFC 5246, 7.4.7.1)."""
    if heard.key_exchange is None:
        premaster = offered.to_bytes(2, "big") + os.urandom(46)
        return premaster, vector(2, rsa_key(heard).encrypt(premaster, padding.PKCS1v15()))
    kind = KINDS.get(heard.hello.suite) if heard.hello is not None else None
    return _field(heard.key_exchange) if kind is not None and kind.exchange == "field" else _curve(heard.key_exchange)


def _field(said: bytes) -> tuple[bytes, bytes]:
    """RFC 5246 sections 7.4.3 and 8.1.2: prime, generator and public value; leading zeros of the secret are left out."""
    numbers: list[int] = []
    at = 0
    for _ in range(3):
        length = int.from_bytes(said[at : at + 2], "big")
        if not 0 < length <= MOST_OCTETS or at + 2 + length > len(said):
            raise Malformed("TLS: a ServerKeyExchange of another kind, or broken off")
        numbers.append(int.from_bytes(said[at + 2 : at + 2 + length], "big"))
        at += 2 + length
    prime, generator, theirs = numbers
    if not 1 < theirs < prime or not 1 < generator < prime:
        raise Malformed("TLS: a public value that is not within its field")
    secret = int.from_bytes(os.urandom(32), "big")
    shared, shown = pow(theirs, secret, prime), pow(generator, secret, prime)
    return _octets(shared), vector(2, _octets(shown))


def _octets(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _curve(said: bytes) -> tuple[bytes, bytes]:
    """RFC 8422 section 5.4. Its signature is not looked at: nothing of worth is sent."""
    group, length = int.from_bytes(said[1:3], "big"), said[3] if len(said) > 3 else 0
    point = said[4 : 4 + length]
    if said[:1] != bytes([NAMED_CURVE]) or len(point) < length:
        raise Malformed("TLS: a ServerKeyExchange of another kind, or broken off")
    try:
        if group == X25519:
            own = x25519.X25519PrivateKey.generate()
            return own.exchange(x25519.X25519PublicKey.from_public_bytes(point)), vector(
                1, own.public_key().public_bytes_raw()
            )
        if group in CURVES:
            mine = ec.generate_private_key(CURVES[group]())
            theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVES[group](), point)
            shown = mine.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            return mine.exchange(ec.ECDH(), theirs), vector(1, shown)
    except ValueError as error:
        raise Malformed("TLS: a point that is not on its curve") from error
    raise Malformed(f"TLS: a group that was not offered: {group}")
