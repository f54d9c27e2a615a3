"""The trusted roots: the system's store, certifi's, and those that the user names. Read from files, never fetched."""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import certifi

from probes.tls.distinguished_name import DistinguishedName
from probes.tls.x509 import Certificate, read
from scanner.model.errors import Malformed

SYSTEM_STORES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian, Ubuntu, UnionTech, Kylin (desktop)
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # openEuler, Kylin (server), Fedora
    Path("/etc/ssl/ca-bundle.pem"),  # SUSE
    Path("/etc/ssl/cert.pem"),  # Alpine, macOS
)
BLOCK = re.compile(rb"-----BEGIN (?:TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END", re.ASCII)


class Roots:
    """Trust anchors, found by subject."""

    def __init__(self, certificates: Iterable[Certificate]) -> None:
        self._by_subject: dict[object, list[Certificate]] = {}
        self._held: set[bytes] = set()
        for certificate in certificates:
            self._held.add(certificate.raw)
            if certificate.subject is not None:
                self._by_subject.setdefault(certificate.subject.key, []).append(certificate)

    def named(self, subject: DistinguishedName) -> tuple[Certificate, ...]:
        """The anchors of that subject."""
        return tuple(self._by_subject.get(subject.key, ()))

    def hold(self, certificate: Certificate) -> bool:
        """Whether just this certificate is an anchor."""
        return certificate.raw in self._held


def from_der(anchors: Iterable[bytes]) -> Roots:
    """Anchors from DER; one that cannot be read is left out, and so trusts nothing."""
    return Roots(_readable(anchors))


@cache
def trusted(more: tuple[bytes, ...] = ()) -> Roots:
    """The system's first existing store, certifi's, and `more` (DER)."""
    stores = [next((path for path in SYSTEM_STORES if path.is_file()), None), Path(certifi.where())]
    return Roots([*_shipped(tuple(path for path in stores if path)), *_readable(more)])


@cache
def _shipped(stores: tuple[Path, ...]) -> tuple[Certificate, ...]:
    anchors = {anchor for store in stores for anchor in _blocks(store.read_bytes())}
    return tuple(_readable(sorted(anchors)))


def _blocks(pem: bytes) -> Iterator[bytes]:
    for block in BLOCK.findall(pem):
        try:
            yield base64.b64decode(b"".join(block.split()), validate=True)
        except binascii.Error:
            continue


def _readable(anchors: Iterable[bytes]) -> Iterator[Certificate]:
    for anchor in anchors:
        try:
            yield read(anchor)
        except Malformed:
            continue
