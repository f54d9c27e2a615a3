"""Whether Cassandra lets a stranger begin: STARTUP, and whether READY or AUTHENTICATE comes. No query follows."""

from probes.services.cassandra_wire import AUTHENTICATE, ERROR, HEADER, NEWEST, READY, operation, startup, version
from probes.services.openness import Answer, open_probe
from scanner.model.errors import Malformed
from scanner.model.network import Network
from scanner.model.target import Target

PORTS = (9042, 9142)
OLDEST = 3
MOST = 1 << 16


async def ask(target: Target, net: Network) -> Answer:
    """In the usual version; in the server's own where it answers with an error written in another."""
    first = await _begun(target, net, startup())
    if operation(first) == ERROR and OLDEST <= version(first) <= NEWEST and version(first) != version(startup()):
        first = await _begun(target, net, startup(version(first)))
    return describe(first)


async def _begun(target: Target, net: Network, question: bytes) -> bytes:
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(question)
        head = await stream.receive_exactly(HEADER)
        length = int.from_bytes(head[5:9], "big")
        if length > MOST:
            raise Malformed(f"a frame of {length} bytes")
        return head + await stream.receive_exactly(length)


def describe(reply: bytes) -> Answer:
    """READY: everybody may ask; AUTHENTICATE: a login is wanted."""
    told = operation(reply)
    if told == READY:
        return Answer(True, "STARTUP: READY")
    if told == AUTHENTICATE:
        length = int.from_bytes(reply[HEADER : HEADER + 2], "big")
        return Answer(False, f"STARTUP: AUTHENTICATE {reply[HEADER + 2 :][:length].decode('ascii', 'replace')}")
    return Answer(None, "STARTUP: an error" if told == ERROR else "STARTUP: no reply in the protocol's form")


PROBE = open_probe("cassandra", PORTS, ask, connections=4)
