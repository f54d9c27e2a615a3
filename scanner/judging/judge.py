"""Checks meet facts here, and nowhere else. Pure: no clock, no network, no files."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scanner.judging.condition import Holding, holds
from scanner.judging.functions import FUNCTIONS
from scanner.judging.judgement import Judgement
from scanner.model.check import Check, Condition, Confidence, Severity
from scanner.model.observation import ABSENCE, Evidence, Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict


def judge(
    check: Check,
    target: Target,
    observations: Mapping[str, Observation],
    declared: Mapping[str, Any],
    *,
    absent: Reason | None = None,
) -> list[Judgement]:
    """Judge one check on one asset.

    `observations` are the asset's, by probe; `declared` what the inspection file says of it. Where the
    probe left no observation the check is not applicable, or not tested for the reason `absent`.
    Returns one judgement, or one for each item of a list fact; never none.
    """
    if not speaks_of(check, target):
        return [Judgement(check.id, target, Verdict.NOT_APPLICABLE)]
    if check.function is not None:
        judged = FUNCTIONS[check.function](check, target, observations, declared)
        return [_vouched(check, one, observations.get(check.probe or "")) for one in judged]
    observation = observations.get(check.probe or "")
    if observation is None:
        if absent is None:
            return [Judgement(check.id, target, Verdict.NOT_APPLICABLE)]
        return [Judgement(check.id, target, Verdict.NOT_TESTED, absent)]
    facts = {**observation.facts, **{f"declared.{key}": value for key, value in declared.items()}}
    if not observation.observed:
        return [_ended(check, target, observation, facts)]
    if check.each is None:
        first = _judge_facts(check, target, observation, facts, None)
        return [first if first.verdict is Verdict.FAIL else _failing_elsewhere(check, first, observations, facts)]
    return _judge_items(check, target, observation, facts)


def _failing_elsewhere(
    check: Check, judged: Judgement, observations: Mapping[str, Observation], facts: Mapping[str, Any]
) -> Judgement:
    """The same question put to what another probe saw of the same kind (`also`): it can accuse, and clears nothing."""
    probe, _, fact = (check.also or "").rpartition(".")
    other = observations.get(probe)
    if other is None:
        return judged
    for number, item in enumerate(other.facts.get(fact) or ()):
        own = tuple(replace(piece, about="") for piece in other.evidence if piece.about == f"{fact}/{number}")
        found = _judge_facts(check, judged.target, replace(other, evidence=own), {**facts, **item}, None)
        if found.verdict is Verdict.FAIL:
            return found
    return judged


def speaks_of(check: Check, target: Target) -> bool:
    """Whether a check is about this asset at all.

    Service checks speak of their protocols over their transports; an unknown service counts only where it
    usually lives.
    """
    if target.kind is not TargetKind.SERVICE:
        return True
    if target.transport not in check.transports:
        return False
    if not check.protocols:
        return True
    if target.protocol in (None, "unknown"):
        return (target.transport, target.port) in check.places
    return target.protocol in check.protocols


def worst(judgements: list[Judgement]) -> Judgement:
    """The one row that coverage shows for several items: fail before not-tested before pass before n/a."""
    order = (Verdict.FAIL, Verdict.NOT_TESTED, Verdict.PASS, Verdict.NOT_APPLICABLE)
    return min(judgements, key=lambda judgement: order.index(judgement.verdict))


def _ended(check: Check, target: Target, observation: Observation, facts: Mapping[str, Any]) -> Judgement:
    """No facts: not applicable where what was declared already says so, else not tested."""
    if check.applies is not None and holds(check.applies, facts).holds is False:
        return Judgement(check.id, target, Verdict.NOT_APPLICABLE)
    return Judgement(check.id, target, Verdict.NOT_TESTED, observation.reason, at=observation.at)


def _judge_items(check: Check, target: Target, observation: Observation, facts: Mapping[str, Any]) -> list[Judgement]:
    items = facts.get(check.each or "")
    if items is None:
        reason = observation.gaps.get(check.each or "", Reason.PROBE_FAULT)
        return [Judgement(check.id, target, Verdict.NOT_TESTED, reason, at=observation.at)]
    judged = [_judge_facts(check, target, observation, facts, item) for item in items]
    if judged:
        return judged
    applies = check.applies is None or holds(check.applies, facts).holds is not False
    verdict = Verdict.PASS if applies else Verdict.NOT_APPLICABLE
    return [Judgement(check.id, target, verdict, at=observation.at)]


def _judge_facts(
    check: Check, target: Target, observation: Observation, facts: Mapping[str, Any], item: Mapping[str, Any] | None
) -> Judgement:
    if item is not None:
        facts = {**facts, **{f"item.{key}": value for key, value in item.items()}}
    base = Judgement(
        check.id,
        target,
        Verdict.PASS,
        discriminator=_text(facts.get(f"item.{check.discriminator}")) if check.discriminator else "",
        port=facts.get(f"item.{check.port}") if check.port else None,
        at=observation.at,
    )
    if check.applies is not None:
        applies = holds(check.applies, facts)
        if applies.holds is not True:
            return _undecided(base, applies, observation, item)
    fails = holds(check.fails or Condition(), facts)
    match fails.holds:
        case None:
            return _undecided(base, fails, observation, item)
        case False:
            return base
        case True:
            failed = replace(
                base,
                verdict=Verdict.FAIL,
                severity=_severity(check, facts),
                confidence=_confidence(check, facts),
                seen=facts,
                evidence=_evidence(check, base.discriminator or _text(base.port), observation),
            )
            return _vouched(check, failed, observation)


def _vouched(check: Check, judgement: Judgement, observation: Observation | None) -> Judgement:
    """A failure for something that is not there stands only where nothing spoke against the look itself (R12)."""
    doubt = observation.gaps.get(ABSENCE) if observation is not None and check.absence else None
    if doubt is None or judgement.verdict is not Verdict.FAIL:
        return judgement
    return Judgement(
        check.id,
        judgement.target,
        Verdict.NOT_TESTED,
        doubt,
        discriminator=judgement.discriminator,
        port=judgement.port,
        at=judgement.at,
    )


def _undecided(
    base: Judgement, holding: Holding, observation: Observation, item: Mapping[str, Any] | None
) -> Judgement:
    """`applies` was false, or a fact could not be told: then why, from the gaps (an item brings its own)."""
    if holding.holds is False:
        return replace(base, verdict=Verdict.NOT_APPLICABLE)
    unknown = holding.unknown or ""
    told = (item or {}).get("reason") if unknown.startswith("item.") else None
    reason = Reason(told) if told else observation.gaps.get(unknown, Reason.PROBE_FAULT)
    return replace(base, verdict=Verdict.NOT_TESTED, reason=reason)


def _severity(check: Check, facts: Mapping[str, Any]) -> Severity:
    found = (when.severity for when in check.severity_when if holds(when.condition, facts).holds)
    return next(found, check.severity)


def _confidence(check: Check, facts: Mapping[str, Any]) -> Confidence:
    if check.inferred_when is not None and holds(check.inferred_when, facts).holds:
        return Confidence.INFERRED
    return check.confidence


def _evidence(check: Check, item: str, observation: Observation) -> tuple[Evidence, ...]:
    """What proves this finding: the whole observation's evidence, the facts' own, or the item's own."""
    facts = _facts_of(check.fails) | ({check.each} if check.each else set())
    wanted = {""} | ({f"{fact}/{item}" for fact in facts} if item else facts)
    return tuple(piece for piece in observation.evidence if piece.about in wanted)


def _facts_of(condition: Condition | None) -> set[str]:
    if condition is None:
        return set()
    parts = (*condition.all_of, *condition.any_of, *condition.none_of)
    own = {condition.fact} if condition.fact and not condition.fact.startswith(("item.", "declared.")) else set()
    return own.union(*(_facts_of(part) for part in parts))


def _text(value: Any) -> str:
    return "" if value is None else str(value)
