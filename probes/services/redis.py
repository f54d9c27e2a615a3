"""Whether Redis obeys a stranger: PING, and INFO where PING does not tell. No key is looked at."""

from dataclasses import dataclass

from probes.services.banner import printable
from probes.services.dialogues.redis import INFO, PING, REPLY
from probes.services.where import spoken_or_silent
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PONG = b"+PONG\r\n"
REFUSALS = (b"-NOAUTH ", b"-DENIED ", b"-ERR operation not permitted")
"""No password given; protected mode; what releases before 2.8 said for want of a password."""
SERVER = b"# Server"
PORTS = (6379, 6380)


@dataclass(frozen=True, slots=True)
class RedisFacts:
    """`no_auth`: commands are obeyed without a login. `reply` is the line that told, masked."""

    no_auth: bool | None
    reply: str = ""


async def observe(target: Target, net: Network) -> Seen[RedisFacts]:
    """One connection, and a second one before Redis is said to be open."""
    first = await _ask(target, net)
    if first.facts.no_auth is not True:
        return first
    second = await _ask(target, net)
    return first if second.facts.no_auth else Seen(RedisFacts(None, second.facts.reply), {"no_auth": Reason.MALFORMED})


async def _ask(target: Target, net: Network) -> Seen[RedisFacts]:
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(PING)
        line = await stream.receive_until(b"\r\n", 4096)
        if obeyed(line) is not None or not REPLY.match(line):
            return describe(line)
        await stream.send(INFO)
        head = await stream.receive_until(b"\r\n", 4096)
        return describe(head + await stream.receive_until(b"\r\n", 4096) if head.startswith(b"$") else head)


def obeyed(reply: bytes) -> bool | None:
    """What a reply to PING or INFO says; None where it leaves the question open."""
    if reply == PONG or (reply.startswith(b"$") and SERVER in reply):
        return True
    return False if reply.startswith(REFUSALS) else None


def describe(reply: bytes) -> Seen[RedisFacts]:
    """The facts of one reply."""
    no_auth = obeyed(reply)
    line = printable(reply)
    gaps = {} if no_auth is not None else {"no_auth": Reason.MALFORMED}
    return Seen(RedisFacts(no_auth, line), gaps, (Evidence(f"Redis: {line}", line.encode(), "no_auth"),))


def wants(target: Target) -> bool:
    """Redis; and what says nothing where Redis usually lives, so that this is told as it is."""
    return spoken_or_silent(target, "redis", PORTS)


PROBE = Probe(
    "services.redis",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    RedisFacts,
    observe,
    cost=Cost(connections=2, seconds=60),
    profile=Profile.QUICK,
    wants=wants,
    address_bound=True,
)
