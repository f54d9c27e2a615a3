"""Key agreement groups by code point: name, kind and size. Which of them are too small is not said here."""

from dataclasses import dataclass

HYBRID, LATTICE, CURVE, FIELD = "hybrid", "lattice", "curve", "field"
EXPLICIT_PRIME, EXPLICIT_BINARY = 0xFF01, 0xFF02


@dataclass(frozen=True, slots=True)
class Group:
    """`bits` is the size of the field (curves), of the prime (finite fields), or the parameter (lattices)."""

    name: str
    kind: str
    bits: int


_CURVES = {
    1: ("sect163k1", 163), 2: ("sect163r1", 163), 3: ("sect163r2", 163), 4: ("sect193r1", 193), 5: ("sect193r2", 193),
    6: ("sect233k1", 233), 7: ("sect233r1", 233), 8: ("sect239k1", 239), 9: ("sect283k1", 283), 10: ("sect283r1", 283),
    11: ("sect409k1", 409), 12: ("sect409r1", 409), 13: ("sect571k1", 571), 14: ("sect571r1", 571),
    15: ("secp160k1", 160), 16: ("secp160r1", 160), 17: ("secp160r2", 160), 18: ("secp192k1", 192),
    19: ("secp192r1", 192), 20: ("secp224k1", 224), 21: ("secp224r1", 224), 22: ("secp256k1", 256),
    23: ("secp256r1", 256), 24: ("secp384r1", 384), 25: ("secp521r1", 521), 26: ("brainpoolP256r1", 256),
    27: ("brainpoolP384r1", 384), 28: ("brainpoolP512r1", 512), 29: ("x25519", 255), 30: ("x448", 448),
    31: ("brainpoolP256r1tls13", 256), 32: ("brainpoolP384r1tls13", 384), 33: ("brainpoolP512r1tls13", 512),
    34: ("GC256A", 256), 35: ("GC256B", 256), 36: ("GC256C", 256), 37: ("GC256D", 256), 38: ("GC512A", 512),
    39: ("GC512B", 512), 40: ("GC512C", 512), 41: ("curveSM2", 256),
}  # fmt: skip
_FIELDS = {256: ("ffdhe2048", 2048), 257: ("ffdhe3072", 3072), 258: ("ffdhe4096", 4096), 259: ("ffdhe6144", 6144),
           260: ("ffdhe8192", 8192)}  # fmt: skip
_LATTICES = {0x0200: ("MLKEM512", 512), 0x0201: ("MLKEM768", 768), 0x0202: ("MLKEM1024", 1024)}
_HYBRIDS = {0x11EB: ("SecP256r1MLKEM768", 768), 0x11EC: ("X25519MLKEM768", 768), 0x11ED: ("SecP384r1MLKEM1024", 1024),
            0x11EE: ("curveSM2MLKEM768", 768), 0x6399: ("X25519Kyber768Draft00", 768),
            0x639A: ("SecP256r1Kyber768Draft00", 768)}  # fmt: skip
GROUPS = {
    code: Group(name, kind, bits)
    for kind, table in ((CURVE, _CURVES), (FIELD, _FIELDS), (LATTICE, _LATTICES), (HYBRID, _HYBRIDS))
    for code, (name, bits) in table.items()
}
"""IANA, TLS Supported Groups."""


def name(code: int) -> str:
    """As IANA writes it; the number where it is not known."""
    return GROUPS[code].name if code in GROUPS else f"0x{code:04X}"


def kind(code: int) -> str:
    """Empty where the code point is not known."""
    return GROUPS[code].kind if code in GROUPS else ""
