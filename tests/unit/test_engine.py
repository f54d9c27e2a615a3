"""The engine, over a door that opens no socket: leads flow, faults cost one line, nothing is asked twice."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.inspecting.engine import Engine
from scanner.inspecting.surroundings import Placed
from scanner.model.errors import ConnectionRefused, NotAdmitted, TimedOut
from scanner.model.network import Network
from scanner.model.observation import Observation, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from scanner.store.scan import ScanStore

HOST = Target(TargetKind.HOST, "u", address="127.0.0.1")
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PortFacts:
    open: tuple[int, ...]


class NoDoor:
    """A door that is never gone through; `lost` is what lanes felt of a ban."""

    def __init__(self, lost: tuple[tuple[str, str], ...] = ()) -> None:
        self.lost = lost
        self.doubt: Reason | None = None
        self.felt: dict[str, Any] = {}
        self.settled: list[str] = []
        self.taken_up: list[tuple[str, dict[str, Any]]] = []

    def bind(self, probe: Probe, target: Target) -> Network:
        return None  # type: ignore[return-value]  # the probes of these tests ask nothing

    async def vouch(self, probe: Probe, target: Target) -> Reason | None:
        return self.doubt

    async def settle(self, address: str) -> None:
        self.settled.append(address)

    def turns(self, unit: str) -> int:
        return 0

    def paused(self, unit: str) -> bool:
        return False

    def over(self, unit: str) -> bool:
        return False

    async def reopened(self, unit: str) -> bool:
        return True

    def host_facts(self, address: str) -> Mapping[str, Any] | None:
        return {"degraded": False, "lost": list(self.lost), **self.felt} if address[0].isdigit() else None

    def met(self, target: Target) -> None:
        """Spares nothing."""

    def take_up(self, unit: str, address: str, felt: Mapping[str, Any]) -> None:
        self.taken_up.append((address, dict(felt)))


class Told:
    def __init__(self) -> None:
        self.found: list[str] = []
        self.done: list[str] = []

    def lane_found(self, unit: str, lane: str) -> None:
        self.found.append(lane)

    def lane_done(self, unit: str, lane: str) -> None:
        self.done.append(lane)

    def observed(self, observation: Observation) -> None:
        pass


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ScanStore]:
    opened = ScanStore(tmp_path / "scan.sqlite")
    yield opened
    opened.close()


def probe(
    name: str,
    see: Callable[[Target], Any],
    accepts: TargetKind = TargetKind.HOST,
    *,
    seconds: float = 5,
    leads: Callable[[Target, Mapping[str, Any]], Iterable[Target]] = lambda target, facts: (),
) -> Probe:
    async def observe(target: Target, net: Network) -> Seen[Any]:
        seen = see(target)
        return Seen(await seen if asyncio.iscoroutine(seen) else seen)

    return Probe(name, accepts, Impact.ORDINARY, PortFacts, observe, Cost(seconds=seconds), leads=leads)


def services(target: Target, facts: Mapping[str, Any]) -> Iterable[Target]:
    return [Target(TargetKind.SERVICE, target.unit, address=target.address, port=port) for port in facts["open"]]


def run(store: ScanStore, probes: list[Probe], seeds: Iterable[Target] = (HOST,), **more: Any) -> tuple[Engine, Told]:
    told = Told()
    engine = Engine(
        probes,
        more.pop("door", NoDoor()),
        store,
        told,
        place=more.pop("place", lambda target: Placed(target, {"level": 2})),
        bars=more.pop("bars", lambda probe, target: None),
        clock=more.pop("clock", lambda: NOW),
        **more,
    )
    asyncio.run(engine.run(seeds))
    return engine, told


def seen(store: ScanStore) -> dict[tuple[str, str], Observation]:
    return {(one.probe, one.target.key): one for one in store.all()}


def raises(error: Exception) -> Callable[[Target], Any]:
    def see(target: Target) -> Any:
        raise error

    return see


def test_a_lead_is_followed_and_every_asset_is_declared(store: ScanStore) -> None:
    probes = [
        probe("ports", lambda _: PortFacts((22, 80)), leads=services),
        probe("banner", lambda _: PortFacts(()), TargetKind.SERVICE),
    ]
    engine, told = run(store, probes)
    names = sorted(name for name, _ in seen(store))
    assert names == ["banner", "banner", "declaration", "declaration", "declaration", "lane", "ports"]
    assert engine.complete
    assert told.found == told.done == ["127.0.0.1"]


def test_a_fault_costs_one_line_and_its_neighbours_nothing(store: ScanStore) -> None:
    run(store, [probe("bad", raises(ZeroDivisionError("x"))), probe("good", lambda _: PortFacts((1,)))])
    observations = seen(store)
    assert observations[("bad", HOST.key)].reason is Reason.PROBE_FAULT
    assert observations[("good", HOST.key)].facts == {"open": [1]}
    assert [(error["probe"], error["error"]) for error in store.errors()] == [("bad", "ZeroDivisionError: x")]


def test_a_fault_in_leads_costs_the_leads_alone(store: ScanStore) -> None:
    def broken(target: Target, facts: Mapping[str, Any]) -> Iterable[Target]:
        raise KeyError("open")

    run(store, [probe("ports", lambda _: PortFacts(()), leads=broken)])
    assert seen(store)[("ports", HOST.key)].observed
    assert len(store.errors()) == 1


def test_every_way_of_failing_ends_in_its_reason(store: ScanStore) -> None:
    async def forever() -> PortFacts:
        await asyncio.sleep(60)
        return PortFacts(())

    probes = [
        probe("silent", raises(TimedOut("nothing"))),
        probe("outside", raises(NotAdmitted("no", Reason.OUT_OF_SCOPE))),
        probe("endless", lambda _: forever(), seconds=0.05),
    ]
    run(store, probes)
    reasons = {name: one.reason for (name, _), one in seen(store).items() if name not in ("declaration", "lane")}
    assert reasons == {"silent": Reason.TIMED_OUT, "outside": Reason.OUT_OF_SCOPE, "endless": Reason.TIMED_OUT}


def test_what_was_interrupted_is_no_observation_and_the_scan_is_not_complete(store: ScanStore) -> None:
    engine, told = run(store, [probe("late", raises(NotAdmitted("closed", Reason.INTERRUPTED)))])
    assert not engine.complete
    assert (told.found, told.done) == ([HOST.address], []), "a place that was cut short is not done"
    assert ("late", HOST.key) not in seen(store)


def test_a_second_run_asks_only_what_is_missing_and_leads_on_from_the_rest(store: ScanStore) -> None:
    asked: list[str] = []

    def ports(target: Target) -> PortFacts:
        asked.append("ports")
        return PortFacts((22,))

    def banner(target: Target) -> PortFacts:
        asked.append("banner")
        return PortFacts(())

    first = probe("ports", ports, leads=services)
    run(store, [first])
    run(store, [first, probe("banner", banner, TargetKind.SERVICE)])
    assert asked == ["ports", "banner"]


def test_what_was_cut_short_in_the_middle_is_kept_and_asked_again(store: ScanStore) -> None:
    async def observe(target: Target, net: Network) -> Seen[PortFacts]:
        return Seen(PortFacts((22,)), {"open": Reason.INTERRUPTED})

    cut = Probe("ports", TargetKind.HOST, Impact.ORDINARY, PortFacts, observe, leads=services)
    engine, _ = run(store, [cut, probe("banner", lambda _: PortFacts(()), TargetKind.SERVICE)])
    assert not engine.complete
    assert len([name for name, _ in seen(store) if name == "banner"]) == 1
    engine, _ = run(store, [probe("ports", lambda _: PortFacts((22, 80)), leads=services)])
    assert engine.complete
    assert seen(store)[("ports", HOST.key)].facts == {"open": [22, 80]}


def test_a_target_found_twice_is_asked_once(store: ScanStore) -> None:
    asked: list[str] = []
    run(store, [probe("ports", lambda target: asked.append(target.key) or PortFacts(()))], [HOST, HOST])
    assert asked == [HOST.key]


def test_leads_never_go_up(store: ScanStore) -> None:
    upwards = probe("up", lambda _: PortFacts(()), leads=lambda *_: [Target(TargetKind.DOMAIN, "u", name="example.cn")])
    run(store, [upwards, probe("zone", lambda _: PortFacts(()), TargetKind.DOMAIN)])
    assert "zone" not in {name for name, _ in seen(store)}


def test_what_the_order_bars_is_not_asked(store: ScanStore) -> None:
    asked: list[str] = []
    ports = probe("ports", lambda target: asked.append(target.key) or PortFacts(()))
    run(store, [ports], bars=lambda probe, target: Reason.NOT_CONFIRMED)
    assert asked == []
    assert seen(store)[("ports", HOST.key)].reason is Reason.NOT_CONFIRMED
    run(store, [probe("other", lambda target: PortFacts(()))], place=lambda target: None)
    assert "other" not in {name for name, _ in seen(store)}


def test_what_a_ban_swallowed_was_not_tested(store: ScanStore) -> None:
    lost = ((NOW - timedelta(seconds=1)).isoformat(), (NOW + timedelta(seconds=1)).isoformat())
    run(store, [probe("ports", lambda _: PortFacts((22,)))], door=NoDoor((lost,)))
    assert seen(store)[("ports", HOST.key)].reason is Reason.BLOCKED


@pytest.mark.parametrize(("asked_last", "reason"), [(0, Reason.BLOCKED), (-5, None)])
def test_a_probe_that_began_before_a_ban_is_in_doubt_where_it_asked_on_into_it(
    asked_last: int, reason: Reason | None, store: ScanStore
) -> None:
    now = [NOW - timedelta(seconds=10)]

    def see(target: Target) -> PortFacts:
        now[0] = NOW
        return PortFacts((22,))

    door = NoDoor((((NOW - timedelta(seconds=1)).isoformat(), (NOW + timedelta(seconds=1)).isoformat()),))
    door.felt = {"asked": {"ports": (NOW + timedelta(seconds=asked_last)).isoformat()}}
    run(store, [probe("ports", see)], door=door, clock=lambda: now[0])
    assert seen(store)[("ports", HOST.key)].reason is reason


def test_a_refusal_that_a_ban_may_have_been_is_none_of_the_target_s(store: ScanStore) -> None:
    lost = ((NOW - timedelta(seconds=1)).isoformat(), (NOW + timedelta(seconds=1)).isoformat())
    run(store, [probe("ports", raises(ConnectionRefused("22")))], door=NoDoor((lost,)))
    assert seen(store)[("ports", HOST.key)].reason is Reason.BLOCKED


def test_a_slow_address_holds_up_no_other(store: ScanStore) -> None:
    async def see(target: Target) -> PortFacts:
        await asyncio.sleep(0.5 if target.address == "127.0.0.1" else 0)
        return PortFacts(())

    seeds = [Target(TargetKind.HOST, "u", address=f"127.0.0.{number}") for number in range(1, 40)]
    _, told = run(store, [probe("ports", see)], seeds, lanes_per_unit=4)
    assert told.done[-1] == "127.0.0.1"
    assert len(told.done) == 39


def test_cancelling_keeps_what_was_found(store: ScanStore) -> None:
    async def see(target: Target) -> PortFacts:
        await asyncio.sleep(0 if target.address == "127.0.0.1" else 60)
        return PortFacts((1,))

    async def main() -> None:
        seeds = [HOST, Target(TargetKind.HOST, "u", address="127.0.0.2")]
        engine = Engine(
            [probe("ports", see)],
            NoDoor(),
            store,
            Told(),
            place=lambda target: Placed(target, {}),
            bars=lambda *_: None,
            clock=lambda: NOW,
        )
        task = asyncio.create_task(engine.run(seeds))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not engine.complete

    asyncio.run(main())
    assert ("ports", HOST.key) in seen(store)


def test_a_run_that_broke_off_before_its_last_heartbeat_leaves_that_to_the_next(store: ScanStore) -> None:
    """Killed between the last answer and the end of the lane: what was felt is stored, and settled by --resume."""
    ports = probe("ports", lambda _: PortFacts((22,)))
    run(store, [ports])
    lane = seen(store)[("lane", HOST.key)]
    store.add(Observation("lane", lane.target, NOW, {**lane.facts, "settled": False, "degraded": True, "beat": 22}))
    store.flush()
    door = NoDoor()
    run(store, [ports], door=door)
    assert door.settled == ["127.0.0.1"]
    assert door.taken_up[0][1]["beat"] == 22
    assert seen(store)[("lane", HOST.key)].facts["settled"] is True
    assert seen(store)[("lane", HOST.key)].facts["degraded"] is True, "what was felt once stays felt"
    settled = NoDoor()
    run(store, [ports], door=settled)
    assert settled.settled == settled.taken_up == []
