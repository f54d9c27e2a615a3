"""Which names a certificate speaks for, and whether a name is among them (RFC 9525). The subject's CN never counts.

Names beyond ASCII are compared as A-labels, in whichever form either side has them: a certificate must hold A-labels
(RFC 9549 section 2.2), but those that hold the characters themselves name the same host.
"""

from dataclasses import dataclass
from ipaddress import ip_address

import idna

from probes.tls import der
from probes.tls.distinguished_name import text
from probes.tls.x509 import ALTERNATIVE_NAMES, Certificate
from scanner.model.errors import Malformed

DNS_NAME, IP_ADDRESS = 0x82, 0x87
MOST_SHOWN = 300
"""Characters of one name; a real one has at most 253."""


@dataclass(frozen=True, slots=True)
class AlternativeNames:
    """The subjectAltName's DNS names as octets, and its addresses packed."""

    names: tuple[bytes, ...] = ()
    addresses: tuple[bytes, ...] = ()

    def shown(self) -> tuple[str, ...]:
        """As text, without loss: what is no printable text stays as an escape."""
        return (*(text(name)[:MOST_SHOWN] for name in self.names), *(_address(packed) for packed in self.addresses))

    def cover(self, name: str) -> bool:
        """Whether a host name (A-label) or an address literal is covered."""
        try:
            return ip_address(name).packed in self.addresses
        except ValueError:
            wanted = _labels(name.encode("utf-8", "surrogateescape"))
            return any(_matches(_labels(pattern), wanted) for pattern in self.names)


def read(certificate: Certificate) -> AlternativeNames | None:
    """The names of a certificate; None where its extensions cannot be read."""
    if certificate.extensions is None:
        return None
    value = certificate.extensions.get(ALTERNATIVE_NAMES)
    if value is None:
        return AlternativeNames()
    try:
        members = der.sequence(value)
    except Malformed:
        return None
    return AlternativeNames(
        tuple(each.content for each in members if each.tag == DNS_NAME),
        tuple(each.content for each in members if each.tag == IP_ADDRESS),
    )


def _labels(name: bytes) -> list[bytes]:
    return [_a_label(label) for label in name.lower().removesuffix(b".").split(b".")]


def _a_label(label: bytes) -> bytes:
    """The A-label of a label in UTF-8 (or ISO 8859-1, as some encoders write); one that has none stays as it is."""
    if label.isascii() or len(label) > 253:
        return label
    for encoding in ("utf-8", "latin-1"):
        try:
            return idna.encode(label.decode(encoding), uts46=True)
        except (idna.IDNAError, UnicodeDecodeError):
            continue
    return label


def _matches(pattern: list[bytes], wanted: list[bytes]) -> bool:
    """A wildcard is the whole left-most label, stands for just one, and is no top-level one (RFC 9525 section 6.3)."""
    if pattern == wanted:
        return True
    same_rest = len(pattern) > 2 and pattern[1:] == wanted[1:]
    return pattern[0] == b"*" and same_rest and wanted[0] != b""


def _address(packed: bytes) -> str:
    try:
        return str(ip_address(packed))
    except ValueError:
        return packed.hex()
