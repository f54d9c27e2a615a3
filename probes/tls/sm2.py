"""The curve, the key exchange in TLS (RFC 8998) and the signature of SM2 (GB/T 32918), which no library here reads. Nothing secret outlives a connection.

In plain arithmetic and in Jacobian coordinates: a signature costs some milliseconds, and few are ever looked at.
"""

import hashlib
import secrets

from probes.tls import der
from scanner.model.errors import Malformed

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
     0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)  # fmt: skip
"""GB/T 32918.5-2017, the recommended curve."""
SIGNER = b"1234567812345678"
"""The signer's identity where nothing else is agreed (GM/T 0009-2012 section 10); certificates use it."""

Point = tuple[int, int]
_Jacobian = tuple[int, int, int]
_NOWHERE: _Jacobian = (1, 1, 0)


def point(data: bytes) -> Point:
    """An uncompressed point of the curve; Malformed where it is none."""
    x, y = int.from_bytes(data[1:33], "big"), int.from_bytes(data[33:], "big")
    if len(data) != 65 or data[0] != 4 or x >= P or y >= P or (y * y - x * x * x - A * x - B) % P:
        raise Malformed("SM2: not a point of the curve")
    return x, y


class Exchange:
    """Our half of a key exchange: a number for one connection, and its public point as octets."""

    def __init__(self) -> None:
        self._number = 1 + secrets.randbelow(N - 2)

    def public(self) -> bytes:
        x, y = _plain(_times(self._number, G)) or G
        return b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")

    def secret(self, theirs: bytes) -> bytes:
        """The x coordinate that both halves know (RFC 8446 section 7.4.2); Malformed for what is no point."""
        common = _plain(_times(self._number, point(theirs)))
        if common is None:
            raise Malformed("SM2: a point of no use")
        return common[0].to_bytes(32, "big")


def verified(message: bytes, signature: bytes, public: bytes) -> bool:
    """Whether the signature (a SEQUENCE of r and s) over the message was made with SM3 by the key of a public point."""
    try:
        key = point(public)
        r, s = (der.integer(each) for each in der.sequence(signature, 2)[:2])
    except Malformed:
        return False
    total = (r + s) % N
    if not (0 < r < N and 0 < s < N) or not total:
        return False
    found = _plain(_sum(_times(s, G), _times(total, key)))
    return found is not None and (_digest(message, key) + found[0]) % N == r


def _digest(message: bytes, key: Point) -> int:
    """SM3 over Z and the message (GB/T 32918.2 section 5.5)."""
    numbers = b"".join(number.to_bytes(32, "big") for number in (A, B, *G, *key))
    identity = hashlib.new("sm3", (len(SIGNER) * 8).to_bytes(2, "big") + SIGNER + numbers).digest()
    return int.from_bytes(hashlib.new("sm3", identity + message).digest(), "big")


def _times(number: int, base: Point) -> _Jacobian:
    found, step = _NOWHERE, (*base, 1)
    for bit in bin(number % N)[2:]:
        found = _twice(found)
        if bit == "1":
            found = _sum(found, step)
    return found


def _twice(one: _Jacobian) -> _Jacobian:
    x, y, z = one
    if not z or not y:
        return _NOWHERE
    square = y * y % P
    s, m = 4 * x * square % P, 3 * (x - z * z) * (x + z * z) % P
    twice = (m * m - 2 * s) % P
    return twice, (m * (s - twice) - 8 * square * square) % P, 2 * y * z % P


def _sum(one: _Jacobian, other: _Jacobian) -> _Jacobian:
    if not one[2]:
        return other
    if not other[2]:
        return one
    z1, z2 = one[2] * one[2] % P, other[2] * other[2] % P
    u1, u2 = one[0] * z2 % P, other[0] * z1 % P
    s1, s2 = one[1] * z2 * other[2] % P, other[1] * z1 * one[2] % P
    h, r = (u2 - u1) % P, (s2 - s1) % P
    if not h:
        return _NOWHERE if r else _twice(one)
    square, cube = h * h % P, h * h * h % P
    x = (r * r - cube - 2 * u1 * square) % P
    return x, (r * (u1 * square - x) - s1 * cube) % P, h * one[2] * other[2] % P


def _plain(one: _Jacobian) -> Point | None:
    if not one[2]:
        return None
    inverse = pow(one[2], -1, P)
    return one[0] * inverse * inverse % P, one[1] * inverse * inverse * inverse % P
