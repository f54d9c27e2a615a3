"""Every way in which the gate says no, and what it says yes to. Nothing is sent here."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from scanner.model.authority import Window
from scanner.model.errors import Blocked, NetworkError, NotAdmitted
from scanner.model.inspection import Confirmed, Inspection, Limits
from scanner.model.network import Resolution
from scanner.model.scope import Scope
from scanner.model.verdict import Reason
from scanner.network.audit import AuditLog
from scanner.network.gate import Gate
from scanner.network.handshakes import Handshakes
from scanner.network.lag import LagMeter
from scanner.network.ledger import Ledger
from scanner.network.question import Act, Question, TrafficClass
from scanner.network.switch import Switch
from tests.asking import listed, ordered

OWN = "8.8.4.4"
FOREIGN = "9.9.9.9"
MOVED = "1.1.1.1"
MAIL = "8.8.8.8"
BY_NAME = Question("self", FOREIGN, 443, Act.CONNECT, "test", name="a.example", opens=True)

NAMES = {
    "a.example": (FOREIGN,),
    "mail.a.example": (MAIL,),
    "pay.example": (MOVED,),
    "inside.example": ("10.0.0.1",),
    "gone.example": (),
}


@asynccontextmanager
async def gate_for(
    inspection: Inspection,
    path: Path,
    *,
    names: dict[str, tuple[str, ...]] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    handshakes: Handshakes | None = None,
) -> AsyncIterator[Gate]:
    known = NAMES if names is None else names

    async def resolve(name: str) -> Resolution:
        if name not in known:
            return Resolution(name, reason=Reason.TIMED_OUT)
        return Resolution(name, known[name], exists=bool(known[name]))

    scope = Scope(inspection)
    ledger = Ledger(scope)
    ledger.resolve_by(resolve)
    async with AuditLog(path) as audit, Switch(inspection.window, clock) as switch, LagMeter() as lag:
        yield Gate(scope, ledger, audit, switch, lag, handshakes)


def outcome(inspection: Inspection, question: Question, tmp_path: Path, **more: Any) -> Reason | None:
    """None where the gate admits the question; else its reason. A refusal stands in the audit log, and alone."""
    path = tmp_path / "audit.jsonl"

    async def story() -> Reason | None:
        async with gate_for(inspection, path, **more) as gate:
            try:
                async with gate.admit(question) as permit:
                    permit.answered()
            except NetworkError as error:
                assert gate.tally.traffic().connections == 0
                assert gate.tally.refused == (error.reason is not Reason.INTERRUPTED)
                return error.reason
            assert gate.tally.refused == 0
            return None

    reason = asyncio.run(story())
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    if reason is not Reason.INTERRUPTED:
        assert [line["outcome"] for line in lines] == [f"refused: {reason.value}" if reason else "answered"]
    return reason


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 10))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (BY_NAME, None),
        (replace(BY_NAME, port=80), None),
        (replace(BY_NAME, port=22), Reason.NOT_CONFIRMED),
        (replace(BY_NAME, name=None), Reason.OUT_OF_SCOPE),
        (replace(BY_NAME, name="www.a.example"), Reason.OUT_OF_SCOPE),
        (replace(BY_NAME, address=MOVED), Reason.SCOPE_CHANGED),
        (replace(BY_NAME, bound=True), Reason.OUT_OF_SCOPE),
        (replace(BY_NAME, act=Act.DATAGRAM, transport="udp"), Reason.OUT_OF_SCOPE),
        (replace(BY_NAME, act=Act.TRANSFER), Reason.OUT_OF_SCOPE),
        (replace(BY_NAME, unit="somebody else"), Reason.NOT_PERMITTED),
        (replace(BY_NAME, name="inside.example", address="10.0.0.1"), Reason.OUT_OF_SCOPE),
        (replace(BY_NAME, address="169.254.169.254"), Reason.OUT_OF_SCOPE),
        (replace(BY_NAME, address="::ffff:8.8.4.4"), Reason.OUT_OF_SCOPE),
        (replace(BY_NAME, klass=TrafficClass.OPERATOR), Reason.NOT_PERMITTED),
        (Question("self", OWN, 6379, Act.CONNECT, "test", opens=True), None),
        (Question("self", OWN, 53, Act.RECURSION, "test", "udp"), None),
        (Question("self", OWN, 22, Act.CONNECT, "test", opens=True, bound=True), None),
    ],
)
def test_the_gate_admits_what_the_file_entitles_to_and_nothing_else(
    question: Question, expected: Reason | None, tmp_path: Path
) -> None:
    inspection = ordered(OWN, "a.example", "inside.example")
    assert outcome(inspection, question, tmp_path) is expected


def test_an_address_that_a_name_resolved_to_is_not_confirmed_by_that(tmp_path: Path) -> None:
    async def story() -> None:
        async with gate_for(ordered("a.example"), tmp_path / "audit.jsonl") as gate:
            await gate.ledger.survey()
            assert gate.ledger.owns_by_now("self", FOREIGN) is Reason.NOT_CONFIRMED
            with pytest.raises(NotAdmitted) as caught:
                async with gate.grant("self", FOREIGN, [22, 80], "test"):
                    raise AssertionError("a foreign address was swept")
            assert caught.value.reason is Reason.NOT_CONFIRMED

    run(story())


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({"a.example": (FOREIGN,)}, None),
        ({"a.example": (MOVED,)}, Reason.SCOPE_CHANGED),
        ({"a.example": ()}, Reason.SCOPE_CHANGED),
        ({}, None),  # the resolver is silent: that tells nothing of a change
    ],
)
def test_a_confirmed_address_that_no_name_leads_to_any_more_is_left_alone(
    names: dict[str, tuple[str, ...]], expected: Reason | None, tmp_path: Path
) -> None:
    inspection = ordered("a.example", confirmed=(Confirmed(ip_address(FOREIGN), "somebody", date(2026, 9, 1)),))
    question = Question("self", FOREIGN, 22, Act.CONNECT, "test", opens=True, bound=True)
    assert outcome(inspection, question, tmp_path, names=names) is expected


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "fe80::1"])
def test_a_special_address_is_not_admitted_by_being_confirmed(address: str, tmp_path: Path) -> None:
    """R2: only where it is listed literally, though a name leads there and somebody says that it is the unit's."""
    inspection = ordered("a.example", confirmed=(Confirmed(ip_address(address), "somebody", date(2026, 9, 1)),))
    question = Question("self", address, 443, Act.CONNECT, "test", name="a.example", opens=True)
    assert outcome(inspection, question, tmp_path, names={"a.example": (address,)}) is Reason.OUT_OF_SCOPE
    assert outcome(ordered(address), replace(question, name=None), tmp_path / "listed") is None


