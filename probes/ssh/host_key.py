"""An SSH host key as sent (RFC 4253 section 6.6, RFC 5656, RFC 8709): its kind and its size. Trusts nobody."""

from dataclasses import dataclass

from probes.services.banner import printable
from probes.ssh.field import Fields
from scanner.model.errors import Malformed

MOST_BITS = 16384
FIXED = {"ssh-ed25519": 256, "ssh-ed448": 456}
RSA, DSS = "ssh-rsa", "ssh-dss"


@dataclass(frozen=True, slots=True)
class HostKey:
    """`kind` as written ("ssh-rsa"); `bits` of the modulus, of p, or of the curve; None for a kind we do not know."""

    kind: str
    bits: int | None


def host_key(blob: bytes) -> HostKey:
    """Read one key; Malformed where it is none."""
    fields = Fields(blob)
    kind = fields.string().decode("ascii", "replace")
    if kind == RSA:
        fields.mpint()
        return HostKey(kind, _size(fields.mpint()))
    if kind == DSS:
        return HostKey(kind, _size(fields.mpint()))
    if kind.startswith("ecdsa-sha2-nistp"):
        return HostKey(kind[:64], {"256": 256, "384": 384, "521": 521}.get(kind[16:]))
    return HostKey(printable(kind, 64), FIXED.get(kind))


def _size(number: int) -> int:
    if not 0 < number.bit_length() <= MOST_BITS:
        raise Malformed("a host key of no size that can be")
    return number.bit_length()
