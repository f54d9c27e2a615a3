"""Whether an rsync daemon lets anybody into a module that it lists (rsyncd.conf(5)). No file is listed or fetched."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from probes.services.banner import printable
from probes.services.twice import asked, asked_twice
from probes.services.where import spoken_or_silent
from scanner.model.errors import Malformed, NetworkError, OverBudget
from scanner.model.network import Network, Stream
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORTS = (873,)
Heard = TypeVar("Heard")
GREETING = b"@RSYNCD: "
OURS = b"@RSYNCD: 30.0\n"
"""The last version of the protocol that knows no digests, so that none is agreed."""
OK, EXIT, AUTH, ERROR = b"@RSYNCD: OK", b"@RSYNCD: EXIT", b"@RSYNCD: AUTHREQD", b"@ERROR"
PADDED = 15
FULL = b"max connections"
MOST_LINE, MOST_LINES = 512, 300
MOST_MODULES = 50
MOST_TRIED = 5
"""Modules that are knocked at; the first that opens ends it."""


@dataclass(frozen=True, slots=True)
class RsyncFacts:
    """`open`: a listed module admits without a password; `module` is its name. `modules` are those listed, at most
    50; `tried` how many were knocked at, `more` whether others were left."""

    open: bool | None
    modules: tuple[str, ...] | None
    module: str = ""
    tried: int = 0
    more: bool = False


async def observe(target: Target, net: Network) -> Seen[RsyncFacts]:
    """The list on one connection, each module's door on another; the one that opens, twice."""

    async def ask(command: bytes, read: Callable[[Stream], Awaitable[Heard]]) -> Heard:
        async with net.connect(tls=target.tls is True) as stream:
            await _greeted(stream)
            await stream.send(command + b"\n")
            return await read(stream)

    listed = await asked(lambda: ask(b"#list", _names))
    if listed.answer is None:
        return describe(None, None, 0, listed.reason)
    names = listed.answer
    why: Reason | None = None
    for count, name in enumerate(names[:MOST_TRIED], 1):
        door = await asked_twice(partial(ask, name, _door), bool)
        if door.answer:
            return describe(names, name, count, None)
        why = why or door.reason
    return describe(names, None, min(len(names), MOST_TRIED), why)


async def _greeted(stream: Stream) -> None:
    line = await stream.receive_until(b"\n", MOST_LINE)
    if not line.startswith(GREETING):
        raise Malformed("not a greeting of rsync")
    await stream.send(OURS)


async def _names(stream: Stream) -> tuple[bytes, ...]:
    """The modules' names up to the list's end; the message of the day before them is no module."""
    names: list[bytes] = []
    for _ in range(MOST_LINES):
        line = (await stream.receive_until(b"\n", MOST_LINE)).rstrip(b"\r\n")
        if line.startswith(EXIT):
            return tuple(names[:MOST_MODULES])
        if line.startswith(ERROR):
            raise NetworkError(f"rsync: {printable(line)}", Reason.REFUSED)
        if (name := module_name(line)) is not None:
            names.append(name)
    raise OverBudget(f"a list of more than {MOST_LINES} lines")


async def _door(stream: Stream) -> bool:
    """Whether a module's name is answered by OK, and not by a challenge or an error; the message of the day comes before."""
    for _ in range(MOST_LINES):
        line = (await stream.receive_until(b"\n", MOST_LINE)).rstrip(b"\r\n")
        if line.startswith(ERROR) and FULL in line:
            raise NetworkError(f"rsync: {printable(line)}", Reason.REFUSED)
        if line.startswith((OK, AUTH, ERROR)):
            return line.startswith(OK)
    raise OverBudget(f"more than {MOST_LINES} lines before an answer")


def module_name(line: bytes) -> bytes | None:
    """The name in a line of the list: padded to 15 characters, a tab, a comment; None for any other line."""
    padded, tab, _ = line.partition(b"\t")
    name = padded.rstrip(b" ")
    listed = tab and name and len(padded) >= PADDED and not name.startswith((b"@", b"#")) and b"\0" not in name
    return name if listed else None


def describe(names: tuple[bytes, ...] | None, opened: bytes | None, tried: int, why: Reason | None) -> Seen[RsyncFacts]:
    """The facts; a door that gave no answer leaves `open` untold unless another opened."""
    if names is None:
        return Seen(RsyncFacts(None, None), dict.fromkeys(("open", "modules"), why or Reason.MALFORMED))
    shown = tuple(printable(name, 80) for name in names)
    told = True if opened is not None else None if why or len(names) > MOST_TRIED else False
    facts = RsyncFacts(told, shown, printable(opened or b"", 80), tried, len(names) > MOST_TRIED)
    gaps = {} if told is not None else {"open": why or Reason.BUDGET}
    if opened is None:
        return Seen(facts, gaps)
    return Seen(facts, gaps, (Evidence(f"rsync module {facts.module}: @RSYNCD: OK", b"@RSYNCD: OK", "open"),))


def wants(target: Target) -> bool:
    """rsync; and what says nothing where it usually lives."""
    return spoken_or_silent(target, "rsync", PORTS)


PROBE = Probe(
    "services.rsync",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    RsyncFacts,
    observe,
    cost=Cost(connections=2 + MOST_TRIED, seconds=90),
    wants=wants,
    address_bound=True,
)
