"""Where a certificate says more can be had: OCSP responders, revocation lists, its issuer, its policies. It asks none."""

from collections.abc import Callable
from typing import TypeVar

from probes.tls import der
from probes.tls.distinguished_name import text
from probes.tls.x509 import Certificate
from scanner.model.errors import Malformed

AUTHORITY_ACCESS, DISTRIBUTION_POINTS, POLICIES = "1.3.6.1.5.5.7.1.1", "2.5.29.31", "2.5.29.32"
EXTENDED_USAGES = "2.5.29.37"
OCSP, ISSUERS = "1.3.6.1.5.5.7.48.1", "1.3.6.1.5.5.7.48.2"
URI = 0x86
MOST = 8
MOST_CHARACTERS = 1000
Read = TypeVar("Read")


def ocsp_urls(certificate: Certificate) -> tuple[str, ...]:
    """Responders in the order named (RFC 5280 section 4.2.2.1)."""
    return _access(certificate, OCSP)


def issuer_urls(certificate: Certificate) -> tuple[str, ...]:
    """Where the issuer's certificate is published."""
    return _access(certificate, ISSUERS)


def crl_urls(certificate: Certificate) -> tuple[str, ...]:
    """Distribution points named by a URI (RFC 5280 section 4.2.1.13); those of a part of the reasons too."""

    def read(value: bytes) -> tuple[str, ...]:
        names = [
            name
            for point in der.sequence(value)
            for part in point.children()
            if part.tag == 0xA0
            for full in part.children()
            if full.tag == 0xA0
            for name in full.children()
        ]
        return tuple(_uri(name) for name in names if name.tag == URI)[:MOST]

    return _extension(certificate, DISTRIBUTION_POINTS, read, ())


def policies(certificate: Certificate) -> tuple[str, ...]:
    """The policies it was issued under, by identifier (RFC 5280 section 4.2.1.4)."""
    return _extension(
        certificate,
        POLICIES,
        lambda value: tuple(der.oid(each.children()[0]) for each in der.sequence(value) if each.children())[:MOST],
        (),
    )


def extended_usages(certificate: Certificate) -> tuple[str, ...]:
    """What extKeyUsage names, by identifier; nothing where it is absent or unreadable."""
    return _extension(
        certificate, EXTENDED_USAGES, lambda value: tuple(der.oid(each) for each in der.sequence(value)), ()
    )


def _access(certificate: Certificate, method: str) -> tuple[str, ...]:
    def read(value: bytes) -> tuple[str, ...]:
        pairs = [each.children() for each in der.sequence(value)]
        named = [pair[1] for pair in pairs if len(pair) == 2 and pair[1].tag == URI and der.oid(pair[0]) == method]
        return tuple(_uri(name) for name in named)[:MOST]

    return _extension(certificate, AUTHORITY_ACCESS, read, ())


def _uri(name: der.Element) -> str:
    return text(name.content)[:MOST_CHARACTERS]


def _extension(certificate: Certificate, kind: str, read: Callable[[bytes], Read], absent: Read) -> Read:
    value = (certificate.extensions or {}).get(kind)
    if value is None:
        return absent
    try:
        return read(value)
    except Malformed:
        return absent
