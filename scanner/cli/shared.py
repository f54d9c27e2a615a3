"""The options that every command which scans takes: one list, put onto each command."""

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

from scanner.cli.language import say
from scanner.cli.options import (
    Asked,
    CatalogueFile,
    Engine,
    Json,
    Lang,
    Out,
    Quiet,
    a_callback,
    a_database,
    a_resolver,
    one_of,
    option,
    port_list,
    readable,
)
from scanner.model.check import Severity
from scanner.model.errors import InputError
from scanner.model.probe import Profile

Words = list[str] | None
Files = list[Path] | None

OPTIONS: dict[str, tuple[Any, Any]] = {
    "out": (Out, None),
    "resume": (Annotated[bool, option("resume", "--resume")], False),
    "profile": (Annotated[str | None, option("profile", "--profile")], None),
    "ports": (Annotated[str | None, option("ports", "--ports")], None),
    "probes": (Annotated[Words, option("probe", "--probe")], None),
    "no_probes": (Annotated[Words, option("no-probe", "--no-probe")], None),
    "checks": (Annotated[Words, option("check", "--check")], None),
    "skip": (Annotated[Words, option("skip", "--skip")], None),
    "resolver": (Annotated[str | None, option("resolver", "--resolver")], None),
    "trust": (Annotated[Files, option("trust", "--trust")], None),
    "rate": (Annotated[str | None, option("rate", "--rate")], None),
    "connect_rate": (Annotated[str | None, option("connect-rate", "--connect-rate")], None),
    "processes": (Annotated[int, option("processes", "--processes")], 1),
    "engine": (Annotated[str, option("engine", "--engine")], "own"),
    "callback": (Annotated[str | None, option("callback", "--callback")], None),
    "catalogue": (CatalogueFile, None),
    "history": (Annotated[Path | None, option("history", "--history")], None),
    "database": (Annotated[str | None, option("db", "--db")], None),
    "lang": (Lang, None),
    "no_wait": (Annotated[bool, option("no-wait", "--no-wait")], False),
    "quiet": (Quiet, False),
    "json": (Json, False),
    "fail_on": (Annotated[str | None, option("fail-on", "--fail-on")], None),
}
"""Field of `Asked` (or what is read into one): its typer annotation and default, in the order of --help."""

MOST_PROCESSES = 16
LISTS = ("probes", "no_probes", "checks", "skip", "trust", "catalogue")


def scanning(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the shared options; it gets them read, as its keyword `asked`."""

    @wraps(command)
    def with_options(**given: Any) -> int:
        own = {name: value for name, value in given.items() if name not in OPTIONS}
        return command(**own, asked=read({name: given[name] for name in OPTIONS}))

    signature = inspect.signature(command)
    own = [parameter for name, parameter in signature.parameters.items() if name != "asked"]
    more = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in OPTIONS.items()
    ]
    with_options.__signature__ = signature.replace(parameters=[*own, *more])  # type: ignore[attr-defined]
    with_options.__annotations__ = {one.name: one.annotation for one in (*own, *more)}
    del with_options.__wrapped__
    return with_options


def read(given: dict[str, Any]) -> Asked:
    """The options as `Asked`; InputError for the first that is wrong. Nothing was sent before this."""
    if not 1 <= given["processes"] <= MOST_PROCESSES:
        raise InputError(say("error.processes", number=given["processes"], most=MOST_PROCESSES))
    profile = one_of("--profile", given["profile"], Profile)
    severity = one_of("--fail-on", given["fail_on"], Severity)
    engine = one_of("--engine", given["engine"], Engine)
    if given["ports"] not in (None, "top", "all"):
        port_list(given["ports"])
    for name in ("trust", "catalogue"):
        for path in given[name] or ():
            readable(f"--{name}", path)
    plain = {name: value for name, value in given.items() if name != "lang"}
    return Asked(
        **{
            **plain,
            **{name: tuple(given[name] or ()) for name in LISTS},
            "profile": Profile(profile) if profile else None,
            "fail_on": Severity(severity) if severity else None,
            "engine": Engine(engine or Engine.OWN),
            "resolver": a_resolver(given["resolver"]),
            "callback": a_callback(given["callback"]),
            "database": a_database(given["database"]),
        }
    )
