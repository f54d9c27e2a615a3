"""`yuanjian plan`: what would be sent to whom, and how long it takes. Sends nothing, or asks the resolver alone."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.language import chosen, say
from scanner.cli.options import Asked, option
from scanner.cli.progress import duration
from scanner.cli.running import make_job, with_rates
from scanner.cli.shared import scanning
from scanner.inspecting.job import Job
from scanner.inspecting.loop import run
from scanner.inspecting.planning import UnitPlan, plan
from scanner.inspecting.resolving import Resolved, resolve_names
from scanner.inspection_file import read
from scanner.model.inspection import Inspection
from scanner.model.readable_name import both_forms
from scanner.model.scope import Scope, Standing, is_special

Resolve = Annotated[bool, option("resolve", "--resolve")]


def register(app: typer.Typer) -> None:
    app.command("plan", help=say("help.plan"))(command)


@scanning
def command(file: Path, resolve: Resolve = False, *, asked: Asked) -> int:
    """Print the plan, unit by unit; with --resolve also where the names lead."""
    inspection = with_rates(read(file, now=None, language=chosen()), asked)
    job = make_job(inspection, asked)
    scope = Scope(inspection)
    for line in _head(job, resolve=resolve):
        typer.echo(line)
    for unit in plan(inspection, scope, job.selection, len(job.wiring.ports)):
        for line in _unit(unit):
            typer.echo(line)
    if resolve:
        for line in _resolved(inspection, scope, run(resolve_names(inspection, asked.resolver, holders=True))):
            typer.echo(line)
    return 0


def _head(job: Job, *, resolve: bool) -> Iterable[str]:
    window = job.inspection.window
    daily = "".join(f", {start:%H:%M}-{end:%H:%M}" for start, end in window.daily)
    title = job.inspection.title
    yield say("plan.head-resolved", title=title) if resolve else say("plan.head", title=title)
    yield say(
        "plan.window",
        start=window.start.isoformat(timespec="minutes"),
        end=window.end.isoformat(timespec="minutes"),
        daily=daily,
        zone=window.timezone,
    )
    for warning in job.inspection.warnings:
        yield say("scan.warning", warning=warning)
    for refused in job.inspection.refused:
        yield say("scan.refused-unit", unit=refused.unit.name, rule=refused.rule, source=refused.source)
    yield say("plan.probes")
    for probe in job.selection.probes:
        yield f"  {probe.name}\t{probe.accepts}\t{probe.impact}\t{probe.cost.connections}+{probe.cost.requests}"


def _unit(unit: UnitPlan) -> Iterable[str]:
    yield say(
        "plan.unit",
        unit=unit.unit,
        domains=unit.domains,
        names=len(unit.names),
        addresses=unit.addresses,
        connects=unit.connects,
        datagrams=unit.datagrams,
        questions=unit.questions,
        time=duration(unit.seconds),
    )
    if unit.names:
        yield "  " + say("plan.by-name", names=", ".join(both_forms(name) for name in unit.names))
    if unit.excluded:
        yield "  " + say("plan.excluded", targets=", ".join(unit.excluded))


def _resolved(inspection: Inspection, scope: Scope, found: Resolved) -> Iterable[str]:
    """Name, address, how it stands, who runs it and who else of the list is on it; then what wants confirming."""
    units = {name: unit.name for unit in reversed(inspection.units) for name in scope.names(unit.key)}
    on: dict[str, list[str]] = {}
    for one in found.names:
        for address in one.addresses:
            on.setdefault(address, []).append(one.name)
    unconfirmed: dict[str, None] = {}
    for unit in inspection.units:
        for one in found.names:
            if one.name not in scope.names(unit.key):
                continue
            if not one.addresses:
                yield say("plan.unresolved", name=both_forms(one.name), reason=one.reason or "NXDOMAIN/NODATA")
            for address in one.addresses:
                standing = _standing(scope, unit.key, address, found.barred)
                if standing == "foreign":
                    unconfirmed[address] = None
                rest = [_whose(name, units, unit.name) for name in on[address] if name != one.name]
                others = say("plan.others", names=", ".join(rest)) if rest else ""
                yield say(
                    "plan.address",
                    name=both_forms(one.name),
                    address=address,
                    standing=say(f"standing.{standing}"),
                    others=others,
                )
    if unconfirmed:
        yield say("plan.unconfirmed", count=len(unconfirmed))
    for address in unconfirmed:
        holder = found.holders.get(address, "—")
        names = ", ".join(_whose(name, units, "") for name in on[address])
        yield "  " + say("plan.holder", address=address, holder=holder, names=names)


def _standing(scope: Scope, unit: str, address: str, barred: frozenset[str]) -> str:
    """The word after `standing.` for an address of a unit's name."""
    if scope.bars_address(address) is not None:
        return "excluded"
    standing = scope.standing(unit, address)
    if standing is Standing.LISTED:
        return str(standing)
    if address in barred:
        return "excluded"
    return "special" if is_special(address) else str(standing)


def _whose(name: str, units: dict[str, str], here: str) -> str:
    """A name, and its unit where that is another than the one spoken of."""
    return both_forms(name) if units[name] == here else f"{both_forms(name)} [{units[name]}]"
