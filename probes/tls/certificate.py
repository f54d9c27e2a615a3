"""The certificate that a TLS service presents, described. Whether that is good enough is not said here."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from probes.tls import chain, chain_reading, covered_name, known_weak_key, ocsp, pointers, revocation, timestamps
from probes.tls.arrangement import Missing, Role
from probes.tls.certificate_facts import CertificateFacts, RevocationAnswer
from probes.tls.chain_reading import ChainReading
from probes.tls.conversation import NotOffered
from probes.tls.link import UNREADABLE
from probes.tls.presented import Presented, present
from probes.tls.revocation import Revocation
from probes.tls.roots import Roots, trusted
from probes.tls.timestamps import Timestamp
from probes.tls.where import counted, wants
from scanner.model.errors import Blocked, Malformed, NetworkError, NotAdmitted
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

MOST_EVIDENCE = 4096
MOST_NAMES = 200
DAY = timedelta(days=1)
IN_CERTIFICATE, IN_HANDSHAKE, IN_STAPLE = "certificate", "handshake", "OCSP"
"""The three ways of a timestamp (RFC 6962 section 3.3)."""


async def observe(target: Target, net: Network) -> Seen[CertificateFacts]:
    """Get the chain, ask about its revocation where that is allowed, and describe it."""
    try:
        presented = await present(net, target)
    except NotOffered as error:
        return Seen(CertificateFacts(offered=False), {}, (Evidence(str(error), about="offered"),))
    roots = trusted(net.trust_roots())

    async def staple(_: bool) -> bytes:
        return (await present(net, target)).staple

    reading = await chain_reading.read_aside(presented, roots)
    presented = await _timestamps_again(net, target, presented, reading)
    found = await revocation.looked_up(net, reading, presented.staple, staple, presented.at)
    return _described(presented, reading, target.name, roots, found)


async def _timestamps_again(net: Network, target: Target, presented: Presented, reading: ChainReading) -> Presented:
    """A second look where a public root's leaf seems to come without timestamps: one look proves no absence (R12)."""
    if not (reading.public and presented.beside) or _timestamps(reading, presented)["has_timestamp"] is not False:
        return presented
    if counted(target):
        return replace(presented, beside=False)
    try:
        second = await present(net, target)
    except (NotAdmitted, Blocked):
        raise
    except NetworkError:
        return replace(presented, beside=False)
    stamps, staple = presented.timestamps or second.timestamps, presented.staple or second.staple
    return replace(presented, timestamps=stamps, staple=staple, beside=second.beside)


def describe(presented: Presented, name: str | None, roots: Roots) -> Seen[CertificateFacts]:
    """Describe a chain as of the moment it was seen; Malformed where the leaf is no certificate at all.

    Without asking about its revocation.
    """
    return _described(presented, chain_reading.read(presented, roots), name, roots, Revocation())


def _described(
    presented: Presented, reading: ChainReading, name: str | None, roots: Roots, found: Revocation
) -> Seen[CertificateFacts]:
    facts = CertificateFacts(
        **_leaf(reading, presented.at),
        **_key(reading),
        **_standing(reading, roots),
        **_arranged(reading),
        **_coverage(reading, name),
        **_timestamps(reading, presented),
        **_revocation(reading, presented, found),
        chain=reading.links,
        chain_length=len(presented.chain),
        sha256=reading.links[0].sha256,
        protocol=presented.how,
    )
    return Seen(facts, _gaps(facts, found), _evidence(facts, reading, found))


