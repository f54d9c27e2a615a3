"""Whether an NTP server tells strangers its inner state (mode 6), and which version it is. Clients are another probe's."""

import secrets
from dataclasses import dataclass

from probes.services.banner import printable
from probes.services.cpe import cpe
from probes.services.datagram import Asked
from probes.services.ntp_message import product, readvar, variables
from probes.services.telling import Ended, settled
from probes.services.where import answering
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class NtpFacts:
    """`readvar`: variables came back. `size` is their bytes in the first datagram; of them only the daemon's name
    and version are kept, and what CPE 2.3 calls it."""

    readvar: bool | None
    product: str = ""
    version: str = ""
    size: int = 0
    cpe: str = ""


async def observe(target: Target, net: Network) -> Seen[NtpFacts]:
    """One question, repeated where it is answered; where it is not, the time is asked for."""
    return describe(await settled(target, net, question, bool))


def question() -> Asked[str]:
    """The system's variables; the sequence number is random."""
    sequence = secrets.randbelow(1 << 16)
    return Asked(readvar(sequence), lambda data: variables(data, sequence))


def describe(ended: Ended[str]) -> Seen[NtpFacts]:
    """The facts of an end."""
    text = ended.told or ""
    name, version = product(text)
    facts = NtpFacts(ended.granted, printable(name), printable(version), len(text), cpe(name, version))
    gaps = {} if ended.granted is not None else {"readvar": ended.reason or Reason.MALFORMED}
    shown = f"mode 6 readvar: {facts.size} bytes of variables {facts.product} {facts.version}".rstrip()
    return Seen(facts, gaps, (Evidence(shown, about="readvar"),) if ended.granted else ())


def wants(target: Target) -> bool:
    return answering(target, "ntp")


PROBE = Probe(
    "services.ntp",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    NtpFacts,
    observe,
    cost=Cost(connections=4, seconds=60),
    wants=wants,
    address_bound=True,
)
