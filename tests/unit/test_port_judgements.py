"""What open ports amount to: judged over facts, without a network."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from probes.ports.tcp import describe
from scanner.catalogue.loader import load
from scanner.judging import Judgement, judge
from scanner.model.check import Confidence, Severity
from scanner.model.network import PortState, Sweep
from scanner.model.observation import Evidence, Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict

HOST = Target(TargetKind.HOST, "self", address="192.0.2.7")
OPEN, CLOSED, FILTERED, UNTOLD = PortState.OPEN, PortState.CLOSED, PortState.FILTERED, PortState.UNTOLD
FAIL, PASS, NOT_TESTED, NOT_APPLICABLE = Verdict.FAIL, Verdict.PASS, Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE
MIDDLEBOX = Sweep({22: UNTOLD}, 3, 3, Reason.MIDDLEBOX)


def judged(name: str, swept: Sweep | Reason, **declared: Any) -> list[Judgement]:
    at = datetime.now(UTC)
    if isinstance(swept, Reason):
        observation = Observation("ports.tcp", HOST, at, reason=swept)
    else:
        ports = declared.get("declared_ports")
        seen = describe(swept, tuple(ports) if ports is not None else None)
        observation = Observation("ports.tcp", HOST, at, asdict(seen.facts), seen.gaps, seen.evidence)
    return judge(load().checks[name], HOST, {"ports.tcp": observation}, declared)


def ends(judgements: list[Judgement]) -> list[tuple[Verdict, Reason | None, int | None]]:
    return [(judgement.verdict, judgement.reason, judgement.port) for judgement in judgements]


def test_an_open_port_that_is_not_declared_fails_alone_and_with_its_proof() -> None:
    passed, failed = judged("port.undeclared", Sweep({80: OPEN, 8080: OPEN, 9: CLOSED}, 0, 3), declared_ports=[80])
    assert ends([passed, failed]) == [(PASS, None, 80), (FAIL, None, 8080)]
    assert failed.severity is Severity.MEDIUM
    assert [piece.about for piece in failed.evidence] == ["open/8080"]
    assert (failed.seen["item.port"], failed.seen["declared.declared_ports"]) == (8080, [80])


def test_only_declared_ports_open_passes() -> None:
    judgements = judged("port.undeclared", Sweep({80: OPEN, 9: CLOSED}, 0, 3), declared_ports=[80])
    assert ends(judgements) == [(PASS, None, 80), (PASS, None, None)]
    assert judgements[-1].note is None


def test_a_pass_by_filtered_ports_says_so() -> None:
    judgements = judged("port.undeclared", Sweep({80: OPEN, 9: FILTERED}, 0, 3), declared_ports=[80])
    assert judgements[-1].note == "unreachable-from-vantage"


@pytest.mark.parametrize(
    ("swept", "reason"),
    [
        (Reason.NOT_CONFIRMED, Reason.NOT_CONFIRMED),
        (MIDDLEBOX, Reason.MIDDLEBOX),
        (Sweep({80: FILTERED}, 0, 3), Reason.TIMED_OUT),
        (Sweep({80: CLOSED, 81: UNTOLD}, 0, 3, Reason.INTERRUPTED), Reason.INTERRUPTED),
        (Sweep({80: UNTOLD}, 0, 3, Reason.BLOCKED), Reason.BLOCKED),
    ],
)
def test_what_was_not_seen_is_not_tested_for_its_reason(swept: Sweep | Reason, reason: Reason) -> None:
    assert ends(judged("port.undeclared", swept, declared_ports=[80])) == [(NOT_TESTED, reason, None)]


def test_a_finding_stands_though_the_sweep_was_cut_short() -> None:
    judgements = judged("port.undeclared", Sweep({80: OPEN, 81: UNTOLD}, 0, 3, Reason.INTERRUPTED), declared_ports=[])
    assert ends(judgements) == [(FAIL, None, 80)]


def test_without_a_list_nothing_is_undeclared() -> None:
    assert ends(judged("port.undeclared", Sweep({80: OPEN}, 0, 3))) == [(NOT_APPLICABLE, None, None)]


@pytest.mark.parametrize(
    ("swept", "verdict", "reason"),
    [
        (MIDDLEBOX, FAIL, None),
        (Sweep({80: OPEN}, 2, 3), PASS, None),
        (Sweep({80: CLOSED}, 0, 3), PASS, None),
        (Sweep({80: FILTERED}, 0, 3), NOT_TESTED, Reason.TIMED_OUT),
        (Reason.TIMED_OUT, NOT_TESTED, Reason.TIMED_OUT),
    ],
)
def test_three_canaries_and_no_fewer_make_a_middlebox(
    swept: Sweep | Reason, verdict: Verdict, reason: Reason | None
) -> None:
    assert ends(judged("host.all-ports-open", swept)) == [(verdict, reason, None)]


@pytest.mark.parametrize(
    ("swept", "verdict", "reason", "confidence"),
    [
        (Sweep({80: OPEN, 81: FILTERED}, 0, 3), FAIL, None, Confidence.CONFIRMED),
        (Sweep({80: CLOSED, 81: FILTERED}, 0, 3), FAIL, None, Confidence.INFERRED),
        (Sweep({80: FILTERED, 81: FILTERED}, 0, 3), PASS, None, Confidence.CONFIRMED),
        (Sweep({80: FILTERED, 81: UNTOLD}, 0, 3, Reason.INTERRUPTED), NOT_TESTED, Reason.INTERRUPTED, None),
        (MIDDLEBOX, NOT_TESTED, Reason.MIDDLEBOX, None),
        (Reason.UNREACHABLE, NOT_TESTED, Reason.UNREACHABLE, None),
    ],
)
def test_a_suspended_host_must_be_silent_in_two_tries_everywhere(
    swept: Sweep | Reason, verdict: Verdict, reason: Reason | None, confidence: Confidence | None
) -> None:
    (judgement,) = judged("asset.suspended-reachable", swept, suspended=True)
    assert (judgement.verdict, judgement.reason) == (verdict, reason)
    if confidence is not None:
        assert judgement.confidence is confidence
    if verdict is FAIL:
        assert judgement.evidence


def test_a_host_that_is_not_suspended_may_answer() -> None:
    judgements = judged("asset.suspended-reachable", Sweep({80: OPEN}, 0, 3), suspended=False)
    assert ends(judgements) == [(NOT_APPLICABLE, None, None)]


@pytest.mark.parametrize(
    ("standing", "names", "verdict"),
    [
        ("foreign", ["www.example.cn"], FAIL),
        ("foreign", [], NOT_APPLICABLE),
        ("confirmed", ["www.example.cn"], PASS),
        ("listed", [], PASS),
        (None, [], NOT_TESTED),
    ],
)
def test_a_declared_name_on_an_unconfirmed_address_fails(
    standing: str | None, names: list[str], verdict: Verdict
) -> None:
    (judgement,) = judged("asset.foreign-address", Reason.NOT_CONFIRMED, standing=standing, names=names)
    assert judgement.verdict is verdict
    if verdict is FAIL:
        assert [piece.what for piece in judgement.evidence] == ["DNS: www.example.cn resolves to 192.0.2.7"]


def service(port: int, protocol: str, reason: Reason | None = None) -> list[Judgement]:
    target = Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=port, protocol=protocol, tls=False)
    observation = Observation("services.identify", target, datetime.now(UTC), reason=reason)
    return judge(load().checks["port.high-risk"], target, {"services.identify": observation}, {})


@pytest.mark.parametrize(
    ("port", "protocol", "verdict"),
    [
        (4444, "unknown", FAIL),
        (135, "msrpc", FAIL),
        (4444, "http", NOT_APPLICABLE),
        (4445, "unknown", NOT_APPLICABLE),
        (49152, "msrpc", NOT_APPLICABLE),
    ],
)
def test_a_port_of_the_closed_list_fails_where_no_other_check_speaks_of_its_service(
    port: int, protocol: str, verdict: Verdict
) -> None:
    assert [judgement.verdict for judgement in service(port, protocol)] == [verdict]


def test_a_high_risk_port_that_refuses_passes_and_one_that_is_silent_was_not_tested() -> None:
    assert ends(service(4444, "unknown", Reason.REFUSED)) == [(PASS, None, None)]
    assert ends(service(4444, "unknown", Reason.TIMED_OUT)) == [(NOT_TESTED, Reason.TIMED_OUT, None)]


def test_a_lane_that_slowed_is_told_and_a_steady_one_passes() -> None:
    for degraded, verdict in ((True, FAIL), (False, PASS)):
        facts = {"degraded": degraded, "baseline_ms": 12.0, "worst_ms": 900.0, "failures": 3}
        lane = Observation("lane", HOST, datetime.now(UTC), facts)
        (judgement,) = judge(load().checks["scan.degraded"], HOST, {"lane": lane}, {})
        assert judgement.verdict is verdict


def asked(name: str, port: int, reason: Reason | None = None) -> dict[str, Any]:
    answered = reason is None
    proof = (Evidence("http: HTTP/1.1 200 OK"),) if answered else ()
    return {
        "name": name,
        "port": port,
        "answered": answered,
        "reason": reason,
        "at": datetime.now(UTC),
        "evidence": proof,
    }


OLD = "old.example.edu.cn"


@pytest.mark.parametrize(
    ("heard", "names", "verdict", "reason", "confidence"),
    [
        ([asked(OLD, 80), asked(OLD, 443, Reason.REFUSED)], [OLD], FAIL, None, Confidence.CONFIRMED),
        ([asked(OLD, 80)], [OLD, "www.example.edu.cn"], FAIL, None, Confidence.INFERRED),
        ([asked(OLD, 80, Reason.REFUSED), asked(OLD, 443, Reason.REFUSED)], [OLD], PASS, None, None),
        ([asked(OLD, 80, Reason.REFUSED), asked(OLD, 443, Reason.TIMED_OUT)], [OLD], NOT_TESTED, Reason.TIMED_OUT, None),
    ],
)  # fmt: skip
def test_a_suspended_name_is_judged_by_what_answers_to_it(
    heard: list[dict[str, Any]],
    names: list[str],
    verdict: Verdict,
    reason: Reason | None,
    confidence: Confidence | None,
) -> None:
    """Its address may not be asked (R2), or serve a system that is in use: the sweep says nothing of the name."""
    swept = Reason.NOT_CONFIRMED
    (judgement,) = judged("asset.suspended-reachable", swept, suspended=False, by_suspended_name=heard, names=names)
    assert (judgement.verdict, judgement.reason) == (verdict, reason)
    assert bool(judgement.evidence) is (verdict is FAIL)
    if confidence is not None:
        assert judgement.confidence is confidence and judgement.seen["open_ports"] == [f"80 ({OLD})"]
