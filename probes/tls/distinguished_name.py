"""A distinguished name as a certificate holds it: shown without loss, compared as RFC 5280 section 7.1 says."""

from dataclasses import dataclass

from probes.tls import der
from scanner.model.errors import Malformed

SHORT = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
    "1.2.840.113549.1.9.1": "emailAddress",
}
BMP_STRING, UNIVERSAL_STRING, T61_STRING = 0x1E, 0x1C, 0x14
ENCODINGS = {BMP_STRING: "utf-16-be", UNIVERSAL_STRING: "utf-32-be", T61_STRING: "latin-1"}
MOST_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class DistinguishedName:
    """`text` is for people (RFC 4514, in the order sent); `key` is equal where two names match."""

    text: str
    key: tuple[tuple[tuple[str, str], ...], ...]


def read(element: der.Element) -> DistinguishedName:
    """Read a Name; Malformed where it is none."""
    if element.tag != der.SEQUENCE:
        raise Malformed("X.509: not a name")
    parts = [[_attribute(each) for each in relative.children()] for relative in element.children()]
    shown = ",".join("+".join(f"{SHORT.get(kind, kind)}={_escaped(value)}" for kind, value in part) for part in parts)
    key = tuple(tuple(sorted((kind, " ".join(value.casefold().split())) for kind, value in part)) for part in parts)
    return DistinguishedName(shown[:MOST_SHOWN], key)


def text(data: bytes, encoding: str = "utf-8") -> str:
    """A stranger's text, losslessly: what does not decode stays as an escape, and so do control characters."""
    decoded = data.decode(encoding, "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in decoded)


def _attribute(element: der.Element) -> tuple[str, str]:
    members = element.children()
    if len(members) != 2:
        raise Malformed("X.509: not a name's attribute")
    kind, value = members
    return der.oid(kind), text(value.content, ENCODINGS.get(value.tag, "utf-8"))


def _escaped(value: str) -> str:
    return "".join(f"\\{char}" if char in ',+"\\<>;' else char for char in value)
