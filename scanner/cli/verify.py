"""`yuanjian verify`: is a result folder as it was sealed, and by whom."""

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.language import say
from scanner.cli.options import Lang, option
from scanner.inspecting.folder import AUDIT, MANIFEST
from scanner.model.errors import InputError
from scanner.network.audit import broken_at
from scanner.sealing import known_fingerprint, own_fingerprint, verify

Key = Annotated[str | None, option("key", "--key")]


def register(app: typer.Typer) -> None:
    app.command("verify", help=say("help.verify"))(command)


def command(folder: Path, key: Key = None, lang: Lang = None) -> int:
    """Exit 0 where nothing changed and the signer is vouched for by --key; else 1."""
    wanted = known_fingerprint(key) if key else own_fingerprint()
    if folder.is_dir() and not (folder / MANIFEST).exists():
        raise InputError(say("verify.no-seal", folder=folder, file=MANIFEST))
    found = verify(folder)
    for fault in found.faults:
        told = say(f"verify.what.{fault.what}", detail=fault.detail)
        typer.echo(say("verify.fault", file=fault.name, what=told), err=True)
        if (fault.name, fault.what) == (AUDIT, "altered") and (line := broken_at(folder / AUDIT)) is not None:
            typer.echo(say("verify.line", file=AUDIT, line=line), err=True)
    if found.faults:
        return 1
    if key and found.fingerprint != wanted:
        typer.echo(say("verify.other", fingerprint=found.fingerprint, wanted=wanted), err=True)
        return 1
    if found.fingerprint != wanted:
        typer.echo(
            say("verify.unknown", files=found.files, sealed=found.sealed, fingerprint=found.fingerprint), err=True
        )
        return 1
    typer.echo(say("verify.good", files=found.files, sealed=found.sealed, fingerprint=found.fingerprint))
    return 0
