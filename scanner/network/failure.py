"""What the operating system and OpenSSL raise, as the product's own errors. It judges nothing."""

import errno
import ssl

from scanner.model.errors import CertificateWanted, ConnectionRefused, Malformed, NetworkError, TimedOut, Unreachable
from scanner.model.verdict import Reason

RESET = frozenset((errno.ECONNREFUSED, errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED))

WANTS_CERTIFICATE = frozenset(("TLSV13_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_BAD_CERTIFICATE"))
"""Alerts 116 and 42 (RFC 8446 section 6.2): we never send a certificate, so it is its absence that they speak of."""

OURS = frozenset((errno.EADDRNOTAVAIL, errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))
"""We ran short of something: it says nothing about the target."""


def as_network_error(error: OSError, what: str) -> NetworkError:
    """A reset is a refusal, ICMP and missing routes are unreachable, what TLS cannot read is malformed."""
    if isinstance(error, ssl.SSLError):
        if error.reason in WANTS_CERTIFICATE:
            return CertificateWanted(f"{what}: {error.reason}")
        return Malformed(f"{what}: {error.reason or error}")
    if error.errno in RESET or isinstance(error, ConnectionError):
        return ConnectionRefused(f"{what}: {error.strerror or 'reset'}")
    if isinstance(error, TimeoutError):
        return TimedOut(f"{what}: no answer")
    if error.errno in OURS:
        return Unreachable(f"{what}: our own side is short: {error.strerror}", Reason.OWN_LAG)
    return Unreachable(f"{what}: {error.strerror or error}")
