"""What the order's names resolve to, asked of the resolver alone: for a plan, and for confirming one's own."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dns.exception
import dns.reversename

from scanner.inspecting.wiring import Wiring, open_wire
from scanner.model.authority import Window
from scanner.model.errors import NetworkError
from scanner.model.inspection import Inspection
from scanner.model.network import Resolution
from scanner.model.scope import Scope
from scanner.network.wire import Wire

HOLDERS = 512
"""Addresses of which the resolver is asked for a name, at most."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """One resolution for each name of each unit, in the file's order; the names that addresses go by (PTR), which
    often tell who runs them; and the addresses that excluded names lead to."""

    names: tuple[Resolution, ...]
    holders: Mapping[str, str]
    barred: frozenset[str]


async def resolve_names(inspection: Inspection, resolver: str | None, *, holders: bool = False) -> Resolved:
    """Only the resolver is asked, which is ours: a plan is made before the window opens."""
    inspection = replace(inspection, window=_now_open(inspection.window))
    scope = Scope(inspection)
    names = dict.fromkeys(name for unit in inspection.units for name in scope.names(unit.key))
    with tempfile.TemporaryDirectory(prefix="yuanjian-") as folder:
        audit = Path(folder) / "audit.jsonl"
        async with open_wire(inspection, scope, Wiring((), resolver=resolver), audit, _now) as wire:
            ledger = wire.gate.ledger
            for name in (*names, *scope.excluded_names):
                await ledger.resolution(name)
            found = tuple([await ledger.resolution(name) for name in names])
            barred = frozenset(address for name in scope.excluded_names for address in ledger.known_addresses(name))
            addresses = dict.fromkeys(address for one in found for address in one.addresses) if holders else {}
            told = {address: await _holder(wire, address) for address in list(addresses)[:HOLDERS]}
            return Resolved(found, {address: name for address, name in told.items() if name}, barred)


async def _holder(wire: Wire, address: str) -> str | None:
    """The name that the reverse zone gives the address, None where it gives none."""
    try:
        reverse = dns.reversename.from_address(address).to_text(omit_final_dot=True)
        answer = await wire.resolver.look_up(reverse, "PTR", "", "plan")
    except (NetworkError, dns.exception.DNSException):
        return None
    texts = [record.to_text() for rrset in answer.answer for record in rrset if record.rdtype.name == "PTR"]
    return texts[0].rstrip(".")[:255] if texts else None


def _now_open(window: Window) -> Window:
    now = _now()
    return replace(window, start=now - timedelta(hours=1), end=now + timedelta(days=1), daily=())


def _now() -> datetime:
    return datetime.now(UTC)
