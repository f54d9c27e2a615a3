"""Which applications a web server's root makes likely. One request, which every look at the root shares; no verdict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import probes.services.applications as folder
from probes.services.applications.application import Application
from probes.services.applications.root import ENOUGH, root_of
from scanner.model.errors import TimedOut
from scanner.model.network import Network, Response
from scanner.model.observation import Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind

WEB = "http"
MOST = 3
"""Applications that one root may speak of; a page with the signs of more is a decoy's, and leads nowhere."""


@dataclass(frozen=True, slots=True)
class LikelyFacts:
    """The applications that the root's words speak of, by name. What is not there was not asked about.

    `decoy`: it speaks of more than one server can be.
    """

    likely: tuple[str, ...]
    decoy: bool = False


@cache
def applications() -> tuple[Application, ...]:
    """Every module of the folder that has an APPLICATION, by name."""
    names = sorted(module.name for module in iter_modules(folder.__path__))
    modules = (import_module(f"{folder.__name__}.{name}") for name in names)
    return tuple(one for module in modules if isinstance(one := getattr(module, "APPLICATION", None), Application))


async def observe(target: Target, net: Network) -> Seen[LikelyFacts]:
    """The root as the web probes ask for it, so that it is asked for once; only its start where it has no end."""
    try:
        page = await net.get("/")
    except TimedOut:
        page = await net.get("/", most=ENOUGH)
    return describe(page.last)


def describe(response: Response) -> Seen[LikelyFacts]:
    """Nothing where somebody else answered in the site's place."""
    root = root_of(response)
    told = () if root is None else tuple(one.name for one in applications() if one.root_tells(root))
    return Seen(LikelyFacts((), True) if len(told) > MOST else LikelyFacts(told))


def leads(target: Target, facts: Mapping[str, Any]) -> Iterator[Target]:
    """The same service as each application that it may be: the probe of that one follows."""
    for name in facts["likely"]:
        yield replace(target, protocol=name)


def wants(target: Target) -> bool:
    """Services that speak HTTP, by address or by name."""
    return target.protocol == WEB and target.transport == "tcp"


PROBE = Probe(
    "services.application",
    TargetKind.SERVICE,
    Impact.ORDINARY,
    LikelyFacts,
    observe,
    cost=Cost(connections=2, requests=2, seconds=60),
    profile=Profile.QUICK,
    wants=wants,
    leads=leads,
    address_bound=True,
    leads_to=frozenset(f"services.{one.name}" for one in applications()),
)
