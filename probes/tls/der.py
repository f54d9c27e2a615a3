"""DER as strangers send it: elements, identifiers, integers. Lenient in form, strict in bounds; no X.509."""

from dataclasses import dataclass

from scanner.model.errors import Malformed

INTEGER, BIT_STRING, OCTET_STRING, OID, SEQUENCE, SET = 0x02, 0x03, 0x04, 0x06, 0x30, 0x31
UTC_TIME, GENERALIZED_TIME, BOOLEAN = 0x17, 0x18, 0x01
MOST_CHILDREN = 4096


@dataclass(frozen=True, slots=True)
class Element:
    """One tag, length, value. `raw` is the whole of it as sent."""

    tag: int
    content: bytes
    raw: bytes

    def children(self) -> tuple["Element", ...]:
        """The elements inside; Malformed where the content is not a run of elements."""
        found: list[Element] = []
        at = 0
        while at < len(self.content):
            element = read(self.content, at)
            at += len(element.raw)
            found.append(element)
            if len(found) > MOST_CHILDREN:
                raise Malformed("DER: too many elements")
        return tuple(found)


def read(data: bytes, at: int = 0) -> Element:
    """The element at an offset (X.690 section 8.1); lengths longer than needed are tolerated."""
    if len(data) < at + 2:
        raise Malformed("DER: ends in a header")
    tag, length, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise Malformed("DER: tag number above 30")
    if length & 0x80:
        octets = length & 0x7F
        if not 1 <= octets <= 8 or len(data) < start + octets:
            raise Malformed("DER: bad length")
        length = int.from_bytes(data[start : start + octets], "big")
        start += octets
    if len(data) < start + length:
        raise Malformed("DER: ends in a value")
    return Element(tag, data[start : start + length], data[at : start + length])


def made(tag: int, content: bytes) -> bytes:
    """The encoding of one element."""
    count = len(content)
    octets = count.to_bytes((count.bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (octets if count < 0x80 else bytes([0x80 | len(octets)]) + octets) + content


def sequence(data: bytes, at_least: int = 0) -> tuple[Element, ...]:
    """The members of a SEQUENCE with so many members at least."""
    element = read(data)
    members = element.children() if element.tag == SEQUENCE else ()
    if element.tag != SEQUENCE or len(members) < at_least:
        raise Malformed("DER: not the sequence expected")
    return members


def integer(element: Element) -> int:
    """A signed INTEGER of at most 64 Ki bits."""
    if element.tag != INTEGER or not 0 < len(element.content) <= 8192:
        raise Malformed("DER: not an integer")
    return int.from_bytes(element.content, "big", signed=True)


def unsigned(element: Element) -> int:
    """An INTEGER that should be positive: encoders that forgot the leading zero are understood."""
    integer(element)
    return int.from_bytes(element.content, "big")


def oid(element: Element) -> str:
    """An OBJECT IDENTIFIER in dotted form (X.690 section 8.19)."""
    content = element.content
    if element.tag != OID or not 0 < len(content) <= 64 or content[-1] & 0x80:
        raise Malformed("DER: not an object identifier")
    arcs, value = [], 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


def bits(element: Element) -> bytes:
    """The octets of a BIT STRING; the count of unused bits is not looked at."""
    if element.tag != BIT_STRING or not element.content:
        raise Malformed("DER: not a bit string")
    return element.content[1:]
