"""`yuanjian init`: writes an inspection file, from questions or from the list of units that offices keep."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.interview import ask_order, ask_units
from scanner.cli.language import chosen, say
from scanner.cli.notice import deliver
from scanner.cli.options import Lang, option
from scanner.drafting import Draft, ListError, prove, read_unit_list
from scanner.model.errors import InputError

From = Annotated[Path | None, option("units-from", "--from")]
Out = Annotated[Path | None, option("init-out", "-o", "--out")]


def register(app: typer.Typer) -> None:
    app.command("init", help=say("help.init"))(command)


def command(from_: From = None, out: Out = None, lang: Lang = None) -> int:
    """Ask what the list does not say; without a terminal leave placeholders. Nothing is written where a row is bad."""
    terminal = sys.stdin.isatty() and sys.stderr.isatty()
    if from_ is None and not terminal:
        raise InputError(say("init.needs-terminal"))
    if out is not None and out.exists():
        raise InputError(say("draft.exists", path=out))
    draft = _draft(from_)
    if terminal:
        ask_order(draft)
        if from_ is None:
            ask_units(draft)
    text, faults, inspection = prove(draft, chosen())
    if faults:
        raise ListError(from_ or Path(f"{draft.id}.yaml"), faults, chosen())
    deliver(text, out or Path(f"{draft.id}.yaml"))
    typer.echo(say("init.ready") if inspection else say("init.fill-in"), err=True)
    for refused in inspection.refused if inspection else ():
        typer.echo(say("notice.refused", unit=refused.unit.name, rule=refused.rule, source=refused.source), err=True)
    return 0


def _draft(source: Path | None) -> Draft:
    today = f"{datetime.now(UTC).astimezone():%Y%m%d}"
    if source is None:
        return Draft(id=f"inspection-{today}", title=say("init.title"), units=[])
    found = read_unit_list(source, chosen())
    if found.unused:
        typer.echo(say("init.unused", headings=", ".join(found.unused)), err=True)
    stem = re.sub(r"[^\w.-]+", "-", source.stem).strip("-.")[:80] or "inspection"
    return Draft(id=f"{stem}-{today}", title=source.stem.strip() or stem, units=list(found.units.values()))
