"""Which of the order's names sit on which address, by what was resolved. Pure."""

from collections.abc import Iterable
from typing import Any

from scanner.model.observation import Observation
from scanner.model.target import TargetKind

RESOLVING = "domain.names"


class Names:
    """Names by address, in the order of the file, over the domain facts of one unit or of all."""

    def __init__(self, observations: Iterable[Observation], declared: dict[str, dict[str, Any]]) -> None:
        """`declared` is the order's names: unit key → name → {"ports": list or null}, in the file's order."""
        self._declared = declared
        found: dict[tuple[str, str], set[str]] = {}
        for observation in observations:
            if observation.probe != RESOLVING or observation.target.kind is not TargetKind.DOMAIN:
                continue
            for item in observation.facts.get("names") or ():
                for address in item.get("addresses") or ():
                    found.setdefault((observation.target.unit, address), set()).add(item["name"])
        self._on = {key: self._ordered(key[0], names) for key, names in found.items()}

    def on(self, unit: str, address: str) -> tuple[str, ...]:
        """The names that resolve to an address."""
        return self._on.get((unit, address), ())

    def ports(self, unit: str, address: str, own: list[int] | None) -> list[int] | None:
        """The declared ports of a host: its own list and those of the names on it; None where there is none."""
        listed = self._declared.get(unit, {})
        lists = [listed[name]["ports"] for name in self.on(unit, address) if name in listed]
        known = [ports for ports in (own, *lists) if ports is not None]
        return sorted({port for ports in known for port in ports}) if known else None

    @property
    def by_address(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return self._on

    def _ordered(self, unit: str, names: set[str]) -> tuple[str, ...]:
        order = list(self._declared.get(unit, {}))
        return tuple(sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name)))
