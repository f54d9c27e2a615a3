"""What only shows where parts of a file are held together: sizes, addresses of two units, ceilings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from scanner.inspection_file.fault import Fault
from scanner.inspection_file.unit_form import UnitForm
from scanner.model.inspection import Block, Limits, ListedTarget
from scanner.model.scope import INTERNAL

MOST_OF_UNIT = 65536
MOST_OF_SCAN = 256
TENFOLD = 10
ENOUGH = 200
"""Clashes after which the search for more is given up."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A target as one unit of the file lists it, and where."""

    unit: int
    path: tuple[str | int, ...]
    target: ListedTarget


def claims(units: Mapping[int, UnitForm]) -> list[Claim]:
    """Every target of every unit, in the order of the file; confirmed addresses count as listed."""
    return [claim for index, unit in units.items() for claim in _of_unit(index, unit)]


def crossed(units: Mapping[int, UnitForm], named: frozenset[str] = frozenset()) -> list[Fault]:
    """Units and systems named twice, unknown partners, too many addresses, and targets of two units.

    `named` are names and codes of all units as written, of those too that have faults of their own.
    """
    listed = claims(units)
    return [
        *_names(units),
        *_partners(units, named),
        *_sizes(listed),
        *_shared_names(units, listed),
        *_overlaps(units, listed),
    ]


def is_loopback(target: ListedTarget) -> bool:
    """Loopback by address, or by the name that RFC 6761 keeps for it."""
    if target.name:
        return target.name == "localhost" or target.name.endswith(".localhost")
    return all(block.is_loopback for block in target.blocks)


def is_internal(target: ListedTarget) -> bool:
    """Loopback or private addresses; what a name leads to is not known yet, and counts as public."""
    if is_loopback(target):
        return True
    return bool(target.blocks) and all(any(_within(block, own) for own in INTERNAL) for block in target.blocks)


def _within(block: Block, outer: Block) -> bool:
    (_, first, last), (_, outer_first, outer_last) = _ends(block), _ends(outer)
    return block.version == outer.version and outer_first <= first and last <= outer_last


def over_limits(limits: Limits, targets: Iterable[ListedTarget]) -> list[Fault]:
    """Ceilings above what R4 admits: ten times the defaults, or lifted, where any target may be public."""
    if all(is_internal(target) for target in targets):
        return []
    faults = []
    for field in fields(Limits):
        value, usual = getattr(limits, field.name), getattr(Limits(), field.name)
        values = {"value": value, "most": usual * TENFOLD}
        if value is None:
            faults.append(Fault("limit-lifted", ("limits", field.name), values=values))
        elif value > usual * TENFOLD:
            faults.append(Fault("limit-tenfold", ("limits", field.name), values=values))
    return faults


def address_count(targets: Iterable[ListedTarget]) -> int:
    """Addresses in all, each counted once."""
    blocks = [block for target in targets for block in target.blocks]
    four = [block for block in blocks if isinstance(block, IPv4Network)]
    six = [block for block in blocks if isinstance(block, IPv6Network)]
    apart: list[Block] = [*collapse_addresses(four), *collapse_addresses(six)]
    return sum(block.num_addresses for block in apart)


def _of_unit(index: int, unit: UnitForm) -> Iterator[Claim]:
    start = ("units", index)
    for place, system in enumerate(unit.systems):
        for line, found in enumerate(system.targets):
            yield from (Claim(index, (*start, "systems", place, "targets", line), target) for target in found)
    for line, found in enumerate(unit.targets):
        yield from (Claim(index, (*start, "targets", line), target) for target in found)
    for line, confirmed in enumerate(unit.confirmed):
        target = ListedTarget(str(confirmed.address), blocks=(ip_network(confirmed.address),))
        yield Claim(index, (*start, "confirmed", line, "address"), target)


def _names(units: Mapping[int, UnitForm]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, unit in units.items():
        for key, value in (("credit_code", unit.credit_code), ("name", unit.name)):
            if value in seen:
                yield Fault("unit-twice", ("units", index, key), values={"text": value})
        seen |= {unit.name, unit.key}
        counted: Counter[str] = Counter()
        for place, system in enumerate(unit.systems):
            counted[system.name] += 1
            if counted[system.name] == 2:
                yield Fault("system-twice", ("units", index, "systems", place, "name"), values={"text": system.name})


def _partners(units: Mapping[int, UnitForm], named: frozenset[str]) -> Iterator[Fault]:
    known = named | {name for unit in units.values() for name in (unit.name, unit.key)}
    for index, unit in units.items():
        for place, name in enumerate(unit.shared_with):
            if name not in known - {unit.name, unit.key}:
                yield Fault("shared-unknown", ("units", index, "shared_with", place), values={"text": name})


def _sizes(listed: Sequence[Claim]) -> Iterator[Fault]:
    by_unit: dict[int, list[ListedTarget]] = {}
    for claim in listed:
        by_unit.setdefault(claim.unit, []).append(claim.target)
    for index, targets in by_unit.items():
        if (count := address_count(targets)) > MOST_OF_UNIT:
            yield Fault("unit-large", ("units", index), values={"count": count, "most": MOST_OF_UNIT})


def _both_say_so(units: Mapping[int, UnitForm], one: int, other: int) -> bool:
    def says(speaker: UnitForm, partner: UnitForm) -> bool:
        return bool({partner.name, partner.key} & set(speaker.shared_with))

    return says(units[one], units[other]) and says(units[other], units[one])


def _shared_names(units: Mapping[int, UnitForm], listed: Sequence[Claim]) -> Iterator[Fault]:
    owners: dict[str, int] = {}
    for claim in listed:
        if claim.target.name is None:
            continue
        owner = owners.setdefault(claim.target.name, claim.unit)
        if owner != claim.unit and not _both_say_so(units, owner, claim.unit):
            values = {"text": claim.target.name, "unit": units[owner].name}
            yield Fault("target-of-two", claim.path, values=values)


def _overlaps(units: Mapping[int, UnitForm], listed: Sequence[Claim]) -> list[Fault]:
    """One sweep over all blocks by first address; each pair of units is told once."""
    blocks = sorted(
        ((*_ends(block), claim) for claim in listed for block in claim.target.blocks), key=lambda row: row[:3]
    )
    running: dict[int, tuple[tuple[int, int], Claim]] = {}  # unit → what began before, and its last address
    told: set[tuple[int, int]] = set()
    faults: list[Fault] = []
    for version, first, last, claim in blocks:
        running = {unit: (end, other) for unit, (end, other) in running.items() if end >= (version, first)}
        for _, other in running.values():
            earlier, later = sorted((other, claim), key=lambda one: one.unit)
            pair = (earlier.unit, later.unit)
            if earlier.unit == later.unit or pair in told:
                continue
            told.add(pair)
            if not _both_say_so(units, *pair):
                values = {"text": later.target.written, "unit": units[earlier.unit].name}
                faults.append(Fault("target-of-two", later.path, values=values))
        if len(faults) >= ENOUGH:
            break
        mine = running.get(claim.unit)
        if mine is None or mine[0] < (version, last):
            running[claim.unit] = ((version, last), claim)
    return faults


def _ends(block: Block) -> tuple[int, int, int]:
    return block.version, int(block.network_address), int(block.broadcast_address)
