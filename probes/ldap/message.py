"""LDAP's messages (RFC 4511), the few that are needed: written, and read from a stranger. No connection here."""

from dataclasses import dataclass

from probes.tls.der import Element, read
from scanner.model.errors import Malformed

BIND_RESPONSE, ENTRY, DONE, REFERENCE = 0x61, 0x64, 0x65, 0x73
BASE, ONE_LEVEL = 0, 1
NO_ATTRIBUTES = "1.1"
MOST_MESSAGE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """`kind` is the operation's tag. Of results: `code`; of entries: `name` (a DN) and `attributes` with values."""

    number: int
    kind: int
    code: int = -1
    name: str = ""
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def values(self, wanted: str) -> tuple[str, ...]:
        """The values of one attribute, whatever the case of its name."""
        return next((values for name, values in self.attributes if name.lower() == wanted.lower()), ())


def bind(number: int) -> bytes:
    """An anonymous simple bind, version 3 (section 4.2): no name, no password."""
    return _message(number, 0x60, _integer(3) + _string("") + b"\x80\x00")


def unbind(number: int) -> bytes:
    return _message(number, 0x42, b"")


def search(number: int, base: str, scope: int, attributes: tuple[str, ...], *, types_only: bool, most: int) -> bytes:
    """A search for anything (objectClass is there), at most `most` entries in ten seconds (section 4.5)."""
    body = (
        _string(base)
        + _enumerated(scope)
        + _enumerated(0)
        + _integer(most)
        + _integer(10)
        + b"\x01\x01"
        + (b"\xff" if types_only else b"\x00")
        + _element(0x87, b"objectClass")
        + _element(0x30, b"".join(_string(name) for name in attributes))
    )
    return _message(number, 0x63, body)


def length_of(head: bytes) -> tuple[int, int]:
    """Of a message's first six bytes: octets of its header, and of what follows. Malformed where it is none."""
    if len(head) < 6 or head[0] != 0x30:
        raise Malformed("not a message of LDAP")
    octets = head[1] & 0x7F if head[1] & 0x80 else 0
    if head[1] == 0x80 or octets > 4:
        raise Malformed("a length that LDAP does not allow")
    length = int.from_bytes(head[2 : 2 + octets], "big") if octets else head[1]
    if not 5 <= length <= MOST_MESSAGE or length + 2 + octets < 6:
        raise Malformed("a message of LDAP of no length that can be")
    return 2 + octets, length


def message(data: bytes) -> Message:
    """Read one whole message; Malformed where it is none of those we know."""
    parts = read(data).children()
    if len(parts) < 2 or parts[0].tag != 0x02:
        raise Malformed("not a message of LDAP")
    number = int.from_bytes(parts[0].content[:4], "big")
    operation = parts[1]
    if operation.tag in (BIND_RESPONSE, DONE):
        return Message(number, operation.tag, code=_code(operation))
    if operation.tag == ENTRY:
        return _entry(number, operation)
    if operation.tag == REFERENCE:
        return Message(number, REFERENCE)
    raise Malformed(f"an operation of LDAP that was not asked for ({operation.tag:#x})")


def _code(operation: Element) -> int:
    parts = operation.children()
    if not parts or parts[0].tag != 0x0A or not 1 <= len(parts[0].content) <= 4:
        raise Malformed("a result of LDAP without its code")
    return int.from_bytes(parts[0].content, "big")


def _entry(number: int, operation: Element) -> Message:
    parts = operation.children()
    if len(parts) != 2:
        raise Malformed("an entry of LDAP that is bent")
    attributes = []
    for one in parts[1].children():
        pair = one.children()
        if len(pair) != 2:
            raise Malformed("an attribute of LDAP that is bent")
        attributes.append((_text(pair[0]), tuple(_text(value) for value in pair[1].children())))
    return Message(number, ENTRY, name=_text(parts[0]), attributes=tuple(attributes))


def _text(element: Element) -> str:
    return element.content[:1024].decode("utf-8", "replace")


def _message(number: int, tag: int, body: bytes) -> bytes:
    return _element(0x30, _integer(number) + _element(tag, body))


def _string(text: str) -> bytes:
    return _element(0x04, text.encode())


def _integer(number: int) -> bytes:
    return _element(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _enumerated(number: int) -> bytes:
    return _element(0x0A, bytes([number]))


def _element(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content
