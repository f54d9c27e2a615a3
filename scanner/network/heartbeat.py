"""The heartbeats of all addresses (R10): asked when they are due, at the end of a sweep and of a lane. They decide no scope."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from scanner.model.errors import Blocked, NotAdmitted
from scanner.model.verdict import Reason
from scanner.network import pulse
from scanner.network.lag import LagMeter
from scanner.network.lane import Lane
from scanner.network.lanes import Lanes
from scanner.network.patience import waiting
from scanner.network.question import Act, Question, TrafficClass
from scanner.network.switch import Switch

CONTROL_SECONDS = 60.0
"""How long ago an address's last answer may be for a silence of it to be the question's own (R12)."""

DEAF = 1.0
"""Seconds of our own lag beyond which a time-out may be ours, and an absence our own deafness."""

Knock = Callable[[Question], Awaitable[bool]]


class Heartbeats:
    """What answered first at each address, asked again. `write` leaves a line in the audit log."""

    def __init__(self, lanes: Lanes, switch: Switch, lag: LagMeter, write: Callable[..., None]) -> None:
        self._lanes = lanes
        self._switch = switch
        self._lag = lag
        self._write = write
        self._knock: Knock | None = None

    def knock_by(self, knock: Knock) -> None:
        """How a heartbeat is asked: two fresh connects, True where one is accepted."""
        self._knock = knock

    async def ask(self, lane: Lane, question: Question) -> None:
        """Ask the heartbeat where it is due; raise Blocked where the address has fallen silent (R10)."""
        if question.act is Act.HEARTBEAT or question.klass is not TrafficClass.INSPECTED:
            return
        # A request goes over a connection that is open: where there is no other, a heartbeat would wait for its end.
        if lane.pulse.due and not (question.act is Act.REQUEST and lane.slots.locked()):
            async with lane.beating:
                if lane.pulse.due:
                    await self._beat(lane)
        self.check(lane, question)

    def check(self, lane: Lane, question: Question) -> None:
        """Raise Blocked, and say so in the log, where the address is lost."""
        if lane.pulse.lost and question.act is not Act.HEARTBEAT and question.klass is TrafficClass.INSPECTED:
            self._write(question, f"refused: {Reason.BLOCKED.value}", detail="the heartbeat is lost")
            raise Blocked(f"{lane.address} answers nothing any more, not even what it answered first")

    async def beat(self, address: str) -> None:
        """Ask an address's heartbeat now, where it has one, and once more after a pause: at the end of its lane."""
        lane = self._lanes.find(address)
        if lane is not None and lane.pulse.place is not None and not lane.pulse.given_up:
            async with lane.beating:
                with suppress(NotAdmitted):  # stopped, or the window has closed: nothing is known of it any more
                    await self._beat(lane)
                    if lane.pulse.lost and not lane.pulse.given_up:
                        async with self._switch.deadline(
                            lane.pulse.place.unit, None, "the pause before the last heartbeat"
                        ):
                            await asyncio.sleep(pulse.PAUSE)
                        await self._beat(lane)

    async def reassure(self, unit: str, address: str, probe: str) -> None:
        """Ask an address's heartbeat at the end of a sweep, where it has one: a reset may be a ban's. Raises Blocked."""
        lane = self._lanes.find(address)
        if lane is None or lane.pulse.place is None or lane.pulse.given_up:
            return
        with waiting():
            async with lane.beating:
                await self._beat(lane)
        self.check(lane, Question(unit, address, 0, Act.SWEEP, probe, bound=True))

    def take_up(self, unit: str, address: str, port: int, good: datetime) -> None:
        """Make a place the heartbeat that an earlier run of this scan felt, where this run has none yet."""
        question = Question(unit, address, port, Act.CONNECT, "heartbeat")
        lane = self._lanes.of(question)
        if lane.pulse.place is None:
            lane.pulse.taken_up(question, good)

    async def vouches(self, address: str) -> Reason | None:
        """None where an absence seen at this address counts by now: it answered something within a minute (R12).

        Where that is longer ago its heartbeat is asked. Else why an absence tells nothing.
        """
        lane = self._lanes.find(address)
        if self._lag.worst > DEAF:
            return Reason.OWN_LAG
        if lane is None:
            return Reason.TIMED_OUT
        if time.monotonic() - lane.heard_at > CONTROL_SECONDS:
            async with lane.beating:
                try:
                    await self._beat(lane)
                except NotAdmitted as error:
                    return error.reason
        if lane.pulse.lost:
            return Reason.BLOCKED
        return None if time.monotonic() - lane.heard_at <= CONTROL_SECONDS else Reason.TIMED_OUT

    async def _beat(self, lane: Lane) -> None:
        if self._knock is None or lane.pulse.place is None:
            return
        if await self._knock(lane.pulse.place):
            lane.pulse.beaten()
        else:
            lane.pulse.missed()
