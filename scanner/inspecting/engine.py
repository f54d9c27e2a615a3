"""Asks every probe of every target and follows leads at once; what one address costs, others do not feel."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from scanner.inspecting.lane import Lane
from scanner.inspecting.surroundings import Door, Placed, Watcher
from scanner.model.errors import NetworkError
from scanner.model.observation import ABSENCE, Observation, Seen
from scanner.model.probe import Probe
from scanner.model.target import Target
from scanner.model.verdict import Reason
from scanner.network.patience import patient
from scanner.store.scan import ScanStore, lane_of
from scanner.store.writer import StoreFault

log = logging.getLogger(__name__)

PER_LANE = 3
"""Probes at once on one address; its connection ceiling holds beside."""

LOOKED_EVERY = 0.25
"""Seconds between looks whether a unit without a free lane was paused meanwhile."""

UNTOLD = (None, "unknown")
"""What a service's protocol is before it has said anything, and where nobody knew what it said."""

SILENCES = frozenset({Reason.REFUSED, Reason.TIMED_OUT, Reason.UNREACHABLE, Reason.MALFORMED})
"""What a ban may have been, too."""

TRIED_AGAIN = frozenset({Reason.INTERRUPTED})
"""Ends that are no end: never stored, asked again by --resume."""


class Engine:
    """One run over one inspection."""

    def __init__(
        self,
        probes: Sequence[Probe],
        door: Door,
        store: ScanStore,
        watcher: Watcher,
        *,
        place: Callable[[Target], Placed | None],
        bars: Callable[[Probe, Target], Reason | None],
        clock: Callable[[], datetime],
        absences: Collection[str] = (),
        lanes_at_once: int = 200,
        lanes_per_unit: int = 12,
    ) -> None:
        """`place` finds an asset in the order, or None where it may not be asked at all; `bars` says why a
        probe may not ask a target that others may ask; `absences` are the probes for which a thing that is
        not there is a finding."""
        self._probes = probes
        self._door = door
        self._store = store
        self._watcher = watcher
        self._place = place
        self._bars = bars
        self._clock = clock
        self._absences = frozenset(absences)
        self._at_once = asyncio.Semaphore(lanes_at_once)
        self._per_unit = lanes_per_unit
        self._units: dict[str, asyncio.Semaphore] = {}
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._stored = set(store.lanes())
        self._freed = asyncio.Event()
        self._interrupted = False

    @property
    def complete(self) -> bool:
        """False once anything was cut short by the window, a stop or the user."""
        return not self._interrupted

    async def run(self, seeds: Iterable[Target]) -> None:
        """Ask the seeds and all they lead to. Cancelling ends it cleanly: what was found is stored."""
        try:
            async with asyncio.TaskGroup() as group:
                aside: dict[str, list[Target]] = {}
                for seed in seeds:
                    if seed.unit in aside or not await self._room(seed.unit):
                        aside.setdefault(seed.unit, []).append(seed)
                    else:
                        self._offer(group, seed)
                for held_back in aside.values():
                    group.create_task(self._later(group, held_back))
        except BaseException:
            self._interrupted = True
            raise
        finally:
            self._store.flush()

    async def _room(self, unit: str) -> bool:
        """Wait until the unit has a free lane, so that seeds are taken as they can be asked; False where it is paused."""
        while sum(lane.unit == unit for lane in self._lanes.values()) >= 2 * self._per_unit:
            if self._door.paused(unit):
                return False
            self._freed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._freed.wait(), LOOKED_EVERY)
        return True

    async def _later(self, group: asyncio.TaskGroup, seeds: Iterable[Target]) -> None:
        """What a pause of its unit held back, so that other units go on meanwhile."""
        for seed in seeds:
            while not await self._room(seed.unit):
                await self._door.reopened(seed.unit)
            self._offer(group, seed)

    def _offer(self, group: asyncio.TaskGroup, found: Target) -> None:
        """Queue what wants this target; what is already stored is not asked again but led on from."""
        placed = self._place(found)
        if placed is None:
            return
        target = placed.target
        key = (target.unit, lane_of(target))
        lane = self._lanes.get(key) or self._open_lane(*key)
        self._declare(lane, placed)
        if target.protocol not in UNTOLD:
            self._door.met(target)
        for probe in self._probes:
            pair = (probe.name, target.key)
            if probe.accepts is not target.kind or pair in lane.offered or not probe.wants(target):
                continue
            lane.offered.add(pair)
            if (known := lane.known.get(pair)) is not None:
                self._follow(group, probe, known)
            if known is None or cut_short(known):
                lane.waiting.append((probe, target))
        if lane.active:
            return
        if lane.waiting or lane.unsettled:
            lane.active = True
            group.create_task(self._run_lane(group, lane))
        else:
            self._end_lane(lane)

    def _open_lane(self, unit: str, name: str) -> Lane:
        lane = self._lanes[(unit, name)] = Lane(unit, name)
        if (unit, name) in self._stored:
            self._store.flush()
            for observation in self._store.of_lane(unit, name):
                lane.known[(observation.probe, observation.target.key)] = observation
            if lane.unsettled:
                self._door.take_up(unit, name, lane.felt)
        self._stored.add((unit, name))
        self._watcher.lane_found(unit, name)
        return lane

    def _declare(self, lane: Lane, placed: Placed) -> None:
        """Store what the order says of this asset as a fact, whenever more is known of it."""
        pair = ("declaration", placed.target.key)
        known = lane.known.get(pair)
        if known is None or (known.target.protocol in UNTOLD and placed.target.protocol not in UNTOLD):
            observation = Observation("declaration", placed.target, self._clock(), dict(placed.facts))
            lane.known[pair] = observation
            self._store.add(observation)

    async def _run_lane(self, group: asyncio.TaskGroup, lane: Lane) -> None:
        unit = self._units.setdefault(lane.unit, asyncio.Semaphore(self._per_unit))
        async with unit:
            while not await self._drained(group, lane):
                if not await self._door.reopened(lane.unit):
                    lane.cut = lane.cut or bool(lane.waiting)
                    self._interrupted = self._interrupted or lane.cut
                    lane.waiting.clear()
                    break
        if lane.waiting:
            group.create_task(self._run_lane(group, lane))
        else:
            self._end_lane(lane)

    async def _drained(self, group: asyncio.TaskGroup, lane: Lane) -> bool:
        """Ask all that waits, and the last heartbeat; False where a pause came first. A paused lane holds up no other."""
        async with self._at_once:
            running: set[asyncio.Task[None]] = set()
            while running or (lane.waiting and not self._door.paused(lane.unit)):
                while lane.waiting and len(running) < PER_LANE and not self._door.paused(lane.unit):
                    probe, target = lane.waiting.popleft()
                    running.add(group.create_task(self._attempt(group, lane, probe, target)))
                _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            turns = self._door.turns(lane.unit)
            if not lane.waiting:
                with contextlib.suppress(NetworkError):  # one that may not be asked any more has its facts all the same
                    await self._door.settle(lane.name)
            return not lane.waiting and (self._door.turns(lane.unit) == turns or self._door.over(lane.unit))

    def _end_lane(self, lane: Lane) -> None:
        """Keep what the lane felt, and forget the lane: memory does not grow with the targets."""
        lane.active = False
        facts = self._keep_felt(lane, settled=not self._interrupted)
        if facts is not None:
            self._forget_lost(lane, facts["lost"], facts.get("asked", {}))
        self._lanes.pop((lane.unit, lane.name), None)
        self._freed.set()
        if not lane.cut:
            self._watcher.lane_done(lane.unit, lane.name)

    def _keep_felt(self, lane: Lane, *, settled: bool) -> Mapping[str, Any] | None:
        """Store how the lane fares, earlier runs of this scan included; `settled` after its last heartbeat."""
        facts = self._door.host_facts(lane.name)
        declared = lane.known.get(("declaration", lane.host.key))
        if facts is not None and declared is not None:
            told = {**together(lane.felt, facts), "settled": settled}
            told.pop("asked", None)
            self._store.add(Observation("lane", declared.target, self._clock(), told))
        return facts

    def _forget_lost(self, lane: Lane, lost: Sequence[tuple[str, str]], asked: Mapping[str, str]) -> None:
        """What was seen between a last good heartbeat and its loss is no answer of the target's (R10).

        A probe that began before counts, where it asked anything after: `asked` is when each asked last.
        """
        for start, end in ((datetime.fromisoformat(one), datetime.fromisoformat(other)) for one, other in lost):
            for pair, seen in list(lane.known.items()):
                last = min(
                    lane.ended.get(pair, seen.at), datetime.fromisoformat(asked.get(seen.probe, end.isoformat()))
                )
                in_doubt = seen.observed or seen.reason in SILENCES
                if seen.probe != "declaration" and in_doubt and seen.at <= end and max(seen.at, last) >= start:
                    detail = "the address stopped answering everything"
                    lane.known[pair] = Observation(
                        seen.probe, seen.target, seen.at, reason=Reason.BLOCKED, detail=detail
                    )
                    self._store.add(lane.known[pair])

    async def _attempt(self, group: asyncio.TaskGroup, lane: Lane, probe: Probe, target: Target) -> None:
        turns = self._door.turns(target.unit)
        observation = await self._observe(probe, target)
        lane.ended[(probe.name, target.key)] = self._clock()
        if self._door.turns(target.unit) != turns:
            # What a probe makes of an interruption is its own affair: nothing it says of one is taken for an answer.
            observation = observation if cut_short(observation) else _interrupted(observation)
            if not self._door.over(target.unit):
                lane.waiting.appendleft((probe, target))
                if cut_short(observation):
                    self._store.add(observation)
                return
        if observation.reason in TRIED_AGAIN:
            self._interrupted = lane.cut = True
            return
        if cut_short(observation):
            self._interrupted = lane.cut = True
        lane.known[(probe.name, target.key)] = observation
        if not lane.waiting:
            self._keep_felt(lane, settled=False)  # before it: should this be the last, a resumed scan knows of both
        self._store.add(observation)
        self._watcher.observed(observation)
        self._follow(group, probe, observation)

    def _follow(self, group: asyncio.TaskGroup, probe: Probe, observation: Observation) -> None:
        if not observation.observed:
            return
        try:
            leads = list(probe.leads(observation.target, observation.facts))
        except Exception as error:
            self._fault(probe, observation.target, error)
            return
        for lead in leads:
            if observation.target.kind.may_lead_to(lead.kind):
                self._offer(group, lead)

    async def _observe(self, probe: Probe, target: Target) -> Observation:
        """Turn every way of failing into an observation. Only cancellation and a broken store pass through."""
        at = self._clock()
        reason = self._bars(probe, target)
        if reason is not None:
            return Observation(probe.name, target, at, reason=reason)
        network = self._door.bind(probe, target)
        try:
            async with patient(probe.cost.seconds):
                seen: Seen[Any] = await probe.observe(target, network)
            facts = json.loads(json.dumps(asdict(seen.facts)))
            gaps = dict(seen.gaps)
            if probe.name in self._absences and (doubt := await self._door.vouch(probe, target)) is not None:
                gaps[ABSENCE] = doubt
            return Observation(probe.name, target, at, facts, gaps, tuple(seen.evidence))
        except NetworkError as error:
            return Observation(probe.name, target, at, reason=error.reason, detail=str(error))
        except TimeoutError:
            detail = f"no end within {probe.cost.seconds:g} s"
            return Observation(probe.name, target, at, reason=Reason.TIMED_OUT, detail=detail)
        except StoreFault:
            raise
        except Exception as error:  # the one place: a fault costs one line, never the inspection
            self._fault(probe, target, error)
            detail = f"{type(error).__name__}: {error}"
            return Observation(probe.name, target, at, reason=Reason.PROBE_FAULT, detail=detail)

    def _fault(self, probe: Probe, target: Target, error: Exception) -> None:
        log.debug("probe %s failed on %s", probe.name, target.key, exc_info=error)
        self._store.add_error(probe.name, target, f"{type(error).__name__}: {error}")


def cut_short(observation: Observation) -> bool:
    """Whether it was interrupted in the middle: what it saw is kept, and --resume asks it again."""
    return not TRIED_AGAIN.isdisjoint(observation.gaps.values())


def together(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """How one address fared over the runs of a scan that broke off: what was felt once stays felt."""
    if not earlier:
        return dict(now)
    worst = [each["worst_ms"] for each in (earlier, now) if each.get("worst_ms") is not None]
    first = earlier.get("baseline_ms")
    return {
        **now,
        "degraded": bool(earlier.get("degraded") or now.get("degraded")),
        "baseline_ms": first if first is not None else now.get("baseline_ms"),
        "worst_ms": max(worst) if worst else None,
        "failures": earlier.get("failures", 0) + now.get("failures", 0),
        "lost": [*earlier.get("lost", ()), *now["lost"]],
    }


def _interrupted(observation: Observation) -> Observation:
    return Observation(observation.probe, observation.target, observation.at, reason=Reason.INTERRUPTED)