@pytest.mark.parametrize(
    ("address", "port", "name", "expected"),
    [
        (OWN, 80, "pay.example", Reason.EXCLUDED),
        (OWN, 80, None, None),
        (FOREIGN, 443, "shared.example", Reason.EXCLUDED),
        ("8.8.4.9", 80, None, Reason.EXCLUDED),
    ],
)
def test_an_excluded_name_bars_its_addresses_unless_they_are_listed(
    address: str, port: int, name: str | None, expected: Reason | None, tmp_path: Path
) -> None:
    inspection = ordered(OWN, "8.8.4.8/30", "shared.example", exclude=["pay.example", "8.8.4.9"])
    names = {"pay.example": (OWN, FOREIGN), "shared.example": (FOREIGN,)}
    question = Question("self", address, port, Act.CONNECT, "test", name=name, opens=True)
    assert outcome(inspection, question, tmp_path, names=names) is expected


def test_an_excluded_name_that_cannot_be_resolved_closes_everything_unlisted(tmp_path: Path) -> None:
    inspection = ordered("a.example", OWN, exclude=["unknown.example"])
    assert outcome(inspection, BY_NAME, tmp_path) is Reason.EXCLUDED
    (tmp_path / "audit.jsonl").unlink()
    assert outcome(inspection, replace(BY_NAME, address=OWN, name=None), tmp_path) is None


