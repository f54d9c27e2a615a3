"""Judging, without a network: three values in, four verdicts out."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.judging import judge, worst
from scanner.judging.condition import NULLABLE, TESTS, holds
from scanner.model.check import CONDITION_TESTS, Check, Condition, Severity, SeverityWhen, Weight
from scanner.model.observation import Evidence, Observation
from scanner.model.probe import Impact, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.text import Text
from scanner.model.verdict import Reason, Verdict

WORDS = Text("词", "詞", "word")
CHECK = Check(
    id="tls.cert-expiring",
    kind=TargetKind.SERVICE,
    severity=Severity.LOW,
    weight=Weight.ISSUE,
    impact=Impact.ORDINARY,
    profile=Profile.QUICK,
    duties=("transport-protection",),
    title=WORDS,
    seen=WORDS,
    why=WORDS,
    remediation=WORDS,
    probe="tls.certificate",
    fails=Condition("days_remaining", "below", 30),
    applies=Condition("days_remaining", "at-least", 0),
    severity_when=(SeverityWhen(Severity.MEDIUM, Condition("days_remaining", "below", 7)),),
)
SERVICE = Target(TargetKind.SERVICE, "self", address="127.0.0.1", port=443, protocol="http", tls=True)


def seen(facts: dict[str, Any], **more: Any) -> dict[str, Observation]:
    return {"tls.certificate": Observation("tls.certificate", SERVICE, datetime.now(UTC), facts, **more)}


@pytest.mark.parametrize(
    ("days", "verdict", "severity"),
    [
        (30, Verdict.PASS, None),
        (29, Verdict.FAIL, Severity.LOW),
        (7, Verdict.FAIL, Severity.LOW),
        (6, Verdict.FAIL, Severity.MEDIUM),
        (-1, Verdict.NOT_APPLICABLE, None),
    ],
)
def test_a_threshold_is_judged_on_both_sides(days: int, verdict: Verdict, severity: Severity | None) -> None:
    (judgement,) = judge(CHECK, SERVICE, seen({"days_remaining": days}), {})
    assert (judgement.verdict, judgement.severity) == (verdict, severity)


def test_an_unknown_fact_is_not_tested_for_its_reason() -> None:
    observations = seen({"days_remaining": None}, gaps={"days_remaining": Reason.MALFORMED})
    (judgement,) = judge(CHECK, SERVICE, observations, {})
    assert (judgement.verdict, judgement.reason) == (Verdict.NOT_TESTED, Reason.MALFORMED)


def test_a_fact_that_is_not_there_at_all_is_our_fault_and_no_pass() -> None:
    (judgement,) = judge(CHECK, SERVICE, seen({}), {})
    assert (judgement.verdict, judgement.reason) == (Verdict.NOT_TESTED, Reason.PROBE_FAULT)


def test_silence_is_not_tested() -> None:
    (judgement,) = judge(CHECK, SERVICE, seen({}, reason=Reason.TIMED_OUT), {})
    assert (judgement.verdict, judgement.reason) == (Verdict.NOT_TESTED, Reason.TIMED_OUT)


def test_what_was_never_asked_is_not_applicable_or_says_why() -> None:
    (judgement,) = judge(CHECK, SERVICE, {}, {})
    assert judgement.verdict is Verdict.NOT_APPLICABLE
    (judgement,) = judge(CHECK, SERVICE, {}, {}, absent=Reason.INTERRUPTED)
    assert (judgement.verdict, judgement.reason) == (Verdict.NOT_TESTED, Reason.INTERRUPTED)


def test_another_protocols_check_does_not_speak_of_this_service() -> None:
    check = replace(CHECK, protocols=("redis",), ports=(6379,))
    assert judge(check, SERVICE, seen({"days_remaining": 1}), {})[0].verdict is Verdict.NOT_APPLICABLE
    unknown = replace(SERVICE, protocol="unknown", port=6379)
    observations = seen({}, reason=Reason.TIMED_OUT)
    assert judge(check, unknown, observations, {})[0].verdict is Verdict.NOT_TESTED


def test_items_are_judged_one_by_one_with_their_own_reasons_and_evidence() -> None:
    check = replace(
        CHECK, applies=None, severity_when=(), each="paths", discriminator="path", fails=Condition("item.served")
    )
    items = [
        {"path": "/a", "served": True},
        {"path": "/b", "served": False},
        {"path": "/c", "served": None, "reason": "timed-out"},
    ]
    evidence = (Evidence("a", about="paths/a"), Evidence("/a", about="paths//a"), Evidence("/b", about="paths//b"))
    judged = judge(check, SERVICE, seen({"paths": items}, evidence=evidence), {})
    assert [(one.discriminator, one.verdict, one.reason) for one in judged] == [
        ("/a", Verdict.FAIL, None),
        ("/b", Verdict.PASS, None),
        ("/c", Verdict.NOT_TESTED, Reason.TIMED_OUT),
    ]
    assert [piece.what for piece in judged[0].evidence] == ["/a"]
    assert worst(judged).verdict is Verdict.FAIL
    assert worst(judged[1:]).verdict is Verdict.NOT_TESTED


def test_an_empty_list_of_items_passes_and_an_unknown_one_does_not() -> None:
    check = replace(CHECK, applies=None, each="paths", discriminator="path", fails=Condition("item.served"))
    assert judge(check, SERVICE, seen({"paths": []}), {})[0].verdict is Verdict.PASS
    unknown = judge(check, SERVICE, seen({"paths": None}, gaps={"paths": Reason.BLOCKED}), {})[0]
    assert (unknown.verdict, unknown.reason) == (Verdict.NOT_TESTED, Reason.BLOCKED)


def test_unknown_parts_decide_only_where_the_rest_leaves_it_open() -> None:
    known, unknown = Condition("a"), Condition("b")
    assert holds(Condition(any_of=(unknown, known)), {"a": True}).holds is True
    assert holds(Condition(any_of=(unknown, known)), {"a": False}).holds is None
    assert holds(Condition(all_of=(unknown, known)), {"a": False}).holds is False
    assert holds(Condition(all_of=(unknown, known)), {"a": True}).unknown == "b"
    assert holds(Condition(none_of=(unknown, known)), {"a": True}).holds is False


def test_every_word_of_the_language_has_a_meaning() -> None:
    assert {*TESTS, *NULLABLE} == CONDITION_TESTS


@pytest.mark.parametrize(
    ("own", "others", "verdict"),
    [
        (90, [{"days_remaining": 90}, {"days_remaining": 3}], Verdict.FAIL),
        (90, [{"days_remaining": 90}], Verdict.PASS),
        (90, [{"days_remaining": None}], Verdict.PASS),
        (90, None, Verdict.PASS),
        (5, [{"days_remaining": 90}], Verdict.FAIL),
        (None, [{"days_remaining": 90}], Verdict.NOT_TESTED),
        (None, [{"days_remaining": 3}], Verdict.FAIL),
        (-1, [{"days_remaining": 90}], Verdict.NOT_APPLICABLE),
    ],
)
def test_what_another_probe_saw_of_the_same_kind_can_accuse_and_clears_nothing(
    own: int | None, others: list[dict[str, Any]] | None, verdict: Verdict
) -> None:
    observations = seen({"days_remaining": own}, gaps={"days_remaining": Reason.MALFORMED})
    evidence = (Evidence("the second", about="certificates/1"), Evidence("the first", about="certificates/0"))
    observations["tls.offer"] = Observation(
        "tls.offer", SERVICE, datetime.now(UTC), {"certificates": others}, evidence=evidence
    )
    (judgement,) = judge(replace(CHECK, also="tls.offer.certificates"), SERVICE, observations, {})
    assert judgement.verdict is verdict
    if others and len(others) > 1:
        assert judgement.seen["days_remaining"] == 3
        assert [piece.what for piece in judgement.evidence] == ["the second"]
    (alone,) = judge(replace(CHECK, also="tls.offer.certificates"), SERVICE, seen({"days_remaining": 90}), {})
    assert alone.verdict is Verdict.PASS, "the other probe may not have run"
