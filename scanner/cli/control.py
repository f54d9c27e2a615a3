"""`yuanjian stop`, `pause`, `continue`: tell a running scan something from another terminal, and see that it heard."""

import getpass
import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.language import say
from scanner.cli.options import Lang, option
from scanner.cli.stored import open_scan
from scanner.inspecting.instruction import Act, Instruction, is_running, leave
from scanner.model.errors import InputError

SECONDS = 5.0
"""R11: an instruction takes effect within this; a scan that has not taken it by then is told of."""

UnitName = Annotated[str | None, option("unit", "--unit")]
Why = Annotated[str, option("reason", "--reason")]


def register(app: typer.Typer) -> None:
    for act, help_ in (
        (Act.STOP, say("help.stop")),
        (Act.PAUSE, say("help.pause")),
        (Act.CONTINUE, say("help.continue")),
    ):
        app.command(act.value, help=help_)(_command(act))


def _command(act: Act) -> Callable[..., int]:
    def command(folder: Path, reason: Why, unit: UnitName = None, lang: Lang = None) -> int:
        return tell(folder, act, reason, unit)

    return command


def tell(folder: Path, act: Act, reason: str, unit: str | None) -> int:
    """Leave the instruction and wait until it was taken; InputError where nobody is there to take it."""
    if not reason.strip():
        raise InputError(say("error.reason"))
    key = _key(folder, unit)
    if not is_running(folder):
        raise InputError(say("error.not-running", folder=folder))
    try:
        path = leave(folder, Instruction(act, key, who(), datetime.now(UTC), reason.strip()))
    except OSError as error:
        raise InputError(say("error.file", option="DIR", path=folder, error=error.strerror)) from error
    until = time.monotonic() + SECONDS
    try:
        while path.exists():
            if time.monotonic() > until:
                raise InputError(say("error.not-heard", folder=folder, seconds=f"{SECONDS:g}"))
            time.sleep(0.05)
    finally:
        path.unlink(missing_ok=True)  # nobody hears it later
    told = {Act.STOP: say("control.stop"), Act.PAUSE: say("control.pause"), Act.CONTINUE: say("control.continue")}
    typer.echo(say("control.told", what=told[act], unit=unit or say("control.all")), err=True)
    return 0


def who() -> str:
    """Who tells it, for the audit log: the user of this machine, and the machine."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        user = str(os.getuid())
    return f"{user}@{platform.node()}"


def _key(folder: Path, unit: str | None) -> str | None:
    """The key of the unit of that name, credit code or key; InputError names those there are."""
    with open_scan(folder) as store:
        units = store.meta("units")
    if unit is None:
        return None
    asked = [one for one in units if one["refused"] is None]
    found = [one["key"] for one in asked if unit in (one["key"], one["name"], one["credit_code"])]
    if len(found) != 1:
        raise InputError(say("error.unit", given=unit, units=", ".join(one["name"] for one in asked)))
    return str(found[0])
