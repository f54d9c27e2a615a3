"""Judgements about a host as a whole and its open ports, where a predicate on one fact does not say it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from scanner.judging.judgement import Judgement
from scanner.judging.reach import SWEEP, SWEEPS, UNREACHABLE_NOTE
from scanner.model.check import Check, Confidence
from scanner.model.observation import Evidence, Observation
from scanner.model.target import Target
from scanner.model.verdict import Reason, Verdict

IDENTIFY = "services.identify"


def undeclared_ports(
    check: Check, target: Target, observations: Mapping[str, Observation], declared: Mapping[str, Any]
) -> list[Judgement]:
    """port.undeclared: one failure for each open port that the declared list lacks, a pass for each other.

    Not applicable without a list; not tested where a middlebox answers, where nothing at all answers (R13), or
    where ports are left untold and none of the others failed.
    """
    listed = declared.get("declared_ports")
    if listed is None:
        return [Judgement(check.id, target, Verdict.NOT_APPLICABLE)]
    swept = observations.get(SWEEP)
    if (untold := _untold(check, target, swept)) is not None or swept is None:
        return [untold] if untold else []
    facts = swept.facts
    base = Judgement(check.id, target, Verdict.PASS, at=swept.at)
    if facts["open"] is None or not facts["answers"]:
        return [
            replace(
                base,
                verdict=Verdict.NOT_TESTED,
                reason=swept.gaps.get("open") or Reason(facts["stopped"] or "timed-out"),
            )
        ]
    told = [_opened(replace(base, port=item["port"]), check, swept, listed) for item in facts["open"]]
    if any(judgement.verdict is Verdict.FAIL for judgement in told):
        return told
    if facts["stopped"]:
        return [*told, replace(base, verdict=Verdict.NOT_TESTED, reason=Reason(facts["stopped"]))]
    return [*told, replace(base, note=UNREACHABLE_NOTE if facts["filtered_count"] else None)]


def high_risk_port(
    check: Check, target: Target, observations: Mapping[str, Observation], declared: Mapping[str, Any]
) -> list[Judgement]:
    """port.high-risk: a port of the closed list that accepted, and whose service nobody else speaks of.

    The check's `protocols` and `ports` have sorted out known services before; a connect that was accepted
    while the service was asked what it is, is the proof.
    """
    if target.port not in check.ports:
        return [Judgement(check.id, target, Verdict.NOT_APPLICABLE)]
    asked = observations.get(IDENTIFY)
    if asked is None:
        return [Judgement(check.id, target, Verdict.NOT_TESTED, Reason.NOT_SELECTED)]
    base = Judgement(check.id, target, Verdict.PASS, at=asked.at)
    if asked.observed:
        seen = {"target.port": target.port}
        proof = asked.evidence or (Evidence(f"TCP connect to port {target.port}: accepted"),)
        return [replace(base, verdict=Verdict.FAIL, severity=check.severity, seen=seen, evidence=proof)]
    if asked.reason is Reason.REFUSED:
        return [base]
    return [replace(base, verdict=Verdict.NOT_TESTED, reason=asked.reason)]


def suspended_answer(
    check: Check, target: Target, observations: Mapping[str, Observation], declared: Mapping[str, Any]
) -> list[Judgement]:
    """asset.suspended-reachable: a suspended host that accepts a connect or answers over UDP fails; one that only
    resets, inferred.

    A reset may come from a firewall before it. Silence passes only where every port was asked twice: it is what
    was ordered. Where a middlebox answers for every port, nothing is known of the host. Where it is a name that is
    suspended, what was heard by that name counts, and not what else is on its address.
    """
    if declared.get("suspended") is not True:
        by_name = declared.get("by_suspended_name") or ()
        return [
            _by_name(check, target, by_name, declared)
            if by_name
            else Judgement(check.id, target, Verdict.NOT_APPLICABLE)
        ]
    swept, over_udp = observations.get(SWEEP), observations.get(SWEEPS["udp"])
    if over_udp is not None and over_udp.observed and over_udp.facts["answering"]:
        return [_answered_over_udp(check, target, over_udp, swept)]
    if (untold := _untold(check, target, swept)) is not None or swept is None:
        return [untold] if untold else []
    facts = swept.facts
    base = Judgement(check.id, target, Verdict.PASS, at=swept.at)
    if facts["all_open"]:
        return [replace(base, verdict=Verdict.NOT_TESTED, reason=Reason.MIDDLEBOX)]
    if facts["answers"]:
        opened = [item["port"] for item in facts["open"] or ()]
        return [
            replace(
                base,
                verdict=Verdict.FAIL,
                severity=check.severity,
                confidence=Confidence.CONFIRMED if opened else Confidence.INFERRED,
                seen={**facts, "open_ports": opened or None, "udp_ports": None},
                evidence=_evidence(swept, f"open/{opened[0]}" if opened else "answers"),
            )
        ]
    if facts["stopped"]:
        return [replace(base, verdict=Verdict.NOT_TESTED, reason=Reason(facts["stopped"]))]
    return [replace(base, note=UNREACHABLE_NOTE)]


def _by_name(
    check: Check, target: Target, asked: Sequence[Mapping[str, Any]], declared: Mapping[str, Any]
) -> Judgement:
    """An answer by a suspended name; inferred where another name on the address may have been meant to answer."""
    at = max(one["at"] for one in asked)
    base = Judgement(check.id, target, Verdict.PASS, at=at)
    heard = [one for one in asked if one["answered"]]
    if heard:
        alone = not set(declared.get("names") or ()) - {one["name"] for one in asked}
        ports = [f"{one['port']} ({one['name']})" for one in heard]
        return replace(
            base,
            verdict=Verdict.FAIL,
            severity=check.severity,
            confidence=Confidence.CONFIRMED if alone else Confidence.INFERRED,
            seen={"open_ports": ports, "udp_ports": None, "closed_count": None},
            evidence=tuple(heard[0]["evidence"])
            or (Evidence(f"{heard[0]['name']} port {heard[0]['port']}: answered"),),
        )
    open_questions = [one["reason"] for one in asked if one["reason"] is not Reason.REFUSED]
    return replace(base, verdict=Verdict.NOT_TESTED, reason=open_questions[0]) if open_questions else base


def _answered_over_udp(check: Check, target: Target, over_udp: Observation, swept: Observation | None) -> Judgement:
    """A protocol's own answer comes from no middlebox; what TCP told stands beside it."""
    told = swept.facts if swept is not None and swept.observed else {}
    answering = [item["port"] for item in over_udp.facts["answering"]]
    opened = [item["port"] for item in told.get("open") or ()]
    return Judgement(
        check.id,
        target,
        Verdict.FAIL,
        severity=check.severity,
        seen={**told, "open_ports": opened or None, "udp_ports": answering, "closed_count": told.get("closed_count")},
        evidence=_evidence(over_udp, f"answering/{answering[0]}"),
        at=over_udp.at,
    )