def test_a_mail_host_is_asked_for_its_greeting_and_nothing_else(tmp_path: Path) -> None:
    async def story() -> None:
        async with gate_for(ordered("a.example"), tmp_path / "audit.jsonl") as gate:
            greeting = Question("self", MAIL, 25, Act.CONNECT, "test", name="mail.a.example", opens=True)
            with pytest.raises(NotAdmitted):
                await gate.enter(greeting)
            gate.ledger.found_mail_hosts("elsewhere.example", ["mail.a.example"])
            with pytest.raises(NotAdmitted):
                await gate.enter(greeting)
            gate.ledger.found_mail_hosts("a.example", ["mail.a.example"])
            (await gate.enter(greeting)).close()
            for other in (replace(greeting, port=443), replace(greeting, address=MOVED)):
                with pytest.raises(NotAdmitted):
                    await gate.enter(other)

    run(story())


def test_a_zones_own_server_is_asked_ordinary_questions_only(tmp_path: Path) -> None:
    async def story() -> None:
        async with gate_for(ordered("a.example"), tmp_path / "audit.jsonl") as gate:
            query = Question("self", MAIL, 53, Act.QUERY, "test", "udp", zone="a.example")
            with pytest.raises(NotAdmitted):
                await gate.enter(query)
            gate.ledger.found_server("a.example", MAIL)
            gate.ledger.found_server("elsewhere.example", MOVED)
            (await gate.enter(query)).close()
            for other in (
                replace(query, act=Act.RECURSION),
                replace(query, act=Act.CHAOS),
                replace(query, zone="elsewhere.example", address=MOVED),
                replace(query, zone=None),
            ):
                with pytest.raises(NotAdmitted):
                    await gate.enter(other)

    run(story())


@pytest.mark.parametrize(("third_parties", "expected"), [(("dns",), None), ((), Reason.NOT_PERMITTED)])
def test_the_resolver_is_asked_where_the_file_admits_dns(
    third_parties: tuple[str, ...], expected: Reason | None, tmp_path: Path
) -> None:
    question = Question("", "10.0.0.53", 53, Act.QUERY, "test", "udp", klass=TrafficClass.INFRASTRUCTURE)
    assert outcome(ordered(OWN, third_parties=third_parties), question, tmp_path) is expected


@pytest.mark.parametrize("act", [Act.CONNECT, Act.RECURSION, Act.TRANSFER, Act.SWEEP])
def test_infrastructure_is_asked_dns_questions_alone(act: Act, tmp_path: Path) -> None:
    question = Question("", "10.0.0.53", 53, act, "test", klass=TrafficClass.INFRASTRUCTURE)
    assert outcome(ordered(OWN), question, tmp_path) is Reason.NOT_PERMITTED


@pytest.mark.parametrize(("hours", "expected"), [(-1, Reason.INTERRUPTED), (1, None), (3, Reason.INTERRUPTED)])
def test_nothing_is_sent_outside_the_window(hours: int, expected: Reason | None, tmp_path: Path) -> None:
    start = datetime(2026, 9, 20, tzinfo=UTC)
    inspection = ordered(OWN, window=Window(start, start + timedelta(hours=2), "UTC"))
    question = Question("self", OWN, 80, Act.CONNECT, "test", opens=True)
    assert outcome(inspection, question, tmp_path, clock=lambda: start + timedelta(hours=hours)) is expected


def test_a_stopped_unit_is_asked_nothing_and_its_neighbour_goes_on(tmp_path: Path) -> None:
    first, second = ordered(OWN, unit="first"), ordered(MAIL, unit="second")
    inspection = replace(first, units=(*first.units, *second.units))

    async def story() -> None:
        async with gate_for(inspection, tmp_path / "audit.jsonl") as gate:
            gate.switch.stop("a telephone call", "first")
            with pytest.raises(NotAdmitted) as caught:
                await gate.enter(Question("first", OWN, 80, Act.CONNECT, "test"))
            assert caught.value.reason is Reason.INTERRUPTED
            assert "a telephone call" in str(caught.value)
            (await gate.enter(Question("second", MAIL, 80, Act.CONNECT, "test"))).close()
            gate.switch.pause()
            with pytest.raises(NotAdmitted):
                await gate.enter(Question("second", MAIL, 80, Act.CONNECT, "test"))
            gate.switch.go_on()
            (await gate.enter(Question("second", MAIL, 80, Act.CONNECT, "test"))).close()

    run(story())


