"""Whether a certificate names a responder for its revocation (RFC 5280 section 4.2.2.1). Nothing is asked there."""

from probes.tls import der, x509
from scanner.model.errors import Malformed

ACCESS, OCSP = "1.3.6.1.5.5.7.1.1", "1.3.6.1.5.5.7.48.1"
"""authorityInfoAccess, and the method that is OCSP."""


def names_responder(leaf: bytes) -> bool | None:
    """None where the certificate cannot be read."""
    try:
        extensions = x509.read(leaf).extensions
        if extensions is None:
            return None
        access = extensions.get(ACCESS)
        if access is None:
            return False
        return any(der.oid(entry.children()[0]) == OCSP for entry in der.sequence(access))
    except (Malformed, IndexError):
        return None
