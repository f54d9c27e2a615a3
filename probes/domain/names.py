"""The names of the scope within a zone, resolved: addresses, aliases, and which mean nothing to the public."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from probes.domain.answer import Answer
from probes.domain.lookup import look_up
from probes.domain.public_suffix import is_public
from probes.domain.special_address import is_private
from scanner.model.errors import NetworkError
from scanner.model.network import Network, Resolution
from scanner.model.observation import Evidence, Seen
from scanner.model.probe import Cost, Impact, Probe, Profile
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

AT_ONCE = 8
MOST_LEADS = 16
"""Addresses of one name that are followed: a zone must not send us through the internet."""


@dataclass(frozen=True, slots=True)
class NameFacts:
    """One name. `exists`, `addresses` and `private` are None where the resolver could not tell, for `reason`.

    `public` says whether it lies under a public suffix; `private` are its addresses of RFC 1918, loopback or
    link-local; `web_ports` where it may be asked by name.
    """

    name: str
    public: bool
    exists: bool | None
    addresses: tuple[str, ...] | None
    aliases: tuple[str, ...]
    private: tuple[str, ...] | None
    web_ports: tuple[int, ...]
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class NamesFacts:
    """Every name of the scope that lies in the zone."""

    names: tuple[NameFacts, ...]


async def observe(target: Target, net: Network) -> Seen[NamesFacts]:
    """Resolve each name of the scope, a few at once."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def resolved(name: str) -> NameFacts:
        async with turn:
            looks = await asyncio.gather(*(look_up(net, name, kind) for kind in ("A", "AAAA")))
            return describe(await _resolution(net, name), looks, net.web_ports(name))

    names = tuple(await asyncio.gather(*(resolved(name) for name in sorted(net.names()))))
    return Seen(NamesFacts(names), evidence=tuple(_evidence(one) for one in names if one.private))


async def _resolution(net: Network, name: str) -> Resolution:
    try:
        return await net.dns.resolve(name)
    except NetworkError as error:
        if error.reason is Reason.INTERRUPTED:
            raise
        return Resolution(name, reason=error.reason)


def describe(resolution: Resolution, looks: Sequence[Answer], web_ports: tuple[int, ...]) -> NameFacts:
    """One name from its resolution and from the looks for A and AAAA.

    The resolution is what everybody else will go by, and leads to the name's hosts. That there is no private
    address is only told where both looks told all; one that was seen anywhere counts.
    """
    told = resolution.reason is None and resolution.exists is not None
    untold = [look.reason or Reason.MALFORMED for look in looks if look.records is None]
    if not told:
        untold.insert(0, resolution.reason or Reason.MALFORMED)
    addresses = dict.fromkeys((*resolution.addresses, *(text for look in looks for text in look.texts)))
    private = tuple(address for address in addresses if is_private(address))
    return NameFacts(
        name=resolution.name,
        public=is_public(resolution.name),
        exists=resolution.exists,
        addresses=resolution.addresses if told or resolution.addresses else None,
        aliases=resolution.aliases,
        private=None if untold and not private else private,
        web_ports=web_ports,
        reason=next(iter(untold), None),
    )


def leads(target: Target, facts: Mapping[str, Any]) -> Iterator[Target]:
    """A host for each address, and a service for each port where the name may be asked by name."""
    for one in facts["names"]:
        for address in (one["addresses"] or ())[:MOST_LEADS]:
            yield Target(TargetKind.HOST, target.unit, target.system, address=address)
            for port in one["web_ports"]:
                yield Target(
                    TargetKind.SERVICE, target.unit, target.system, name=one["name"], address=address, port=port
                )


def _evidence(one: NameFacts) -> Evidence:
    line = f"{' → '.join((one.name, *one.aliases))}: {', '.join(one.private or ())}"
    return Evidence(line[:200], line.encode()[:4096], about=f"names/{one.name}")


PROBE = Probe(
    "domain.names",
    TargetKind.DOMAIN,
    Impact.PASSIVE,
    NamesFacts,
    observe,
    Cost(400, 0, 900),
    Profile.QUICK,
    leads=leads,
)
