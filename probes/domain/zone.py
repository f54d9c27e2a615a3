"""A zone as the resolver shows it: its name servers, SOA, CAA, and IPv6. Not what its servers say themselves."""

import asyncio
from dataclasses import dataclass
from itertools import chain

from probes.domain.answer import Answer, shown
from probes.domain.lookup import look_up
from probes.domain.name_server import NameServer, apart, described, targets
from probes.domain.public_suffix import up_to_registrable
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

MOST_SERVERS = 32
"""Name servers looked at; a zone that names more is described by the first of them."""
MOST_SITES = 16
"""Names of the scope looked at for the site's AAAA, beside the apex and www."""
MOST_EVIDENCE = 4096


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """What the zone's name owns. `exists` says whether it is there at all, `delegated` whether it has
    name servers of its own.

    `spread` says whether the name servers stand in more than one /24 or /48. `caa` are the CAA records
    nearest to the zone on the way up to the registrable domain, `caa_names` the names of that way. `ipv6`
    says whether a name server or the site (`sites`: apex, www, names of the scope) has an AAAA record.
    `soa` is empty where the name owns none.
    """

    exists: bool | None
    delegated: bool | None
    name_servers: tuple[NameServer, ...] | None
    name_server_names: tuple[str, ...] | None
    addresses: tuple[str, ...]
    spread: bool | None
    soa: str | None
    caa: tuple[str, ...] | None
    caa_names: tuple[str, ...]
    ipv6: bool | None
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looks:
    """The answers that a zone is described from."""

    delegation: Answer
    soa: Answer
    servers: tuple[NameServer, ...]
    caa: dict[str, Answer]
    aaaa: dict[str, Answer]


async def observe(target: Target, net: Network) -> Seen[ZoneFacts]:
    """Look up what the zone says of itself; what is absent is looked up twice."""
    zone = target.name or ""
    delegation, soa, caa = await asyncio.gather(
        look_up(net, zone, "NS"), look_up(net, zone, "SOA"), _until_found(net, up_to_registrable(zone), "CAA")
    )
    servers = await described(net, targets(delegation.own or ())[:MOST_SERVERS])
    sites = dict.fromkeys((zone, f"www.{zone}", *net.names()[:MOST_SITES]))
    looks = Looks(
        delegation,
        soa,
        servers,
        caa,
        {} if any(server.ipv6 for server in servers) else await _until_found(net, sites, "AAAA"),
    )
    return describe(looks, up_to_registrable(zone), tuple(sites))


async def _until_found(net: Network, names: tuple[str, ...] | dict[str, None], kind: str) -> dict[str, Answer]:
    """The answers for one name after the other, up to the first that has records of the kind."""
    answers: dict[str, Answer] = {}
    for name in names:
        answers[name] = await look_up(net, name, kind)
        if answers[name].records:
            break
    return answers


def describe(looks: Looks, caa_names: tuple[str, ...], sites: tuple[str, ...]) -> Seen[ZoneFacts]:
    """The facts, for each that could not be told why, and what proves them."""
    own = looks.delegation.own
    at_zone = (looks.delegation, looks.soa, looks.caa[caa_names[0]])
    caa, caa_reason = nearest(looks.caa)
    ipv6, ipv6_reason = any_ipv6(looks)
    facts = ZoneFacts(
        exists=next((one.exists for one in at_zone if one.exists is not None), None),
        delegated=None if own is None else bool(own),
        name_servers=None if own is None else looks.servers,
        name_server_names=None if own is None else tuple(server.name for server in looks.servers),
        addresses=tuple(address for server in looks.servers for address in server.addresses or ()),
        spread=None if own is None else apart(looks.servers),
        soa=None if looks.soa.own is None else next(map(shown, looks.soa.own), ""),
        caa=caa,
        caa_names=caa_names,
        ipv6=ipv6,
        sites=sites,
    )
    delegation = dict.fromkeys(("exists", "delegated", "name_servers", "name_server_names"), looks.delegation.reason)
    spread = looks.delegation.reason or next((server.reason for server in looks.servers if server.reason), None)
    why = {**delegation, "spread": spread, "soa": looks.soa.reason, "caa": caa_reason, "ipv6": ipv6_reason}
    gaps = {fact: reason for fact, reason in why.items() if reason is not None and getattr(facts, fact) is None}
    return Seen(facts, gaps, _evidence(looks, facts))


def nearest(answers: dict[str, Answer]) -> tuple[tuple[str, ...] | None, Reason | None]:
    """The CAA records found first on the way up (RFC 8659 section 3), () where no name of the way has any.

    Records higher up prove that the domain has some, whatever a name below them failed to say.
    """
    found = next((answer.texts for answer in answers.values() if answer.records), ())
    reason = next((answer.reason for answer in answers.values() if answer.records is None), None)
    return (found, None) if found or reason is None else (None, reason)


def any_ipv6(looks: Looks) -> tuple[bool | None, Reason | None]:
    """Whether a name server or a site has an AAAA record; no only where each was seen to have none."""
    if any(server.ipv6 for server in looks.servers) or any(answer.records for answer in looks.aaaa.values()):
        return True, None
    servers = (server.reason for server in looks.servers if server.ipv6 is None)
    sites = (answer.reason for answer in looks.aaaa.values() if answer.records is None)
    reason = looks.delegation.reason or next(chain(servers, sites), None)
    return (False, None) if reason is None else (None, reason)


def _evidence(looks: Looks, facts: ZoneFacts) -> tuple[Evidence, ...]:
    servers = [f"NS {one.name} {' '.join(one.addresses or ()) or 'no address told'}" for one in looks.servers]
    caa = [f"CAA {name}: {_told(answer)}" for name, answer in looks.caa.items()]
    aaaa = [f"AAAA {one.name}: {'?' if one.ipv6 is None else 'yes' if one.ipv6 else 'none'}" for one in looks.servers]
    aaaa += [f"AAAA {name}: {_told(answer)}" for name, answer in looks.aaaa.items()]
    return (
        Evidence(f"NS: {len(looks.servers)}; {facts.soa or 'no SOA'}", _lines(servers), "spread"),
        Evidence("; ".join(caa)[:200], _lines(caa), "caa"),
        Evidence(f"AAAA: {len(aaaa)} names asked", _lines(aaaa), "ipv6"),
    )


def _told(answer: Answer) -> str:
    return str(answer.reason) if answer.records is None else ", ".join(answer.texts) or "none"


def _lines(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()[:MOST_EVIDENCE]


PROBE = Probe("domain.zone", TargetKind.DOMAIN, Impact.PASSIVE, ZoneFacts, observe, Cost(80, 0, 300))
