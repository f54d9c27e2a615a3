"""Which TCP ports of a host accept a connect: described by state, not judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from probes.ports.ranges import Ranges, ranges, written
from scanner.catalogue.ports import load_ports
from scanner.model.network import Network, PortState, Sweep
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

SILENT = "silent"
"""The protocol of ports that nobody may speak to (R6): no probe wants it."""

MOST_EVIDENCE = 100
"""Open ports that bring a line of evidence each; a host has more only where something is wrong with it."""


@dataclass(frozen=True, slots=True)
class OpenPort:
    port: int


@dataclass(frozen=True, slots=True)
class TcpFacts:
    """What a sweep of one address told.

    `open` is None where a middlebox answers for every port (`all_open`), or where no port was told.
    `states` holds inclusive ranges of ports by state ("open", "closed", "filtered", "untold"); a port in none
    of them was not asked. `asked` is what was to be asked, as text ("1-1024,8080"). `answers` says that the
    address accepted or reset at least one connect; None where it was cut short before any answer.
    `declared` are the ports that the inspection file declares, None where it has no list.
    `stopped` is the reason that left ports untold, empty where every one was told (silent twice included).
    """

    open: tuple[OpenPort, ...] | None
    open_count: int
    closed_count: int
    filtered_count: int
    untold_count: int
    states: dict[str, Ranges]
    asked: str
    all_open: bool | None
    answers: bool | None
    stopped: str
    declared: tuple[int, ...] | None


async def observe(target: Target, net: Network) -> Seen[TcpFacts]:
    """Sweep the ports that were chosen."""
    return describe(await net.sweep(net.ports_to_sweep()), net.declared_ports())


def describe(swept: Sweep, declared: tuple[int, ...] | None) -> Seen[TcpFacts]:
    """Sort the ports by state; what could not be told has its reason."""
    by_state = {state: [port for port, told in swept.states.items() if told is state] for state in PortState}
    opened = sorted(by_state[PortState.OPEN])
    all_open = _all_open(swept, bool(opened or by_state[PortState.CLOSED]))
    told = bool(opened or by_state[PortState.CLOSED] or by_state[PortState.FILTERED])
    answers = _answers(swept, by_state)
    facts = TcpFacts(
        open=tuple(OpenPort(port) for port in opened) if told and not all_open else None,
        open_count=len(opened),
        closed_count=len(by_state[PortState.CLOSED]),
        filtered_count=len(by_state[PortState.FILTERED]),
        untold_count=len(by_state[PortState.UNTOLD]),
        states={str(state): ranges(ports) for state, ports in by_state.items()},
        asked=written(ranges(swept.states)),
        all_open=all_open,
        answers=answers,
        stopped=str(swept.stopped or ""),
        declared=declared,
    )
    why = Reason.MIDDLEBOX if all_open else swept.stopped or Reason.TIMED_OUT
    unknown = {"open": facts.open, "all_open": all_open, "answers": answers}
    gaps = {name: why for name, value in unknown.items() if value is None}
    if swept.stopped is not None and not all_open:
        gaps["states"] = swept.stopped  # not whole: a resumed scan asks again what an interruption cut short
    return Seen(facts, gaps, tuple(_evidence(facts, swept)))


def leads(target: Target, facts: Mapping[str, Any]) -> Iterable[Target]:
    """A service for each open port; where every port seems open, for the declared ones alone."""
    found = [item["port"] for item in facts["open"] or ()]
    if facts["all_open"]:
        found = list(facts["declared"] or ())
    never = load_ports().never_spoken_to
    for port in found:
        service = Target(
            TargetKind.SERVICE, target.unit, target.system, address=target.address, port=port, transport="tcp"
        )
        yield service.identified(SILENT, tls=False) if port in never else service


def _all_open(swept: Sweep, answered: bool) -> bool | None:
    """None where the canaries were not asked, or nothing at all answered: silence is no sign of either."""
    if swept.canaries_asked == 0:
        return None
    if swept.canaries_open == swept.canaries_asked:
        return True
    return False if answered or swept.canaries_open else None


def _answers(swept: Sweep, by_state: Mapping[PortState, list[int]]) -> bool | None:
    if by_state[PortState.OPEN] or by_state[PortState.CLOSED] or swept.canaries_open:
        return True
    return None if by_state[PortState.UNTOLD] or swept.stopped else False


def _evidence(facts: TcpFacts, swept: Sweep) -> Iterable[Evidence]:
    if facts.all_open:
        yield Evidence(f"TCP: {swept.canaries_open} of {swept.canaries_asked} unused ports accepted", about="all_open")
    for item in (facts.open or ())[:MOST_EVIDENCE]:
        yield Evidence(f"TCP connect to port {item.port}: SYN-ACK", about=f"open/{item.port}")
    if facts.answers and not facts.open and facts.states["closed"]:
        yield Evidence(f"TCP connect to port {facts.states['closed'][0][0]}: RST", about="answers")


PROBE = Probe(
    "ports.tcp",
    TargetKind.HOST,
    Impact.ORDINARY,
    TcpFacts,
    observe,
    cost=Cost(connections=0, seconds=24 * 3600.0),
    profile=Profile.QUICK,
    leads=leads,
    address_bound=True,
)
