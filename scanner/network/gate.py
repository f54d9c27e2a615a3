"""The gate: asks of everything that is to be sent whether it may, when, and how fast. It sends nothing itself."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime

from scanner.catalogue.ports import load_ports
from scanner.model.errors import NotAdmitted
from scanner.model.scope import Scope
from scanner.model.verdict import Reason
from scanner.network.audit import AuditLog
from scanner.network.ceiling import Ceiling
from scanner.network.grant import Grant
from scanner.network.handshakes import MOST, Handshakes
from scanner.network.heartbeat import Heartbeats
from scanner.network.lag import LagMeter
from scanner.network.lane import Lane
from scanner.network.lanes import Lanes
from scanner.network.ledger import Ledger
from scanner.network.paces import Paces
from scanner.network.patience import counted_if_held, holding, in_turn, waiting
from scanner.network.permit import Permit
from scanner.network.question import ACTS_OF, Act, Party, Question, TrafficClass
from scanner.network.switch import Switch
from scanner.network.tally import Tally

AT_ONCE = 8192
"""Ports of one grant where no rate limits it."""


def _keep_as_it_is(address: str) -> None:
    """Nobody keeps idle connections."""


class Gate:
    """Fail closed: what cannot be decided is not sent. Every refusal is counted and audited.

    A question passes, in this order: stop, pause and window; class and scope; the address's heartbeat; a
    connection slot; the paces of address, unit and inspection, all three taken in the moment it goes out.
    """

    def __init__(
        self,
        scope: Scope,
        ledger: Ledger,
        audit: AuditLog,
        switch: Switch,
        lag: LagMeter,
        handshakes: Handshakes | None = None,
    ) -> None:
        self.switch = switch
        self.ledger = ledger
        self.tally = Tally()
        self.lanes = Lanes(scope.inspection.limits)
        self.handshakes = handshakes or Handshakes()
        self._audit = audit
        self._lag = lag
        self._allowed = scope.inspection.third_parties
        self.hearts = Heartbeats(self.lanes, switch, lag, self._write)
        self._paces = Paces(scope.inspection.limits, switch)
        self._make_room: Callable[[str], None] = _keep_as_it_is

    def make_room_by(self, make_room: Callable[[str], None]) -> None:
        """Who is told, with the address, when somebody has to wait for a connection."""
        self._make_room = make_room

    @asynccontextmanager
    async def admit(self, question: Question) -> AsyncIterator[Permit]:
        """Leave for one question, given back on leaving. Raises NotAdmitted, Blocked."""
        permit = await self.enter(question)
        try:
            with holding() if question.opens else nullcontext():
                yield permit
        except BaseException as error:
            permit.failed(error)
            raise
        finally:
            permit.close()

    async def enter(self, question: Question) -> Permit:
        """As `admit`, for what outlives a block: the caller closes the permit. Every packet has passed here."""
        with waiting():
            return await self._enter(question)

    async def _enter(self, question: Question) -> Permit:
        self._check(question.unit)
        await self._in_scope(question)
        lane = self.lanes.of(question)
        await self.hearts.ask(lane, question)
        question = self._spared(lane, question)
        lane.waiting += 1
        holds = False
        try:
            async with self.switch.deadline(question.unit, None, "waiting for a turn"):
                if question.opens:
                    holds = await self._take_slot(lane)
                for _ in range(question.weight):
                    await self._paces.turn(lane, question)
                self.hearts.check(lane, question)
        except BaseException:
            if holds:
                lane.slots.release()
            if _leaves_a_handshake(question):
                self.handshakes.came_to_nothing(question.address)
            raise
        finally:
            lane.waiting -= 1
        lane.open += 1
        lane.sent += 1
        if question.opens:
            lane.pulse.counted()
        lane.asked[question.probe] = datetime.now(UTC)
        self.tally.question(question.klass, question.act, question.transport, lane.pace)
        return Permit(question, lane, lambda: self.switch.check(question.unit), self._heard, self._closed)

    @asynccontextmanager
    async def grant(self, unit: str, address: str, ports: Sequence[int], probe: str) -> AsyncIterator[Grant]:
        """Leave to sweep the first part of `ports` that fits one second. Raises NotAdmitted, Blocked."""
        question = Question(unit, address, 0, Act.SWEEP, probe, bound=True)
        shares: list[tuple[Ceiling, float | None]] = []
        with waiting():
            self._check(unit)
            await self._in_scope(question)
            lane = self.lanes.of(question)
            await self.hearts.ask(lane, question)
        async with in_turn(lane.sweeping):
            try:
                with waiting():
                    async with self.switch.deadline(unit, None, "waiting for a grant"):
                        rate = lane.connects_per_second
                        for part in self._paces.of_sweeps(unit):
                            rate = await part.reserve(rate)
                            shares.append((part, rate))
                granted = tuple(ports[: self._fitting(lane, rate)])
                lane.sent += len(granted)
                lane.pulse.counted(len(granted))
                lane.asked[probe] = datetime.now(UTC)
                self.tally.swept(len(granted))
                grant = Grant(self._audit, lane, question, granted, rate, lambda port: self._swept(lane, port))
                try:
                    yield grant
                finally:
                    if not grant.reported:
                        grant.abandoned()
            finally:
                for part, share in shares:
                    part.give_back(share)

    async def reassure(self, unit: str, address: str, probe: str) -> None:
        """Ask an address's heartbeat at the end of a sweep: what was refused may have been a ban's. Raises Blocked."""
        await self.hearts.reassure(unit, address, probe)

    def _check(self, unit: str) -> None:
        """Raise NotAdmitted where nothing may be sent now; what cannot be audited is not sent."""
        if self._audit.failure is not None:
            self.switch.stop(f"the audit log cannot be written: {self._audit.failure.strerror}")
        self.switch.check(unit)

    def refuse(self, question: Question, reason: Reason, detail: str) -> NotAdmitted:
        """Count and audit a refusal; the error to raise."""
        self.tally.refused += 1
        self._write(question, f"refused: {reason.value}", detail=detail)
        return NotAdmitted(detail, reason)

    def admits_party(self, party: Party) -> bool:
        """Whether the file admits this kind of infrastructure."""
        return party in self._allowed

    @property
    def lag(self) -> float:
        return self._lag.worst

    def _fitting(self, lane: Lane, rate: float | None) -> int:
        if rate is not None:
            return max(1, int(rate))
        return AT_ONCE // 2 if lane.waiting else AT_ONCE

    async def _in_scope(self, question: Question) -> None:
        match question.klass:
            case TrafficClass.INSPECTED:
                refusal = self._unspoken(question) or await self.ledger.refuses(question)
            case TrafficClass.INFRASTRUCTURE:
                if self.admits_party(question.party) and question.act in ACTS_OF[question.party]:
                    refusal = await self.ledger.refuses_third_party(question)
                else:
                    refusal = Reason.NOT_PERMITTED, "the file admits no such third party"
            case TrafficClass.OPERATOR:
                refusal = Reason.NOT_PERMITTED, "nothing of the operator's own is configured"
        if refusal is not None:
            raise self.refuse(question, *refusal)

    def _unspoken(self, question: Question) -> tuple[Reason, str] | None:
        """R6: where a greeting does something, nothing is ever said, whoever leads there; a sweep says nothing."""
        if question.act is Act.SWEEP or question.port not in load_ports().never_spoken_to:
            return None
        return Reason.NOT_PERMITTED, f"port {question.port} is never spoken to: a greeting does something there"

    def met(self, address: str, port: int) -> None:
        """A service that counts unfinished handshakes told what it is, on a port of its own choice perhaps (R6)."""
        lane = self.lanes.find(address)
        self.handshakes.met(address, port, lane.accepted_at(port) if lane is not None else 0)
        if lane is not None:
            lane.pulse.spare(port)

    async def _take_slot(self, lane: Lane) -> bool:
        if lane.slots.locked():
            self._make_room(lane.address)
        lane.queueing += 1
        try:
            with counted_if_held():
                return await lane.slots.acquire()
        finally:
            lane.queueing -= 1

    def is_crowded(self, address: str) -> bool:
        """Whether somebody waits for a connection to this address."""
        lane = self.lanes.find(address)
        return lane is not None and lane.queueing > 0

    def _spared(self, lane: Lane, question: Question) -> Question:
        """R6: begin a handshake that will be left unfinished, or raise NotAdmitted where the day has had its five."""
        if question.port in self.handshakes.places(question.address):
            question = replace(question, counted=True)
        if not _leaves_a_handshake(question):
            return question
        lane.pulse.spare(question.port)
        if not self.handshakes.begin(question.address):
            detail = f"{MOST} handshakes were left unfinished there within a day; more could get us blocked"
            raise self.refuse(question, Reason.BUDGET, detail)
        return question

    def _swept(self, lane: Lane, port: int) -> None:
        if port in self.handshakes.places(lane.address):
            self.handshakes.made(lane.address, begun=False)
            lane.pulse.spare(port)
        else:
            lane.accepted(port)

    def _left(self, permit: Permit) -> None:
        """A connection has ended; whether its handshake counts may have come out only while it was open."""
        question = permit.question
        if _leaves_a_handshake(question):
            ended = self.handshakes.made if permit.has_answer else self.handshakes.came_to_nothing
            ended(question.address)
        elif permit.has_answer and question.opens and question.klass is TrafficClass.INSPECTED:
            if question.port in self.handshakes.places(question.address):
                self.handshakes.made(question.address, begun=False)
            else:
                permit.lane.accepted(question.port)

    def _heard(self, permit: Permit) -> None:
        permit.lane.heard_at = time.monotonic()
        if permit.question.klass is TrafficClass.INSPECTED and permit.question.act in (Act.CONNECT, Act.REQUEST):
            permit.lane.answered(permit.question, permit.seconds, self.lag)

    def _closed(self, permit: Permit) -> None:
        question, lane = permit.question, permit.lane
        lane.open -= 1
        lane.used_at = time.monotonic()
        if question.opens:
            lane.slots.release()
        self._left(permit)
        if question.klass is TrafficClass.INSPECTED and permit.outcome == Reason.TIMED_OUT.value:
            lane.failed(question, self.lag)
        self.tally.bytes(permit.sent, permit.received)
        self._write(
            question,
            permit.outcome,
            began=permit.began.isoformat(timespec="milliseconds"),
            ms=_milliseconds(permit),
            sent=permit.sent,
            received=permit.received,
        )

    def _write(self, question: Question, outcome: str, **more: object) -> None:
        self._audit.write(
            **{"class": question.klass.value},
            party=question.party.value if question.klass is TrafficClass.INFRASTRUCTURE else None,
            unit=question.unit or None,
            address=question.address,
            port=question.port or None,
            transport=question.transport,
            act=question.act.value,
            name=question.name,
            probe=question.probe,
            outcome=outcome,
            **more,
        )


def _leaves_a_handshake(question: Question) -> bool:
    """Whether a connection to MySQL or MariaDB was begun, where they live or as they said that they are."""
    return question.opens and question.counted and question.klass is TrafficClass.INSPECTED


def _milliseconds(permit: Permit) -> float | None:
    """Until the answer, or until we gave up; None for an answer whose time says nothing of the target's pace."""
    if permit.has_answer and permit.seconds is None:
        return None
    seconds = permit.seconds if permit.seconds is not None else time.monotonic() - permit.begun
    return round(seconds * 1000, 1)
