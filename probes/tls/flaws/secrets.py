"""Keys of a session up to TLS 1.2: the pseudo-random function, and what both sides derive by it. Pure.

RFC 5246 sections 5, 6.3, 8.1; RFC 2246 section 5 for the older one.
"""

import hashlib
import hmac

from probes.tls.hello import TLS12

VERIFY_OCTETS = 12


def prf(version: int, digest: str, secret: bytes, label: bytes, seed: bytes, octets: int) -> bytes:
    """The PRF of a version; `digest` is the suite's from TLS 1.2 on, before that MD5 and SHA-1 together."""
    if version >= TLS12:
        return _expand(digest, secret, label + seed, octets)
    half = (len(secret) + 1) // 2
    first = _expand("md5", secret[:half], label + seed, octets)
    second = _expand("sha1", secret[len(secret) - half :], label + seed, octets)
    return bytes(a ^ b for a, b in zip(first, second, strict=True))


def _expand(digest: str, secret: bytes, seed: bytes, octets: int) -> bytes:
    made, step = b"", seed
    while len(made) < octets:
        step = hmac.new(secret, step, digest).digest()
        made += hmac.new(secret, step + seed, digest).digest()
    return made[:octets]


def master(version: int, digest: str, premaster: bytes, client: bytes, server: bytes) -> bytes:
    """The master secret from the premaster one and both randoms."""
    return prf(version, digest, premaster, b"master secret", client + server, 48)


def finished(version: int, digest: str, secret: bytes, label: bytes, spoken: bytes) -> bytes:
    """The verify_data over all handshake messages so far."""
    if version >= TLS12:
        summary = hashlib.new(digest, spoken).digest()
    else:
        summary = hashlib.md5(spoken, usedforsecurity=False).digest()
        summary += hashlib.sha1(spoken, usedforsecurity=False).digest()
    return prf(version, digest, secret, label, summary, VERIFY_OCTETS)
