"""From an inspection and the shared options to a finished folder and an exit code: what scan, inspect, demo share."""

import platform
import shlex
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer

from reports.html.words import words
from scanner.catalogue.loader import load
from scanner.cli.known_names import hold_to_known_names
from scanner.cli.language import chosen, say
from scanner.cli.options import Asked, port_list
from scanner.cli.progress import Progress
from scanner.inspecting.consistency import consistent
from scanner.inspecting.folder import Busy, Unwritable, default_folder, held, holds_results
from scanner.inspecting.instruction import drop
from scanner.inspecting.job import Job, carry_out, store_of
from scanner.inspecting.keeping import Complete, Occupied, OtherScan, Wider, begin
from scanner.inspecting.loop import run
from scanner.inspecting.registry import all_probes
from scanner.inspecting.selection import Choice, select, udp_ports
from scanner.inspecting.store_place import note_database
from scanner.inspecting.wiring import Wiring, listed_ports, trusted
from scanner.inspection_file import is_internal
from scanner.model.check import Severity
from scanner.model.errors import InputError
from scanner.model.inspection import Inspection, Limits
from scanner.network.vantage import look_around
from scanner.results.finishing import finish
from scanner.results.plain_json import write_plain
from scanner.results.writing import REPORT
from scanner.store.handshakes import handshake_record
from scanner.store.history import History, HistoryFault
from scanner.store.scan import ScanStore
from scanner.store.writer import StoreFault

FOUND, INCOMPLETE = 1, 4
PUBLIC_FACTOR = 10
"""How far above the default a rate may go for public addresses (R4)."""


def carry(inspection: Inspection, asked: Asked, history: Path, *, again: bool = True) -> int:
    """Scan, finish, tell; the exit code of the contract. `again`: whether --resume can go on with it."""
    _platform()
    inspection = with_rates(_with_choice(inspection, asked), asked)
    job = make_job(inspection, asked)
    History(history, job.inspection.id).close()  # a file that cannot be written is told before anything is sent
    if not asked.resume and holds_results(job.folder):
        raise InputError(say("error.exists", folder=job.folder))
    try:
        with held(job.folder):
            drop(job.folder)
            return _held(job, asked, history, again=again)
    except Unwritable as error:
        raise InputError(say("error.out", folder=job.folder, error=error)) from error
    except Busy as error:
        raise InputError(say("error.busy", folder=job.folder)) from error


def make_job(inspection: Inspection, asked: Asked) -> Job:
    """What the engine needs to know, from the order and the command line."""
    catalogue = load(*asked.catalogue)
    choice = Choice(
        inspection.profile,
        asked.probes,
        asked.no_probes,
        (*inspection.only, *asked.checks),
        (*inspection.skip, *asked.skip),
        # Without a file that allows them, a marked check is asked where it was named by its own id.
        asked.checks if inspection.bare else inspection.allow_marked,
    )
    consistent(catalogue, all_probes())
    hold_to_known_names(inspection, asked, catalogue, all_probes())
    selection = select(choice, catalogue, all_probes())
    ports = asked.ports or inspection.profile.value
    wiring = Wiring(
        ports=port_list(ports) if ports[0].isdigit() else listed_ports(ports),
        udp_ports=udp_ports(selection),
        resolver=asked.resolver,
        trust=trusted(asked.trust),
        engine=asked.engine.value,
        waits=not asked.no_wait,
        processes=asked.processes,
    )
    folder = asked.out or default_folder(inspection.id, datetime.now(UTC).astimezone())
    return Job(inspection, catalogue, selection, choice, wiring, folder, asked.database)


def with_rates(inspection: Inspection, asked: Asked) -> Inspection:
    """`--rate` and `--connect-rate` over the file's limits; `max` only where every target is loopback or private (R4)."""
    limits, bare = inspection.limits, inspection.bare
    public = _public_target(inspection)
    if asked.rate is not None:
        limits = _rated(
            limits, "--rate", asked.rate, public, "requests_per_second", "unit_requests_per_second", bare=bare
        )
    if asked.connect_rate is not None:
        limits = _rated(
            limits,
            "--connect-rate",
            asked.connect_rate,
            public,
            "connects_per_second",
            "unit_connects_per_second",
            bare=bare,
        )
    if {asked.rate, asked.connect_rate} & {"max"}:
        limits = replace(limits, total_per_second=None)
    return replace(inspection, limits=limits)


