"""`yuanjian scan`: a self-check of named targets, without an inspection file."""

import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.language import chosen, say
from scanner.cli.options import Asked, option
from scanner.cli.running import carry, with_rates
from scanner.cli.shared import scanning
from scanner.inspecting.loop import run
from scanner.inspecting.resolving import resolve_names
from scanner.inspection_file import NotEntitled, from_targets
from scanner.model.inspection import Callbacks, Inspection
from scanner.model.probe import Profile

HISTORY = Path("yuanjian-results") / "self.history.sqlite"

LOCAL = re.compile(r"(?<![^/])localhost\.?(?=$|[:/])", re.IGNORECASE)
"""No resolver is asked for this name, which always means the machine itself (RFC 6761 section 6.3): listed literally."""

Authorised = Annotated[str | None, option("authorised", "--authorised")]
OwnAddresses = Annotated[bool, option("own-addresses", "--own-addresses")]
NotCritical = Annotated[bool, option("not-critical", "--not-critical-infrastructure")]


def register(app: typer.Typer) -> None:
    app.command("scan", help=say("help.scan"))(command)


@scanning
def command(
    targets: Annotated[list[str], typer.Argument(metavar="TARGET")],
    authorised: Authorised = None,
    own_addresses: OwnAddresses = False,
    not_critical: NotCritical = False,
    *,
    asked: Asked,
) -> int:
    """One command for the administrator who looks at his own."""
    targets = [LOCAL.sub("127.0.0.1", target, count=1) for target in targets]
    inspection = _entitled(targets, asked, authorised, not_critical=not_critical)
    inspection = _owned(targets, inspection, asked, say_yes=own_addresses)
    return carry(inspection, asked, asked.history or HISTORY)


def _entitled(targets: Sequence[str], wanted: Asked, authorised: str | None, *, not_critical: bool) -> Inspection:
    """The bare inspection; what it lacks is asked at a terminal, and refused without one."""
    try:
        return _inspection(targets, wanted, authorised, not_critical)
    except NotEntitled:
        if not _terminal():
            raise
    statement = authorised or typer.prompt(say("ask.authorised"), err=True)
    harmless = not_critical or typer.confirm(say("ask.not-critical"), err=True)
    return _inspection(targets, wanted, statement, harmless)


def _owned(targets: Sequence[str], inspection: Inspection, wanted: Asked, *, say_yes: bool) -> Inspection:
    """Confirm the addresses behind names: by --own-addresses, or by an answer at the terminal (R2)."""
    names = [target.name for unit in inspection.units for target in unit.targets if target.name]
    if not names or not (say_yes or _terminal()):
        return inspection
    found = run(resolve_names(with_rates(inspection, replace(wanted, rate=None, connect_rate=None)), wanted.resolver))
    addresses = sorted({address for one in found.names for address in one.addresses})
    if not addresses:
        return inspection
    listed = "\n".join(f"  {one.name}  {', '.join(one.addresses) or '—'}" for one in found.names)
    if not say_yes and not typer.confirm(say("ask.own-addresses", addresses=listed), err=True):
        return inspection
    statement = inspection.authority.statement
    confirmed = _inspection(targets, wanted, statement, True, own=addresses)
    return replace(confirmed, id=inspection.id)


def _inspection(
    targets: Sequence[str], wanted: Asked, statement: str | None, not_critical: bool, own: Sequence[str] = ()
) -> Inspection:
    return from_targets(
        targets,
        now=datetime.now(UTC),
        statement=statement,
        own_addresses=own,
        not_critical=not_critical,
        profile=wanted.profile or Profile.STANDARD,
        callbacks=Callbacks(listen=wanted.callback) if wanted.callback else None,
        language=chosen(),
    )


def _terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()
