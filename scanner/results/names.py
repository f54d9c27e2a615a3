"""Which of the order's names sit on which address, by what was resolved. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from scanner.model.observation import Observation
from scanner.model.target import TargetKind
from scanner.model.verdict import Reason

RESOLVING = "domain.names"


class Names:
    """Names by address, in the order of the file, over the domain facts of one unit or of all."""

    def __init__(self, observations: Iterable[Observation], declared: dict[str, dict[str, Any]]) -> None:
        """`declared` is the order's names: unit key → name → {"ports": list or null}, in the file's order."""
        self._declared = declared
        found: dict[tuple[str, str], set[str]] = {}
        self._why: dict[tuple[str, str], Reason] = {}
        self._resolved: set[tuple[str, str]] = set()
        for observation in observations:
            unit = observation.target.unit
            if observation.target.kind is TargetKind.SERVICE and observation.target.name is not None:
                self._resolved.add((unit, observation.target.name))
            if observation.probe != RESOLVING:
                continue
            if observation.reason is not None and observation.target.name is not None:
                self._why[(unit, observation.target.name)] = observation.reason
            for item in observation.facts.get("names") or ():
                if not item.get("addresses"):
                    self._why[(unit, item["name"])] = Reason(item.get("reason") or Reason.UNREACHABLE)
                for address in item.get("addresses") or ():
                    found.setdefault((unit, address), set()).add(item["name"])
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

    def unresolved(self) -> Iterator[tuple[str, str, Reason]]:
        """(unit, name, why) of the order's names that led to no address: nothing of them was tested."""
        for unit, names in self._declared.items():
            for name in names:
                if (unit, name) not in self._resolved:
                    yield unit, name, self._reason(unit, name)

    def _reason(self, unit: str, name: str) -> Reason:
        """The name's own, else that of the zone it lies in, else that nobody got to it."""
        own = self._why.get((unit, name))
        zones = (why for (of, zone), why in self._why.items() if of == unit and name.endswith(f".{zone}"))
        return own or next(zones, Reason.INTERRUPTED)

    @property
    def by_address(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return self._on

    def _ordered(self, unit: str, names: set[str]) -> tuple[str, ...]:
        order = list(self._declared.get(unit, {}))
        return tuple(sorted(names, key=lambda name: (order.index(name) if name in order else len(order), name)))
