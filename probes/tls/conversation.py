"""One connection: what must be said first, a hand-made hello, and the server's words. Nothing is judged.

Every hand-made question of this area passes here, so that the dialogue which comes before the hello (STARTTLS) has
one place to stand.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from probes.tls.starttls.step import End, StartTls
from probes.tls.starttls.table import before
from scanner.model.errors import ConnectionRefused, Malformed, NetworkError, OverBudget, TimedOut
from scanner.model.network import USUAL_DEADLINE, Network, Stream
from scanner.model.target import Target
from scanner.model.verdict import Reason

MOST_BYTES = 192 * 1024
MOST_BEFORE = 16 * 1024
"""Octets that a dialogue before the hello may bring."""
SECONDS_IN_ALL = USUAL_DEADLINE * 1.5
"""For a server that drips. One that is silent ends at the connection's own deadline, which comes first."""


class NotOffered(NetworkError):
    """The server says that it has no TLS at this place."""

    reason = Reason.REFUSED


class NotNow(NetworkError):
    """The server refuses TLS, or us, for a reason of the moment. Never evidence that it has none."""

    reason = Reason.REFUSED


class BrokeOff(Malformed):
    """The connection ended in the middle of the answer; `heard` is what had come."""

    def __init__(self, heard: bytes) -> None:
        super().__init__("the answer to the hello broke off")
        self.heard = heard


@asynccontextmanager
async def opened(net: Network, target: Target, seconds: float = SECONDS_IN_ALL) -> AsyncIterator[Stream]:
    """A connection at the point where a hello may be sent: at once, or after STARTTLS.

    Raises NotOffered, NotNow, Malformed, TimedOut, and what the connect itself raises.
    """
    dialogue = before(target)
    async with net.connect() as stream:
        if dialogue is not None:
            try:
                async with asyncio.timeout(seconds):
                    await _lead(stream, dialogue, _host(net, target), target.port or 0)
            except TimeoutError as error:
                raise TimedOut(f"{dialogue.protocol}: no leave for TLS in {seconds:g} s") from error
        yield stream


def _host(net: Network, target: Target) -> str:
    """Whom the client wants to speak to: by name where one is known, since some protocols serve nobody else."""
    return target.name or next(iter(net.names()), target.address or "")


async def _lead(stream: Stream, dialogue: StartTls, host: str, port: int) -> None:
    read, heard = dialogue.listen, b""
    if dialogue.opening is not None:
        await stream.send(dialogue.opening(host, port))
    while True:
        step = read(heard)
        if step is None:
            if len(heard) > MOST_BEFORE:
                raise OverBudget(f"{dialogue.protocol}: more than {MOST_BEFORE} octets before TLS")
            more = await stream.receive(4096)
            if not more:
                raise NotNow(f"{dialogue.protocol}: the connection was ended before TLS")
            heard += more
            continue
        if step.say:
            await stream.send(step.say)
        match step.end:
            case End.READY:
                return
            case End.NOT_OFFERED:
                raise NotOffered(f"{dialogue.protocol}: {step.what}")
            case End.NOT_NOW:
                raise NotNow(f"{dialogue.protocol}: {step.what}")
        if step.then is None:
            raise Malformed(f"{dialogue.protocol}: a dialogue without an end")
        read, heard = step.then, b""


async def say(
    net: Network, target: Target, words: bytes, enough: Callable[[bytes], bool], seconds: float = SECONDS_IN_ALL
) -> bytes:
    """Connect, say it, and listen until `enough` (which may raise Malformed), the end, or the deadline for all of it.

    Returns what was said, and nothing where the server ended the connection (a close or a reset) without a word.
    BrokeOff where it ended in the middle; TimedOut where too little came in time; OverBudget where it never becomes enough; what `opened` raises passes
    through.
    """
    async with opened(net, target, seconds) as stream:
        return await listen(stream, words, enough, seconds)


async def listen(
    stream: Stream, words: bytes, enough: Callable[[bytes], bool], seconds: float = SECONDS_IN_ALL
) -> bytes:
    """Say it on an open connection and listen, as `say` does."""
    heard = bytearray()
    end = time.monotonic() + seconds
    with contextlib.suppress(ConnectionRefused):
        await stream.send(words)
        while more := await stream.receive(16 * 1024, timeout=min(USUAL_DEADLINE, max(0.0, end - time.monotonic()))):
            heard += more
            if enough(bytes(heard)):
                return bytes(heard)
            if len(heard) > MOST_BYTES:
                raise OverBudget(f"more than {MOST_BYTES} octets in answer to a hello")
            if time.monotonic() > end:
                raise TimedOut(f"no complete answer to the hello in {seconds:g} s")
    if heard:
        raise BrokeOff(bytes(heard))
    return b""
