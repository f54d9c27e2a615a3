"""What an inspection may ask, read off its file: pure, without I/O. It resolves no names; the network does."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from enum import StrEnum
from functools import cached_property, lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network

from scanner.model.inspection import Address, Inspection, ListedTarget, System, Unit
from scanner.model.verdict import Reason

SMTP = 25
WEB_PORTS = (80, 443)

NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: an IPv4 address in IPv6 clothes."""


@lru_cache(maxsize=4096)
def _read(address: str | Address) -> Address:
    """The same few addresses are asked about once for each question."""
    return ip_address(address)


class Standing(StrEnum):
    """By what right an address is asked (R2)."""

    LISTED = "listed"
    CONFIRMED = "confirmed"
    FOREIGN = "foreign"  # at most by a name that resolves to it


INTERNAL = tuple(
    ip_network(block)
    for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")
)
"""RFC 1918, RFC 4193 and loopback: addresses that only an inside has."""


def is_internal(address: str | Address) -> bool:
    """Whether an address is private or loopback; documentation and other special ranges are not."""
    host = _read(address)
    return any(host in block for block in INTERNAL)


def is_special(address: str | Address) -> bool:
    """Whether an address is anything but ordinary public unicast, or carries another address inside."""
    host = _read(address)
    if not host.is_global or host.is_multicast:
        return True
    if not isinstance(host, IPv6Address):
        return False
    return host.ipv4_mapped is not None or host.sixtofour is not None or host.teredo is not None or host in NAT64


class Lines:
    """Target lines, found by name or by address. The narrowest block comes first."""

    def __init__(self, lines: Iterable[ListedTarget]) -> None:
        self.names: dict[str, list[ListedTarget]] = {}
        self._blocks: dict[tuple[int, int], dict[int, list[ListedTarget]]] = {}
        for line in lines:
            if line.name is not None:
                self.names.setdefault(line.name, []).append(line)
            for block in line.blocks:
                of_length = self._blocks.setdefault((block.version, block.prefixlen), {})
                of_length.setdefault(int(block.network_address), []).append(line)
        self._lengths = sorted(self._blocks, reverse=True)

    def covering(self, address: str | Address) -> Iterator[ListedTarget]:
        """The lines whose blocks hold the address."""
        host = _read(address)
        for version, length in self._lengths:
            if version == host.version:
                mask = -1 << (host.max_prefixlen - length)
                yield from self._blocks[(version, length)].get(int(host) & mask, ())

    def cover(self, address: str | Address) -> bool:
        return next(self.covering(address), None) is not None


