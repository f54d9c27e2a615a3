"""What an open port speaks, found by dialogue and not by its number. Whether it should be there is not said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from probes.services.course import MOST_CONNECTIONS, Course
from probes.services.cpe import cpe
from probes.services.datagrams.table import DATAGRAMS
from probes.services.identity import Identity
from probes.services.telling import identity as told
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

UNKNOWN = "unknown"
WEB = ("http", "winrm")
MAY_BE_UNTOLD = ("known", "tls", "discloses_version", "speaks_first", "offers_tls")


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """`known` is True, or None where no dialogue recognised the service: `protocol` is "unknown" then.

    `tls` says whether TLS is spoken from the first byte. `product`, `version` and `banner` are as the service
    wrote them ("" where it did not), printable and masked. `discloses_version` says that product and version
    stand where the protocol does not demand them. `speaks_first` says that the server greets unasked.
    `cpe` names product and version as CPE 2.3 does, "" where the product is not in the table. `offers_tls` says
    whether a plain conversation may be continued in TLS, None where the protocol has no such step.
    """

    protocol: str
    known: bool | None
    tls: bool | None
    product: str = ""
    version: str = ""
    banner: str = ""
    discloses_version: bool | None = None
    speaks_first: bool | None = None
    cpe: str = ""
    offers_tls: bool | None = None


async def observe(target: Target, net: Network) -> Seen[ServiceFacts]:
    """Over TCP listen, then ask what the port makes likely, then what is most often met; over UDP ask again."""
    if target.transport == "udp":
        return _seen(await told(target, net), False, False, Reason.TIMED_OUT)
    course = Course(target, net)
    await course.run()
    return describe(course)


def describe(course: Course) -> Seen[ServiceFacts]:
    """The facts at the end of a course; what could not be told has the course's reason."""
    return _seen(course.identity, course.tls, course.speaks_first, course.why_not)


def _seen(
    identity: Identity | None, tls: bool | None, speaks_first: bool | None, why_not: Reason
) -> Seen[ServiceFacts]:
    if identity is None:
        facts = ServiceFacts(UNKNOWN, None, tls, speaks_first=speaks_first)
    else:
        facts = ServiceFacts(
            identity.protocol,
            True,
            tls,
            identity.product,
            identity.version,
            identity.banner,
            identity.discloses_version,
            speaks_first,
            cpe(identity.product, identity.version),
            identity.offers_tls,
        )
    untold = [name for name in MAY_BE_UNTOLD if getattr(facts, name) is None]
    return Seen(facts, {name: why_not for name in untold}, _evidence(facts))


def _evidence(facts: ServiceFacts) -> tuple[Evidence, ...]:
    if facts.known is None:
        return ()
    inside = " inside TLS" if facts.tls else ""
    return (Evidence(f"{facts.protocol}{inside}: {facts.banner}", facts.banner.encode()),)


def leads(target: Target, facts: Mapping[str, Any]) -> Iterator[Target]:
    """The service that said what it is; and the site, where HTTP answered."""
    tls = facts["tls"] is True
    yield target.identified(facts["protocol"], tls=tls)
    if facts["protocol"] in WEB:
        name = target.name or target.address
        scheme = "https" if tls else "http"
        yield replace(target, kind=TargetKind.SITE, scheme=scheme, name=name, protocol=None, tls=None)


def wants(target: Target) -> bool:
    """Open ports that have not said anything yet, and that may be spoken to."""
    return target.protocol is None and (target.transport == "tcp" or target.port in DATAGRAMS)


PROBE = Probe(
    "services.identify",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    ServiceFacts,
    observe,
    cost=Cost(connections=MOST_CONNECTIONS, requests=2, seconds=90),
    profile=Profile.QUICK,
    wants=wants,
    leads=leads,
)
