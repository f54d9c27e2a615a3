"""Whether the RPC port mapper lists its programs to strangers, over UDP and TCP. No program is called."""

from dataclasses import dataclass

from probes.services.rpc import PORTMAPPER, Reply
from probes.services.rpc_call import Procedure, by_datagram, by_stream
from probes.services.rpc_programs import names_of, programs
from probes.services.telling import lives
from scanner.model.errors import Malformed, TimedOut
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

DUMP = Procedure(PORTMAPPER, 2, 4)
NULL = Procedure(PORTMAPPER, 2, 0)


@dataclass(frozen=True, slots=True)
class RpcbindFacts:
    """`lists`: the programs were listed. `programs` are their names, or numbers where no name is known."""

    lists: bool | None
    programs: tuple[str, ...] = ()


async def observe(target: Target, net: Network) -> Seen[RpcbindFacts]:
    """One call, repeated where it is answered; where it is not, the null procedure."""
    try:
        first = await _dump(target, net)
        return describe(first, await _dump(target, net) if first.success else first)
    except TimedOut:
        if not await _lives(target, net):
            raise
        return Seen(RpcbindFacts(False))


async def _dump(target: Target, net: Network) -> Reply:
    if target.transport != "udp":
        return await by_stream(net, DUMP)
    try:
        return await by_datagram(net, DUMP)
    except (TimedOut, Malformed):
        return await by_datagram(net, DUMP)


async def _lives(target: Target, net: Network) -> bool:
    if target.transport == "udp":
        return await lives(target, net)
    try:
        return (await by_stream(net, NULL)).success
    except (TimedOut, Malformed):
        return False


def describe(first: Reply, second: Reply) -> Seen[RpcbindFacts]:
    """The facts of two replies: a refusal is seen once, a list twice."""
    if not first.success:
        return Seen(RpcbindFacts(False))
    listed, again = programs(first.results), programs(second.results) if second.success else None
    if listed is None or again is None:
        return Seen(RpcbindFacts(None), {"lists": Reason.MALFORMED})
    names = names_of(listed)
    evidence = Evidence(f"port mapper DUMP, twice: {', '.join(names)}"[:400], about="lists")
    return Seen(RpcbindFacts(bool(listed), names), evidence=(evidence,) if listed else ())


def wants(target: Target) -> bool:
    return target.protocol == "rpcbind" and target.name is None


PROBE = Probe(
    "services.rpcbind",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    RpcbindFacts,
    observe,
    cost=Cost(connections=4, seconds=60),
    wants=wants,
    address_bound=True,
)
