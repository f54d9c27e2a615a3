"""The hosts that take a domain's mail, by its MX records: they are asked for their greeting and STARTTLS (R2)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from probes.domain.answer import Answer, name_of
from scanner.model.errors import NetworkError
from scanner.model.network import Network
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

SMTP = 25
MOST_HOSTS = 16
MOST_ADDRESSES = 4
"""Of one host. A large provider has many, all alike."""


@dataclass(frozen=True, slots=True)
class MailHost:
    """One host: `foreign` are its addresses that only its name entitles to ask, on port 25; one's own are inspected as
    hosts in any case. None where the name could not be resolved, for `reason`."""

    name: str
    foreign: tuple[str, ...] | None
    reason: Reason | None = None


async def hosts_of(net: Network, looks: Iterable[Answer]) -> tuple[MailHost, ...]:
    """Every host that MX records name, resolved. A null MX (RFC 7505) names none."""
    names = [name_of(record.exchange) for look in looks for record in look.records or () if hasattr(record, "exchange")]
    wanted = [name for name in dict.fromkeys(names) if name not in ("", ".")][:MOST_HOSTS]
    return tuple([await _host(net, name) for name in wanted])


async def _host(net: Network, name: str) -> MailHost:
    try:
        resolution = await net.dns.resolve(name)
    except NetworkError as error:
        if error.reason is Reason.INTERRUPTED:
            raise
        return MailHost(name, None, error.reason)
    if not resolution.addresses:
        return MailHost(name, None, resolution.reason or Reason.UNREACHABLE)
    foreign = [address for address in resolution.addresses if net.owns(address) is not None]
    return MailHost(name, tuple(foreign[:MOST_ADDRESSES]))


def leads(target: Target, facts: Mapping[str, Any]) -> Iterator[Target]:
    """The SMTP service of each host, by its name."""
    for host in facts["hosts"]:
        for address in host["foreign"] or ():
            yield Target(TargetKind.SERVICE, target.unit, target.system, name=host["name"], address=address, port=SMTP)
