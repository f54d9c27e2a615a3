"""Whether a Java virtual machine lets a stranger debug it: the handshake is given back, and that is all."""

import asyncio
from contextlib import suppress

from probes.services.dialogues.jdwp import HANDSHAKE
from probes.services.hearing import hear
from probes.services.openness import Answer, open_probe
from scanner.model.errors import ConnectionRefused, TimedOut
from scanner.model.network import Network
from scanner.model.target import Target

PORTS = (5005, 8787)
PATIENCE = 10.0
A_MOMENT = 2.0
UNFINISHED = b"\x00\x00\x00\x0b"
"""The length of a packet that never comes: a virtual machine waits for the rest of it, an echo gives it back."""


async def ask(target: Target, net: Network) -> Answer:
    """The handshake; then the connection is closed."""
    return await _asked(target, net, b"")


async def ask_closer(target: Target, net: Network) -> Answer:
    """The handshake, and four bytes behind it that are no command, so that an echo shows itself.

    A virtual machine writes of a packet that broke off on its own output: so this is asked once, at the end.
    """
    return await _asked(target, net, UNFINISHED)


async def _asked(target: Target, net: Network, more: bytes) -> Answer:
    """It takes one debugger at a time, and listens again a moment after one has left."""
    with suppress(ConnectionRefused):
        return await _once(target, net, more)
    await asyncio.sleep(A_MOMENT)
    return await _once(target, net, more)


async def _once(target: Target, net: Network, more: bytes) -> Answer:
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(HANDSHAKE + more)
        heard = await hear(stream, PATIENCE)
    if not heard.data and not heard.closed:
        raise TimedOut("handshake: no answer")
    return describe(heard.data)


def describe(reply: bytes) -> Answer:
    """Open where the same words came back, and no more."""
    if reply == HANDSHAKE:
        return Answer(True, f"{HANDSHAKE.decode()}, given back")
    return Answer(None, "more came back than the handshake: an echo" if reply.startswith(HANDSHAKE) else "no handshake")


PROBE = open_probe("jdwp", PORTS, ask, again=ask_closer, connections=4)
