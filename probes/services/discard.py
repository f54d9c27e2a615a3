"""Whether the discard service (RFC 863) swallows what it is sent: all that it ever does. Only on its own port."""

from dataclasses import dataclass

from probes.services.where import spoken_or_silent
from scanner.model.errors import TimedOut
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind

PORTS = (9,)
LINE = b"Yuanjian\r\n"
SECONDS = 2.0
"""How long it has to stay silent with the connection open."""


@dataclass(frozen=True, slots=True)
class DiscardFacts:
    """`swallows`: on two connections a line was taken, nothing came, and the connection stayed open. This is what
    discard does, and no proof that it is discard."""

    swallows: bool


async def observe(target: Target, net: Network) -> Seen[DiscardFacts]:
    """Two connections, a line on each."""
    swallows = await _swallows(net) and await _swallows(net)
    evidence = Evidence("TCP 9: accepted, took a line, said nothing, stayed open; twice", about="swallows")
    return Seen(DiscardFacts(swallows), evidence=(evidence,) if swallows else ())


async def _swallows(net: Network) -> bool:
    async with net.connect() as stream:
        await stream.send(LINE)
        try:
            await stream.receive(64, timeout=SECONDS)
        except TimedOut:
            return True
        return False


def wants(target: Target) -> bool:
    """What no dialogue knew on the port where discard lives."""
    return spoken_or_silent(target, "discard", PORTS)


PROBE = Probe(
    "services.discard",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    DiscardFacts,
    observe,
    cost=Cost(connections=2, seconds=30),
    wants=wants,
    address_bound=True,
)
