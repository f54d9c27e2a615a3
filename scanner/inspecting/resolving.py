"""What the order's names resolve to, asked of the resolver alone: for a plan, and for confirming one's own."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from scanner.inspecting.wiring import Wiring, open_wire
from scanner.model.inspection import Inspection
from scanner.model.network import Resolution
from scanner.model.scope import Scope


async def resolve_names(inspection: Inspection, resolver: str | None) -> list[Resolution]:
    """One resolution for each name of each unit, in the file's order. Only infrastructure is asked."""
    scope = Scope(inspection)
    names = dict.fromkeys(name for unit in inspection.units for name in scope.names(unit.key))
    with tempfile.TemporaryDirectory(prefix="yuanjian-") as folder:
        audit = Path(folder) / "audit.jsonl"
        async with open_wire(inspection, scope, Wiring((), resolver=resolver), audit, _now) as wire:
            await wire.survey()
            return [await wire.gate.ledger.resolution(name) for name in names]


def _now() -> datetime:
    return datetime.now(UTC)