def test_a_question_that_waits_for_a_slot_ends_when_the_scan_is_stopped(tmp_path: Path) -> None:
    question = Question("self", OWN, 80, Act.CONNECT, "test", opens=True)

    async def story() -> None:
        limits = Limits(requests_per_second=1000, connections=1)
        path = tmp_path / "audit.jsonl"
        async with gate_for(ordered(OWN, limits=limits), path) as gate, gate.admit(question):
            waiting = asyncio.create_task(gate.enter(question))
            await asyncio.sleep(0.05)
            assert not waiting.done()
            gate.switch.stop("enough")
            with pytest.raises(NotAdmitted):
                await asyncio.wait_for(waiting, 1)

    run(story())


def test_a_lost_heartbeat_closes_the_lane_until_it_beats_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question("self", OWN, 80, Act.CONNECT, "test", opens=True)
    alive = [False]

    async def knock(asked: Question) -> bool:
        assert (asked.act, asked.port) == (Act.HEARTBEAT, 80)
        return alive[0]

    async def story() -> None:
        async with gate_for(ordered(OWN), tmp_path / "audit.jsonl") as gate:
            gate.hearts.knock_by(knock)
            async with gate.admit(question) as permit:
                permit.answered("connected")
            monkeypatch.setattr("scanner.network.pulse.EVERY_SECONDS", 0.0)
            with pytest.raises(Blocked):
                await gate.enter(question)
            with pytest.raises(Blocked):
                await gate.enter(question)
            alive[0] = True
            monkeypatch.setattr("scanner.network.pulse.PAUSE", 0.0)
            (await gate.enter(question)).close()
            lane = gate.lanes.find(OWN)
            assert lane is not None
            assert len(lane.pulse.gaps) == 1

    run(story())


def test_a_request_does_not_wait_for_a_heartbeat_that_waits_for_its_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = Question("self", OWN, 80, Act.CONNECT, "test", opens=True)
    knocks = []

    async def story() -> None:
        async with gate_for(ordered(OWN, limits=Limits(connections=1)), tmp_path / "audit.jsonl") as gate:

            async def knock(asked: Question) -> bool:
                async with gate.admit(asked):
                    knocks.append(asked)
                return True

            gate.hearts.knock_by(knock)
            connection = await gate.enter(question)
            connection.answered("connected")
            monkeypatch.setattr("scanner.network.pulse.EVERY_SECONDS", 0.0)
            request = replace(question, act=Act.REQUEST, opens=False)
            (await asyncio.wait_for(gate.enter(request), 5)).close()
            assert not knocks
            connection.close()
            (await asyncio.wait_for(gate.enter(request), 5)).close()
            assert knocks, "as soon as there is room"

    run(story())


def test_a_lane_whose_heartbeat_stays_lost_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    question = Question("self", OWN, 80, Act.CONNECT, "test", opens=True)
    knocks = []

    async def knock(asked: Question) -> bool:
        knocks.append(asked)
        return False

    async def story() -> None:
        async with gate_for(ordered(OWN), tmp_path / "audit.jsonl") as gate:
            gate.hearts.knock_by(knock)
            async with gate.admit(question) as permit:
                permit.answered("connected")
            monkeypatch.setattr("scanner.network.pulse.EVERY_SECONDS", 0.0)
            monkeypatch.setattr("scanner.network.pulse.PAUSE", 0.0)
            for _ in range(5):
                with pytest.raises(Blocked):
                    await gate.enter(question)
            assert len(knocks) == 2

    run(story())


