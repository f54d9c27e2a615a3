"""Which places of history lie in today's order: the others are neither shown nor forgotten. Pure."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from scanner.inspecting.planning import registrable
from scanner.store.history import PastPlace


class Reach:
    """What a scan's order lists, by unit: address blocks, names, and the domains of the names."""

    def __init__(self, targets: Iterable[tuple[str, str]]) -> None:
        """`targets` are (unit key, block or name), as kept beside the facts."""
        self._blocks: dict[str, list[str]] = {}
        self._names: dict[str, set[str]] = {}
        for unit, written in targets:
            if _is_block(written):
                self._blocks.setdefault(unit, []).append(written)
            else:
                self._names.setdefault(unit, set()).update((written, registrable(written)))

    def beside(self, unit: str, address: str | None) -> list[str]:
        """The keys of other units that list or confirmed this address too (R3)."""
        if address is None:
            return []
        host = ip_address(address)
        return [
            key
            for key, blocks in self._blocks.items()
            if key != unit and any(host in ip_network(block) for block in blocks)
        ]

    def holds(self, place: PastPlace) -> bool:
        """Whether the place could have been asked by this order."""
        unit = place.record.get("unit_key", "")
        host, address = place.record.get("host"), place.record.get("address")
        names = self._names.get(unit, set())
        if host in names:
            return True
        return address is not None and any(
            ip_address(address) in ip_network(block) for block in self._blocks.get(unit, ())
        )


def _is_block(written: str) -> bool:
    try:
        ip_network(written)
    except ValueError:
        return False
    return True
