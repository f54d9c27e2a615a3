"""`yuanjian inspect`: an inspection from its file."""

from datetime import UTC, datetime
from pathlib import Path

import typer

from scanner.cli.language import chosen, say
from scanner.cli.options import Asked
from scanner.cli.running import carry
from scanner.cli.shared import scanning
from scanner.inspection_file import read


def register(app: typer.Typer) -> None:
    app.command("inspect", help=say("help.inspect"))(command)


@scanning
def command(file: Path, *, asked: Asked) -> int:
    """Read, refuse what may not be, ask the rest, write the folder."""
    inspection = read(file, now=datetime.now(UTC), language=chosen())
    return carry(inspection, asked, asked.history or history_beside(file))


def history_beside(file: Path) -> Path:
    """The history of an inspection file: its own name with another ending."""
    return file.with_name(f"{file.name}.history.sqlite")