def test_a_ban_that_the_last_heartbeat_meets_is_a_gap_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R10: one try after a pause; what was seen since the last good beat is in doubt also where nothing was asked after."""
    question = Question("self", OWN, 80, Act.CONNECT, "test", opens=True)

    async def knock(asked: Question) -> bool:
        return False

    async def story() -> None:
        async with gate_for(ordered(OWN), tmp_path / "audit.jsonl") as gate:
            gate.hearts.knock_by(knock)
            monkeypatch.setattr("scanner.network.pulse.PAUSE", 0.0)
            async with gate.admit(question) as permit:
                permit.answered("connected")
            await gate.hearts.beat(OWN)
            lane = gate.lanes.find(OWN)
            assert lane is not None and len(lane.pulse.gaps) == 1

    run(story())


def test_a_grant_gives_one_seconds_ports_and_leaves_two_lines(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"

    async def story() -> None:
        limits = Limits(connects_per_second=10)
        async with gate_for(ordered(OWN, limits=limits), path) as gate:
            async with gate.grant("self", OWN, range(1, 100), "test") as grant:
                assert grant.ports == tuple(range(1, 11))
                assert grant.rate == 10
                assert grant.half_open == 64
                grant.report([1], [2, 3, 4], [5])
            async with gate.grant("self", OWN, range(11, 13), "test"):
                pass

    run(story())
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["outcome"] for line in lines] == ["granted", "swept", "granted", "abandoned"]
    assert lines[0]["ports"] == "1-10"
    assert (lines[1]["opened"], lines[1]["closed"], lines[1]["filtered"]) == ("1", 3, 1)


def test_grants_share_their_units_ceiling(tmp_path: Path) -> None:
    async def story() -> None:
        limits = Limits(connects_per_second=200, unit_connects_per_second=300)
        async with gate_for(ordered("8.8.4.0/24", limits=limits), tmp_path / "audit.jsonl") as gate:
            async with (
                gate.grant("self", "8.8.4.1", range(1, 500), "test") as first,
                gate.grant("self", "8.8.4.2", range(1, 500), "test") as second,
            ):
                assert (first.rate, second.rate) == (200, 100)
                third = asyncio.create_task(_rate_of_grant(gate, "8.8.4.3"))
                await asyncio.sleep(0.05)
                assert not third.done()
            assert await third == 200

    run(story())


def test_a_sweep_halves_while_questions_wait(tmp_path: Path) -> None:
    async def story() -> None:
        limits = Limits(requests_per_second=1, connects_per_second=200)
        async with gate_for(ordered(OWN, limits=limits), tmp_path / "audit.jsonl") as gate:
            question = Question("self", OWN, 80, Act.CONNECT, "test")
            (await gate.enter(question)).close()
            waiting = asyncio.create_task(gate.enter(question))
            await asyncio.sleep(0.05)
            assert await _rate_of_grant(gate, OWN) == 100
            (await waiting).close()
            assert await _rate_of_grant(gate, OWN) == 200

    run(story())


async def _rate_of_grant(gate: Gate, address: str) -> float | None:
    async with gate.grant("self", address, range(1, 500), "test") as grant:
        return grant.rate


def test_an_address_asked_for_two_questions_has_one_lane(tmp_path: Path) -> None:
    async def story() -> None:
        inspection = ordered(OWN, listed("a.example", ports=(8443,)))
        async with gate_for(inspection, tmp_path / "audit.jsonl", names={"a.example": (OWN,)}) as gate:
            by_name = Question("self", OWN, 443, Act.CONNECT, "test", name="a.example")
            one = await gate.enter(by_name)
            two = await gate.enter(replace(by_name, name=None, port=22))
            assert one.lane is two.lane
            one.close()
            two.close()

    run(story())


@pytest.mark.parametrize("port", [9100, 515, 502, 102, 2404, 44818])
@pytest.mark.parametrize("act", [Act.CONNECT, Act.REQUEST, Act.HEARTBEAT])
def test_where_a_greeting_does_something_nothing_is_said_even_where_all_else_allows_it(
    tmp_path: Path, port: int, act: Act
) -> None:
    """R6: a redirect may lead there from an inspected site."""
    question = Question("self", OWN, port, act, "test", opens=act is not Act.REQUEST)
    assert outcome(ordered(OWN), question, tmp_path) is Reason.NOT_PERMITTED
    assert outcome(ordered(OWN), replace(question, port=80), tmp_path / "other") is None
