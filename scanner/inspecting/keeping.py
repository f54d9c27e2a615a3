"""What is kept of the order beside the facts, so that they can be judged again and gone on with."""

from dataclasses import asdict
from typing import Any

from scanner.inspecting.folder import MANIFEST
from scanner.inspecting.job import Job
from scanner.inspecting.order import order_json, units_json
from scanner.inspecting.selection import Choice
from scanner.model.errors import InputError
from scanner.model.inspection import Inspection
from scanner.model.probe import Profile
from scanner.model.scope import Scope
from scanner.store.scan import ScanStore


class OtherScan(InputError):
    """The folder belongs to another inspection."""


class Occupied(InputError):
    """The store holds another scan, and nobody asked to go on with it."""


class Complete(InputError):
    """There is nothing to go on with: the scan is complete, and its seal stands."""


class Wider(InputError):
    """A resumed scan's scope reaches further than it did at the start (R22)."""


def begin(store: ScanStore, job: Job, *, resume: bool) -> None:
    """Keep the order; where a scan is resumed, hold today's order against the one it began with.

    Raises Occupied with the stored id, Complete, OtherScan with the stored id, Wider with the targets that are new.
    """
    before = store.meta("order")
    if before is not None and not resume:
        raise Occupied(before["id"])
    if resume and before is not None:
        if (store.meta("run") or {}).get("complete") and (job.folder / MANIFEST).exists():
            raise Complete(before["id"])
        if before["id"] != job.inspection.id and not (before["bare"] and job.inspection.bare):
            raise OtherScan(before["id"])
        new = sorted(_targets(job.inspection) - {tuple(one) for one in store.meta("targets")})
        if new:
            raise Wider(", ".join(target for _, target in new))
    order = order_json(job.inspection, job.catalogue)
    if resume and before is not None:
        order["id"] = before["id"]
    store.set_meta("order", order)
    store.set_meta("units", units_json(job.inspection))
    store.set_meta("choice", {**asdict(job.choice), "profile": job.choice.profile.value})
    store.set_meta("names", _names(job.inspection))
    store.set_meta("targets", sorted(_targets(job.inspection)))
    store.set_meta("excluded", sorted(_excluded(job.inspection)))
    store.flush()


def choice_of(store: ScanStore) -> Choice:
    """What was chosen when the scan began."""
    kept = store.meta("choice")
    marked = kept["allow_marked"]
    lists = {key: tuple(kept[key]) for key in ("probes", "no_probes", "only", "skip")}
    return Choice(Profile(kept["profile"]), **lists, allow_marked=marked if isinstance(marked, bool) else tuple(marked))


def _names(inspection: Inspection) -> dict[str, dict[str, Any]]:
    """Every listed name with its declared ports, by unit, in the file's order."""
    scope = Scope(inspection)
    return {
        unit.key: {
            name: {"ports": _list(scope.declared_ports(unit.key, names=[name]))} for name in scope.names(unit.key)
        }
        for unit in inspection.units
    }


def _list(ports: tuple[int, ...] | None) -> list[int] | None:
    return None if ports is None else list(ports)


def _targets(inspection: Inspection) -> set[tuple[str, str]]:
    """Everything that may be asked, in one spelling: blocks and names, by unit."""
    found: set[tuple[str, str]] = set()
    for unit in inspection.units:
        for target in unit.targets:
            found.update((unit.key, str(block)) for block in target.blocks)
            if target.name is not None:
                found.add((unit.key, target.name))
        found.update((unit.key, str(entry.address)) for entry in unit.confirmed)
    return found


def _excluded(inspection: Inspection) -> set[str]:
    """Everything that nobody may ask: blocks and names, of all units."""
    lines = [line for unit in inspection.units for line in unit.exclude]
    names = {line.name for line in lines if line.name is not None}
    return names | {str(block) for line in lines for block in line.blocks}
