"""`yuanjian notice`: the draft of the prior notice. Sends nothing."""

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.language import chosen, say
from scanner.cli.options import Lang, option
from scanner.drafting import render_notice
from scanner.inspection_file import read
from scanner.model.errors import InputError

Unit = Annotated[str | None, option("notice-unit", "--unit")]
Out = Annotated[Path | None, option("notice-out", "-o", "--out")]


def register(app: typer.Typer) -> None:
    app.command("notice", help=say("help.notice"))(command)


def command(file: Path, unit: Unit = None, out: Out = None, lang: Lang = None) -> int:
    """Text to standard output or -o FILE; HTML where FILE ends in .html."""
    inspection = read(file, now=None, language=chosen())
    for refused in inspection.refused:
        if unit in (None, refused.unit.name, refused.unit.key):
            typer.echo(
                say("notice.refused", unit=refused.unit.name, rule=refused.rule, source=refused.source), err=True
            )
    form = "html" if out and out.suffix.lower() in (".html", ".htm") else "text"
    deliver(render_notice(inspection, chosen(), form="html" if form == "html" else "text", unit=unit), out)
    return 0


def deliver(text: str, out: Path | None) -> None:
    """To standard output, or into a new file: what is there is never overwritten."""
    if out is None:
        typer.echo(text)
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise InputError(say("draft.exists", path=out)) from error
    except OSError as error:
        raise InputError(say("draft.unwritable", path=out, problem=error.strerror or error)) from error
    typer.echo(say("report.done", path=out), err=True)
