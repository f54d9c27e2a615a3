"""The certificate that a TLS service presents, described. Whether that is good enough is not said here."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from probes.tls import chain, covered_name, x509
from probes.tls.known_weak_key import known_weak
from probes.tls.presented import Presented, present
from probes.tls.roots import Roots, trusted
from probes.tls.where import wants
from probes.tls.x509 import Certificate
from scanner.model.errors import Malformed
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

MOST_EVIDENCE = 4096
MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """The leaf, and what the chain as sent amounts to at the moment of observation.

    Whole days are rounded down: `days_remaining` is below 0 as soon as notAfter is past, `days_since_start` below 0
    until notBefore. `key_bits` is the modulus (RSA), the prime (DSA) or the field (EC); `curve` is empty where there
    is none. `signature_hashes` are those of the leaf and of the intermediates that belong to it; roots vouch for
    themselves. `known_weak` is None where a list that is not held here would have to be asked. `self_signed` says that
    its own key signed it, `anchor` that it is itself a trusted root, `trusted` that a path leads to one. `asked_name`
    is empty where the service was asked by address; `covers_name` is then None.
    """

    subject: str | None
    issuer: str | None
    names: tuple[str, ...] | None
    not_before: str | None
    not_after: str | None
    days_remaining: int | None
    days_since_start: int | None
    key_type: str | None
    key_bits: int | None
    curve: str | None
    known_weak: bool | None
    signature_hash: str | None
    signature_hashes: tuple[str, ...] | None
    self_signed: bool | None
    anchor: bool
    trusted: bool | None
    trust_problem: str
    asked_name: str
    covers_name: bool | None
    chain_length: int
    sha256: str


async def observe(target: Target, net: Network) -> Seen[CertificateFacts]:
    """Get the chain, and describe it."""
    presented = await present(net, target)
    return describe(presented, target.name, trusted(net.trust_roots()))


def describe(presented: Presented, name: str | None, roots: Roots) -> Seen[CertificateFacts]:
    """Describe a chain as of the moment it was seen; Malformed where the leaf is no certificate at all."""
    if not presented.chain:
        raise Malformed("no certificate was presented")
    leaf = x509.read(presented.chain[0])
    sent = (leaf, *_readable(presented.chain[1:]))
    facts = CertificateFacts(
        **_leaf(leaf, presented.at),
        **_standing(leaf, sent, len(sent) < len(presented.chain), roots, presented.at),
        **_coverage(leaf, name),
        chain_length=len(presented.chain),
        sha256=sha256(leaf.raw).hexdigest(),
    )
    gaps = {each.name: Reason.MALFORMED for each in fields(facts) if getattr(facts, each.name) is None}
    if facts.known_weak is None and leaf.key is not None:
        gaps["known_weak"] = Reason.NO_VANTAGE
    if not facts.asked_name:
        gaps["covers_name"] = Reason.NOT_SELECTED
    cut = f", its first {MOST_EVIDENCE} octets" if len(leaf.raw) > MOST_EVIDENCE else ""
    what = f"certificate SHA-256 {facts.sha256}{cut}, {len(presented.chain)} sent, {presented.how}"
    trust = f"; trust: {facts.trust_problem}" if facts.trust_problem else ""
    return Seen(facts, gaps, (Evidence(what + trust, leaf.raw[:MOST_EVIDENCE]),))


def _leaf(leaf: Certificate, at: datetime) -> dict[str, Any]:
    key = leaf.key
    return {
        "subject": leaf.subject.text if leaf.subject else None,
        "issuer": leaf.issuer.text if leaf.issuer else None,
        "not_before": leaf.not_before.isoformat() if leaf.not_before else None,
        "not_after": leaf.not_after.isoformat() if leaf.not_after else None,
        "days_remaining": (leaf.not_after - at) // timedelta(days=1) if leaf.not_after else None,
        "days_since_start": (at - leaf.not_before) // timedelta(days=1) if leaf.not_before else None,
        "key_type": key.type if key else None,
        "key_bits": key.bits if key else None,
        "curve": key.curve if key else None,
        "known_weak": known_weak(key) if key else None,
        "signature_hash": leaf.algorithm.hash,
    }


def _standing(
    leaf: Certificate, sent: tuple[Certificate, ...], unread: bool, roots: Roots, at: datetime
) -> dict[str, Any]:
    """`unread` says that something was sent which could not be read: it may have been an intermediate."""
    above = chain.intermediates(leaf, sent, roots)
    hashes = [*(each.algorithm.hash for each in (leaf, *above)), *([None] if unread else [])]
    trust = chain.trust(leaf, sent, roots, at)
    return {
        "signature_hashes": None if None in hashes else tuple(dict.fromkeys(hashes)),
        "self_signed": chain.self_signed(leaf),
        "anchor": roots.hold(leaf),
        "trusted": trust.trusted,
        "trust_problem": trust.problem,
    }


def _coverage(leaf: Certificate, name: str | None) -> dict[str, Any]:
    alternatives = covered_name.read(leaf)
    return {
        "names": alternatives.shown()[:MOST_NAMES] if alternatives else None,
        "asked_name": name or "",
        "covers_name": alternatives.cover(name) if alternatives and name else None,
    }


def _readable(sent: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    found: list[Certificate] = []
    for each in sent:
        try:
            found.append(x509.read(each))
        except Malformed:
            continue
    return tuple(found)


PROBE = Probe(
    "tls.certificate",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    CertificateFacts,
    observe,
    cost=Cost(connections=4, requests=4, seconds=90),
    profile=Profile.QUICK,
    wants=wants,
)
