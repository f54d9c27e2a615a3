"""Whether SNMP obeys the published default community: one object, asked once (each wrong guess may ring an alarm)."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from probes.services.banner import printable
from probes.services.datagram import Asked
from probes.services.datagrams.snmp import MOST_NUMBER
from probes.services.snmp_message import Given, asked_for, given, product_of
from probes.services.telling import lives, once
from probes.services.where import UDP, UNKNOWN, answering
from scanner.model.errors import Malformed, TimedOut
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind

COMMUNITY = "public"
PORT = 161
PATIENCE = 5.0
"""Seconds for the one answer."""


@dataclass(frozen=True, slots=True)
class SnmpFacts:
    """`public`: sysDescr was given. `product` and `version` are what it names; its other words, a host's name
    among them, are not kept. `size` is its length."""

    public: bool
    product: str = ""
    version: str = ""
    size: int = 0


async def observe(target: Target, net: Network) -> Seen[SnmpFacts]:
    """One datagram. Silence is an answer where the engine of version 3 answers beside it (R13), and only there."""
    try:
        return describe(await once(net, question(), patience=PATIENCE))
    except (TimedOut, Malformed):
        if target.protocol == UNKNOWN or not await lives(target, net):
            raise
        return Seen(SnmpFacts(False))


def question() -> Asked[Given]:
    """The request's number is random."""
    number = secrets.randbelow(MOST_NUMBER)
    return Asked(asked_for(COMMUNITY, number), lambda data: given(data, number))


def describe(answer: Given) -> Seen[SnmpFacts]:
    """The facts of one answer; one with an error, or without the object, gave nothing."""
    if answer.text is None:
        return Seen(SnmpFacts(False))
    product, version = (printable(word) for word in product_of(answer.text))
    facts = SnmpFacts(True, product, version, len(answer.text))
    shown = f"SNMPv2c, community public: sysDescr.0 of {facts.size} characters: {product} {version}".rstrip(": ")
    return Seen(facts, evidence=(Evidence(shown, about="public"),))


def wants(target: Target) -> bool:
    """SNMP that answered; and the silent port, which may know version 2c alone."""
    silent = target.transport == UDP and target.protocol == UNKNOWN and target.port == PORT
    return answering(target, "snmp") or silent


def leads(target: Target, facts: Mapping[str, Any]) -> Iterator[Target]:
    """A silent port that answered now has said what it is."""
    if target.protocol == UNKNOWN:
        yield target.identified("snmp", tls=False)


PROBE = Probe(
    "services.snmp",
    TargetKind.SERVICE,
    Impact.MARKED,
    SnmpFacts,
    observe,
    cost=Cost(connections=3, seconds=60),
    profile=Profile.THOROUGH,
    wants=wants,
    leads=leads,
    address_bound=True,
)
