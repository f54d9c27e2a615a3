"""Judgements about how a service lets users log in, over more than one dialogue with it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scanner.judging.judgement import Judgement
from scanner.model.check import Check
from scanner.model.observation import Observation
from scanner.model.target import Target
from scanner.model.verdict import Reason, Verdict

ASKED = {
    "telnet": ("services.telnet", {"asks_login": True, "encrypts": False}),
    "rlogin": ("services.rservices", {"answers": True}),
    "ftp": ("services.ftp", {"auth_tls": False}),
    "http": ("services.http-login", {"basic": True}),
}
"""By protocol: the probe that asked, and the facts that together say that a password would go in the clear."""


def cleartext_login(
    check: Check, target: Target, observations: Mapping[str, Observation], declared: Mapping[str, Any]
) -> list[Judgement]:
    """service.cleartext-login: a log-in without encryption; not applicable inside TLS."""
    base = Judgement(check.id, target, Verdict.PASS)
    if target.protocol not in ASKED:
        return [_unknown(base, observations)]
    if target.tls and target.protocol == "http":
        return [replace(base, verdict=Verdict.NOT_APPLICABLE)]
    probe, wanted = ASKED[target.protocol]
    asked = observations.get(probe)
    if asked is None:
        return [replace(base, verdict=Verdict.NOT_TESTED, reason=Reason.NOT_SELECTED)]
    base = replace(base, at=asked.at)
    if not asked.observed:
        return [replace(base, verdict=Verdict.NOT_TESTED, reason=asked.reason)]
    if any(asked.facts[fact] is (not value) for fact, value in wanted.items()):
        return [base]
    for fact in wanted:
        if asked.facts[fact] is None:
            return [replace(base, verdict=Verdict.NOT_TESTED, reason=asked.gaps.get(fact, Reason.MALFORMED))]
    seen = {**asked.facts, "protocol": target.protocol}
    proof = tuple(piece for piece in asked.evidence if piece.about in ("", *wanted, "answers"))
    return [replace(base, verdict=Verdict.FAIL, severity=check.severity, seen=seen, evidence=proof)]


def _unknown(base: Judgement, observations: Mapping[str, Observation]) -> Judgement:
    """A service that nobody knows, where one of these usually lives."""
    identified = observations.get("services.identify")
    if identified is None:
        return replace(base, verdict=Verdict.NOT_TESTED, reason=Reason.NOT_SELECTED)
    reason = identified.reason or identified.gaps.get("known", Reason.TIMED_OUT)
    return replace(base, verdict=Verdict.NOT_TESTED, reason=reason, at=identified.at)
