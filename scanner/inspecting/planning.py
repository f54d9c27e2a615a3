"""From the order to the first targets, lazily; and what they would cost. Sends nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network, IPv6Network
from math import ceil

from publicsuffixlist import PublicSuffixList

from scanner.inspecting.selection import Selection, udp_ports
from scanner.judging.reach import SWEEPS
from scanner.model.inspection import Address, Block, Inspection, Unit
from scanner.model.scope import Scope
from scanner.model.target import Target, TargetKind


def seeds(inspection: Inspection, scope: Scope) -> Iterator[Target]:
    """Domains first (names need their answer), then listed addresses, unit by unit, none of them twice."""
    for unit in inspection.units:
        for zone in zones(scope, unit.key):
            yield Target(TargetKind.DOMAIN, unit.key, name=zone)
    for unit in inspection.units:
        for address in addresses(unit, scope):
            yield Target(TargetKind.HOST, unit.key, address=address)


def zones(scope: Scope, unit: str) -> tuple[str, ...]:
    """The registrable domains of a unit's names, in the file's order (R16)."""
    return tuple(dict.fromkeys(registrable(name) for name in scope.names(unit)))


def registrable(name: str) -> str:
    """The registrable domain of a lower-case A-label name; the name itself where it has none."""
    return _suffixes().privatesuffix(name) or name


def addresses(unit: Unit, scope: Scope) -> Iterator[str]:
    """Every listed, suspended and confirmed address of a unit that nothing bars, one at a time."""
    blocks = dict.fromkeys(
        block for line in (*unit.targets, *(one.target for one in unit.suspended)) for block in line.blocks
    )
    taken: list[Block] = []
    for block in sorted(blocks, key=lambda one: one.prefixlen):
        if not any(_within(block, other) for other in taken):
            taken.append(block)
            yield from (str(address) for address in block if _asked(unit, address, scope))
    for entry in unit.confirmed:
        covered = any(entry.address in block for block in blocks)
        if not covered and _asked(unit, entry.address, scope):
            yield str(entry.address)


def _asked(unit: Unit, address: Address, scope: Scope) -> bool:
    """Whether nothing bars the address, and no other unit that shares it keeps it (R3)."""
    return scope.bars_address(address) is None and scope.is_kept_by(unit.key, address)


CANARIES, TRIES = 3, 2
"""Ports asked beside the list to unmask middleboxes; and a silent port is asked twice."""


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """What one unit would be sent, at most: counts, and seconds at the limits. `questions` hold the `datagrams` that look
    for services over UDP, which R7 counts as such."""

    unit: str
    domains: int
    names: tuple[str, ...]
    addresses: int
    excluded: tuple[str, ...]
    connects: int
    datagrams: int
    questions: int
    seconds: float


def plan(inspection: Inspection, scope: Scope, selection: Selection, ports: int) -> list[UnitPlan]:
    """A plan for each unit; `ports` is how many ports a sweep asks of each address."""
    return [_unit_plan(inspection, unit, scope, selection, ports) for unit in inspection.units]


def _unit_plan(inspection: Inspection, unit: Unit, scope: Scope, selection: Selection, ports: int) -> UnitPlan:
    names = scope.names(unit.key)
    own = sum(1 for _ in addresses(unit, scope))
    domains = len(zones(scope, unit.key))
    asked = {probe.name for probe in selection.probes}
    connects = own * (ports + CANARIES) * TRIES if SWEEPS["tcp"] in asked else 0
    datagrams = own * len(udp_ports(selection)) * TRIES if SWEEPS["udp"] in asked else 0
    cost = dict.fromkeys(TargetKind, 0)
    for probe in selection.probes:
        if probe.name not in SWEEPS.values():
            cost[probe.accepts] += probe.cost.connections + probe.cost.requests
    services = 2 * len(names) + 3 * own
    questions = (
        domains * cost[TargetKind.DOMAIN]
        + own * cost[TargetKind.HOST]
        + services * cost[TargetKind.SERVICE]
        + (2 * len(names) + own) * cost[TargetKind.SITE]
        + datagrams
    )
    limits = inspection.limits
    lanes = max(1, own + len(names))
    asking = _seconds(questions, limits.requests_per_second, limits.unit_requests_per_second, lanes)
    sweeping = _seconds(connects, limits.connects_per_second, limits.unit_connects_per_second, lanes)
    excluded = tuple(line.written for line in unit.exclude)
    return UnitPlan(unit.name, domains, names, own, excluded, connects, datagrams, ceil(questions), asking + sweeping)


def _within(inner: Block, outer: Block) -> bool:
    if isinstance(inner, IPv4Network):
        return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and inner.subnet_of(outer)


def _seconds(count: int, per_address: float | None, per_unit: float | None, lanes: int) -> float:
    """How long `count` takes at the lower of the lanes' own pace together and the unit's ceiling."""
    paces = [pace for pace in (per_address and per_address * lanes, per_unit) if pace]
    return count / min(paces) if paces else count / 5000


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
