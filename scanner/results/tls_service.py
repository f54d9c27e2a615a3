"""What results tell of one TLS service beside its findings: versions, suites, chain, and which checks speak to what. Pure."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from scanner.judging import Judgement
from scanner.model.check import Check, Condition
from scanner.model.observation import Observation
from scanner.model.verdict import Verdict
from scanner.results.asset import Asset
from scanner.results.judged import Judged

OFFER, CERTIFICATE = "tls.offer", "tls.certificate"
VERSIONS = {
    "sslv2": "SSL 2.0", "sslv3": "SSL 3.0", "tls10": "TLS 1.0", "tls11": "TLS 1.1", "tls12": "TLS 1.2",
    "tls13": "TLS 1.3", "tlcp": "TLCP 1.1",
}  # fmt: skip
"""The facts of versions, oldest first, and their names."""
STATIC = ("static_suites", "tls.no-forward-secrecy")
"""Suites without an ephemeral key, and the check that they fail where they are preferred."""
MOST_LINKS, MOST_NAMES = 16, 50
TOLD = ("subject", "issuer", "serial", "key_type", "key_bits", "curve", "weakness", "root", "root_stores", "public_root",
        "trusted", "trust_problem", "missing", "missing_issuer", "in_order", "stapled", "revocation_named", "revoked", "valid_days",
        "days_remaining", "asked_name", "covers_name", "chain_length", "sha256", "protocol")  # fmt: skip


def tls_service(asset: Asset, judged: Iterable[Judged], zone: ZoneInfo) -> dict[str, Any] | None:
    """One service as an engineer looks at it; None where no TLS was seen. Moments are in the inspection's zone."""
    offer, certificate = (_seen(asset, probe) for probe in (OFFER, CERTIFICATE))
    if offer is None and certificate is None:
        return None
    words = [(one.check, one.judgements[0]) for one in judged if one.check.id.startswith("tls.")]
    failed = [(check, judgement) for check, judgement in words if judgement.verdict is Verdict.FAIL]
    versions = list(_versions(offer, failed)) if offer is not None else []
    accepted = {suite for version in versions for suite in version["suites"]}
    return {
        "versions": versions,
        "suites": {suite: _suite(suite, offer, failed) for suite in sorted(accepted)} if offer is not None else {},
        "certificate": _certificate(certificate.facts, certificate.at, zone) if certificate is not None else None,
        "more_certificates": list(_more(certificate, offer, zone)),
        "failed": [_fault(check, judgement) for check, judgement in failed],
        "not_tested": [
            {"check": check.id, "reason": judgement.reason.value if judgement.reason else None}
            for check, judgement in words
            if judgement.verdict is Verdict.NOT_TESTED
        ],
        "passed": sum(judgement.verdict is Verdict.PASS for _, judgement in words),
    }


def _seen(asset: Asset, probe: str) -> Observation | None:
    """None too where the service itself said that it has no TLS."""
    observation = asset.observations.get(probe)
    told = observation is not None and observation.observed and observation.facts.get("offered") is not False
    return observation if told else None


def _fault(check: Check, judgement: Judgement) -> dict[str, Any]:
    severity = judgement.severity or check.severity
    return {"check": check.id, "severity": severity.value, "confidence": judgement.confidence.value}


def _versions(offer: Observation, failed: list[tuple[Check, Judgement]]) -> Iterator[dict[str, Any]]:
    """Every version: whether it is spoken (None: could not be told, for `reason`), how, and what is wrong with it."""
    facts = offer.facts
    offers = {one["version"]: one for one in facts.get("versions") or ()}
    for key, name in VERSIONS.items():
        spoken = facts.get(key)
        told = offers.get(key, {})
        reason = offer.gaps.get(key)
        yield {
            "version": name,
            "offered": spoken,
            "reason": reason.value if spoken is None and reason is not None else None,
            "checks": [check.id for check, _ in failed if _names(check.fails, key)],
            "suites": list(facts.get("sslv2_ciphers") or ()) if key == "sslv2" else list(told.get("suites") or ()),
            "complete": told.get("complete"),
            "server_chooses": told.get("server_chooses"),
            "groups": list(told.get("groups") or ()),
            "alpn": told.get("alpn") or None,
        }


def _suite(suite: str, offer: Observation, failed: list[tuple[Check, Judgement]]) -> dict[str, Any]:
    """The failed checks whose one fact is a list with this suite in it, and whether it has forward secrecy."""
    fact, secrecy = STATIC
    static = suite in (offer.facts.get(fact) or ())
    checks = [check.id for check, _ in failed if check.fails and _listed(check.fails.fact, suite, offer)]
    lacking = [secrecy] if static and any(check.id == secrecy for check, _ in failed) else []
    return {"checks": [*checks, *lacking], "forward_secrecy": not static}


def _listed(fact: str | None, suite: str, offer: Observation) -> bool:
    value = offer.facts.get(fact) if fact else None
    return isinstance(value, list | tuple) and suite in value


def _names(condition: Condition | None, fact: str) -> bool:
    return condition is not None and condition.fact == fact


def _more(certificate: Observation | None, offer: Observation | None, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """Those that the enumeration saw beside the first."""
    first = certificate.facts.get("sha256") if certificate is not None else None
    for facts in (offer.facts.get("certificates") or ()) if offer is not None else ():
        if offer is not None and facts["sha256"] != first:
            yield _certificate(facts, offer.at, zone)


def _certificate(facts: Mapping[str, Any], at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    links = [_zoned(link, zone) for link in (facts.get("chain") or ())[:MOST_LINKS]]
    return {
        **{name: facts.get(name) for name in TOLD},
        "names": list(facts.get("names") or ())[:MOST_NAMES],
        "more_names": max(0, len(facts.get("names") or ()) - MOST_NAMES),
        "timestamps": len(facts.get("timestamps") or ()),
        "at": at.astimezone(zone).isoformat(timespec="seconds"),
        "chain": links,
    }


def _zoned(link: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Moments in the zone; one at the end of all years, by which authorities mean "never", stays in UTC."""
    moments = {name: link.get(name) for name in ("not_before", "not_after")}
    for name, written in moments.items():
        with contextlib.suppress(OverflowError):
            moments[name] = (
                datetime.fromisoformat(written).astimezone(zone).isoformat(timespec="seconds") if written else None
            )
    return {**link, **moments}
