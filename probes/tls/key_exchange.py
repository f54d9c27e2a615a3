"""What a ServerKeyExchange tells of the group and the signature (RFC 5246 section 7.4.3, RFC 8422 section 5.4)."""

from dataclasses import dataclass
from hashlib import sha256

from probes.tls import groups
from probes.tls.hello import TLS12
from probes.tls.suites import Suite
from scanner.model.errors import Malformed


@dataclass(frozen=True, slots=True)
class KeyExchange:
    """`kind` is "curve", "field" or "rsa" (the short key of an export suite); `group` the curve's code point.

    `bits` is the size of field, prime or modulus. `prime` is the prime's SHA-256, by which a widespread one is known;
    empty for others. `scheme` is the code point that signed, None where the version does not say.
    """

    kind: str
    bits: int
    group: int | None = None
    prime: str = ""
    scheme: int | None = None


def read(body: bytes, suite: Suite | None, version: int) -> KeyExchange | None:
    """Read one; None where the suite's exchange has no group of its own. Malformed where it does not add up."""
    if suite is None or (suite.exchange not in ("ECDHE", "DHE") and not (suite.exchange == "RSA" and suite.export)):
        return None
    at = 0
    if suite.authentication == "PSK":
        _, at = _vector(body, at, 2)
    if suite.exchange == "ECDHE":
        return _curve(body, at, version)
    first, at = _vector(body, at, 2)
    if suite.exchange == "RSA":
        return KeyExchange("rsa", _bits(first))
    _, at = _vector(body, at, 2)
    _, at = _vector(body, at, 2)
    return KeyExchange(
        "field", _bits(first), prime=sha256(first.lstrip(b"\0")).hexdigest(), scheme=_scheme(body, at, version)
    )


def _curve(body: bytes, at: int, version: int) -> KeyExchange:
    match body[at] if len(body) > at else 0:
        case 3:
            if len(body) < at + 4:
                raise Malformed("TLS: a key exchange too short")
            code = int.from_bytes(body[at + 1 : at + 3], "big")
            _, end = _vector(body, at + 3, 1)
            bits = groups.GROUPS[code].bits if code in groups.GROUPS else 0
            return KeyExchange("curve", bits, code, scheme=_scheme(body, end, version))
        case 1:
            prime, _ = _vector(body, at + 1, 1)
            return KeyExchange("curve", _bits(prime), groups.EXPLICIT_PRIME)
        case 2:
            return KeyExchange("curve", int.from_bytes(body[at + 1 : at + 3], "big"), groups.EXPLICIT_BINARY)
        case _:
            raise Malformed("TLS: a key exchange of no known kind")


def _vector(body: bytes, at: int, octets: int) -> tuple[bytes, int]:
    """The content of a vector, and where it ends."""
    start = at + octets
    end = start + int.from_bytes(body[at:start], "big")
    if len(body) < start or len(body) < end:
        raise Malformed("TLS: a key exchange too short")
    return body[start:end], end


def _bits(number: bytes) -> int:
    return int.from_bytes(number, "big").bit_length()


def _scheme(body: bytes, at: int, version: int) -> int | None:
    return int.from_bytes(body[at : at + 2], "big") if version == TLS12 and len(body) >= at + 2 else None
