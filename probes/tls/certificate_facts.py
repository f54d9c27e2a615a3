"""What is known of a service's certificate, as facts. Thresholds and verdicts are elsewhere."""

from dataclasses import dataclass

from probes.tls.link import Link
from probes.tls.timestamps import Timestamp


@dataclass(frozen=True, slots=True)
class RevocationAnswer:
    """One answer about revocation: its way, the responder or list, good, revoked or untold, and what it said."""

    way: str
    place: str
    status: str
    what: str
    at: str | None


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """The leaf, and what the chain as sent amounts to at the moment of observation.

    `offered` is False where the server said that it has no TLS at this place: then nothing else is told.

    Whole days are rounded down: `days_remaining` is below 0 as soon as notAfter is past, `days_since_start` below 0
    until notBefore. `valid_days` counts begun days, both ends included, as the CA/Browser Forum does. `key_bits` is
    the modulus (RSA), the prime (DSA) or the field (EC); `curve` is empty where there is none. `signature_hashes` are
    those of the leaf and of the intermediates that belong to it; roots vouch for themselves. `known_weak` says that
    the key is known to be weak whatever its size, `weakness` how (ROCA, close primes, Debian), `key_lists` by which
    knowledge that was looked at.

    `self_signed` says that its own key signed it, `anchor` that it is itself a trusted root, `trusted` that a path
    leads to one, `public_root` to one that is shipped with system or library; `root` and `root_stores` name it.
    `missing` is "none", "surely" or "probably", None where that cannot be told; `missing_issuer` is whose certificate
    it is. Places in the chain count from 1. `chain` is all that was sent, in order.

    `timestamps` are well-formed SCTs of all three ways; `has_timestamp` is None where not all ways could be looked at.
    `stapled` says that an OCSP answer came with the handshake. `revocation_named` says that there is a way to know of
    a revocation, `revoked` what it says, `revocation` what was heard.

    `asked_name` is empty where the service was asked by address; `covers_name` is then None.
    """

    offered: bool = True
    subject: str | None = None
    issuer: str | None = None
    serial: str = ""
    names: tuple[str, ...] | None = None
    not_before: str | None = None
    not_after: str | None = None
    days_remaining: int | None = None
    days_since_start: int | None = None
    valid_days: int | None = None
    key_type: str | None = None
    key_bits: int | None = None
    curve: str | None = None
    key_sha256: str = ""
    known_weak: bool | None = None
    weakness: str = ""
    key_lists: tuple[str, ...] = ()
    signature_hash: str | None = None
    signature_hashes: tuple[str, ...] | None = None
    self_signed: bool | None = None
    anchor: bool = False
    trusted: bool | None = None
    trust_problem: str = ""
    public_root: bool | None = None
    root: str = ""
    root_stores: tuple[str, ...] = ()
    missing: str | None = None
    missing_issuer: str = ""
    displaced: tuple[int, ...] = ()
    foreign: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    in_order: bool | None = None
    asked_name: str = ""
    covers_name: bool | None = None
    timestamps: tuple[Timestamp, ...] = ()
    has_timestamp: bool | None = None
    stapled: bool | None = None
    responders: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    revocation_named: bool = False
    revoked: bool | None = None
    revoked_at: str | None = None
    revoked_why: str = ""
    revocation: tuple[RevocationAnswer, ...] = ()
    chain: tuple[Link, ...] = ()
    chain_length: int = 0
    sha256: str = ""
    protocol: str = ""
