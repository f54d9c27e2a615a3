"""Whether ZooKeeper answers a stranger: `srvr`, and where that word is off its list, the root node by a session."""

from probes.services.dialogues.zookeeper import UNLISTED, VERSION, WORD
from probes.services.hearing import farewell, hear
from probes.services.openness import Answer, open_probe
from scanner.model.errors import Malformed
from scanner.model.network import Network, Stream
from scanner.model.target import Target

PORTS = (2181, 2281)
TIMEOUT_MS = 4000
CONNECT = bytes(4) + bytes(8) + TIMEOUT_MS.to_bytes(4, "big") + bytes(8) + (16).to_bytes(4, "big") + bytes(16) + b"\x01"
"""ConnectRequest (zookeeper.jute): protocol 0, nothing seen, no session of before, and content with reading alone."""
GET_DATA, CLOSE = 4, -11
ROOT = (1).to_bytes(4, "big") + b"/" + b"\x00"
REFUSED = {-102: "no authentication (-102)", -115: "authentication failed (-115)", -124: "SASL is required (-124)"}
"""KeeperException's codes for a stranger who may not."""
MOST = 1 << 20


async def ask(target: Target, net: Network) -> Answer:
    """The four-letter word; where it is not obeyed, a session that reads / and closes."""
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(WORD)
        reply = (await hear(stream, 8.0)).data
    if VERSION.match(reply):
        return Answer(True, "srvr: " + reply.partition(b"\n")[0].decode("utf-8", "replace"))
    if not reply.startswith(UNLISTED):
        return Answer(None, "srvr: nothing of ZooKeeper's")
    async with net.connect(tls=target.tls is True) as stream:
        return await by_session(stream)


async def by_session(stream: Stream) -> Answer:
    """A session that may only read: opened, one read of /, closed."""
    await stream.send(_framed(CONNECT))
    opened = await _frame(stream)
    if len(opened) < 16 or int.from_bytes(opened[4:8], "big", signed=True) <= 0:
        return Answer(None, "srvr: not on the list; a session: not granted")
    await stream.send(_framed(_header(1, GET_DATA) + ROOT))
    answer = describe(await _frame(stream))
    if answer.open is not False:
        await farewell(stream, _framed(_header(2, CLOSE)))
    return answer


def describe(reply: bytes) -> Answer:
    """ReplyHeader: our number, a transaction, and an error or 0."""
    if len(reply) < 16 or int.from_bytes(reply[:4], "big") != 1:
        return Answer(None, "reading /: no reply in the protocol's form")
    error = int.from_bytes(reply[12:16], "big", signed=True)
    if error == 0:
        return Answer(True, "srvr: not on the list; an anonymous session read /")
    return Answer(False if error in REFUSED else None, f"reading /: {REFUSED.get(error, f'error {error}')}")


async def _frame(stream: Stream) -> bytes:
    length = int.from_bytes(await stream.receive_exactly(4), "big")
    if length > MOST:
        raise Malformed(f"a packet of {length} bytes")
    return await stream.receive_exactly(length)


def _framed(packet: bytes) -> bytes:
    return len(packet).to_bytes(4, "big") + packet


def _header(number: int, operation: int) -> bytes:
    return number.to_bytes(4, "big") + operation.to_bytes(4, "big", signed=True)


PROBE = open_probe("zookeeper", PORTS, ask, connections=4)
