"""Judgements on the version that a service states: whether it has ended, whether a flaw of it is exploited."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scanner.catalogue.feed import load_exploited, load_releases
from scanner.catalogue.releases import Product
from scanner.catalogue.version import Version, numbers, older
from scanner.judging.judgement import Judgement
from scanner.model.check import Check, Confidence, Severity
from scanner.model.observation import Observation
from scanner.model.target import Target
from scanner.model.verdict import Reason, Verdict

IDENTIFY = "services.identify"
RANK = (Verdict.FAIL, Verdict.PASS)


def end_of_life(
    check: Check, target: Target, observations: Mapping[str, Observation], declared: Mapping[str, Any]
) -> list[Judgement]:
    """service.end-of-life over every product and version that the service states.

    Not applicable where it states none, or none that the table knows.
    """
    judged = [
        _age(check, target, observation, product, version) for observation, product, version in _stated(observations)
    ]
    return [_worst(judged, check, target, observations)]


def known_vulnerable(
    check: Check, target: Target, observations: Mapping[str, Observation], declared: Mapping[str, Any]
) -> list[Judgement]:
    """service.known-vulnerable, likewise: the version alone is told, so a distribution may have mended it: inferred."""
    judged = [
        _flawed(check, target, observation, product, version)
        for observation, product, version in _stated(observations)
        if load_exploited().speaks_of(product.key)
    ]
    return [_worst(judged, check, target, observations)]


def _stated(observations: Mapping[str, Observation]) -> Iterator[tuple[Observation, Product, Version]]:
    for observation in observations.values():
        facts = observation.facts
        if not observation.observed or not facts.get("product") or not facts.get("version"):
            continue
        product = load_releases().named(str(facts["product"]))
        version = numbers(str(facts["version"]))
        if product is not None and version:
            yield observation, product, version


def _age(check: Check, target: Target, observation: Observation, product: Product, version: Version) -> Judgement:
    on = observation.at.date()
    oldest = product.oldest_maintained(on)
    end = product.end_of(version)
    ended = end is not None and end < on
    seen = {
        **_said(observation),
        "ended": end.isoformat() if end else None,
        "oldest": f"{oldest.version} ({oldest.by.name})" if oldest else None,
        "source": product.source,
    }
    base = Judgement(check.id, target, Verdict.PASS, at=observation.at, seen=seen, evidence=observation.evidence)
    if (oldest is not None and older(version, numbers(oldest.version))) or (oldest is None and ended):
        return replace(base, verdict=Verdict.FAIL, severity=check.severity)
    if ended:
        return replace(base, verdict=Verdict.FAIL, severity=Severity.INFO, confidence=Confidence.INFERRED)
    return base


def _flawed(check: Check, target: Target, observation: Observation, product: Product, version: Version) -> Judgement:
    flaws = load_exploited().of(product.key, version)
    seen = {**_said(observation), "flaws": " ".join(flaw.cve for flaw in flaws)}
    base = Judgement(check.id, target, Verdict.PASS, at=observation.at, seen=seen, evidence=observation.evidence)
    if not flaws:
        return base
    known = tuple(number for flaw in flaws for number in (flaw.cve, *flaw.cnvd, *flaw.cnnvd))
    return replace(
        base,
        verdict=Verdict.FAIL,
        severity=check.severity,
        confidence=Confidence.INFERRED,
        identifiers=known,
    )


def _said(observation: Observation) -> dict[str, str]:
    return {"product": str(observation.facts["product"]), "version": str(observation.facts["version"])}


def _worst(judged: list[Judgement], check: Check, target: Target, observations: Mapping[str, Observation]) -> Judgement:
    """A failure before a pass, the graver failure first. What said nothing of itself was not tested, else not applicable."""
    if not judged:
        silent = Judgement(check.id, target, Verdict.NOT_TESTED)
        identified = observations.get(IDENTIFY)
        if identified is None:
            return replace(silent, verdict=Verdict.NOT_APPLICABLE)
        if not identified.observed:
            return replace(silent, reason=identified.reason, at=identified.at)
        if identified.facts["known"] is None:
            return replace(silent, reason=identified.gaps.get("known", Reason.TIMED_OUT), at=identified.at)
        return replace(silent, verdict=Verdict.NOT_APPLICABLE)
    return min(judged, key=lambda one: (RANK.index(one.verdict), (one.severity or Severity.INFO).rank))
