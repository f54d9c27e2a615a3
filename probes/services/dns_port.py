"""Whether an address answers DNS over UDP: one harmless question to port 53. What it answers is not looked at."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from probes.services.dns_reply import is_reply, question
from scanner.model.errors import ConnectionRefused
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

PORT = 53


@dataclass(frozen=True, slots=True)
class PortFacts:
    """`answers` is None where something else than DNS came back."""

    answers: bool | None


async def observe(target: Target, net: Network) -> Seen[PortFacts]:
    """Ask once. Silence ends the observation as timed out; a refused port is an answer."""
    identity = secrets.randbelow(1 << 16)
    try:
        datagram = await net.ask(question(identity), port=PORT)
    except ConnectionRefused:
        return Seen(PortFacts(False))
    if is_reply(datagram, identity):
        return Seen(PortFacts(True), evidence=(Evidence("UDP 53: DNS response", datagram[:64]),))
    return Seen(PortFacts(None), {"answers": Reason.MALFORMED})


def leads(target: Target, facts: Mapping[str, Any]) -> Iterator[Target]:
    """The DNS service, where it answered."""
    if facts["answers"]:
        yield Target(
            TargetKind.SERVICE,
            target.unit,
            target.system,
            address=target.address,
            port=PORT,
            transport="udp",
            protocol="dns",
            tls=False,
        )


PROBE = Probe(
    "services.dns-port",
    TargetKind.HOST,
    Impact.ORDINARY,
    PortFacts,
    observe,
    Cost(2, 0, 30),
    Profile.QUICK,
    leads=leads,
    address_bound=True,
)