class UnitScope:
    """What the file lists for one unit; suspended targets are listed too, for an answer from one is a finding."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.targets = Lines([*unit.targets, *(entry.target for entry in unit.suspended)])
        self.confirmed = frozenset(entry.address for entry in unit.confirmed)

    def standing(self, address: str | Address) -> Standing:
        if self.targets.cover(address):
            return Standing.LISTED
        return Standing.CONFIRMED if _read(address) in self.confirmed else Standing.FOREIGN


class Scope:
    """What may be asked, by unit. Names are exact: nothing follows for subdomains or for "www." (R2)."""

    def __init__(self, inspection: Inspection) -> None:
        self.inspection = inspection
        self.units = {unit.key: UnitScope(unit) for unit in inspection.units}
        self._excluded = Lines(line for unit in inspection.units for line in unit.exclude)
        self._refused = [UnitScope(refused.unit) for refused in inspection.refused]
        self._names = {key: self._names_of(unit) for key, unit in self.units.items()}
        self._shares = any(unit.shared_with for unit in inspection.units)

    @cached_property
    def excluded_names(self) -> frozenset[str]:
        """Names whose addresses are barred too, unless listed literally (R3)."""
        return frozenset(self._excluded.names)

    def names(self, unit: str) -> tuple[str, ...]:
        """The names listed for a unit, in the file's order, without the excluded ones."""
        return tuple(self._names.get(unit, ()))

    def place_of(self, unit: str, name: str) -> int | None:
        """Where a name stands in the unit's list, from 0; None where it is not in it."""
        return self._names.get(unit, {}).get(name)

    def bars_name(self, name: str) -> Reason | None:
        """Why nothing may be asked by this name, or None."""
        if name in self.excluded_names:
            return Reason.EXCLUDED
        if any(name in refused.targets.names for refused in self._refused):
            return Reason.NOT_PERMITTED
        return None

    def bars_address(self, address: str | Address) -> Reason | None:
        """Why nothing may be sent to this address whoever lists it, or None. A mapped address is barred as both."""
        host = _read(address)
        inner = host.ipv4_mapped if isinstance(host, IPv6Address) else None
        if self._excluded.cover(host) or (inner is not None and self._excluded.cover(inner)):
            return Reason.EXCLUDED
        if any(refused.standing(host) is not Standing.FOREIGN for refused in self._refused):
            return Reason.NOT_PERMITTED
        return None

    def standing(self, unit: str, address: str | Address) -> Standing:
        """How an address stands in a unit, whatever bars it."""
        return self.units[unit].standing(address) if unit in self.units else Standing.FOREIGN

    def owns(self, unit: str, address: str | Address, barred: Collection[str] = ()) -> Reason | None:
        """None where address-bound questions are allowed; `barred` are the addresses of excluded names."""
        if (reason := self.bars_address(address)) is not None:
            return reason
        standing = self.standing(unit, address)
        if standing is Standing.LISTED:
            return None
        if str(address) in barred:
            return Reason.EXCLUDED
        if is_special(address):
            return Reason.OUT_OF_SCOPE
        return None if standing is Standing.CONFIRMED else Reason.NOT_CONFIRMED

    def allows_by_name(
        self, unit: str, name: str, address: str | Address, port: int, barred: Collection[str] = ()
    ) -> Reason | None:
        """None where a listed name may be asked at an address it resolves to, on that port (web and TLS)."""
        if (reason := self.bars_name(name)) is not None:
            return reason
        if (reason := self.owns(unit, address, barred)) is not Reason.NOT_CONFIRMED:
            return reason
        if self.place_of(unit, name) is None:
            return Reason.OUT_OF_SCOPE
        return None if port in self.web_ports(unit, name) else Reason.NOT_CONFIRMED

    def web_ports(self, unit: str, name: str) -> tuple[int, ...]:
        """80, 443 and what the file declares for the name."""
        ports = set(WEB_PORTS)
        for line in self._lines(unit, name=name):
            ports.update(line.ports or ())
            if line.url_port is not None:
                ports.add(line.url_port)
        return tuple(sorted(ports))

    def declared_ports(
        self, unit: str, *, address: str | Address | None = None, names: Collection[str] = ()
    ) -> tuple[int, ...] | None:
        """The declared ports of a host and of the names on it; None where no line has a list."""
        lines = [
            *self._lines(unit, address=address),
            *(line for name in names for line in self._lines(unit, name=name)),
        ]
        lists = [line.ports for line in lines if line.ports is not None]
        return tuple(sorted({port for ports in lists for port in ports})) if lists else None

    def site_ports(
        self, unit: str, *, address: str | Address | None = None, names: Collection[str] = ()
    ) -> tuple[int, ...]:
        """The ports of declared URLs on a host: asked like declared ones, though they are no list of them."""
        lines = [
            *self._lines(unit, address=address),
            *(line for name in names for line in self._lines(unit, name=name)),
        ]
        return tuple(sorted({line.url_port for line in lines if line.url_port is not None}))

    def names_in_zone(self, unit: str, zone: str) -> tuple[str, ...]:
        """The unit's names at or below a zone's apex."""
        return tuple(name for name in self.names(unit) if name == zone or name.endswith(f".{zone}"))

    def unit_of(self, address: str | Address) -> str | None:
        """The unit an address belongs to: the first that lists it, else the first that confirmed it."""
        for standing in (Standing.LISTED, Standing.CONFIRMED):
            for key, unit in self.units.items():
                if unit.standing(address) is standing:
                    return key
        return None

    def is_kept_by(self, unit: str, address: str | Address) -> bool:
        """Whether what is bound to this address is asked for this unit: of units that share one, its host's operator.

        That is the first that lists it literally, else the first that confirmed it (R3).
        """
        return not self._shares or self.unit_of(address) in (unit, None)

    def system_of(
        self, unit: str, *, name: str | None = None, address: str | Address | None = None, port: int | None = None
    ) -> System | None:
        """The system a target belongs to: by its name (and its URL's port) before its address's narrowest line."""
        lines = [*self._lines(unit, name=name), *self._lines(unit, address=address)]
        lines.sort(key=lambda line: port is None or line.url_port != port)
        written = next((line.system for line in lines if line.system is not None), None)
        return self.units[unit].unit.system(written) if written is not None else None

    def suspended(self, unit: str, on: date, *, name: str | None = None, address: str | Address | None = None) -> bool:
        """Whether the file says that a target is off the net on that day."""
        if unit not in self.units:
            return False
        for entry in self.units[unit].unit.suspended:
            begun = entry.start is None or entry.start <= on
            ended = entry.end is not None and entry.end < on
            if begun and not ended:
                line = Lines([entry.target])
                if (name is not None and name in line.names) or (address is not None and line.cover(address)):
                    return True
        return False

    def _names_of(self, unit: UnitScope) -> dict[str, int]:
        names = [name for name in unit.targets.names if self.bars_name(name) is None]
        return {name: place for place, name in enumerate(names)}

    def _lines(self, unit: str, *, name: str | None = None, address: str | Address | None = None) -> list[ListedTarget]:
        if unit not in self.units:
            return []
        targets = self.units[unit].targets
        by_name = targets.names.get(name, []) if name is not None else []
        return [*by_name, *(targets.covering(address) if address is not None else ())]
