"""`yuanjian rejudge`: today's rules over the facts that a scan stored. Sends nothing."""

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.language import chosen, say
from scanner.cli.options import CatalogueFile, Lang, a_date, option
from scanner.cli.stored import open_scan
from scanner.results.rejudging import rejudge

LawAt = Annotated[str | None, option("law-at", "--law-at")]


def register(app: typer.Typer) -> None:
    app.command("rejudge", help=say("help.rejudge"))(command)


def command(folder: Path, law_at: LawAt = None, catalogue: CatalogueFile = None, lang: Lang = None) -> int:
    """Write DIR/rejudged-TIME/ with a manifest that names the old one."""
    on = a_date(law_at)
    with open_scan(folder) as store:
        written = rejudge(store, folder, law_at=on, more=tuple(catalogue or ()), language=chosen())
    typer.echo(say("rejudge.done", folder=written), err=True)
    return 0
