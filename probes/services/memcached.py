"""Whether memcached obeys a stranger: its version and the first line of its statistics. No key is looked at."""

from dataclasses import dataclass

from probes.services.banner import printable
from probes.services.dialogues.memcached import UNAUTHENTICATED, VERSION
from probes.services.dialogues.memcached_binary import STAT, request, status
from probes.services.where import spoken_or_silent
from scanner.model.errors import Malformed, TimedOut
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORTS = (11211,)
AUTHENTICATION = 0x20
"""The status of the binary protocol that asks for a login."""


@dataclass(frozen=True, slots=True)
class MemcachedFacts:
    """`open`: commands are obeyed without a login. `version` is as it said, `reply` the lines that told, masked."""

    open: bool | None
    version: str = ""
    reply: str = ""


async def observe(target: Target, net: Network) -> Seen[MemcachedFacts]:
    """One asking, and a second one before memcached is said to be open (R12)."""
    first = await _ask(target, net)
    if first.facts.open is not True:
        return first
    second = await _ask(target, net)
    return first if second.facts.open else _seen(None, first.facts.version, second.facts.reply)


async def _ask(target: Target, net: Network) -> Seen[MemcachedFacts]:
    """Two commands in text; where text is not spoken (SASL), one in the binary protocol."""
    try:
        async with net.connect(tls=target.tls is True) as stream:
            await stream.send(b"version\r\n")
            version = await stream.receive_until(b"\r\n", 1024)
            await stream.send(b"stats\r\n")
            return describe(version, await stream.receive_until(b"\r\n", 1024))
    except (Malformed, TimedOut):
        return await _binary(target, net)


async def _binary(target: Target, net: Network) -> Seen[MemcachedFacts]:
    async with net.connect(tls=target.tls is True) as stream:
        await stream.send(request(STAT))
        return describe_binary(await stream.receive_exactly(24))


def describe(version: bytes, statistics: bytes) -> Seen[MemcachedFacts]:
    """Open where both commands were answered; not where both want a login."""
    told = VERSION.match(version)
    given, refused = statistics.startswith(b"STAT "), statistics.startswith(UNAUTHENTICATED)
    is_open = True if told and given else False if refused and not given else None
    # The first statistic is the process's number: nobody's business.
    lines = [version, b"STAT ..." if given else statistics]
    return _seen(is_open, told[1].decode("ascii") if told else "", " | ".join(printable(line) for line in lines))


def describe_binary(header: bytes) -> Seen[MemcachedFacts]:
    """Open where the statistics come (0), not where they want a login (0x20)."""
    code = status(header, STAT)
    is_open = {0: True, AUTHENTICATION: False}.get(-1 if code is None else code)
    return _seen(is_open, "", f"binary protocol, STAT: status {'none' if code is None else f'0x{code:04x}'}")


def _seen(is_open: bool | None, version: str, reply: str) -> Seen[MemcachedFacts]:
    gaps = {} if is_open is not None else {"open": Reason.MALFORMED}
    evidence = (Evidence(f"memcached: {reply}", reply.encode(), "open"),)
    return Seen(MemcachedFacts(is_open, version, reply), gaps, evidence)


def wants(target: Target) -> bool:
    """memcached; and what says nothing where it usually lives."""
    return spoken_or_silent(target, "memcached", PORTS)


PROBE = Probe(
    "services.memcached",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    MemcachedFacts,
    observe,
    cost=Cost(connections=4, seconds=60),
    profile=Profile.QUICK,
    wants=wants,
    address_bound=True,
)
