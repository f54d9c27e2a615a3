"""Whether HTTP in the clear asks for a password by the Basic scheme (RFC 7617). None is sent."""

import re
from dataclasses import dataclass

from scanner.model.network import Network, Response
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe
from scanner.model.target import Target, TargetKind

BASIC = re.compile(r"(?i)(?:^|,)\s*basic(?:\s|,|$)")
UNAUTHORISED, PROXY_UNAUTHORISED = 401, 407


@dataclass(frozen=True, slots=True)
class HttpLoginFacts:
    """`basic`: the first page asks for the Basic scheme. `status` is that page's."""

    basic: bool
    status: int


async def observe(target: Target, net: Network) -> Seen[HttpLoginFacts]:
    """The first page, as it comes; the web probes ask for the same one."""
    page = await net.get("/")
    return describe(page.hops[0])


def describe(first: Response) -> Seen[HttpLoginFacts]:
    """The facts of the first answer: a challenge counts with its status alone (RFC 9110 section 11.6.1)."""
    header = {UNAUTHORISED: "www-authenticate", PROXY_UNAUTHORISED: "proxy-authenticate"}.get(first.status)
    basic = header is not None and any(BASIC.search(value[:1024]) for value in first.all(header))
    evidence = Evidence(f"HTTP {first.status}, {header}: Basic", b"Basic", "basic")
    return Seen(HttpLoginFacts(basic, first.status), evidence=(evidence,) if basic else ())


def wants(target: Target) -> bool:
    """HTTP without TLS, by address or by name."""
    return target.protocol == "http" and target.tls is False and target.transport == "tcp"


PROBE = Probe(
    "services.http-login",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    HttpLoginFacts,
    observe,
    cost=Cost(connections=0, requests=1, seconds=30),
    wants=wants,
)
