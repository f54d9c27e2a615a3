"""A public key as a certificate holds it: type, size, curve, numbers. Not whether it is strong enough."""

from dataclasses import dataclass

from probes.tls import der
from scanner.model.errors import Malformed

RSA = ("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "2.5.8.1.1")
DSA = ("1.2.840.10040.4.1", "1.3.14.3.2.12")
EC = "1.2.840.10045.2.1"
WITHOUT_PARAMETERS = {
    "1.3.101.112": ("ed25519", 256),
    "1.3.101.113": ("ed448", 456),
    "2.16.840.1.101.3.4.3.17": ("mldsa44", 10496),
    "2.16.840.1.101.3.4.3.18": ("mldsa65", 15616),
    "2.16.840.1.101.3.4.3.19": ("mldsa87", 20736),
}
"""RFC 8410, RFC 9881 (FIPS 204): the type, and the bits of the public key."""
SEC = {
    6: ("secp112r1", 112), 7: ("secp112r2", 112), 28: ("secp128r1", 128), 29: ("secp128r2", 128),
    9: ("secp160k1", 160), 8: ("secp160r1", 160), 30: ("secp160r2", 160), 31: ("secp192k1", 192),
    32: ("secp224k1", 224), 33: ("secp224r1", 224), 10: ("secp256k1", 256), 34: ("secp384r1", 384),
    35: ("secp521r1", 521), 4: ("sect113r1", 113), 5: ("sect113r2", 113), 22: ("sect131r1", 131),
    23: ("sect131r2", 131), 1: ("sect163k1", 163), 2: ("sect163r1", 163), 15: ("sect163r2", 163),
    24: ("sect193r1", 193), 25: ("sect193r2", 193), 26: ("sect233k1", 233), 27: ("sect233r1", 233),
    3: ("sect239k1", 239), 16: ("sect283k1", 283), 17: ("sect283r1", 283), 36: ("sect409k1", 409),
    37: ("sect409r1", 409), 38: ("sect571k1", 571), 39: ("sect571r1", 571),
}  # fmt: skip
BRAINPOOL = (160, 160, 192, 192, 224, 224, 256, 256, 320, 320, 384, 384, 512, 512)
CURVES = {
    "1.2.840.10045.3.1.1": ("secp192r1", 192),
    "1.2.840.10045.3.1.7": ("secp256r1", 256),
    "1.2.156.10197.1.301": ("sm2", 256),
    **{f"1.3.132.0.{arc}": curve for arc, curve in SEC.items()},
    **{
        f"1.3.36.3.3.2.8.1.1.{arc}": (f"brainpoolP{size}{'r' if arc % 2 else 't'}1", size)
        for arc, size in enumerate(BRAINPOOL, 1)
    },
}
"""Named curves: SEC 2 version 2, RFC 5639, GB/T 32918 (SM2): identifier to name and bits of the field."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`type` is rsa, dsa, ec, ed25519, ed448, mldsa44, mldsa65, mldsa87. `curve` is empty where there is none, "explicit" where it is unnamed.

    `modulus` and `exponent` are set for RSA alone.
    """

    type: str
    bits: int
    curve: str = ""
    modulus: int = 0
    exponent: int = 0


def read(spki: bytes) -> PublicKey:
    """Read a SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7); Malformed where it is of no known kind."""
    algorithm, value = der.sequence(spki, 2)[:2]
    members = algorithm.children()
    if not members:
        raise Malformed("X.509: a key without algorithm")
    kind = der.oid(members[0])
    if kind in RSA:
        modulus, exponent = (der.unsigned(each) for each in der.sequence(der.bits(value), 2)[:2])
        return PublicKey("rsa", modulus.bit_length(), modulus=modulus, exponent=exponent)
    if kind in DSA and len(members) > 1:
        return PublicKey("dsa", der.unsigned(der.sequence(members[1].raw, 3)[0]).bit_length())
    if kind == EC and len(members) > 1:
        return PublicKey("ec", *_curve(members[1]))
    if kind in WITHOUT_PARAMETERS:
        name, size = WITHOUT_PARAMETERS[kind]
        return PublicKey(name, size)
    raise Malformed(f"X.509: a key of an unknown kind {kind}")


def _curve(parameters: der.Element) -> tuple[int, str]:
    if parameters.tag == der.OID:
        identifier = der.oid(parameters)
        if identifier not in CURVES:
            raise Malformed(f"X.509: an unknown curve {identifier}")
        name, size = CURVES[identifier]
        return size, name
    field = der.sequence(der.sequence(parameters.raw, 4)[1].raw, 2)
    if der.oid(field[0]) != "1.2.840.10045.1.1":
        raise Malformed("X.509: a curve over no prime field")
    return der.unsigned(field[1]).bit_length(), "explicit"
