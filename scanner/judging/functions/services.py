"""Judgements about a service over more than one dialogue with it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scanner.judging.judgement import Judgement
from scanner.model.check import Check, Confidence
from scanner.model.observation import Observation
from scanner.model.target import Target
from scanner.model.verdict import Reason, Verdict

IDENTIFY = "services.identify"
DISCARD = "services.discard"
OPEN_TO_ALL = {
    "redis": ("services.redis", "no_auth"),
    "memcached": ("services.memcached", "open"),
    "mongodb": ("services.mongodb", "open"),
    "cassandra": ("services.cassandra", "open"),
    "postgresql": ("services.postgresql", "open"),
}
"""Stores that may want no password: the probe that asked, and the fact that says so. Their own check speaks then."""

HTTP = "http"
OVER_HTTP = ("services.elasticsearch", "services.couchdb", "services.influxdb", "services.clickhouse")
"""Stores that speak HTTP: who asks them. `product` is empty where nothing of theirs was heard."""


def database_exposed(
    check: Check, target: Target, observations: Mapping[str, Observation], declared: Mapping[str, Any]
) -> list[Judgement]:
    """port.database-exposed: a recognised database fails; one that obeys everybody is left to its own check."""
    identified = observations.get(IDENTIFY)
    if identified is None:
        return [Judgement(check.id, target, Verdict.NOT_TESTED, Reason.NOT_SELECTED)]
    base = Judgement(check.id, target, Verdict.NOT_TESTED, at=identified.at)
    if not identified.observed:
        return [replace(base, reason=identified.reason)]
    if identified.facts["known"] is None:
        return [replace(base, reason=identified.gaps.get("known", Reason.TIMED_OUT))]
    if identified.facts["protocol"] == HTTP:
        return [_store_over_http(base, check, observations)]
    open_to_all, reason = _open_to_all(identified.facts["protocol"], observations)
    if reason is not None:
        return [replace(base, reason=reason)]
    if open_to_all:
        return [replace(base, verdict=Verdict.NOT_APPLICABLE)]
    return [
        replace(
            base,
            verdict=Verdict.FAIL,
            severity=check.severity,
            seen=identified.facts,
            evidence=identified.evidence,
        )
    ]


def _store_over_http(base: Judgement, check: Check, observations: Mapping[str, Observation]) -> Judgement:
    """One that named itself and gave nothing without a password fails; a web server of any other kind is none."""
    asked = [observations[probe] for probe in OVER_HTTP if probe in observations]
    for one in (one for one in asked if one.observed and one.facts["product"]):
        if one.facts["open"] is None:
            return replace(base, reason=one.gaps.get("open", Reason.MALFORMED))
        if one.facts["open"]:
            break
        seen = {"protocol": one.facts["named"], "banner": one.facts["answer"]}
        return replace(base, verdict=Verdict.FAIL, severity=check.severity, seen=seen, evidence=one.evidence, at=one.at)
    return replace(base, verdict=Verdict.NOT_APPLICABLE)


def _open_to_all(protocol: str, observations: Mapping[str, Observation]) -> tuple[bool, Reason | None]:
    """Whether the service obeys without a password; or why that is not known."""
    if protocol not in OPEN_TO_ALL:
        return False, None
    probe, fact = OPEN_TO_ALL[protocol]
    asked = observations.get(probe)
    if asked is None:
        return False, Reason.NOT_SELECTED
    if not asked.observed:
        return False, asked.reason
    told = asked.facts[fact]
    return told is True, asked.gaps.get(fact, Reason.MALFORMED) if told is None else None


def small_services(
    check: Check, target: Target, observations: Mapping[str, Observation], declared: Mapping[str, Any]
) -> list[Judgement]:
    """legacy.small-services: one that answered fails; discard, which only swallows, fails by inference."""
    identified = observations.get(IDENTIFY)
    if identified is None:
        return [Judgement(check.id, target, Verdict.NOT_TESTED, Reason.NOT_SELECTED)]
    base = Judgement(check.id, target, Verdict.NOT_TESTED, at=identified.at)
    if not identified.observed:
        return [replace(base, reason=identified.reason)]
    if identified.facts["known"]:
        seen, proof = identified.facts, identified.evidence
        return [replace(base, verdict=Verdict.FAIL, severity=check.severity, seen=seen, evidence=proof)]
    discard = observations.get(DISCARD)
    if discard is not None and discard.observed and discard.facts["swallows"]:
        return [
            replace(
                base,
                verdict=Verdict.FAIL,
                severity=check.severity,
                confidence=Confidence.INFERRED,
                seen={"protocol": "discard"},
                evidence=discard.evidence,
                at=discard.at,
            )
        ]
    return [replace(base, reason=identified.gaps.get("known", Reason.TIMED_OUT))]