def _leaf(reading: ChainReading, at: datetime) -> dict[str, Any]:
    leaf, shown = reading.leaf, reading.links[0]
    start, end = leaf.not_before, leaf.not_after
    return {
        "subject": shown.subject,
        "issuer": shown.issuer,
        "serial": shown.serial,
        "not_before": shown.not_before,
        "not_after": shown.not_after,
        "days_remaining": (end - at) // DAY if end else None,
        "days_since_start": (at - start) // DAY if start else None,
        "valid_days": -((start - end - timedelta(seconds=1)) // DAY) if start and end else None,
        "signature_hash": shown.signature_hash,
    }


def _key(reading: ChainReading) -> dict[str, Any]:
    key, shown = reading.leaf.key, reading.links[0]
    weakness = known_weak_key.weakness(key) if key else ""
    return {
        "key_type": shown.key_type,
        "key_bits": shown.key_bits,
        "curve": shown.curve,
        "key_sha256": shown.key_sha256,
        "known_weak": bool(weakness) if key else None,
        "weakness": weakness,
        "key_lists": known_weak_key.compared_with(key) if key else (),
    }


def _standing(reading: ChainReading, roots: Roots) -> dict[str, Any]:
    leaf, path = reading.leaf, reading.trust.path
    above = chain.intermediates(leaf, reading.sent, roots)
    hashes = [*(each.algorithm.hash for each in (leaf, *above)), *([None] if reading.unread else [])]
    root = path[-1] if path else None
    return {
        "signature_hashes": None if None in hashes else tuple(dict.fromkeys(hashes)),
        "self_signed": chain.self_signed(leaf),
        "anchor": roots.hold(leaf),
        "trusted": reading.trust.trusted,
        "trust_problem": reading.trust.problem,
        "public_root": reading.public,
        "root": root.subject.text if root and root.subject else "",
        "root_stores": roots.stores(root) if root else (),
    }


def _arranged(reading: ChainReading) -> dict[str, Any]:
    standing = reading.arrangement
    at = {role: tuple(n for n, each in enumerate(reading.links, 1) if each.role == role) for role in Role}
    readable = [n for n, each in enumerate(reading.links, 1) if each.role != UNREADABLE]
    disorder = standing.displaced or at[Role.FOREIGN] or at[Role.REPEATED]
    untold = standing.missing is Missing.UNTOLD or (standing.missing is not Missing.NONE and reading.unread)
    return {
        "missing": None if untold else standing.missing.value,
        "missing_issuer": standing.wanted,
        "displaced": tuple(readable[place] for place in standing.displaced),
        "foreign": at[Role.FOREIGN],
        "repeated": at[Role.REPEATED],
        "in_order": False if disorder else None if reading.unread else True,
    }


def _coverage(reading: ChainReading, name: str | None) -> dict[str, Any]:
    alternatives = covered_name.read(reading.leaf)
    return {
        "names": alternatives.shown()[:MOST_NAMES] if alternatives else None,
        "asked_name": name or "",
        "covers_name": alternatives.cover(name) if alternatives and name else None,
    }


def _timestamps(reading: ChainReading, presented: Presented) -> dict[str, Any]:
    """Not every hello asks for what may come beside the certificate: what it then lacks is not absent."""
    found: list[Timestamp] = []
    broken = reading.leaf.extensions is None
    for read in (_embedded, _in_handshake, _in_staple):
        try:
            found += read(reading, presented)
        except Malformed:
            broken = True
    whole = presented.beside and not broken
    return {"timestamps": tuple(found), "has_timestamp": True if found else False if whole else None}


def _embedded(reading: ChainReading, _: Presented) -> tuple[Timestamp, ...]:
    value = (reading.leaf.extensions or {}).get(timestamps.EMBEDDED)
    return timestamps.wrapped(value, IN_CERTIFICATE) if value is not None else ()


def _in_handshake(_: ChainReading, presented: Presented) -> tuple[Timestamp, ...]:
    return timestamps.read(presented.timestamps, IN_HANDSHAKE) if presented.timestamps else ()


def _in_staple(_: ChainReading, presented: Presented) -> tuple[Timestamp, ...]:
    value = ocsp.timestamps(presented.staple, timestamps.IN_OCSP) if presented.staple else None
    return timestamps.wrapped(value, IN_STAPLE) if value is not None else ()


def _revocation(reading: ChainReading, presented: Presented, found: Revocation) -> dict[str, Any]:
    proof = found.proven() if found.revoked else None
    return {
        "stapled": bool(presented.staple) if presented.beside else None,
        "responders": pointers.ocsp_urls(reading.leaf),
        "lists": pointers.crl_urls(reading.leaf),
        "revocation_named": found.named,
        "revoked": found.revoked,
        "revoked_at": proof.at if proof else None,
        "revoked_why": proof.what if proof else "",
        "revocation": tuple(RevocationAnswer(t.way, t.place, t.status, t.what[:300], t.at) for t in found.told),
    }


def _gaps(facts: CertificateFacts, found: Revocation) -> dict[str, Reason]:
    gaps = {each.name: Reason.MALFORMED for each in fields(facts) if getattr(facts, each.name) is None}
    known = {
        "missing": Reason.NO_VANTAGE,
        "covers_name": Reason.MALFORMED if facts.asked_name else Reason.NOT_SELECTED,
        "revoked": found.reason,
        "stapled": Reason.NO_VANTAGE,
        "has_timestamp": Reason.NO_VANTAGE if facts.stapled is None else Reason.MALFORMED,
    }
    return {name: known.get(name, reason) for name, reason in gaps.items()}


def _evidence(facts: CertificateFacts, reading: ChainReading, found: Revocation) -> tuple[Evidence, ...]:
    raw = reading.leaf.raw
    cut = f", its first {MOST_EVIDENCE} octets" if len(raw) > MOST_EVIDENCE else ""
    trust = f"; trust: {facts.trust_problem}" if facts.trust_problem else ""
    what = f"certificate SHA-256 {facts.sha256}{cut}, {facts.chain_length} sent, {facts.protocol}{trust}"
    order = "chain as sent: " + ", ".join(f"{n} {each.role}" for n, each in enumerate(facts.chain[:16], 1))
    keys = f"key compared with {', '.join(facts.key_lists) or 'nothing: only RSA keys are known to be so weak'}"
    return (
        Evidence(what, raw[:MOST_EVIDENCE]),
        Evidence(order, about="in_order"),
        Evidence(order, about="missing"),
        Evidence(keys, about="known_weak"),
        *(
            Evidence(f"{told.way} {told.place}: {told.status}, {told.what}"[:500], told.raw[:MOST_EVIDENCE], "revoked")
            for told in found.told
        ),
    )


PROBE = Probe(
    "tls.certificate",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    CertificateFacts,
    observe,
    cost=Cost(connections=9, requests=8, seconds=240),
    profile=Profile.QUICK,
    wants=wants,
)
