"""Whether an X server lets in who brings no cookie (X Window System Protocol, section 8). Nothing is drawn or read."""

import asyncio
from dataclasses import dataclass

from probes.services.banner import printable
from probes.services.dialogues.x11 import SETUP
from probes.services.twice import asked
from probes.services.where import spoken_or_silent
from scanner.model.errors import Malformed
from scanner.model.network import Network, Stream
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORTS = tuple(range(6000, 6010))
FAILED, SUCCESS, AUTHENTICATE = 0, 1, 2
STARTING_AFRESH = (Reason.REFUSED, Reason.MALFORMED)
PAUSE = 1.0
VENDOR_AT, MOST_VENDOR = 40, 200


@dataclass(frozen=True, slots=True)
class X11Facts:
    """`open`: the set-up without a cookie succeeded. `vendor` and `release` are the server's words then, else the
    reason that it gave stands in `refusal`."""

    open: bool | None
    vendor: str = ""
    release: int | None = None
    refusal: str = ""


async def observe(target: Target, net: Network) -> Seen[X11Facts]:
    """One set-up; a second one beside it where it succeeded. The connections end with the answers.

    A server whose last client has left starts afresh, and may shut its door meanwhile: then it is asked once more.
    """
    told = await asked(lambda: _twice(target, net))
    if told.reason in STARTING_AFRESH:
        await asyncio.sleep(PAUSE)
        told = await asked(lambda: _twice(target, net))
    return describe(told.answer, told.reason)


async def _twice(target: Target, net: Network) -> X11Facts:
    tls = target.tls is True
    async with net.connect(tls=tls) as stream:
        first = await _asked(stream)
        if not first.open:
            return first
        async with net.connect(tls=tls) as another:
            second = await _asked(another)
    if not second.open:
        raise Malformed("a set-up that succeeds once and not again")
    return second


async def _asked(stream: Stream) -> X11Facts:
    await stream.send(SETUP)
    return await _answer(stream)


async def _answer(stream: Stream) -> X11Facts:
    head = await stream.receive_exactly(8)
    length = 4 * int.from_bytes(head[6:8], "little")
    return read(head, await stream.receive_exactly(min(length, VENDOR_AT + MOST_VENDOR)))


def read(head: bytes, rest: bytes) -> X11Facts:
    """The facts of the answer's first eight bytes and some of the rest, in our byte order."""
    if head[0] == SUCCESS and int.from_bytes(head[2:4], "little") == 11 and len(rest) >= 32:
        size = int.from_bytes(rest[16:18], "little")
        vendor = printable(rest[32 : 32 + min(size, MOST_VENDOR)])
        return X11Facts(True, vendor, int.from_bytes(rest[0:4], "little"))
    if head[0] == FAILED and int.from_bytes(head[2:4], "little") == 11:
        return X11Facts(False, refusal=printable(rest[: head[1]]))
    if head[0] == AUTHENTICATE:
        return X11Facts(False, refusal=printable(rest.rstrip(b"\0")))
    raise Malformed("not an answer of an X server")


def describe(facts: X11Facts | None, reason: Reason | None) -> Seen[X11Facts]:
    """The facts with their evidence, or why there are none."""
    if facts is None:
        return Seen(X11Facts(None), {"open": reason or Reason.MALFORMED})
    told = f"success, {facts.vendor} {facts.release}" if facts.open else f"refused: {facts.refusal}"
    evidence = Evidence(f"X11 connection set-up without a cookie: {told}", told.encode(), "open")
    return Seen(facts, evidence=(evidence,))


def wants(target: Target) -> bool:
    """X11; and what says nothing where it usually lives."""
    return spoken_or_silent(target, "x11", PORTS)


PROBE = Probe(
    "services.x11",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    X11Facts,
    observe,
    cost=Cost(connections=4, seconds=60),
    wants=wants,
    address_bound=True,
)
