"""Whether an http site has https beside it, and whether it leads there. Described, not judged."""

import re
from dataclasses import dataclass

from probes.web.front import Front, reach
from probes.web.origin import asked_by_name, is_literal, origin_of, resolve, shown
from probes.web.port_443 import said_at_443
from scanner.model.errors import NetworkError
from scanner.model.network import Network
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

REDIRECTS = range(300, 400)
_SCRIPTED = re.compile(
    r"location(?:\.href|\.protocol)?\s*=|location\.(?:replace|assign)\s*\(|[\"']https:", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class HttpsFacts:
    """Of an http site: what 443 of the same address and name said, and where http leads.

    `port_443`: "tls", "refused" (reset) or "plain" (speaks, but no TLS). `https_elsewhere`: the chain reached
    https of the same host on another port, or https of any name where the site was asked by its address. `leads_to_https`: every step after the first is https, and there is one.
    """

    port_443: str | None
    https_elsewhere: bool
    leads_to_https: bool | None
    chain: tuple[str, ...]


async def observe(target: Target, net: Network) -> Seen[HttpsFacts]:
    """Follow http, then ask 443 until two fresh attempts agree, the site itself answering beside (R12)."""
    front = await reach(target, net)
    gaps: dict[str, Reason] = {}
    said: str | None = None
    try:
        said = await _agreed(target, net)
    except NetworkError as error:
        gaps["port_443"] = error.reason
    leads, why = leads_to_https(front)
    if why is not None:
        gaps["leads_to_https"] = why
    facts = HttpsFacts(said, _elsewhere(front), leads, steps(front))
    return Seen(facts, gaps, tuple(_evidence(target, facts)))


async def _agreed(target: Target, net: Network) -> str:
    name = target.name if asked_by_name(target) else None
    first = await said_at_443(net, name)
    if first == "tls":
        return first
    second = await said_at_443(net, name)
    if second != first:
        return "tls" if second == "tls" else "refused"
    async with net.connect(port=target.port):
        return first


def leads_to_https(front: Front) -> tuple[bool | None, Reason | None]:
    """Whether http leads to https and stays there; None with its reason where that could not be seen."""
    later = [origin.scheme if (origin := origin_of(url)) else "" for url in _later(front)]
    if later:
        return all(scheme == "https" for scheme in later), None
    if front.no_page is not None:
        return None, front.no_page
    markup = front.markup()
    if markup is not None and markup.letters < 300 and any(_SCRIPTED.search(text) for text in markup.scripts):
        return None, Reason.NOT_RENDERED
    return False, None


def _later(front: Front) -> list[str]:
    """Where the chain went after the first answer: asked or refused, by redirect or meta refresh."""
    urls = [hop.url for hop in front.hops[1:]]
    if front.refused is not None:
        urls.append(front.refused.url)
    elif front.refresh is not None and len(front.hops) == 1:
        target = resolve(front.last.url, front.refresh)
        origin = origin_of(target) if target else None
        if target and origin is not None and origin != front.origin:
            urls.append(target)
    return urls


def steps(front: Front) -> tuple[str, ...]:
    """The chain as a reader may see it, the refused step last."""
    return tuple(shown(url) for url in (front.hops[0].url, *_later(front)))


def _elsewhere(front: Front) -> bool:
    """A site by address may send its visitors to its name: that is its https, whatever the port."""
    origins = [origin for url in _later(front) if (origin := origin_of(url)) and origin.scheme == "https"]
    return any(origin.host == front.origin.host or is_literal(front.origin.host) for origin in origins)


def _evidence(target: Target, facts: HttpsFacts) -> list[Evidence]:
    said = {
        "tls": "answered a ClientHello with TLS",
        "refused": "refused or reset the connection, twice",
        "plain": "answered, but not with TLS, twice",
        None: "told nothing",
    }
    return [
        Evidence(f"443 of {target.address} {said[facts.port_443]}", about="port_443"),
        Evidence("http leads: " + " → ".join(facts.chain), about="leads_to_https"),
    ]


PROBE = Probe(
    "web.https",
    TargetKind.SITE,
    Impact.ORDINARY,
    HttpsFacts,
    observe,
    cost=Cost(connections=7, requests=12, seconds=120),
    profile=Profile.QUICK,
    wants=lambda target: target.scheme == "http",
)
