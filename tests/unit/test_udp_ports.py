"""What a host's UDP ports tell, what their silence does not, and how both are judged."""

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from probes.ports import udp
from probes.services import coap, identify, ntp, ntp_monlist, snmp
from probes.services.datagrams.table import DATAGRAMS
from probes.services.telling import settled
from scanner.catalogue.loader import load
from scanner.inspecting.planning import plan
from scanner.inspecting.registry import all_probes
from scanner.inspecting.selection import Choice, select, udp_ports
from scanner.judging import judge, speaks_of
from scanner.judging.reach import UNREACHABLE_NOTE, unreached
from scanner.model.errors import Blocked, ConnectionRefused, Malformed, NetworkError, NotAdmitted, TimedOut, Unreachable
from scanner.model.observation import Observation, Seen
from scanner.model.probe import Profile
from scanner.model.scope import Scope
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from scanner.results.asset import assets
from tests.asking import ordered
from tests.unit.scripted_udp import Script, ScriptedUdp
from tests.unit.test_datagrams import ANSWERS

HOST = Target(TargetKind.HOST, "self", address="192.0.2.7")
NTP = Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=123, transport="udp", protocol="ntp", tls=False)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "BETWEEN_REFUSALS", 0.0)


def asked(script: Script, ports: Iterable[int]) -> tuple[Seen[udp.UdpFacts], ScriptedUdp]:
    network = ScriptedUdp(script, ports=tuple(ports))
    return asyncio.run(udp.observe(HOST, network)), network  # type: ignore[arg-type]


def observed(seen: Seen[Any]) -> Observation:
    facts = {**asdict(seen.facts)}
    return Observation("ports.udp", HOST, NOW, facts, dict(seen.gaps), seen.evidence)


def at(check: str, port: int, seen: Observation) -> tuple[Verdict, Reason | None, str | None]:
    target = Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=port, transport="udp")
    told = unreached(load().checks[check], target, {"ports.udp": seen}, complete=True)
    return told.verdict, told.reason, told.note


def honest(port: int, payload: bytes) -> Iterable[bytes]:
    """Answers every first question."""
    return [ANSWERS[(port, 0)][0](payload)]


def test_every_protocol_is_met_where_it_lives_and_led_on_from() -> None:
    seen, _ = asked(honest, DATAGRAMS)
    leads = list(udp.leads(HOST, asdict(seen.facts)))
    assert {(lead.port, lead.transport, lead.protocol) for lead in leads} == {(port, "udp", None) for port in DATAGRAMS}
    assert seen.facts.reasons == {} and seen.gaps == {}
    assert all(identify.PROBE.wants(lead) for lead in leads)


@pytest.mark.parametrize(
    ("ends", "verdict", "reason"),
    [
        (ConnectionRefused(), Verdict.PASS, None),
        (TimedOut(), Verdict.NOT_TESTED, Reason.TIMED_OUT),
        (Malformed(), Verdict.NOT_TESTED, Reason.MALFORMED),
        (Unreachable(), Verdict.NOT_TESTED, Reason.UNREACHABLE),
        (Blocked(), Verdict.NOT_TESTED, Reason.BLOCKED),
        (NotAdmitted("", Reason.INTERRUPTED), Verdict.NOT_TESTED, Reason.INTERRUPTED),
    ],
)
def test_only_a_refusal_is_an_answer(ends: NetworkError, verdict: Verdict, reason: Reason | None) -> None:
    seen, _ = asked(lambda port, payload: ends, [69, 123])
    assert at("tftp.open", 69, observed(seen)) == (verdict, reason, None)
    assert at("ntp.mode6", 123, observed(seen)) == (verdict, reason, None)
    assert (seen.gaps.get("reasons") is not None) == (reason in udp.STOPS)


def test_what_was_silent_is_asked_once_more_and_by_its_other_question() -> None:
    seen, network = asked(lambda port, payload: [], [5683, 69])
    assert [port for port, _ in network.sent] == [5683, 69, 5683, 69]
    lengths = [len(payload) for port, payload in network.sent if port == 5683]
    assert lengths[0] == 4 < lengths[1]
    assert seen.facts.reasons == {"timed-out": ((69, 69), (5683, 5683))}


def test_a_port_refused_the_second_time_was_silent_for_want_of_icmp() -> None:
    answered: set[int] = set()

    def limited(port: int, payload: bytes) -> Iterable[bytes] | NetworkError:
        if len(answered) < 2 or port in answered:
            answered.add(port)
            return ConnectionRefused()
        answered.add(port)
        return TimedOut()

    seen, _ = asked(limited, [7, 13, 17, 19])
    assert seen.facts.states["closed"] == ((7, 7), (13, 13), (17, 17), (19, 19))


def test_an_interrupted_look_is_asked_again_by_a_resumed_scan_and_sends_nothing_more() -> None:
    seen, network = asked(lambda port, payload: NotAdmitted("", Reason.INTERRUPTED), [69])
    assert seen.gaps == {"reasons": Reason.INTERRUPTED} and len(network.sent) == 1


