"""Where a target stands in the order: its system, and what the file declares of it, as facts. Sends nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from scanner.inspecting.surroundings import Placed
from scanner.model.inspection import Inspection, Unit
from scanner.model.probe import Probe
from scanner.model.scope import Scope, is_internal
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason


class Placement:
    """Finds targets in the order of one inspection."""

    def __init__(
        self,
        inspection: Inspection,
        scope: Scope,
        clock: Callable[[], datetime],
        owns: Callable[[str, str], Reason | None],
        reaches: Callable[[str], bool],
    ) -> None:
        """`owns` says, of a unit and an address, why address-bound questions are barred there, or None; `reaches`
        whether there is a way from here to an address."""
        self._inspection = inspection
        self._scope = scope
        self._clock = clock
        self._owns = owns
        self._reaches = reaches
        self._zone = ZoneInfo(inspection.window.timezone)

    def place(self, target: Target) -> Placed | None:
        """The target with its system, and its declared facts; None where it is barred altogether."""
        unit = self._inspection.unit(target.unit)
        if unit is None:
            return None
        if target.name is not None and self._scope.bars_name(target.name) is not None:
            return None
        if target.address is not None and self._scope.bars_address(target.address) is not None:
            return None
        if target.address is not None and target.name is None and not self._scope.is_kept_by(unit.key, target.address):
            return None  # it is asked once, with its host's operator (R3)
        placed = replace(target, system=self._system(target))
        return Placed(placed, self._facts(unit, placed))

    def _system(self, target: Target) -> str | None:
        """The system a target belongs to; a domain's, where all its listed names belong to one."""
        if target.kind is not TargetKind.DOMAIN or target.name is None:
            found = self._scope.system_of(target.unit, name=target.name, address=target.address, port=target.port)
            return found.name if found else None
        names = self._scope.names_in_zone(target.unit, target.name)
        of_names = (self._scope.system_of(target.unit, name=name) for name in names)
        systems = {system.name if system else None for system in of_names}
        return next(iter(systems)) if len(systems) == 1 else None

    def bars(self, probe: Probe, target: Target) -> Reason | None:
        """Why this probe may not ask this target: address-bound ones want one's own address (R2), all a way there."""
        if target.address is None:
            return None
        barred = self._owns(target.unit, target.address) if probe.address_bound else None
        return barred if barred or self._reaches(target.address) else Reason.NO_VANTAGE

    def _facts(self, unit: Unit, target: Target) -> Mapping[str, Any]:
        system = unit.system(target.system)
        today = self._clock().astimezone(self._zone).date()
        filings = system.filings if system and system.filings else unit.filings
        return {
            "standing": str(self._scope.standing(unit.key, target.address)) if target.address else None,
            "declared_ports": self._ports(target),
            "suspended": self._scope.suspended(unit.key, today, name=target.name, address=target.address),
            "level": unit.level(target.system),
            "kind": self._inspection.kind.value,
            "mainland": unit.mainland and not self._inner(target),
            "critical": unit.critical_infrastructure,
            "service_types": list(unit.service_types),
            "filings": dict(filings),
        }

    def _inner(self, target: Target) -> bool:
        """A site at a private or loopback address without a name is nobody's public home page."""
        literal = (
            target.kind is TargetKind.SITE and target.address is not None and target.name in (None, target.address)
        )
        return literal and is_internal(target.address or "")

    def _ports(self, target: Target) -> list[int] | None:
        if target.kind is TargetKind.DOMAIN:
            return None
        names = [target.name] if target.name else []
        ports = self._scope.declared_ports(target.unit, address=target.address, names=names)
        return None if ports is None else list(ports)
