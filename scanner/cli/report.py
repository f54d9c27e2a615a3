"""`yuanjian report`: renders stored results again. Sends nothing and judges nothing."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from reports.html import render
from scanner.cli.language import chosen, say
from scanner.cli.options import Lang, Out, option
from scanner.model.errors import InputError
from scanner.results.plain_json import plain_json
from scanner.results.writing import REPORT, RESULTS

Format = Annotated[str, option("format", "--format")]


def register(app: typer.Typer) -> None:
    app.command("report", help=say("help.report"))(command)


def command(folder: Path, format_: Format = "html", out: Out = None, lang: Lang = None) -> int:
    """HTML into DIR/report-LANG.html (or -o FILE); JSON to standard output (or -o FILE)."""
    if format_ not in ("html", "json"):
        raise InputError(say("error.format", format=format_))
    results = _results(folder)
    if format_ == "json":
        text = plain_json(results)
        _write(out, text)
        return 0
    path = out or folder.with_name(f"{folder.name}-{REPORT.removesuffix('.html')}-{chosen()}.html")
    with path.open("w", encoding="utf-8") as file:
        render(results, file, language=chosen())
    typer.echo(say("report.done", path=path), err=True)
    return 0


def _results(folder: Path) -> dict[str, Any]:
    try:
        data = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(say("error.no-scan", folder=folder)) from error
    if not isinstance(data, dict) or data.get("schema") != "yuanjian/results/1":
        raise InputError(say("error.no-scan", folder=folder))
    return data


def _write(out: Path | None, text: str) -> None:
    if out is None:
        sys.stdout.write(text + "\n")
    else:
        out.write_text(text, encoding="utf-8")
