"""TLS by the library, with settings that still reach the worst servers (R26). It judges nothing."""

import ssl
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

LEGACY_SERVER_CONNECT = 0x4
"""SSL_OP_LEGACY_SERVER_CONNECT: servers without RFC 5746; Python names it since 3.12 only."""


@cache
def permissive_context(alpn: tuple[str, ...] = ()) -> ssl.SSLContext:
    """Security level 0, every version and cipher that the library has, no verification: all are judged elsewhere."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    context.options |= LEGACY_SERVER_CONNECT
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """The certificates as the server sent them, DER, leaf first."""
    sent: Sequence[Any]
    if hasattr(tls, "get_unverified_chain"):
        sent = cast(Any, tls).get_unverified_chain() or ()  # public since Python 3.13
        return tuple(bytes(der) for der in sent)
    inner = cast(Any, tls)._sslobj
    sent = inner.get_unverified_chain() or ()
    return tuple(bytes(ssl.PEM_cert_to_DER_cert(certificate.public_bytes())) for certificate in sent)
