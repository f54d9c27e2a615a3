"""Whether a Java virtual machine lets a stranger debug it: the handshake is given back, and that is all."""

from probes.services.dialogues.jdwp import HANDSHAKE, PART
from probes.services.hearing import hear
from probes.services.openness import Answer, open_probe
from scanner.model.network import Network
from scanner.model.target import Target

PORTS = (5005, 8787)
A_MOMENT = 0.5


async def ask(target: Target, net: Network) -> Answer:
    """The handshake in two parts, so that an echo shows itself; then the connection is closed."""
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(HANDSHAKE[:PART])
        early = await hear(stream, A_MOMENT)
        if early.data or early.closed:
            return Answer(None, "answered before the handshake was whole: no Java debugger")
        await stream.send(HANDSHAKE[PART:])
        return describe(await stream.receive_exactly(len(HANDSHAKE)))


def describe(reply: bytes) -> Answer:
    """Open where the same words came back."""
    if reply == HANDSHAKE:
        return Answer(True, f"{HANDSHAKE.decode()}, given back")
    return Answer(None, "no handshake")


PROBE = open_probe("jdwp", PORTS, ask)
