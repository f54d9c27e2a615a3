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
from scanner.inspecting.resolving import resolve_names
from scanner.inspection_file import read
from scanner.model.inspection import Inspection
from scanner.model.network import Resolution
from scanner.model.scope import Scope

Resolve = Annotated[bool, option("resolve", "--resolve")]


def register(app: typer.Typer) -> None:
    app.command("plan", help=say("help.plan"))(command)


@scanning
def command(file: Path, resolve: Resolve = False, *, asked: Asked) -> int:
    """Print the plan, unit by unit; with --resolve also where the names lead."""
    inspection = with_rates(read(file, now=None, language=chosen()), asked)
    job = make_job(inspection, asked)
    scope = Scope(inspection)
    for line in _head(job):
        typer.echo(line)
    for unit in plan(inspection, scope, job.selection, len(job.wiring.ports)):
        for line in _unit(unit):
            typer.echo(line)
    if resolve:
        for line in _resolved(inspection, scope, run(resolve_names(inspection, asked.resolver))):
            typer.echo(line)
    return 0


def _head(job: Job) -> Iterable[str]:
    window = job.inspection.window
    daily = "".join(f", {start:%H:%M}-{end:%H:%M}" for start, end in window.daily)
    yield f"{say('plan.head')}: {job.inspection.title}"
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
    yield f"{say('plan.probes')}:"
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
        yield "  " + say("plan.by-name", names=", ".join(unit.names))
    if unit.excluded:
        yield "  " + say("plan.excluded", targets=", ".join(unit.excluded))


def _resolved(inspection: Inspection, scope: Scope, found: list[Resolution]) -> Iterable[str]:
    """Name, address, how it stands, and who else of the list is on it."""
    on: dict[str, list[str]] = {}
    for one in found:
        for address in one.addresses:
            on.setdefault(address, []).append(one.name)
    for unit in inspection.units:
        for one in found:
            if one.name not in scope.names(unit.key):
                continue
            if not one.addresses:
                yield say("plan.unresolved", name=one.name, reason=one.reason or "NXDOMAIN/NODATA")
            for address in one.addresses:
                barred = scope.bars_address(address) is not None
                standing = "excluded" if barred else str(scope.standing(unit.key, address))
                rest = [name for name in on[address] if name != one.name]
                others = say("plan.others", names=", ".join(rest)) if rest else ""
                yield say(
                    "plan.address", name=one.name, address=address, standing=say(f"standing.{standing}"), others=others
                )
