"""Whether an MQTT broker takes a client without a name. Nothing is subscribed to or published."""

from probes.services.dialogues.mqtt import CODES, DISCONNECT, code, connect
from probes.services.hearing import farewell
from probes.services.openness import Answer, open_probe
from scanner.model.network import Network
from scanner.model.target import Target

PORTS = (1883, 8883)
ACCEPTED, REJECTED, UNWELCOME = 0, 2, (4, 5)
CLIENT = b"yuanjian"


async def ask(target: Target, net: Network) -> Answer:
    """CONNECT; with an identifier of our own where the broker makes up none."""
    first = await _connack(target, net, b"")
    return describe(await _connack(target, net, CLIENT) if code(first) == REJECTED else first)


async def _connack(target: Target, net: Network, client: bytes) -> bytes:
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(connect(client))
        reply = await stream.receive_exactly(4)
        if code(reply) == ACCEPTED:
            await farewell(stream, DISCONNECT)
        return reply


def describe(reply: bytes) -> Answer:
    """Accepted, refused for want of a login, or neither."""
    told = code(reply)
    if told is None:
        return Answer(None, "CONNECT: no reply in the protocol's form")
    words = f"CONNECT without a name: CONNACK {told}, {CODES[told]}"
    return Answer(True if told == ACCEPTED else False if told in UNWELCOME else None, words)


PROBE = open_probe("mqtt", PORTS, ask, connections=4)
