"""Ticketbleed (CVE-2016-9244): a session identifier of 31 octets, sent with a ticket, that comes back with 32.

RFC 5077 section 3.4: a server that takes the ticket gives the identifier back as it was. One octet is all that can
leak; it is counted and let go. The ticket is one that the server gave us a moment before.
"""

import os
from dataclasses import dataclass, replace

from probes.tls.flaws.ground import find
from probes.tls.flaws.protection import KINDS
from probes.tls.flaws.session import session
from probes.tls.flaws.talk import talking
from probes.tls.hello import SESSION_TICKET, SSL3, TLS12
from probes.tls.where import wants
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

SENT = 31


@dataclass(frozen=True, slots=True)
class TicketbleedFacts:
    """`legacy`: TLS 1.0 to 1.2 is spoken. `tickets`: the server gave one (RFC 5077).

    `surplus`: by how many octets the identifier came back longer, in two connections; 0 where it did not.
    """

    legacy: bool
    tickets: bool = False
    surplus: int | None = 0
    answer: str = ""


async def observe(target: Target, net: Network) -> Seen[TicketbleedFacts]:
    """Get a ticket, and show it with a short identifier; what comes back longer is asked for twice."""
    ground = await find(net, target)
    if ground is None or ground.heard.hello is None or ground.heard.hello.version == SSL3:
        return Seen(TicketbleedFacts(False))
    async with session(net, target, version=ground.version, extensions=((SESSION_TICKET, b""),)) as made:
        ticket, version = made.ticket, made.talk.version
    if not ticket:
        return _seen(TicketbleedFacts(True, answer="no ticket"))
    first = await _once(net, target, version, ticket)
    if not first.surplus:
        return _seen(first)
    second = await _once(net, target, version, ticket)
    if not second.surplus:
        return _seen(replace(first, surplus=None, answer=f"{first.answer}; asked again: {second.answer}"))
    return _seen(first)


async def _once(net: Network, target: Target, version: int, ticket: bytes) -> TicketbleedFacts:
    identifier = os.urandom(SENT)
    offered = tuple(code for code, kind in KINDS.items() if version >= TLS12 or not kind.gcm)
    ours = ((SESSION_TICKET, ticket),)
    async with talking(net, target, offered, version=version, session=identifier, extensions=ours) as talk:
        came = talk.heard.hello.session if talk.heard.hello else b""
    found = surplus(came, identifier)
    said = f"an identifier of {SENT} octets came back with {len(came)}" if found else "came back as it was"
    if not found and came != identifier:
        said = "not taken up"
    return TicketbleedFacts(True, True, found, said)


def surplus(came: bytes, sent: bytes) -> int:
    """How many octets came back behind what was sent; 0 where something else came."""
    return len(came) - len(sent) if came.startswith(sent) else 0


def _seen(facts: TicketbleedFacts) -> Seen[TicketbleedFacts]:
    gaps = {"surplus": Reason.MALFORMED} if facts.surplus is None else {}
    return Seen(facts, gaps, (Evidence(f"session identifier: {facts.answer}", about="surplus"),))


PROBE = Probe(
    "tls.ticketbleed",
    TargetKind.SERVICE,
    Impact.MARKED,
    TicketbleedFacts,
    observe,
    cost=Cost(connections=8, requests=0, seconds=150),
    profile=Profile.THOROUGH,
    wants=wants,
)
