"""From the answers of a course to the facts of an offer: pure. What could not be told is None, with its reason."""

from collections.abc import Iterable
from dataclasses import fields
from hashlib import sha256
from typing import Any

from probes.tls import hello, sslv2, suites, x509
from probes.tls.answer import Answer
from probes.tls.course import Course
from probes.tls.offer_facts import OfferFacts
from probes.tls.offer_groups import curves, hybrids, primes
from probes.tls.offer_hellos import by_version, over_lower_versions
from probes.tls.offer_suites import FACTS, Described, by_kind, named, old_ciphers, order, sslv3_cbc
from probes.tls.told import LOWER, NAMES, Versions
from probes.tls.traits import COMPRESSION, SSLV3_CBC, kinds, traits
from scanner.model.errors import Malformed
from scanner.model.observation import Evidence, Seen
from scanner.model.verdict import Reason

MOST_EVIDENCE = 2
"""Answers kept for one fact: what accuses is heard twice."""


def describe(course: Course, responder: bool | None) -> Seen[OfferFacts]:
    """The facts at the end of a course; `responder` is what the certificate says of one."""
    versions = course.versions
    parts = (
        _versions(versions, heard=course.inquiry.heard),
        by_kind(versions),
        sslv3_cbc(versions),
        order(versions),
        primes(versions),
        curves(versions),
        hybrids(versions),
        over_lower_versions(versions, course.fallback),
        _staple(course, responder),
        _standing(course),
    )
    told: dict[str, Any] = {}
    gaps: dict[str, Reason] = {}
    for facts, missing in parts:
        told |= facts
        gaps |= missing
    seen = OfferFacts(**told)
    silent = {each.name for each in fields(seen) if getattr(seen, each.name) is None} - gaps.keys()
    gaps |= dict.fromkeys(silent, versions.usual_gap)
    return Seen(seen, gaps, tuple(_evidence(course)))


def _versions(versions: Versions, *, heard: bool) -> Described:
    """Which are spoken, and the suite chosen first in each."""
    told: dict[str, Any] = {"offered": True if heard else None, "versions": tuple(by_version(versions))}
    gaps = {NAMES[version]: one.reason for version, one in versions.of.items() if one.spoken is None}
    for version, one in versions.of.items():
        told[NAMES[version]] = one.spoken
        if one.spoken and one.answer is not None:
            first = one.answer.ciphers[0] if one.answer.ciphers else suites.name(one.answer.suite)
            told[f"{NAMES[version]}_cipher"] = first
    if not heard:
        gaps["offered"] = gaps.get("tls12", Reason.TIMED_OUT)
    return told, gaps


def _standing(course: Course) -> Described:
    """What is said over all versions: SM suites, keys, ALPN; and what it cost."""
    versions = course.versions
    modern, tlcp = versions.of[hello.TLS13], versions.of[hello.TLCP]
    sm = [code for code in (modern.accepted.suites if modern.accepted else ()) if code in suites.TLS13_SM]
    sm += tlcp.accepted.suites if tlcp.spoken and tlcp.accepted else []
    cut = modern.accepted is not None and modern.accepted.gap is not None
    asked = modern.spoken is not None and tlcp.spoken is not None and not cut
    old = versions.of[sslv2.VERSION]
    answer = old.answer if old.spoken else None
    return {
        "sm_suites": named(sm) if sm or asked else None,
        "alpn": next((one.alpn for one in by_version(versions) if one.alpn), ""),
        "keys": _keys(course.chains),
        "sslv2_keys": _keys(answer.chain[:1] if answer else ()),
        "sslv2_ciphers": old_ciphers(versions),
        "connections": course.inquiry.asked + len(course.presented),
    }, {}


def _staple(course: Course, responder: bool | None) -> Described:
    """True where one came; False only where two hellos, a few seconds apart, brought none."""
    twice = course.staple_again is not None or len(course.presented) > 1
    told = True if course.stapled else False if responder and twice else None
    gaps: dict[str, Reason] = {}
    if responder is None and course.chain:
        gaps["names_responder"] = Reason.MALFORMED
    if told is None and responder is False:
        gaps["stapled"] = Reason.NOT_SELECTED
    return {"names_responder": responder, "stapled": told}, gaps


def _keys(leaves: Iterable[bytes]) -> tuple[str, ...]:
    """SHA-256 of each public key; certificates that cannot be read have none."""
    found: set[str] = set()
    for leaf in leaves:
        try:
            found.add(sha256(x509.read(leaf).spki).hexdigest())
        except Malformed:
            continue
    return tuple(sorted(found))


def _evidence(course: Course) -> Iterable[Evidence]:
    """One answer for each version; for what accuses, the answers that do, a few of each."""
    for version, told in course.versions.of.items():
        if told.answer is not None:
            yield Evidence(told.answer.what, told.answer.said, NAMES[version])
    shown: dict[str, int] = {}
    for version, answer in course.versions.seen:
        for fact in _proves(version, answer):
            shown[fact] = shown.get(fact, 0) + 1
            if shown[fact] <= MOST_EVIDENCE:
                yield Evidence(answer.what, answer.said, fact)
    old = course.versions.of[sslv2.VERSION].answer
    for cipher in old_ciphers(course.versions):
        for fact in dict.fromkeys((*(FACTS[kind] for kind in sslv2.KINDS[cipher]), "static_suites")):
            shown[fact] = shown.get(fact, 0) + 1
            if old is not None and shown[fact] == 1:
                yield Evidence(old.what, old.said, fact)
    if course.fallback is not None:
        yield Evidence(f"TLS_FALLBACK_SCSV: {course.fallback.what}", course.fallback.said, "fallback_refused")


def _proves(version: int, answer: Answer) -> Iterable[str]:
    """The facts that an answer proves."""
    suite = suites.table().get(answer.suite)
    yield from (FACTS[kind] for kind in kinds(suite))
    found = traits(version, answer)
    if SSLV3_CBC in found:
        yield "sslv3_cbc_suites"
    if COMPRESSION in found:
        yield "compression"
    if suite is not None and not suite.ephemeral:
        yield "static_suites"
    if answer.exchange is not None and answer.exchange.kind == "field":
        yield "smallest_prime_bits"
    if answer.exchange is not None and answer.exchange.kind == "curve":
        yield "smallest_curve_bits"
    unsaid = answer.hello is not None and hello.RENEGOTIATION_INFO not in answer.hello.extensions
    if unsaid and version in LOWER:
        yield "secure_renegotiation"
