"""The trusted roots: the system's store, certifi's, and those that the user names. Read from files, never fetched."""

import base64
import binascii
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path

import certifi

from probes.tls.distinguished_name import DistinguishedName
from probes.tls.x509 import Certificate, read
from scanner.model.errors import Malformed

SYSTEM, CERTIFI, NAMED = "system", "certifi", "named"
SYSTEM_STORES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),  # Debian, Ubuntu, UnionTech, Kylin (desktop)
    Path("/etc/pki/tls/certs/ca-bundle.crt"),  # openEuler, Kylin (server), Fedora
    Path("/etc/ssl/ca-bundle.pem"),  # SUSE
    Path("/etc/ssl/cert.pem"),  # Alpine, macOS
)
BLOCK = re.compile(rb"-----BEGIN (?:TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END", re.ASCII)


class Roots:
    """Trust anchors, found by subject. Each knows the stores it came from: SYSTEM, CERTIFI, NAMED."""

    def __init__(self, stores: Mapping[str, Iterable[Certificate]]) -> None:
        self._by_subject: dict[object, dict[bytes, Certificate]] = {}
        self._stores: dict[bytes, tuple[str, ...]] = {}
        for store, certificates in stores.items():
            for certificate in certificates:
                self._stores[certificate.raw] = (*self._stores.get(certificate.raw, ()), store)
                if certificate.subject is not None:
                    self._by_subject.setdefault(certificate.subject.key, {})[certificate.raw] = certificate

    def named(self, subject: DistinguishedName) -> tuple[Certificate, ...]:
        """The anchors of that subject."""
        return tuple(self._by_subject.get(subject.key, {}).values())

    def hold(self, certificate: Certificate) -> bool:
        """Whether just this certificate is an anchor."""
        return certificate.raw in self._stores

    def stores(self, certificate: Certificate) -> tuple[str, ...]:
        """Where an anchor came from; nothing for what is none."""
        return self._stores.get(certificate.raw, ())

    @cached_property
    def public(self) -> "Roots":
        """Those that are shipped with a system or a library, without what the user named."""
        held = [each for found in self._by_subject.values() for each in found.values()]
        shipped = {store: [each for each in held if store in self.stores(each)] for store in (SYSTEM, CERTIFI)}
        return Roots(shipped)


def from_der(anchors: Iterable[bytes], store: str = NAMED) -> Roots:
    """Anchors from DER; one that cannot be read is left out, and so trusts nothing."""
    return Roots({store: list(_readable(anchors))})


def trusted(more: tuple[bytes, ...] = ()) -> Roots:
    """The system's store, certifi's, and `more` (DER). SSL_CERT_FILE names the system's, as it does for OpenSSL."""
    named = os.environ.get("SSL_CERT_FILE")
    store = Path(named) if named else next((path for path in SYSTEM_STORES if path.is_file()), None)
    return _of(store, more)


@cache
def _of(store: Path | None, more: tuple[bytes, ...]) -> Roots:
    system = _shipped(store) if store and store.is_file() else ()
    return Roots({SYSTEM: system, CERTIFI: _shipped(Path(certifi.where())), NAMED: list(_readable(more))})


@cache
def _shipped(store: Path) -> tuple[Certificate, ...]:
    return tuple(_readable(sorted(set(_blocks(store.read_bytes())))))


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
