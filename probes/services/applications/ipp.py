"""IPP as it is asked and answered: one request's octets, and the first attributes of a reply (RFC 8010). No HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass

GET_PRINTER_ATTRIBUTES = 0x000B
"""RFC 8011 section 4.2.5."""
CUPS_GET_PRINTERS = 0x4002
"""CUPS implementation of IPP, "CUPS-Get-Printers"."""
SUCCESSFUL = range(0x0000, 0x0008)
"""RFC 8011 appendix B.1.2, and the later ones; an operation's number in its place, as an echo has it, is none."""
NOT_FOUND = 0x0406
"""client-error-not-found: of CUPS-Get-Printers, that there is no printer."""
OPERATION, END, PRINTER = 0x01, 0x03, 0x04
CHARSET, LANGUAGE, URI, KEYWORD, INTEGER = 0x47, 0x48, 0x45, 0x44, 0x21
MOST_ATTRIBUTES = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """`status` is an IPP status code; `texts` the attributes' first values that are text, by name. `printer`: there
    is a group of attributes of a printer."""

    status: int
    texts: Mapping[str, str]
    printer: bool = False

    @property
    def given(self) -> bool:
        """Whether it tells of a printer, as it was asked to."""
        return self.status in SUCCESSFUL and self.printer


def request(operation: int, wanted: str, *, printer: str | None = None) -> bytes:
    """A request for one attribute, of one printer or (CUPS) of at most one."""
    attributes = [
        _attribute(CHARSET, "attributes-charset", b"utf-8"),
        _attribute(LANGUAGE, "attributes-natural-language", b"en"),
    ]
    if printer is not None:
        attributes.append(_attribute(URI, "printer-uri", printer.encode("ascii", "replace")))
    else:
        attributes.append(_attribute(INTEGER, "limit", (1).to_bytes(4, "big")))
    attributes.append(_attribute(KEYWORD, "requested-attributes", wanted.encode("ascii")))
    head = bytes((1, 1)) + operation.to_bytes(2, "big") + (1).to_bytes(4, "big")
    return head + bytes((OPERATION,)) + b"".join(attributes) + bytes((END,))


def reply(body: bytes) -> Reply | None:
    """The reply to our request number 1; None for anything else. A length beyond the end ends the reading."""
    if len(body) < 9 or body[0] not in (1, 2) or body[4:8] != b"\x00\x00\x00\x01" or body[8] > 0x0F:
        return None
    texts: dict[str, str] = {}
    at, printer = 8, False
    for _ in range(MOST_ATTRIBUTES):
        if at >= len(body) or body[at] == END:
            break
        if body[at] <= 0x0F:
            printer = printer or body[at] == PRINTER
            at += 1
            continue
        name, value, after = _read(body, at)
        if after is None:
            break
        if name and 0x41 <= body[at] <= 0x5F:
            texts.setdefault(name.decode("ascii", "replace"), value.decode("utf-8", "replace"))
        at = after
    return Reply(int.from_bytes(body[2:4], "big"), texts, printer)


def _read(body: bytes, at: int) -> tuple[bytes, bytes, int | None]:
    """Name and value of the attribute at a tag, and where the next one begins; None where it is cut off."""
    name_end = at + 3 + int.from_bytes(body[at + 1 : at + 3], "big")
    value_start = name_end + 2
    if value_start > len(body):
        return b"", b"", None
    value_end = value_start + int.from_bytes(body[name_end:value_start], "big")
    if value_end > len(body):
        return b"", b"", None
    return body[at + 3 : name_end], body[value_start:value_end], value_end


def _attribute(tag: int, name: str, value: bytes) -> bytes:
    label = name.encode("ascii")
    return bytes((tag,)) + len(label).to_bytes(2, "big") + label + len(value).to_bytes(2, "big") + value
