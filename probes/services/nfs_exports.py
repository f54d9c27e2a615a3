"""Which directories an NFS server exports to everyone, by its mount service's list (RFC 1813). Nothing is mounted."""

from dataclasses import dataclass
from itertools import islice

from probes.services.banner import printable
from probes.services.rpc import MOUNT, PORTMAPPER, TCP, Reply
from probes.services.rpc_call import Procedure, by_stream
from probes.services.rpc_programs import exports, port
from scanner.model.errors import NetworkError
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORT_MAPPER = 111
WHERE = Procedure(PORTMAPPER, 2, 3, (MOUNT, 3, TCP, 0))
LIST = Procedure(MOUNT, 3, 5)
MOST_EVIDENCE = 50
"""Exports that bring a line of evidence each."""


@dataclass(frozen=True, slots=True)
class WorldExport:
    """A path that everyone may mount."""

    path: str


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """`world` is None where the mount service did not list its exports; `others` is how many are not for everyone,
    whose paths are not kept. `mount_port` is where it was asked."""

    world: tuple[WorldExport, ...] | None
    others: int = 0
    mount_port: int = 0


async def observe(target: Target, net: Network) -> Seen[ExportFacts]:
    """The port mapper tells where the mount service is; where it does not, NFS's own port is asked."""
    mount = await _mount_port(net) or target.port or 0
    first = await by_stream(net, LIST, mount)
    return describe(first, await by_stream(net, LIST, mount) if first.success else first, mount)


async def _mount_port(net: Network) -> int | None:
    """None where the port mapper is out of reach or knows no mount service."""
    try:
        told = await by_stream(net, WHERE, PORT_MAPPER)
    except NetworkError as error:
        if error.reason is Reason.INTERRUPTED:
            raise
        return None
    return (port(told.results) or None) if told.success else None


def describe(first: Reply, second: Reply, mount: int) -> Seen[ExportFacts]:
    """The facts of two lists: an export counts as open to everyone where both say so."""
    if not first.success or not second.success:
        return Seen(ExportFacts(None, mount_port=mount), {"world": Reason.REFUSED})
    listed, again = exports(first.results), exports(second.results)
    if listed is None or again is None:
        return Seen(ExportFacts(None, mount_port=mount), {"world": Reason.MALFORMED})
    world = dict.fromkeys(printable(one.path) for one in listed if one.world and one in again)
    facts = ExportFacts(tuple(WorldExport(path) for path in world), sum(not one.world for one in listed), mount)
    evidence = (
        Evidence(f"mount EXPORT on port {mount}, twice: {path} to everyone", about=f"world/{path}") for path in world
    )
    return Seen(facts, evidence=tuple(islice(evidence, MOST_EVIDENCE)))


def wants(target: Target) -> bool:
    return target.protocol == "nfs" and target.transport == "tcp" and target.name is None


PROBE = Probe(
    "services.nfs-exports",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    ExportFacts,
    observe,
    cost=Cost(connections=3, seconds=60),
    wants=wants,
    address_bound=True,
)
