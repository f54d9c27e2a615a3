"""What nmap makes of a service that no dialogue of ours knew. Only where the file names this probe in `allow_marked`."""

from dataclasses import dataclass

from probes.services.banner import printable
from probes.services.identify import UNKNOWN
from scanner.model.network import Network, NmapWord
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class NmapFacts:
    """`named` is True where nmap recognised the service, None where it did not. The rest is nmap's, printable."""

    named: bool | None
    service: str = ""
    product: str = ""
    version: str = ""
    extra: str = ""
    cpe: str = ""


async def observe(target: Target, net: Network) -> Seen[NmapFacts]:
    """One run of nmap at this port."""
    return describe(await net.nmap_version())


def describe(said: NmapWord) -> Seen[NmapFacts]:
    """nmap's word as facts; a guess by the port's number is no word."""
    if not said.name:
        return Seen(NmapFacts(None), {"named": Reason.MALFORMED})
    facts = NmapFacts(
        True, *(printable(part) for part in (said.name, said.product, said.version, said.extra, said.cpe))
    )
    line = " ".join(filter(None, (facts.service, facts.product, facts.version)))
    return Seen(facts, evidence=(Evidence(f"nmap -sV: {line}", line.encode()),))


def wants(target: Target) -> bool:
    """A TCP service that was asked, and that no dialogue knew."""
    return target.protocol == UNKNOWN and target.transport == "tcp" and target.name is None


PROBE = Probe(
    "nmap.version",
    TargetKind.SERVICE,
    Impact.MARKED,
    NmapFacts,
    observe,
    cost=Cost(connections=20, seconds=150),
    profile=Profile.THOROUGH,
    wants=wants,
    address_bound=True,
)
