"""One X.509 certificate, taken apart as far as it can be. It trusts nothing and judges nothing.

Written by hand because a scanner meets certificates that libraries refuse to read: negative serial numbers,
wrong versions, impossible dates, unknown curves. What cannot be read is None; the rest is described all the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TypeVar

from probes.tls import der
from probes.tls.distinguished_name import DistinguishedName
from probes.tls.distinguished_name import read as read_name
from probes.tls.public_key import PublicKey
from probes.tls.public_key import read as read_key
from probes.tls.signature import Algorithm
from probes.tls.signature import read as read_algorithm
from scanner.model.errors import Malformed

BASIC_CONSTRAINTS, KEY_USAGE, ALTERNATIVE_NAMES = "2.5.29.19", "2.5.29.15", "2.5.29.17"
AUTHORITY_KEY, SUBJECT_KEY = "2.5.29.35", "2.5.29.14"
KEY_USAGES = ("digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
              "keyCertSign", "cRLSign", "encipherOnly")  # fmt: skip
Part = TypeVar("Part")


@dataclass(frozen=True)
class Certificate:
    """`raw` is the whole as sent, `tbs` are the signed bytes. `extensions` maps identifiers to values, None where they are unreadable.

    `serial` are the octets of the serial number as sent, `issuer_name` is the issuer's whole Name: OCSP asks by both.
    """

    raw: bytes
    tbs: bytes
    subject: DistinguishedName | None
    issuer: DistinguishedName | None
    not_before: datetime | None
    not_after: datetime | None
    key: PublicKey | None
    spki: bytes
    algorithm: Algorithm
    signature: bytes
    extensions: Mapping[str, bytes] | None
    serial: bytes = b""
    issuer_name: bytes = b""

    @cached_property
    def is_authority(self) -> bool | None:
        """basicConstraints says CA; None where that cannot be read. Without the extension it is none."""
        constraints = self._constraints()
        return (
            None if constraints is None else any(each.tag == der.BOOLEAN and any(each.content) for each in constraints)
        )

    @cached_property
    def path_length(self) -> int | None:
        """How many intermediates may stand below it, None where nothing limits them."""
        numbers = [each for each in self._constraints() or () if each.tag == der.INTEGER]
        return _or_none(lambda: der.integer(numbers[0])) if numbers else None

    @cached_property
    def may_sign_certificates(self) -> bool | None:
        """keyUsage has keyCertSign, or is absent (RFC 5280 section 4.2.1.3)."""
        if self.extensions is None:
            return None
        if KEY_USAGE not in self.extensions:
            return True
        return None if self.key_usages is None else "keyCertSign" in self.key_usages

    @cached_property
    def key_usages(self) -> tuple[str, ...] | None:
        """What keyUsage names (the first eight of its bits), nothing where it is absent, None where it is unreadable."""
        if self.extensions is None:
            return None
        usage = self.extensions.get(KEY_USAGE)
        octets = b"" if usage is None else _or_none(lambda: der.bits(der.read(usage)))
        if octets is None:
            return None
        first = octets[0] if octets else 0
        return tuple(name for at, name in enumerate(KEY_USAGES) if first & 0x80 >> at)

    @property
    def self_issued(self) -> bool:
        return self.subject is not None and self.issuer is not None and self.subject.key == self.issuer.key

    def key_identifier(self, extension: str) -> bytes | None:
        """The key identifier of its own (SUBJECT_KEY) or of its issuer's key (AUTHORITY_KEY), if it has one."""
        value = (self.extensions or {}).get(extension)
        if value is None:
            return None
        element = _or_none(lambda: der.read(value))
        if element is None or extension == SUBJECT_KEY:
            return element.content if element else None
        members = _or_none(element.children) or ()
        return next((member.content for member in members if member.tag == 0x80), None)

    def _constraints(self) -> tuple[der.Element, ...] | None:
        if self.extensions is None:
            return None
        value = self.extensions.get(BASIC_CONSTRAINTS)
        return () if value is None else _or_none(lambda: der.sequence(value))


def read(data: bytes) -> Certificate:
    """Take a certificate apart (RFC 5280 section 4.1); Malformed where even its frame cannot be read."""
    tbs, algorithm, signature = der.sequence(data, 3)[:3]
    fields = list(der.sequence(tbs.raw, 6))
    if fields[0].tag == 0xA0:
        fields.pop(0)
    if len(fields) < 6:
        raise Malformed("X.509: too few fields")
    serial, _, issuer, validity, subject, spki = fields[:6]
    moments = _or_none(validity.children) or ()
    return Certificate(
        raw=data,
        tbs=tbs.raw,
        subject=_or_none(lambda: read_name(subject)),
        issuer=_or_none(lambda: read_name(issuer)),
        not_before=moment(moments[0]) if moments else None,
        not_after=moment(moments[1]) if len(moments) > 1 else None,
        key=_or_none(lambda: read_key(spki.raw)),
        spki=spki.raw,
        algorithm=_or_none(lambda: read_algorithm(algorithm.raw)) or Algorithm("", None, None),
        signature=_or_none(lambda: der.bits(signature)) or b"",
        extensions=_or_none(lambda: _extensions(fields[6:])),
        serial=serial.content,
        issuer_name=issuer.raw,
    )


def _extensions(fields: list[der.Element]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for field in fields:
        if field.tag == 0xA3:
            for extension in der.sequence(field.content):
                members = extension.children()
                if len(members) < 2 or members[-1].tag != der.OCTET_STRING:
                    raise Malformed("X.509: not an extension")
                found.setdefault(der.oid(members[0]), members[-1].content)
    return found


def moment(element: der.Element) -> datetime | None:
    """UTCTime (years 1950 to 2049) or GeneralizedTime, with the seconds and offsets that old encoders used."""
    digits = element.content.decode("ascii", "replace")
    if element.tag == der.UTC_TIME:
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    elif element.tag != der.GENERALIZED_TIME:
        return None
    number = digits[:14] if digits[12:14].isdecimal() else digits[:12] + "00"
    rest = digits[14:] if digits[12:14].isdecimal() else digits[12:]
    try:
        return datetime(*_numbers(number), tzinfo=UTC) - _offset(rest)
    except (ValueError, OverflowError):
        return None


def _numbers(number: str) -> tuple[int, int, int, int, int, int]:
    # strptime would take signs and spaces for digits
    if len(number) != 14 or not (number.isascii() and number.isdecimal()):
        raise ValueError(number)
    month, day, hour, minute, second = (int(number[at : at + 2]) for at in (4, 6, 8, 10, 12))
    return int(number[:4]), month, day, hour, minute, second


def _offset(rest: str) -> timedelta:
    if rest == "Z":
        return timedelta()
    if len(rest) == 5 and rest[0] in "+-" and rest[1:].isascii() and rest[1:].isdecimal():
        span = timedelta(hours=int(rest[1:3]), minutes=int(rest[3:]))
        return span if rest[0] == "+" else -span
    raise ValueError(rest)


def _or_none(reading: Callable[[], Part]) -> Part | None:
    try:
        return reading()
    except Malformed:
        return None
