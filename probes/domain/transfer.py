"""Whether the zone's name servers give the whole zone away to anybody who asks (AXFR, RFC 5936). Keeps no zone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from probes.domain.answer import read
from probes.domain.lookup import look_up
from probes.domain.name_server import targets
from scanner.model.errors import ConnectionRefused, Malformed, NetworkError
from scanner.model.network import Network, Server
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

MOST_RECORDS = 64
MOST_SERVERS = 32
MOST_NAMES = 5
"""Owner names kept as evidence."""

DENIALS = re.compile(r"\b(REFUSED|NOTAUTH|NOTIMP|NXDOMAIN|FORMERR|NOTZONE)\b")
"""Response codes by which a server says that it does not give the zone: an answer, and a good one."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """One name server over all its addresses that may be asked.

    `transferred` is True where one of them gave the zone, twice; False where each said no; else None, for
    `reason`. `address` is the one that gave it, or the first. `records` counts what was read of the zone.
    """

    server: str
    address: str | None
    transferred: bool | None
    records: int = 0
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class TransferFacts:
    """`delegated` says whether the name has name servers of its own; `servers` are they."""

    delegated: bool | None
    servers: tuple[ServerFacts, ...] | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one address said: SOA, records and owner names read, or the reason for knowing nothing."""

    server: Server
    transferred: bool | None
    records: int = 0
    names: tuple[str, ...] = ()
    soa: str = ""
    reason: Reason | None = None


async def observe(target: Target, net: Network) -> Seen[TransferFacts]:
    """Ask each name server for the zone, where its address is ours to ask."""
    zone = target.name or ""
    delegation = await look_up(net, zone, "NS")
    if delegation.own is None:
        reason = delegation.reason or Reason.MALFORMED
        return Seen(TransferFacts(None, None), {"delegated": reason, "servers": reason})
    names = targets(delegation.own)[:MOST_SERVERS]
    placed = await net.dns.servers(zone) if names else ()
    servers, evidence = [], []
    for name in names:
        attempts = [await _attempt(net, server, zone) for server in placed if server.name.lower().rstrip(".") == name]
        servers.append(joined(name, attempts))
        evidence += [_evidence(name, attempt) for attempt in attempts if attempt.transferred][:1]
    return Seen(TransferFacts(bool(names), tuple(servers)), evidence=tuple(evidence))


async def _attempt(net: Network, server: Server, zone: str) -> Attempt:
    """AXFR, twice where it is given, and the SOA: a server that has no SOA for the zone gave something else."""
    reason = net.owns(server.address)
    if reason is not None:
        return Attempt(server, None, reason=reason)
    try:
        records, names = await net.dns.transfer(server, zone, MOST_RECORDS)
        if gave_zone(zone, records, names):
            records, names = await net.dns.transfer(server, zone, MOST_RECORDS)
        soa = read(await net.dns.ask(server, zone, "SOA", tcp=True), zone, "SOA").texts
    except NetworkError as error:
        if error.reason is Reason.INTERRUPTED:
            raise
        if is_denial(error):
            return Attempt(server, False)
        return Attempt(server, None, reason=error.reason)
    if gave_zone(zone, records, names) and soa:
        return Attempt(server, True, records, names, soa[0])
    return Attempt(server, None, reason=Reason.MALFORMED)


def gave_zone(zone: str, records: int, names: tuple[str, ...]) -> bool:
    """Whether what was read begins at the zone, stays in it, and is more than its SOA (RFC 5936 section 2.2)."""
    inside = all(name == zone or name.endswith(f".{zone}") for name in names)
    return records >= 2 and inside and names[:1] == (zone,)


def is_denial(error: NetworkError) -> bool:
    """Whether the server said no: by a response code, or by a reset where TCP is not served at all."""
    if isinstance(error, ConnectionRefused):
        return True
    return isinstance(error, Malformed) and DENIALS.search(str(error).upper()) is not None


def joined(name: str, attempts: Iterable[Attempt]) -> ServerFacts:
    """One server from what its addresses said: one that gives is enough, and all have to deny."""
    known = list(attempts)
    if not known:
        return ServerFacts(name, None, None, reason=Reason.UNREACHABLE)
    order = (True, None, False)
    worst = min(known, key=lambda attempt: order.index(attempt.transferred))
    return ServerFacts(name, worst.server.address, worst.transferred, worst.records, worst.reason)


def _evidence(name: str, given: Attempt) -> Evidence:
    """The SOA, the count, and a handful of owner names: enough to prove the point, and no copy of the zone."""
    most = "+" if given.records >= MOST_RECORDS else ""
    lines = [f"SOA {given.soa}", f"records {given.records}{most}", *given.names[:MOST_NAMES]]
    what = f"AXFR @{given.server.address}#{given.server.port}: {given.records}{most} records"
    return Evidence(what, "\n".join(lines).encode("ascii", "backslashreplace")[:4096], about=f"servers/{name}")


PROBE = Probe(
    "domain.transfer", TargetKind.DOMAIN, Impact.ORDINARY, TransferFacts, observe, Cost(64, 0, 300), Profile.QUICK
)
