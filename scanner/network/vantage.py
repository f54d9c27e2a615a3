"""From where we ask: our own addresses towards the targets, and whether that is inside a unit. Sends nothing."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network

from scanner.model.inspection import Inspection, Unit
from scanner.model.scope import is_internal

SAMPLE = 64
"""Blocks of a unit that are looked at: enough to see where it lies."""


@dataclass(frozen=True, slots=True)
class Vantage:
    """`sources` are our addresses as the system would choose them; behind a translator the world sees others.

    `inside` are the keys of units that we ask from within: what is seen is not what the internet sees.
    `ipv6` says that we have a way over IPv6, to the internet or to a target. `elsewhere` are sources that the prior
    notice does not name.
    """

    sources: tuple[str, ...]
    ipv6: bool
    inside: tuple[str, ...]
    elsewhere: tuple[str, ...]


def look_around(inspection: Inspection) -> Vantage:
    """Where we stand, seen from the routes to every unit."""
    sources: dict[str, None] = {}
    inside = []
    for unit in inspection.units:
        targets = list(_samples(unit))
        from_here = {target: source_towards(target) for target in targets}
        sources.update(dict.fromkeys(source for source in from_here.values() if source))
        if any(_is_inside(target, source) for target, source in from_here.items()):
            inside.append(unit.key)
    if not sources:
        sources.update(dict.fromkeys(source for source in (source_towards("192.0.2.1"),) if source))
    told = {str(address) for address in inspection.source_addresses}
    elsewhere = tuple(source for source in sources if told and source not in told)
    six = any(":" in source for source in sources) or source_towards("2001:db8::1") is not None
    return Vantage(tuple(sources), six, tuple(inside), elsewhere)


def source_towards(target: str) -> str | None:
    """The address that a datagram to `target` would come from; None without a route. Nothing is sent."""
    host = ip_address(target)
    family = socket.AF_INET if isinstance(host, IPv4Address) else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((target, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return None


def has_way_to(address: str) -> bool:
    """Whether this machine has a route there at all: without one, nothing that is asked there tells anything."""
    return source_towards(address) is not None


def _samples(unit: Unit) -> Iterable[str]:
    blocks = [block for line in unit.targets for block in line.blocks][:SAMPLE]
    yield from (str(block.network_address) for block in blocks)
    yield from (str(entry.address) for entry in unit.confirmed[:SAMPLE])


def _is_inside(target: str, source: str | None) -> bool:
    """A private or loopback target, one of our own subnet's likely size, or ourselves."""
    host = ip_address(target)
    if is_internal(host) or host.is_link_local:
        return True
    if source is None:
        return False
    width = 24 if host.version == 4 else 64
    return host in ip_network(f"{source}/{width}", strict=False)
