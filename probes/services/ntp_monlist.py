"""Whether an NTP server lists its clients to strangers (mode 7 monlist). Whom it lists is not looked at."""

from dataclasses import dataclass

from probes.services.datagram import Asked
from probes.services.ntp_message import Listed, listed, monlist
from probes.services.telling import Ended, settled
from probes.services.where import answering
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class MonlistFacts:
    """`monlist`: a list came back. `clients` is how many the first datagram names; the others are not read."""

    monlist: bool | None
    clients: int = 0


async def observe(target: Target, net: Network) -> Seen[MonlistFacts]:
    """One question, repeated where it is answered; where it is not, the time is asked for."""
    return describe(await settled(target, net, question, lambda told: told.error == 0 and told.items > 0))


def question() -> Asked[Listed]:
    """Mode 7 has no number of ours to give back: its answer counts from the same port alone."""
    return Asked(monlist(), listed)


def describe(ended: Ended[Listed]) -> Seen[MonlistFacts]:
    """The facts of an end."""
    clients = ended.told.items if ended.told else 0
    gaps = {} if ended.granted is not None else {"monlist": ended.reason or Reason.MALFORMED}
    evidence = Evidence(f"mode 7 MON_GETLIST_1: {clients} clients in one datagram, twice", about="monlist")
    return Seen(MonlistFacts(ended.granted, clients), gaps, (evidence,) if ended.granted else ())


def wants(target: Target) -> bool:
    return answering(target, "ntp")


PROBE = Probe(
    "services.ntp-monlist",
    TargetKind.SERVICE,
    Impact.MARKED,
    MonlistFacts,
    observe,
    cost=Cost(connections=4, seconds=60),
    profile=Profile.THOROUGH,
    wants=wants,
    address_bound=True,
)
