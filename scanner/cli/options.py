"""The options that several commands share, and what they mean once read."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from scanner.cli.language import say
from scanner.model.check import Severity
from scanner.model.errors import InputError
from scanner.model.probe import Profile


class Engine(StrEnum):
    """The two port engines."""

    OWN = "own"
    NMAP = "nmap"


def option(key: str, *names: str) -> typer.models.OptionInfo:
    """A typer option whose help is the message `option.KEY`."""
    made = typer.Option(*names, help=say(f"option.{key}"), show_default=False)
    return made  # type: ignore[no-any-return]


Out = Annotated[Path | None, option("out", "-o", "--out")]
CatalogueFile = Annotated[list[Path] | None, option("catalogue", "--catalogue")]
Lang = Annotated[str | None, option("lang", "--lang")]
Quiet = Annotated[bool, option("quiet", "--quiet")]
Json = Annotated[bool, option("json", "--json")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for beyond the inspection; every value read and found good."""

    out: Path | None = None
    profile: Profile | None = None
    ports: str | None = None
    probes: tuple[str, ...] = ()
    no_probes: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    resolver: str | None = None
    trust: tuple[Path, ...] = ()
    rate: str | None = None
    connect_rate: str | None = None
    engine: Engine = Engine.OWN
    processes: int = 1
    callback: str | None = None
    catalogue: tuple[Path, ...] = ()
    history: Path | None = None
    database: str | None = None
    no_wait: bool = False
    quiet: bool = False
    json: bool = False
    fail_on: Severity | None = None
    resume: bool = False


def one_of(option: str, given: str | None, words: type[Profile] | type[Engine] | type[Severity]) -> str | None:
    """The word given, where it is one of them; InputError names them all."""
    if given is not None and given not in list(words):
        raise InputError(say("error.list", option=option, given=given, wanted=", ".join(words)))
    return given


def port_list(given: str) -> tuple[int, ...]:
    """`22,80,8000-8100` as ports in order; InputError where it is anything else."""
    ports: set[int] = set()
    for part in given.split(","):
        match = re.fullmatch(r"\s*(\d{1,5})(?:-(\d{1,5}))?\s*", part)
        first = int(match[1]) if match else 0
        last = int(match[2] or match[1]) if match else 0
        if not 1 <= first <= last <= 65535:
            raise InputError(say("error.port-list", given=given))
        ports.update(range(first, last + 1))
    return tuple(sorted(ports))


def a_resolver(given: str | None) -> str | None:
    """ADDRESS or ADDRESS:PORT ([ADDRESS]:PORT for IPv6), unchanged; InputError where it is neither."""
    if given is None:
        return None
    match = re.fullmatch(r"\[(?P<six>[^\]]+)\](?::(?P<p6>\d+))?|(?P<four>[^:]+)(?::(?P<p4>\d+))?|(?P<bare>.*)", given)
    parts = match.groupdict() if match else {}
    try:
        ip_address(parts.get("six") or parts.get("four") or parts.get("bare") or "")
        port = int(parts.get("p6") or parts.get("p4") or 53)
    except ValueError:
        port = 0
    if not 1 <= port <= 65535:
        raise InputError(
            say(
                "error.list",
                option="--resolver",
                given=given,
                wanted="192.0.2.53, 192.0.2.53:5353, [2001:db8::53]:5353",
            )
        )
    return given


def a_callback(given: str | None) -> str | None:
    """ADDRESS:PORT of one's own ([ADDRESS]:PORT for IPv6), unchanged; InputError where it is not."""
    if given is None:
        return None
    host, _, port = given.rpartition(":")
    try:
        ip_address(host.removeprefix("[").removesuffix("]"))
        right = 1 <= int(port) <= 65535
    except ValueError:
        right = False
    if not right:
        raise InputError(
            say("error.list", option="--callback", given=given, wanted="192.0.2.7:4000, [2001:db8::7]:4000")
        )
    return given


def a_database(given: str | None) -> str | None:
    """A database URL that SQLAlchemy reads, with its driver installed, unchanged; InputError else."""
    try:
        if given is not None:
            create_engine(given).dispose()
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise InputError(say("error.file", option="--db", path=given, error=error)) from error
    return given


def a_date(given: str | None) -> date | None:
    try:
        return None if given is None else date.fromisoformat(given)
    except ValueError as error:
        raise InputError(say("error.date", given=given)) from error


def readable(option: str, path: Path) -> None:
    """InputError where a file that an option names cannot be opened."""
    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise InputError(say("error.file", option=option, path=path, error=error.strerror)) from error
