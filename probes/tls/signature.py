"""The signature on a certificate: which hash, and whether a key made it. RSA by arithmetic, since libraries
refuse just those keys and hashes that an inspection is about."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from probes.tls import der, sm2
from probes.tls.public_key import PublicKey

RSA_PSS = "1.2.840.113549.1.1.10"
ALGORITHMS = {
    "1.2.840.113549.1.1.2": ("rsa", "md2"),
    "1.2.840.113549.1.1.4": ("rsa", "md5"),
    "1.2.840.113549.1.1.5": ("rsa", "sha1"),
    "1.3.14.3.2.29": ("rsa", "sha1"),
    "1.3.14.3.2.3": ("rsa", "md5"),
    "1.2.840.113549.1.1.11": ("rsa", "sha256"),
    "1.2.840.113549.1.1.12": ("rsa", "sha384"),
    "1.2.840.113549.1.1.13": ("rsa", "sha512"),
    "1.2.840.113549.1.1.14": ("rsa", "sha224"),
    "1.2.840.10040.4.3": ("dsa", "sha1"),
    "1.3.14.3.2.27": ("dsa", "sha1"),
    "2.16.840.1.101.3.4.3.1": ("dsa", "sha224"),
    "2.16.840.1.101.3.4.3.2": ("dsa", "sha256"),
    "2.16.840.1.101.3.4.3.3": ("dsa", "sha384"),
    "2.16.840.1.101.3.4.3.4": ("dsa", "sha512"),
    "1.2.840.10045.4.1": ("ec", "sha1"),
    "1.2.840.10045.4.3.1": ("ec", "sha224"),
    "1.2.840.10045.4.3.2": ("ec", "sha256"),
    "1.2.840.10045.4.3.3": ("ec", "sha384"),
    "1.2.840.10045.4.3.4": ("ec", "sha512"),
    "1.3.101.112": ("ed25519", "sha512"),
    "1.3.101.113": ("ed448", "shake256"),
    "1.2.156.10197.1.501": ("sm2", "sm3"),
    "2.16.840.1.101.3.4.3.17": ("mldsa44", "shake256"),
    "2.16.840.1.101.3.4.3.18": ("mldsa65", "shake256"),
    "2.16.840.1.101.3.4.3.19": ("mldsa87", "shake256"),
}
HASHES = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.4": "sha224",
}
DIGEST_PREFIX = {
    "md5": "3020300c06082a864886f70d020505000410",
    "sha1": "3021300906052b0e03021a05000414",
    "sha224": "302d300d06096086480165030402040500041c",
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}
"""DigestInfo up to the digest (RFC 8017 section 9.2, note 1)."""
CLASSES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 (judged, not used)
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
REMEMBERED_BYTES = 8192
MOST_MODULUS_BITS = 16384
MOST_EXPONENT_BITS = 64


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A signature algorithm. `hash` and `family` are None where the identifier is not known; `salt` is PSS's."""

    oid: str
    family: str | None
    hash: str | None
    salt: int = 0


def read(data: bytes) -> Algorithm:
    """Read an AlgorithmIdentifier."""
    members = der.sequence(data, 1)
    identifier = der.oid(members[0])
    if identifier == RSA_PSS:
        return _pss(identifier, members[1:])
    family, name = ALGORITHMS.get(identifier, (None, None))
    return Algorithm(identifier, family, name)


def _pss(identifier: str, parameters: tuple[der.Element, ...]) -> Algorithm:
    """RSASSA-PSS: without parameters SHA-1 and a salt of 20 octets (RFC 4055 section 3.1)."""
    name: str | None = "sha1"
    salt = 20
    for each in parameters[0].children() if parameters else ():
        if each.tag == 0xA0:
            name = HASHES.get(der.oid(der.sequence(each.content, 1)[0]))
        elif each.tag == 0xA2:
            salt = der.integer(der.read(each.content))
    return Algorithm(identifier, "pss", name, salt)


def verified(tbs: bytes, signature: bytes, algorithm: Algorithm, key: PublicKey | None, spki: bytes) -> bool | None:
    """Whether `key` made the signature over `tbs`; None where that cannot be told (algorithm, size, curve).

    A chain's signatures are asked for again and again, and remembered; what is long (a revocation list) is not.
    """
    check = _remembered if len(tbs) <= REMEMBERED_BYTES else _verified
    return check(tbs, signature, algorithm, key, spki)


@lru_cache(maxsize=512)
def _remembered(tbs: bytes, signature: bytes, algorithm: Algorithm, key: PublicKey | None, spki: bytes) -> bool | None:
    return _verified(tbs, signature, algorithm, key, spki)


def _verified(tbs: bytes, signature: bytes, algorithm: Algorithm, key: PublicKey | None, spki: bytes) -> bool | None:
    if key is None or algorithm.family is None:
        return None
    wanted = "rsa" if algorithm.family == "pss" else "ec" if algorithm.family == "sm2" else algorithm.family
    if wanted != key.type:
        return False
    if algorithm.family == "sm2":
        return _sm2(tbs, signature, key, spki)
    if algorithm.family == "rsa":
        return _rsa(tbs, signature, algorithm.hash, key)
    return _by_library(tbs, signature, algorithm, spki)


def _rsa(tbs: bytes, signature: bytes, name: str | None, key: PublicKey) -> bool | None:
    """RSASSA-PKCS1-v1_5 by comparing the whole encoded message (RFC 8017 section 8.2.2)."""
    if (
        name not in DIGEST_PREFIX
        or not 0 < key.bits <= MOST_MODULUS_BITS
        or not 0 < key.exponent.bit_length() <= MOST_EXPONENT_BITS
    ):
        return None
    size = (key.bits + 7) // 8
    digest = bytes.fromhex(DIGEST_PREFIX[name]) + hashlib.new(name, tbs, usedforsecurity=False).digest()
    number = int.from_bytes(signature, "big")
    if len(signature) > size + 1 or number >= key.modulus or size < len(digest) + 11:
        return False
    expected = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    return pow(number, key.exponent, key.modulus) == int.from_bytes(expected, "big")


def _sm2(tbs: bytes, signature: bytes, key: PublicKey, spki: bytes) -> bool:
    return key.curve == "sm2" and sm2.verified(tbs, signature, der.bits(der.sequence(spki, 2)[1]))


def _by_library(tbs: bytes, signature: bytes, algorithm: Algorithm, spki: bytes) -> bool | None:
    try:
        key = load_der_public_key(spki)
        match key:
            case rsa.RSAPublicKey() if algorithm.hash in CLASSES and 0 <= algorithm.salt <= 1024:
                used = CLASSES[algorithm.hash]
                key.verify(signature, tbs, padding.PSS(padding.MGF1(used), algorithm.salt), used)
            case dsa.DSAPublicKey() if algorithm.hash in CLASSES:
                key.verify(signature, tbs, CLASSES[algorithm.hash])
            case ec.EllipticCurvePublicKey() if algorithm.hash in CLASSES:
                key.verify(signature, tbs, ec.ECDSA(CLASSES[algorithm.hash]))
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
                key.verify(signature, tbs)
            case _:
                return None
    except InvalidSignature:
        return False
    except (ValueError, UnsupportedAlgorithm, TypeError):
        return None
    return True
