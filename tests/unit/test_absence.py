"""An absence counts where the address, or the resolver, is known to answer just now, and nowhere else (R12)."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue.loader import load
from scanner.inspecting.placement import Placement
from scanner.judging import judge
from scanner.model.network import Network
from scanner.model.observation import ABSENCE, Observation, Seen
from scanner.model.probe import Impact, Probe
from scanner.model.scope import Scope
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from scanner.network.question import Act, Question
from scanner.store.scan import ScanStore
from tests.asking import ordered, wired
from tests.hostile.names import Records, naming
from tests.unit.test_engine import HOST, NoDoor
from tests.unit.test_engine import run as run_engine
from tests.unit.test_gate import OWN, gate_for

CHECKS = load().checks
ZONE = Target(TargetKind.DOMAIN, "self", name="a.example")
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 20))


@pytest.mark.parametrize("doubt", [None, Reason.NO_VANTAGE, Reason.BLOCKED, Reason.INTERRUPTED])
def test_what_is_not_there_fails_only_where_nothing_speaks_against_the_look(doubt: Reason | None) -> None:
    gaps = {} if doubt is None else {ABSENCE: doubt}
    facts = {"exists": True, "caa": [], "ipv6": False}
    seen = {"domain.zone": Observation("domain.zone", ZONE, NOW, facts, gaps)}
    for name in ("dns.caa-missing", "dns.ipv6-missing"):
        (one,) = judge(CHECKS[name], ZONE, seen, {})
        assert (one.verdict, one.reason) == ((Verdict.FAIL, None) if doubt is None else (Verdict.NOT_TESTED, doubt))


def test_what_is_there_passes_whatever_speaks_against_the_look() -> None:
    seen = {
        "domain.zone": Observation("domain.zone", ZONE, NOW, {"exists": True, "ipv6": True}, {ABSENCE: Reason.BLOCKED})
    }
    (one,) = judge(CHECKS["dns.ipv6-missing"], ZONE, seen, {})
    assert one.verdict is Verdict.PASS


DNS_ABSENCES = {
    "dns.dnssec-missing", "dns.caa-missing", "dns.ipv6-missing", "dns.single-nameserver",
    "mail.spf-missing", "mail.dmarc-missing", "mail.mta-sts-missing", "mail.tls-rpt-missing", "web.https-missing",
}  # fmt: skip


def test_the_checks_that_fail_on_silence_or_no_record_say_that_they_do() -> None:
    """A check whose failure is that something is not there carries `absence = true` in its entry."""
    assert [name for name in DNS_ABSENCES & set(CHECKS) if not CHECKS[name].absence] == []


@pytest.mark.parametrize("doubt", [None, Reason.OWN_LAG])
def test_the_engine_has_only_looks_vouched_for_that_may_end_in_an_absence(doubt: Reason | None, tmp_path: Path) -> None:
    @dataclass(frozen=True, slots=True)
    class Facts:
        there: bool

    async def observe(target: Target, net: Network) -> Seen[Facts]:
        return Seen(Facts(False))

    probes = [Probe(name, TargetKind.HOST, Impact.ORDINARY, Facts, observe) for name in ("looks", "lists")]
    store = ScanStore(tmp_path / "scan.sqlite")
    door = NoDoor()
    door.doubt = doubt
    try:
        run_engine(store, probes, door=door, absences=["looks"])
        store.flush()
        gaps = {one.probe: one.gaps for one in store.all() if one.probe in ("looks", "lists")}
    finally:
        store.close()
    assert gaps == {"looks": {} if doubt is None else {ABSENCE: doubt}, "lists": {}}


def test_an_address_that_answered_within_a_minute_is_a_control_and_one_that_never_did_is_none(tmp_path: Path) -> None:
    async def story() -> None:
        async with gate_for(ordered(OWN), tmp_path / "audit.jsonl") as gate:
            assert await gate.hearts.vouches(OWN) is Reason.TIMED_OUT
            question = Question("self", OWN, 80, Act.CONNECT, "test", opens=True)
            async with gate.admit(question) as permit:
                pass
            assert await gate.hearts.vouches(OWN) is Reason.TIMED_OUT
            async with gate.admit(question) as permit:
                permit.answered("connected")
            assert await gate.hearts.vouches(OWN) is None

    run(story())


@pytest.mark.parametrize("beats", [True, False])
def test_where_the_last_answer_is_old_the_heartbeat_is_asked(
    beats: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Question] = []

    async def story() -> None:
        async with gate_for(ordered(OWN), tmp_path / "audit.jsonl") as gate:

            async def knock(question: Question) -> bool:
                asked.append(question)
                async with gate.admit(question) as permit:
                    if beats:
                        permit.answered("connected")
                return beats

            gate.hearts.knock_by(knock)
            async with gate.admit(Question("self", OWN, 80, Act.CONNECT, "test", opens=True)) as permit:
                permit.answered("connected")
            lane = gate.lanes.find(OWN)
            assert lane is not None
            lane.heard_at = time.monotonic() - 61.0
            assert await gate.hearts.vouches(OWN) is (None if beats else Reason.BLOCKED)
            assert len(asked) == 1

    run(story())


PLACE = "127.35.7.53"
GOOD: Records = {("a.example", "SOA"): ["ns.a.example. x.a.example. 1 2 3 4 5"], ("b.example", "A"): ["127.0.0.9"]}


@pytest.mark.lab
@pytest.mark.parametrize(
    ("records", "bend", "expected"),
    [
        (GOOD, None, None),
        ({("b.example", "A"): ["127.0.0.9"]}, None, Reason.UNREACHABLE),
        (GOOD, lambda wire: None, Reason.TIMED_OUT),
        (GOOD, "invents", Reason.NO_VANTAGE),
    ],
)
def test_a_resolver_that_is_silent_or_invents_addresses_vouches_for_no_absence(
    records: Records, bend: Any, expected: Reason | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.network.exchange.PATIENCE", 0.2)

    async def story() -> None:
        inventing = bend == "invents"
        async with naming(records, PLACE, bend=None if inventing else bend) as server:
            if inventing:
                monkeypatch.setattr(server, "_texts", lambda key: ["127.0.0.1"] if key[1] == "A" else [])
            async with wired(ordered("a.example"), resolver=f"{PLACE}:5300") as wire:
                assert await wire.resolver.vouches("a.example", "self", "domain.zone") is expected
                if expected is None:
                    asked = len(server.asked)
                    assert await wire.resolver.vouches("a.example", "self", "domain.zone") is None
                    assert len(server.asked) == asked, "within a minute nothing more is asked"

    run(story())


def test_an_address_without_a_way_there_is_not_asked_and_not_called_dead() -> None:
    inspection = ordered("2001:db8::1", "10.0.0.1")
    place = Placement(
        inspection, Scope(inspection), lambda: NOW, lambda unit, address: None, lambda one: ":" not in one
    )
    probe = Probe("test", TargetKind.HOST, Impact.ORDINARY, object, None)  # type: ignore[arg-type]
    assert place.bars(probe, replace(HOST, unit="self", address="2001:db8::1")) is Reason.NO_VANTAGE
    assert place.bars(probe, replace(HOST, unit="self", address="10.0.0.1")) is None