def foreign_address(
    check: Check, target: Target, observations: Mapping[str, Observation], declared: Mapping[str, Any]
) -> list[Judgement]:
    """asset.foreign-address: a declared name leads to an address that nobody listed or confirmed (R2)."""
    names = list(declared.get("names") or ())
    match declared.get("standing"):
        case "listed" | "confirmed":
            return [Judgement(check.id, target, Verdict.PASS)]
        case "foreign" if names:
            return [
                Judgement(
                    check.id,
                    target,
                    Verdict.FAIL,
                    severity=check.severity,
                    seen={"declared.names": names, "target.address": target.address},
                    evidence=tuple(Evidence(f"DNS: {name} resolves to {target.address}") for name in names),
                )
            ]
        case "foreign":
            return [Judgement(check.id, target, Verdict.NOT_APPLICABLE)]
        case _:
            return [Judgement(check.id, target, Verdict.NOT_TESTED, Reason.PROBE_FAULT)]


def _opened(base: Judgement, check: Check, swept: Observation, listed: Collection[int]) -> Judgement:
    """The judgement of one open port."""
    if base.port in listed:
        return base
    seen = {**swept.facts, "item.port": base.port, "declared.declared_ports": sorted(listed) or None}
    proof = _evidence(swept, f"open/{base.port}")
    return replace(base, verdict=Verdict.FAIL, severity=check.severity, seen=seen, evidence=proof)


def _untold(check: Check, target: Target, swept: Observation | None) -> Judgement | None:
    """The judgement where there are no facts at all."""
    if swept is None:
        return Judgement(check.id, target, Verdict.NOT_TESTED, Reason.NOT_SELECTED)
    if not swept.observed:
        return Judgement(check.id, target, Verdict.NOT_TESTED, swept.reason, at=swept.at)
    return None


def _evidence(swept: Observation, about: str) -> tuple[Evidence, ...]:
    return tuple(piece for piece in swept.evidence if piece.about == about)
