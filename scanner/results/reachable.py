"""What lies in today's order: of history the rest is neither shown nor forgotten, and nothing else was asked. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from scanner.inspecting.planning import registrable
from scanner.store.history import PastPlace


class Blocks:
    """Address blocks, read once: a list of thousands of single addresses is asked for each check of each asset."""

    def __init__(self) -> None:
        self._single: set[tuple[int, int]] = set()  # version and number: a zone tells nothing apart
        self._wide: list[IPv4Network | IPv6Network] = []

    def add(self, written: str) -> None:
        """One block, or one address."""
        block = ip_network(written)
        if block.num_addresses == 1:
            self._single.add((block.version, int(block.network_address)))
        else:
            self._wide.append(block)

    def hold(self, host: IPv4Address | IPv6Address) -> bool:
        """Whether the address lies in one of them."""
        return (host.version, int(host)) in self._single or any(host in block for block in self._wide)


class Reach:
    """What a scan's order lists, by unit: address blocks, names, and the domains of the names."""

    def __init__(self, targets: Iterable[tuple[str, str]]) -> None:
        """`targets` are (unit key, block or name), as kept beside the facts."""
        self._blocks: dict[str, Blocks] = {}
        self._names: dict[str, set[str]] = {}
        for unit, written in targets:
            if _is_block(written):
                self._blocks.setdefault(unit, Blocks()).add(written)
            else:
                self._names.setdefault(unit, set()).update((written, registrable(written)))

    def beside(self, unit: str, address: str | None) -> list[str]:
        """The keys of other units that list or confirmed this address too (R3)."""
        if address is None:
            return []
        host = ip_address(address)
        return [key for key, blocks in self._blocks.items() if key != unit and blocks.hold(host)]

    def holds(self, place: PastPlace) -> bool:
        """Whether the place could have been asked by this order."""
        return self.covers(place.record.get("unit_key", ""), place.record.get("host"), place.record.get("address"))

    def covers(self, unit: str, host: str | None, address: str | None) -> bool:
        """Whether the order lists the name, or the address, for this unit."""
        names = self._names.get(unit, set())
        if host in names:
            return True
        blocks = self._blocks.get(unit)
        return address is not None and blocks is not None and blocks.hold(ip_address(address))


class Excluded:
    """What today's order excludes, for every unit (R3): `written` are its blocks and names."""

    def __init__(self, written: Iterable[str]) -> None:
        lines = list(written)
        self._blocks = Blocks()
        for line in lines:
            if _is_block(line):
                self._blocks.add(line)
        self._names = {line for line in lines if not _is_block(line)}

    def holds(self, name: str | None, address: str | None) -> bool:
        """Whether nothing may be asked there."""
        return name in self._names or (address is not None and self._blocks.hold(ip_address(address)))


def _is_block(written: str) -> bool:
    try:
        ip_network(written)
    except ValueError:
        return False
    return True
