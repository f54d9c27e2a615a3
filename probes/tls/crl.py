"""A revocation list (RFC 5280 section 5): whether it speaks for an issuer, and whether a leaf stands in it."""

from collections.abc import Iterator
from datetime import datetime

from probes.tls import der
from probes.tls.distinguished_name import read as read_name
from probes.tls.signature import read as read_algorithm
from probes.tls.signature import verified
from probes.tls.status import CLOCKS, UNTIL_UNTOLD, Answer, Status, reason_name
from probes.tls.x509 import Certificate, moment
from scanner.model.errors import Malformed

DELTA, SCOPE, REASON, ENTRY_ISSUER = "2.5.29.27", "2.5.29.28", "2.5.29.21", "2.5.29.29"
ONLY_AUTHORITIES, INDIRECT, ONLY_ATTRIBUTES = 0x82, 0x84, 0x85
SHORTEST_ENTRY = 18
"""Octets of a serial number and a moment: what is shorter would make a list of millions."""
HOLD_TAKEN_BACK = "removeFromCRL"


def read(data: bytes, leaf: Certificate, issuer: Certificate, at: datetime) -> Answer:
    """What a list (DER) proves of a leaf at a moment; Malformed where it is no list."""
    body, algorithm, signature = der.sequence(data, 3)[:3]
    fields = list(body.children())
    if fields and fields[0].tag == der.INTEGER:
        fields.pop(0)
    if body.tag != der.SEQUENCE or len(fields) < 3:
        raise Malformed("CRL: too few fields")
    since, until = moment(fields[2]), None
    rest = fields[3:]
    if rest and rest[0].tag in (der.UTC_TIME, der.GENERALIZED_TIME):
        until = moment(rest.pop(0))
    entries = rest[0].content if rest and rest[0].tag == der.SEQUENCE else b""
    extensions = _extensions(next((each for each in rest if each.tag == 0xA0), None))
    if since is None:
        raise Malformed("CRL: no moment")
    if (why := _beside_the_point(fields[1], extensions, issuer)) or (why := _untimely(since, until, at)):
        return Answer(Status.UNTOLD, why)
    made = verified(body.raw, der.bits(signature), read_algorithm(algorithm.raw), issuer.key, issuer.spki)
    if not made:
        return Answer(
            Status.UNTOLD, "its signature " + ("could not be checked" if made is None else "is not the issuer's")
        )
    return _entry(entries, leaf.serial) or Answer(Status.GOOD, "not in the list")


def _beside_the_point(name: der.Element, extensions: dict[str, bytes], issuer: Certificate) -> str:
    """Why the list does not speak of this issuer's servers, if it does not."""
    if issuer.subject is None or read_name(name).key != issuer.subject.key:
        return "it is another issuer's list"
    if DELTA in extensions:
        return "it is only a list of changes"
    parts = der.sequence(extensions[SCOPE]) if SCOPE in extensions else ()
    if any(each.tag in (ONLY_AUTHORITIES, INDIRECT, ONLY_ATTRIBUTES) and any(each.content) for each in parts):
        return "it is a list of another kind of certificates"
    return ""


def _untimely(since: datetime, until: datetime | None, at: datetime) -> str:
    if since > at + CLOCKS:
        return "it is made for a time to come"
    until = until or since + UNTIL_UNTOLD
    return f"it is out of date since {until.isoformat()}" if until < at - CLOCKS else ""


def _entry(entries: bytes, serial: bytes) -> Answer | None:
    """Look the serial number up; the list may be long, so that each entry is only opened as far as needed."""
    wanted = der.made(der.INTEGER, serial)
    for entry in _run(entries) if wanted in entries else ():
        if entry.content.startswith(wanted):
            members = entry.children()
            extensions = _of_entry(members[2]) if len(members) > 2 else {}
            if ENTRY_ISSUER in extensions:
                raise Malformed("CRL: an entry of another issuer")
            code = der.read(extensions[REASON]).content if REASON in extensions else b""
            if reason_name(code) == HOLD_TAKEN_BACK:
                continue
            return Answer(Status.REVOKED, reason_name(code), moment(members[1]) if len(members) > 1 else None)
    return None


def _run(data: bytes) -> Iterator[der.Element]:
    at = 0
    while at < len(data):
        element = der.read(data, at)
        if len(element.raw) < SHORTEST_ENTRY:
            raise Malformed("CRL: not an entry")
        yield element
        at += len(element.raw)


def _extensions(tagged: der.Element | None) -> dict[str, bytes]:
    return _of_entry(der.read(tagged.content)) if tagged else {}


def _of_entry(element: der.Element) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for each in element.children():
        members = each.children()
        if len(members) < 2 or members[-1].tag != der.OCTET_STRING:
            raise Malformed("CRL: not an extension")
        found.setdefault(der.oid(members[0]), members[-1].content)
    return found
