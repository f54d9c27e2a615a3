"""`yuanjian demo`: a small laboratory on loopback, scanned as an inspection of two units."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer

from scanner.cli.language import chosen, say
from scanner.cli.options import Asked, Lang, Out, Quiet
from scanner.cli.running import carry
from scanner.demo.laboratory import RESOLVER, inspection_file
from scanner.inspection_file import read
from scanner.model.errors import InputError

FOLDER = Path("demo-report")


def register(app: typer.Typer) -> None:
    app.command("demo", help=say("help.demo"))(command)


def command(out: Out = None, lang: Lang = None, quiet: Quiet = False) -> int:
    """Start, scan, write, say where it is. The laboratory ends with it."""
    typer.echo(say("demo.start"), err=True)
    with tempfile.TemporaryDirectory(prefix="yuanjian-demo-") as name:
        folder = Path(name)
        with laboratory(folder):
            file = inspection_file(folder, datetime.now(UTC))
            asked = Asked(
                out=_free(out or FOLDER),
                resolver="{}:{}".format(*RESOLVER),
                trust=(folder / "authority.pem",),
                quiet=quiet,
            )
            inspection = read(file, now=datetime.now(UTC), language=chosen())
            return carry(inspection, asked, folder / "history.sqlite", again=False)


@contextmanager
def laboratory(folder: Path) -> Iterator[None]:
    """The servers in a process of their own, so that their work is not our lag."""
    process = subprocess.Popen(  # noqa: S603 (our own module)
        [sys.executable, "-m", "scanner.demo", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is None or process.stdout.readline().strip() != "ready":
            _, error = process.communicate(timeout=5)
            raise InputError(say("demo.failed", error=(error or "").strip().splitlines()[-1:] or "?"))
        yield
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _free(folder: Path) -> Path:
    """The folder, or the first of folder-2, folder-3 ... that is not taken: results are never overwritten."""
    if not folder.exists() or not any(folder.iterdir()):
        return folder
    return next(one for number in range(2, 10_000) if not (one := folder.with_name(f"{folder.name}-{number}")).exists())
