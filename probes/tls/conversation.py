"""One connection: a hand-made hello is sent, and the server's first words are listened to. Nothing is judged.

Every hand-made question of this area passes here, so that a dialogue which must come before the hello (STARTTLS)
has one place to stand.
"""

import asyncio
import contextlib
from collections.abc import Callable

from scanner.model.errors import ConnectionRefused, Malformed, OverBudget, TimedOut
from scanner.model.network import USUAL_DEADLINE, Network, Stream

MOST_BYTES = 192 * 1024
SECONDS_IN_ALL = USUAL_DEADLINE * 1.5
"""For a server that drips. One that is silent ends at the connection's own deadline, which comes first."""


async def say(net: Network, words: bytes, enough: Callable[[bytes], bool], seconds: float = SECONDS_IN_ALL) -> bytes:
    """Connect, say it, and listen until `enough` (which may raise Malformed), the end, or the deadline for all of it.

    Returns what was said, and nothing where the server ended the connection (a close or a reset) without a word.
    TimedOut where too little came in time; OverBudget where it never becomes enough; what the connect itself
    raises passes through.
    """
    async with net.connect() as stream:
        try:
            async with asyncio.timeout(seconds):
                return await _listen(stream, words, enough)
        except TimeoutError as error:
            raise TimedOut(f"no complete answer to the hello in {seconds:g} s") from error


async def _listen(stream: Stream, words: bytes, enough: Callable[[bytes], bool]) -> bytes:
    heard = bytearray()
    with contextlib.suppress(ConnectionRefused):
        await stream.send(words)
        while more := await stream.receive(16 * 1024):
            heard += more
            if enough(bytes(heard)):
                return bytes(heard)
            if len(heard) > MOST_BYTES:
                raise OverBudget(f"more than {MOST_BYTES} octets in answer to a hello")
    if heard:
        raise Malformed("the answer to the hello broke off")
    return b""