def test_a_stop_between_two_tries_ends_all_of_them_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """R11: of fifteen pauses no more than the first ones are waited for."""
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)
        await sleep(0)

    sleep = asyncio.sleep
    monkeypatch.setattr(udp, "BETWEEN_REFUSALS", 1.1)
    monkeypatch.setattr(udp.asyncio, "sleep", wait)
    heard: set[int] = set()

    def stopping(port: int, payload: bytes) -> NetworkError:
        first = port not in heard
        heard.add(port)
        return ConnectionRefused() if port == 7 else TimedOut() if first else NotAdmitted("", Reason.INTERRUPTED)

    seen, _ = asked(stopping, DATAGRAMS)
    assert waited.count(1.1) <= 2
    assert seen.gaps == {"reasons": Reason.INTERRUPTED}


def test_a_port_that_was_not_asked_was_not_selected() -> None:
    seen, _ = asked(honest, [69])
    assert at("ntp.mode6", 123, observed(seen)) == (Verdict.NOT_TESTED, Reason.NOT_SELECTED, None)


def test_silence_over_udp_is_never_filtered_and_passed() -> None:
    seen, _ = asked(lambda port, payload: ConnectionRefused() if port == 7 else TimedOut(), [7, 69])
    assert at("tftp.open", 69, observed(seen))[2] != UNREACHABLE_NOTE


def test_a_silent_snmp_port_is_left_to_the_check_and_is_no_service() -> None:
    seen, _ = asked(lambda port, payload: TimedOut(), [161, 69])
    (lead,) = udp.leads(HOST, asdict(seen.facts))
    assert (lead.port, lead.protocol) == (161, "unknown")
    assert snmp.PROBE.wants(lead) and not identify.PROBE.wants(lead)
    silent = Observation("services.snmp", lead, NOW, reason=Reason.TIMED_OUT)
    declared = Observation("declaration", lead, NOW, {"standing": "listed"})
    assert list(assets([silent, declared])) == []
    given = Observation("services.snmp", lead, NOW, {"public": True})
    assert [one.target for one in assets([given, declared])] == [lead]


def test_a_marked_probe_runs_for_its_own_check_alone() -> None:
    def chosen(choice: Choice) -> tuple[set[str], tuple[int, ...]]:
        selection = select(choice, load(), all_probes())
        return {probe.name for probe in selection.probes}, udp_ports(selection)

    standard, ports = chosen(Choice(Profile.STANDARD))
    assert not {"services.snmp", "services.ntp-monlist", "services.turn"} & standard
    assert {161, 3478}.isdisjoint(ports) and {69, 123, 623} <= set(ports)
    thorough, ports = chosen(Choice(Profile.THOROUGH, allow_marked=True))
    assert {"services.snmp", "services.ntp-monlist", "services.turn"} <= thorough and set(ports) == set(DATAGRAMS)
    refused, ports = chosen(Choice(Profile.THOROUGH, allow_marked=("ntp.monlist",)))
    assert "services.snmp" not in refused and {161, 3478}.isdisjoint(ports)
    assert chosen(Choice(Profile.QUICK))[1] == (53,)


def test_a_check_speaks_of_its_own_transport_alone() -> None:
    checks = load().checks
    memcached = Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=11211, protocol="memcached", tls=False)
    over_udp = Target(
        TargetKind.SERVICE, "self", address="192.0.2.7", port=11211, transport="udp", protocol="memcached", tls=False
    )
    assert speaks_of(checks["memcached.open"], memcached) and not speaks_of(checks["memcached.open"], over_udp)
    assert speaks_of(checks["memcached.udp-open"], over_udp) and not speaks_of(checks["memcached.udp-open"], memcached)
    assert not speaks_of(checks["port.database-exposed"], over_udp)
    assert speaks_of(checks["service.version-disclosed"], over_udp)


READVAR = b'version="ntpd ntpsec-1.2.2", system="Linux"'


def ntpd(*, readvar: bytes | None, time: bool) -> Script:
    """A server that answers mode 6 so, and gives the time or not."""

    def script(port: int, payload: bytes) -> Iterable[bytes]:
        if payload[0] == 0x16 and readvar is not None:
            return [b"\x16\x82" + payload[2:4] + bytes(6) + len(readvar).to_bytes(2, "big") + readvar]
        return [ANSWERS[(123, 0)][0](payload)] if payload[0] == 0x23 and time else []

    return script


