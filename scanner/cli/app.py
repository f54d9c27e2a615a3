"""The application: which commands there are, and how every error becomes a message and an exit code."""

import errno
import sys
import tempfile
import traceback
from enum import IntEnum
from pathlib import Path

import typer
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError
from typer.exceptions import TyperException

from scanner.cli import (
    audit,
    catalogue,
    contact_page,
    control,
    demo,
    feeds,
    init,
    inspect,
    menu,
    notice,
    plan,
    rejudge,
    report,
    scan,
    status,
    verify,
)
from scanner.cli.language import asked_for, chosen, say
from scanner.cli.lasting import lasting_streams
from scanner.model.errors import InputError, Refused, YuanjianError
from scanner.model.said import AllSaid, Said
from scanner.model.text import LANGUAGES
from scanner.network.audit import AuditFault
from scanner.store.writer import StoreFault

app = typer.Typer(
    name="yuanjian",
    help=say("help.app"),
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
)
for module in (
    scan,
    init,
    notice,
    contact_page,
    inspect,
    control,
    status,
    plan,
    demo,
    verify,
    audit,
    rejudge,
    report,
    catalogue,
    feeds,
):
    module.register(app)


NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO})
"""What a disk says that takes no more: no fault of ours, and nothing that a file of the user's brought about."""


class Exit(IntEnum):
    """The exit codes of the contract; in doubt 2 before 3 before 4 before 1 before 0 (R25)."""

    DONE = 0
    FOUND = 1
    INPUT = 2
    REFUSED = 3
    INCOMPLETE = 4


@app.callback(invoke_without_command=True)
def bare(context: typer.Context) -> None:
    """At a terminal a bare `yuanjian` asks what one wants to do; elsewhere it shows its help."""
    if context.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        typer.echo(context.get_help())
        raise typer.Exit(Exit.INPUT)
    arguments = menu.ask()
    raise typer.Exit(run(arguments) if arguments else Exit.DONE)


def run(arguments: list[str]) -> int:
    """One command line, to its exit code. No traceback reaches the user, and a user who left changes nothing."""
    with lasting_streams():
        return _run(arguments)


def _run(arguments: list[str]) -> int:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        for given in asked_for(arguments):
            if given.lower() not in (language.lower() for language in LANGUAGES):
                raise InputError(say("error.list", option="--lang", given=given, wanted=", ".join(LANGUAGES)))
        code = app(arguments, standalone_mode=False)
        return int(code or 0)
    except typer.Exit as end:
        return end.exit_code
    except typer.Abort:
        return Exit.INPUT
    except TyperException as error:
        tell = getattr(error, "format_message", error.__str__)
        console.print(tell(), style="red", markup=False)
        return Exit.INPUT
    except Refused as error:
        console.print(str(error), style="red", markup=False)
        return Exit.REFUSED
    except (Said, AllSaid) as error:
        console.print(error.in_language(chosen()), style="red", markup=False)
        return Exit.INPUT
    except InputError as error:
        console.print(str(error), style="red", markup=False)
        return Exit.INPUT
    except (StoreFault, SQLAlchemyError) as error:
        console.print(say("error.store", error=getattr(error, "orig", None) or error), style="red", markup=False)
        return Exit.INCOMPLETE
    except AuditFault as error:
        console.print(say("error.store", error=error), style="red", markup=False)
        return Exit.INCOMPLETE
    except YuanjianError as error:
        console.print(str(error), style="red", markup=False)
        return Exit.INCOMPLETE
    except OSError as error:
        if error.errno not in NO_ROOM:
            return _fault(console, error)
        console.print(say("error.store", error=error), style="red", markup=False)
        return Exit.INCOMPLETE
    except KeyboardInterrupt:
        return Exit.INCOMPLETE
    except Exception as error:
        return _fault(console, error)


def _fault(console: Console, error: Exception) -> int:
    """A fault of ours, told with where its traceback is."""
    try:
        path: Path | str = _fault_log()
    except OSError:  # the disk is full
        path = "—"
    console.print(say("error.fault", error=f"{type(error).__name__}: {error}", log=path), style="red", markup=False)
    return Exit.INCOMPLETE


def _fault_log() -> Path:
    """Keep the traceback of a fault of ours where the user can send it from."""
    with tempfile.NamedTemporaryFile("w", prefix="yuanjian-fault-", suffix=".log", delete=False) as file:
        traceback.print_exc(file=file)
    return Path(file.name)