def _rated(limits: Limits, option: str, given: str, public: str | None, own: str, unit: str, *, bare: bool) -> Limits:
    if given == "max":
        if public is not None:
            raise InputError(say("error.rate-max", option=option, target=public))
        return replace(limits, **{own: None, unit: None})  # type: ignore[arg-type]
    try:
        rate = float(given)
    except ValueError:
        rate = 0.0
    if not 0 < rate < 1e6:
        raise InputError(say("error.rate", option=option, given=given))
    most = getattr(Limits(), own) * PUBLIC_FACTOR
    if public is not None and rate > most:
        raise InputError(say("error.rate-range", option=option, given=given, most=most))
    told = None if bare else getattr(limits, own)
    if public is not None and told is not None and rate > told:  # it was told beforehand: slower, never faster
        raise InputError(say("error.rate-file", option=option, given=given, most=told))
    return replace(limits, **{own: rate})  # type: ignore[arg-type]


def _public_target(inspection: Inspection) -> str | None:
    """The first target that is not a loopback or private address; a name is one, wherever it points."""
    targets = (target for unit in inspection.units for target in unit.targets)
    return next((target.written for target in targets if not is_internal(target)), None)


def _with_choice(inspection: Inspection, asked: Asked) -> Inspection:
    return replace(inspection, profile=asked.profile) if asked.profile is not None else inspection


def _held(job: Job, asked: Asked, history: Path, *, again: bool) -> int:
    store = store_of(job)
    try:
        _begin(store, job, resume=asked.resume)
        if job.database is not None:
            note_database(job.folder, job.database)
        _announce(job)
        with Progress(quiet=asked.quiet) as progress, handshake_record(history) as record:
            complete = run(carry_out(job, store, progress, record))
        try:
            finished = finish(store, job.folder, history=history, language=chosen(), more=asked.catalogue)
        except HistoryFault as error:  # it could be opened when the scan began; now something is to be gone on with
            raise StoreFault(str(error)) from error
    finally:
        store.close()
    finished.seal()
    return _tell(job, asked, finished.results, complete=complete, again=again)


def _begin(store: ScanStore, job: Job, *, resume: bool) -> None:
    try:
        begin(store, job, resume=resume)
    except Occupied as error:
        raise InputError(say("error.occupied", id=error)) from error
    except Complete as error:
        raise InputError(say("error.complete", folder=job.folder)) from error
    except OtherScan as error:
        raise InputError(say("error.other-scan", folder=job.folder, id=error)) from error
    except Wider as error:
        raise InputError(say("error.wider", targets=error)) from error


def _announce(job: Job) -> None:
    inspection = job.inspection
    basis = inspection.notice.number if inspection.notice else inspection.authority.statement
    typer.echo(
        say(
            "scan.start",
            title=inspection.title,
            kind=words()[f"kind.{inspection.kind.value}"][chosen()],
            units=len(inspection.units),
            basis=basis or "—",
        ),
        err=True,
    )
    for warning in inspection.warnings:
        typer.echo(say("scan.warning", warning=warning), err=True)
    elsewhere = look_around(inspection).elsewhere
    if elsewhere:
        typer.echo(say("scan.elsewhere", sources=", ".join(elsewhere)), err=True)
    for refused in inspection.refused:
        typer.echo(say("scan.refused-unit", unit=refused.unit.name, rule=refused.rule, source=refused.source), err=True)


def _tell(job: Job, asked: Asked, results: Mapping[str, Any], *, complete: bool, again: bool) -> int:
    """The last lines, and the exit code: incomplete before found before done (R25)."""
    counts = Counter(row["severity"] for row in results["findings"] if row["state"] != "fixed")
    told = say("scan.counts", **{severity.value: counts.get(severity, 0) for severity in Severity})
    report = job.folder / REPORT
    if unresolved := results["inspection"]["unresolved"]:
        typer.echo(say("scan.unresolved", count=len(unresolved), names=", ".join(unresolved[:10])), err=True)
    if asked.json:
        write_plain(results, sys.stdout)
        sys.stdout.write("\n")
    if not complete:
        why = ("; " if chosen() == "en" else "；").join(
            say(f"scan.why.{reason}") for reason in results["inspection"]["incomplete_because"]
        )
        typer.echo(say("scan.incomplete", why=why, counts=told, report=report), err=True)
        if again and results["inspection"]["incomplete_because"] != ["refused"]:  # else there is nothing to go on with
            typer.echo(say("scan.again", command=f"{_again()} --resume -o {job.folder}"), err=True)
        return INCOMPLETE
    typer.echo(say("scan.done", counts=told, report=report), err=True)
    wanted = asked.fail_on
    found = wanted is not None and any(counts[severity] for severity in Severity if severity.at_least(wanted))
    return FOUND if found else 0


def _again() -> str:
    """This command line without -o and --resume, to be said again."""
    words, line = sys.argv[1:], []
    while words:
        word = words.pop(0)
        if word in ("-o", "--out"):
            words = words[1:]
        elif word != "--resume" and not word.startswith("--out="):
            line.append(shlex.quote(word))
    return " ".join(["yuanjian", *line])


def _platform() -> None:
    """Scanning needs Linux; elsewhere say so, and name the way."""
    if sys.platform != "linux":
        raise InputError(say("error.platform", system=platform.system()))