@pytest.mark.parametrize(
    ("script", "readvar", "reason"),
    [
        (ntpd(readvar=READVAR, time=True), True, None),
        (ntpd(readvar=READVAR, time=False), True, None),
        (ntpd(readvar=None, time=True), False, None),
        (ntpd(readvar=None, time=False), None, Reason.TIMED_OUT),
        (lambda port, payload: [b"nonsense"], None, Reason.MALFORMED),
        (lambda port, payload: [payload], None, Reason.MALFORMED),
    ],
)
def test_silence_is_an_answer_only_beside_another_answer(
    script: Script, readvar: bool | None, reason: Reason | None
) -> None:
    seen = asyncio.run(ntp.observe(NTP, ScriptedUdp(script, own=123)))  # type: ignore[arg-type]
    assert (seen.facts.readvar, seen.gaps.get("readvar")) == (readvar, reason)
    if readvar:
        assert (seen.facts.product, seen.facts.version) == ("ntpsec", "1.2.2")
        assert "Linux" not in "".join(piece.what for piece in seen.evidence)


def test_one_answer_is_no_proof() -> None:
    """R12: what answers once and is silent then is not tested."""
    count = 0

    def once(port: int, payload: bytes) -> Iterable[bytes]:
        nonlocal count
        count += 1
        return ntpd(readvar=READVAR, time=False)(port, payload) if count == 1 else []  # type: ignore[return-value]

    seen = asyncio.run(ntp.observe(NTP, ScriptedUdp(once, own=123)))  # type: ignore[arg-type]
    assert (seen.facts.readvar, seen.gaps) == (None, {"readvar": Reason.TIMED_OUT})


def test_two_answers_that_disagree_are_no_proof() -> None:
    count = 0

    def turning(port: int, payload: bytes) -> Iterable[bytes]:
        nonlocal count
        count += 1
        answer = b"\x64\x45" if count == 1 else b"\x64\x84"
        return [answer + payload[2:8]]

    target = Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=5683, transport="udp", protocol="coap")
    ended = asyncio.run(settled(target, ScriptedUdp(turning, own=5683), coap.question, lambda code: int(code) == 2))  # type: ignore[arg-type]
    assert (ended.granted, ended.reason) == (None, Reason.MALFORMED)


@pytest.mark.parametrize(("error", "items", "listed"), [(0, 6, True), (0, 0, False), (4, 0, False), (7, 0, False)])
def test_a_list_of_nobody_and_a_refusal_are_no_list(error: int, items: int, listed: bool) -> None:
    def script(port: int, payload: bytes) -> Iterable[bytes]:
        head = b"\xd7\x00\x03\x2a" + (error << 12 | items).to_bytes(2, "big") + b"\x00\x48"
        return [head + bytes(0x48 * items)]

    seen = asyncio.run(ntp_monlist.observe(NTP, ScriptedUdp(script, own=123)))  # type: ignore[arg-type]
    assert seen.facts.monlist is listed and seen.facts.clients == items


def test_what_discard_swallows_fails_by_inference_and_what_speaks_fails_outright() -> None:
    check = load().checks["legacy.small-services"]
    nine = Target(TargetKind.SERVICE, "self", address="192.0.2.7", port=9, protocol="unknown", tls=False)
    silent = Observation(
        "services.identify", nine, NOW, {"protocol": "unknown", "known": None}, {"known": Reason.TIMED_OUT}
    )

    def judged(**more: Any) -> tuple[Verdict, str, Reason | None]:
        (one,) = judge(check, nine, {"services.identify": silent, **more}, {})
        return one.verdict, str(one.confidence), one.reason

    swallowed = {
        swallows: Observation("services.discard", nine, NOW, {"swallows": swallows}) for swallows in (True, False)
    }
    assert judged(**{"services.discard": swallowed[True]}) == (Verdict.FAIL, "inferred", None)
    assert judged(**{"services.discard": swallowed[False]}) == (Verdict.NOT_TESTED, "confirmed", Reason.TIMED_OUT)
    assert judged() == (Verdict.NOT_TESTED, "confirmed", Reason.TIMED_OUT)


def test_a_suspended_host_that_answers_over_udp_is_reachable() -> None:
    check = load().checks["asset.suspended-reachable"]
    answering, _ = asked(honest, [123])
    silent, _ = asked(lambda port, payload: TimedOut(), [123])
    swept = Observation(
        "ports.tcp", HOST, NOW, {"open": [], "all_open": False, "answers": False, "stopped": "", "closed_count": 0}
    )

    def judged(seen: Seen[udp.UdpFacts]) -> Verdict:
        (one,) = judge(check, HOST, {"ports.tcp": swept, "ports.udp": observed(seen)}, {"suspended": True})
        assert one.verdict is Verdict.PASS or (one.evidence and one.seen["udp_ports"] == [123])
        return one.verdict

    assert judged(answering) is Verdict.FAIL
    assert judged(silent) is Verdict.PASS


def test_the_plan_counts_two_datagrams_for_each_port_and_address() -> None:
    inspection = ordered("192.0.2.0/29")
    (unit,) = plan(inspection, Scope(inspection), select(Choice(Profile.STANDARD), load(), all_probes()), 100)
    asked_for = udp_ports(select(Choice(Profile.STANDARD), load(), all_probes()))
    assert unit.datagrams == 8 * 2 * len(asked_for)
    assert unit.questions > unit.datagrams
