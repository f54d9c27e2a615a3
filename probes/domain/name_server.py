"""The name servers that a zone names, and how far apart they stand. Described, not judged."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import dns.rdata

from probes.domain.answer import Answer, name_of
from probes.domain.lookup import look_up
from probes.domain.special_address import network_of
from scanner.model.network import Network
from scanner.model.verdict import Reason


@dataclass(frozen=True, slots=True)
class NameServer:
    """A name server by name. `addresses` is None where they could not be told, () where it has none.

    `ipv6` says whether it has an AAAA record.
    """

    name: str
    addresses: tuple[str, ...] | None
    ipv6: bool | None
    reason: Reason | None = None


def targets(records: Iterable[dns.rdata.Rdata]) -> tuple[str, ...]:
    """The names that NS records point to, sorted, each once."""
    return tuple(sorted({name_of(record.target) for record in records}))  # type: ignore[attr-defined]


async def described(net: Network, names: Iterable[str]) -> tuple[NameServer, ...]:
    """Each name server with the addresses that the resolver knows."""
    return tuple(await asyncio.gather(*(_described(net, name) for name in names)))


async def _described(net: Network, name: str) -> NameServer:
    four, six = await asyncio.gather(look_up(net, name, "A"), look_up(net, name, "AAAA"))
    return name_server(name, four, six)


def name_server(name: str, four: Answer, six: Answer) -> NameServer:
    """One name server from the answers to A and AAAA."""
    ipv6 = None if six.records is None else bool(six.records)
    if four.records is None or six.records is None:
        return NameServer(name, None, ipv6, four.reason or six.reason)
    return NameServer(name, four.texts + six.texts, ipv6)


def apart(servers: Iterable[NameServer]) -> bool | None:
    """Whether two name servers or more answer from more than one network (/24 for IPv4, /48 for IPv6).

    False where there are fewer than two with an address, or where a single network holds an address of each
    and no server has an address in another network of that kind. None where unknown addresses could decide.
    """
    known = list(servers)
    networks = [{network_of(address) for address in one.addresses} for one in known if one.addresses]
    if len(networks) >= 2 and _spread(networks):
        return True
    return None if any(one.addresses is None for one in known) else False


def _spread(networks: list[set[str]]) -> bool:
    every = set.union(*networks)
    of_four = sum(":" not in network for network in every)
    return of_four > 1 or len(every) - of_four > 1 or not set.intersection(*networks)
