"""The whole wire of one scan: everything in `scanner.network` tied together. Probes see it bound to a target."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from scanner import __version__
from scanner.model.inspection import Inspection
from scanner.model.network import Network, PortState, Sweep, Traffic
from scanner.model.probe import Probe
from scanner.model.scope import Scope
from scanner.model.target import Target
from scanner.model.verdict import Reason
from scanner.network.audit import AuditLog
from scanner.network.bound import BoundNetwork
from scanner.network.callbacks import Callbacks
from scanner.network.far_sweeper import FarSweepers
from scanner.network.gate import Gate
from scanner.network.handshakes import PROTOCOLS, Handshakes
from scanner.network.http import Http
from scanner.network.lag import LagMeter
from scanner.network.ledger import Ledger
from scanner.network.names import Resolver
from scanner.network.nmap import SECONDS, Nmap
from scanner.network.question import Question
from scanner.network.resolver import read_place, system_places
from scanner.network.sweep import sweep
from scanner.network.sweeper import Sweeper
from scanner.network.switch import CLOSED, FOR_NOW, Switch
from scanner.network.tcp import knock
from scanner.network.third_parties import ThirdParties
from scanner.network.tries import OwnTries, Tries

Engine = Literal["own", "nmap"]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Wire:
    """Enter it before anything is asked; leaving it closes every connection and the audit log.

    `audit` is the file that lines are appended to; `resolver` is ADDRESS[:PORT], None for the system's.
    `ports` are those that a sweep asks beside the declared ones, `udp_ports` those asked by datagrams; `trust` are
    DER roots beside the system's; `chosen` are the ids of the checks that are judged this time; from two `processes` on, so
    many sweep beside this one;
    `clock` says the moment, aware; with `waits` a daily closing hour is a pause, else an end. Raises InputError for
    a resolver that may not be used.
    """

    def __init__(
        self,
        inspection: Inspection,
        scope: Scope,
        *,
        audit: Path,
        resolver: str | None = None,
        ports: Sequence[int] = (),
        udp_ports: Sequence[int] = (),
        trust: Sequence[bytes] = (),
        chosen: Collection[str] = (),
        engine: Engine = "own",
        processes: int = 1,
        clock: Callable[[], datetime] = utc_now,
        waits: bool = False,
        handshakes: Handshakes | None = None,
    ) -> None:
        self.clock = clock
        self.ports = tuple(ports)
        self.udp_ports = tuple(udp_ports)
        self.trust = tuple(trust)
        self.chosen = frozenset(chosen)
        self.probe_zone = inspection.callbacks.probe_zone
        self._audit = AuditLog(audit)
        self._switch = Switch(inspection.window, clock, waits=waits)
        self.callbacks = Callbacks(inspection.callbacks.listen, self._audit, self._switch)
        self._lag = LagMeter()
        self.gate = Gate(scope, Ledger(scope), self._audit, self._switch, self._lag, handshakes)
        self.resolver = Resolver(self.gate, [read_place(resolver)] if resolver else system_places())
        self.http = Http(self.gate, clock, _agent(inspection), self.gate.lanes.connections)
        self.third_parties = ThirdParties(self.gate, self.http)
        self.gate.ledger.resolve_by(self.resolver.resolve)
        self.gate.hearts.knock_by(self._knock)
        self._sweeper: Sweeper | FarSweepers = FarSweepers(processes) if processes > 1 else Sweeper()
        self._nmap = Nmap() if engine == "nmap" else None
        self._held = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as held:
            await held.enter_async_context(self._audit)
            await held.enter_async_context(self._switch)
            await held.enter_async_context(self._lag)
            if isinstance(self._sweeper, Sweeper):
                held.enter_context(self._sweeper)
            else:
                await held.enter_async_context(self._sweeper)
            held.push_async_callback(self.http.close)
            self._held = held.pop_all()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._held.__aexit__(*error)

    def bind(self, probe: Probe, target: Target) -> Network:
        """All that this probe may do on the wire for this target."""
        return BoundNetwork(self, probe, target)

    async def survey(self) -> None:
        """Resolve the file's names once, before anything depends on which of them are on which address."""
        await self.gate.ledger.survey()

    async def settle(self, address: str) -> None:
        """Ask an address's heartbeat at the end of its lane (R10); the facts of the lane then know of a ban."""
        await self.gate.hearts.beat(address)

    def met(self, target: Target) -> None:
        """A service said what it is: MySQL and MariaDB are spared from then on, wherever they live (R6)."""
        if target.protocol in PROTOCOLS and target.address is not None and target.port is not None:
            self.gate.met(target.address, target.port)

    def take_up(self, unit: str, address: str, felt: Mapping[str, Any]) -> None:
        """What an earlier run of this scan felt at an address (`host_facts`): its heartbeat is asked on."""
        if felt.get("beat") is not None:
            self.gate.hearts.take_up(unit, address, felt["beat"], datetime.fromisoformat(felt["good"]))

    async def vouch(self, probe: Probe, target: Target) -> Reason | None:
        """None where an absence that was seen at this target just now counts; else why it tells nothing (R12)."""
        if target.address is not None:
            return await self.gate.hearts.vouches(target.address)
        return await self.resolver.vouches(target.name or "", target.unit, probe.name)

    async def sweep(self, unit: str, address: str, ports: Sequence[int], probe: str) -> Sweep:
        """Which ports accept, by the engine that was chosen; of MySQL's no more than the day has left (R6)."""
        tries = self._tries(unit, address)
        counted = sorted(self.gate.handshakes.places(address).intersection(ports))
        spared = frozenset(counted[self.gate.handshakes.left(address) :])
        asked = await sweep(self.gate, tries, unit, address, [port for port in ports if port not in spared], probe)
        if not spared:
            return asked
        untold = dict.fromkeys(spared, PortState.UNTOLD)
        return replace(asked, states={**asked.states, **untold}, stopped=asked.stopped or Reason.BUDGET)

    def _tries(self, unit: str, address: str) -> Tries:
        if self._nmap is None:
            return OwnTries(self._sweeper, address)
        return self._nmap.at(address, lambda: self._switch.deadline(unit, SECONDS, "nmap"))

    def stop(self, reason: str, unit: str | None = None) -> None:
        """Send nothing more, for everybody or for one unit; what is under way ends as interrupted."""
        self._switch.stop(reason, unit)

    def pause(self, unit: str | None = None) -> None:
        """As stop, until `go_on`."""
        self._switch.pause(unit)

    def go_on(self, unit: str | None = None) -> None:
        """Lift the unit's pause, or the inspection's own; the one does not lift the other."""
        self._switch.go_on(unit)

    def note(self, **fields: Any) -> None:
        """A line of the audit log that tells of no packet: who stopped, paused or continued what."""
        self._audit.write(**fields)

    def closed_until(self) -> datetime | None:
        """When the window opens again; None while it is open, and where it will not."""
        return self._switch.closed_until()

    def is_off(self, unit: str | None = None) -> str | None:
        """Why nothing is sent just now, to the unit or to anybody (stopped, paused, outside the window), or None."""
        return self._switch.is_off(unit)

    @property
    def closed(self) -> bool:
        """Whether the window has closed, and nothing waits for another opening."""
        return self._switch.is_off(None) == CLOSED

    @property
    def clock_offset(self) -> float | None:
        """Seconds that the clocks of others are ahead of ours, where enough of them agree; else None."""
        return self.http.clock_offset

    @property
    def stepped(self) -> float:
        """Seconds by which this machine's clock was set since the wire was opened; 0 where it was not."""
        return self._switch.stepped

    @property
    def stopped(self) -> bool:
        """Whether the inspection or any unit of it was stopped."""
        return self._switch.stopped

    def turns(self, unit: str) -> int:
        """How often this unit was stopped, paused or continued so far, by itself or with all."""
        return self._switch.turns(unit)

    def paused(self, unit: str) -> bool:
        """Whether the unit, or everything, is paused, by somebody or by the closing hour."""
        return self._switch.is_off(unit) in FOR_NOW

    def over(self, unit: str) -> bool:
        """Whether the unit is asked nothing more: stopped, or the window has closed."""
        return self._switch.is_off(unit) not in (None, *FOR_NOW)

    async def reopened(self, unit: str) -> bool:
        """Wait while the unit is paused; whether it may be asked again then."""
        return await self._switch.reopened(unit)

    def traffic(self) -> Traffic:
        """What was sent so far."""
        return self.gate.tally.traffic()

    def host_facts(self, address: str) -> Mapping[str, Any] | None:
        """Facts of the pseudo-probe `lane`; None where nothing was sent to the address."""
        lane = self.gate.lanes.find(address)
        return lane.facts() if lane is not None else None

    async def _knock(self, question: Question) -> bool:
        return await knock(self.gate, question)


def _agent(inspection: Inspection) -> str:
    """Who we are, for those who read their logs: where to ask, and which inspection it is."""
    about = f"inspection {inspection.id}"
    if inspection.contact_url:
        about = f"+{inspection.contact_url}; {about}"
    return f"Yuanjian/{__version__} ({about})".encode("ascii", "replace").decode("ascii")
