"""The other engine for open ports: nmap, through python-nmap, at ports that the gate has granted and nothing else."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from ipaddress import ip_address
from typing import Any
from xml.etree import ElementTree

from scanner.model.errors import Malformed, TimedOut
from scanner.network.connects import SLACK, Told
from scanner.network.grant import as_ranges
from scanner.network.nmap_run import SEARCH, program, run
from scanner.network.patience import in_turn

AT_ONCE = 4
"""nmap processes at a time, over all addresses."""

HOST_TIMEOUT = 120
SECONDS = HOST_TIMEOUT + 10

TECHNIQUES = {"connect": "-sT", "syn": "-sS"}

Within = Callable[[], AbstractAsyncContextManager[object]]
"""What holds for one run: it is entered for it, and may end it (a stop, a pause, the window, its own time)."""


class Nmap:
    """nmap as found on this machine. Raises InputError where it is missing."""

    def __init__(self, technique: str = "connect", search: tuple[str, ...] = SEARCH) -> None:
        self._path = program(search)
        self._technique = TECHNIQUES[technique]
        self._turn = asyncio.Semaphore(AT_ONCE)

    def at(self, address: str, within: Within = nullcontext) -> "NmapTries":
        return NmapTries(self._technique, self._path, self._turn, address, within)


class NmapTries:
    """nmap at one address: what it calls filtered was silent in two tries of its own."""

    twice = True

    def __init__(self, technique: str, path: str, turn: asyncio.Semaphore, address: str, within: Within) -> None:
        self._technique = technique
        self._path = path
        self._turn = turn
        self._address = address
        self._within = within

    async def ask(
        self, ports: Sequence[int], *, rate: float | None, half_open: int | None, last: bool, again: bool
    ) -> Told:
        """One run over these ports. Raises Malformed, TimedOut."""
        arguments = options(self._technique, self._address, rate, half_open)
        async with in_turn(self._turn), self._within():
            ended = await run(self._path, self._address, as_ranges(ports), arguments)
        told = read(ended.found, ended.output, ports)
        if len(told.unsent) == len(ports):
            raise TimedOut(f"nmap told nothing within its host time-out of {HOST_TIMEOUT} s")
        told.note = ended.note
        return told

    def end(self) -> None:
        """Every run has ended by itself."""


def options(technique: str, address: str, rate: float | None, half_open: int | None) -> list[str]:
    """What stands on the command line beside address and ports."""
    chosen = [technique, "-n", "-Pn", "-T3", "--no-stylesheet", "--max-retries", "1"]
    chosen += ["--initial-rtt-timeout", "1s", "--min-rtt-timeout", "1s", "--host-timeout", f"{HOST_TIMEOUT}s"]
    chosen += ["--max-rate", f"{rate / SLACK:g}"] if rate else []
    chosen += ["--max-parallelism", str(half_open)] if half_open else []
    chosen += ["-6"] if ip_address(address).version == 6 else []
    return chosen


def read(found: Mapping[str, Any], output: str | bytes, ports: Iterable[int]) -> Told:
    """Sort nmap's ports by state: those it lists, and those it only counts, by the ranges it gives for them.

    A port that nmap does not account for was not asked (its host time-out).
    """
    told = Told()
    left = set(ports)
    for port, state in [*_listed(found), *_counted(output)]:
        if port in left:
            left.discard(port)
            match state:
                case "open":
                    told.opened.append(port)
                case "closed" | "unfiltered":
                    told.closed.append(port)
                case _:
                    told.prohibited.append(port)
    told.unsent = sorted(left)
    return told


def _listed(found: Mapping[str, Any]) -> Iterable[tuple[int, str]]:
    for host in found.get("scan", {}).values():
        for port, facts in host.get("tcp", {}).items():
            yield int(port), str(facts["state"])


def _counted(output: str | bytes) -> Iterable[tuple[int, str]]:
    """`extraports`, which python-nmap leaves out: {state, extrareasons with ranges of ports}."""
    try:
        root = ElementTree.fromstring(output)  # noqa: S314 - nmap's own output, and no service speaks in it
        return [
            (port, extra.get("state", ""))
            for extra in root.iter("extraports")
            for reason in extra.iter("extrareasons")
            for part in filter(None, reason.get("ports", "").split(","))
            for port in _range(part)
        ]
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise Malformed(f"nmap's output cannot be read: {error}") from error


def _range(part: str) -> range:
    first, _, last = part.partition("-")
    return range(int(first), min(int(last or first), 65535) + 1)
