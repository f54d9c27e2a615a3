"""`yuanjian contact-page`: the page that contact_url should show. Sends nothing."""

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.language import chosen, say
from scanner.cli.notice import deliver
from scanner.cli.options import Lang, option
from scanner.drafting import render_contact_page
from scanner.inspection_file import read

Out = Annotated[Path | None, option("contact-out", "-o", "--out")]


def register(app: typer.Typer) -> None:
    app.command("contact-page", help=say("help.contact-page"))(command)


def command(file: Path, out: Out = None, lang: Lang = None) -> int:
    """One HTML file to standard output or -o FILE."""
    deliver(render_contact_page(read(file, now=None, language=chosen()), chosen()), out)
    return 0
