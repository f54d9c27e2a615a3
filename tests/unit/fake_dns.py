"""DNS as a probe sees it, answered from what a test wrote down. It sends nothing and passes no gate."""

from collections.abc import Sequence
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rrset

from scanner.model.errors import NetworkError, TimedOut
from scanner.model.network import Resolution, Server
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason

ZONE = Target(TargetKind.DOMAIN, "self", name="example.com")
SOA = "SOA ns1.example.com. hostmaster.example.com. 1 3600 600 86400 60"


def message(
    name: str,
    kind: str,
    *records: str,
    rcode: str = "NOERROR",
    soa: str | None = None,
    flags: int = 0,
    klass: str = "IN",
) -> dns.message.Message:
    """A response: `records` are "KIND data" of the name asked, or "owner KIND data" with a final dot on the owner."""
    response = dns.message.make_response(dns.message.make_query(name, kind, klass))
    response.set_rcode(dns.rcode.from_text(rcode))
    response.flags |= flags
    for record in records:
        owner, rest = (name, record) if not record.split(" ")[0].endswith(".") else record.split(" ", 1)
        response.answer.append(dns.rrset.from_text(dns.name.from_text(owner), 60, klass, *rest.split(" ", 1)))
    if soa is not None:
        response.authority.append(dns.rrset.from_text(dns.name.from_text(soa), 60, "IN", *SOA.split(" ", 1)))
    return response


def nodata(name: str, kind: str, soa: str = "example.com.") -> dns.message.Message:
    return message(name, kind, soa=soa)


Said = dns.message.Message | NetworkError | Sequence["dns.message.Message | NetworkError"]


class FakeDns:
    """`looks` and `asks` map (name, kind) to an answer, an error, or several in turn; what is not there is NODATA
    in look-ups and silence in questions to servers."""

    def __init__(self, looks: dict[tuple[str, str], Said] | None = None, **more: Any) -> None:
        self.looks = looks or {}
        self.asks: dict[tuple[str, str], Said] = more.get("asks", {})
        self.resolutions: dict[str, Resolution | NetworkError] = more.get("resolutions", {})
        self.placed: tuple[Server, ...] = more.get("placed", ())
        self.transfers: dict[str, tuple[int, tuple[str, ...]] | NetworkError] = more.get("transfers", {})
        self.known: str | None = more.get("known")
        self.asked: list[tuple[str, str]] = []

    async def look_up(self, name: str, kind: str) -> dns.message.Message:
        self.asked.append((name, kind))
        return _said(self.looks.get((name, kind), nodata(name, kind, ".")), self.asked.count((name, kind)))

    async def resolve(self, name: str) -> Resolution:
        found = self.resolutions.get(name, Resolution(name, exists=False))
        if isinstance(found, NetworkError):
            raise found
        return found

    async def servers(self, zone: str) -> tuple[Server, ...]:
        return self.placed

    async def ask(
        self, server: Server, name: str, kind: str, *, klass: str = "IN", recursive: bool = False, tcp: bool = False
    ) -> dns.message.Message:
        self.asked.append((name, kind))
        return _said(self.asks.get((name, kind), TimedOut()), self.asked.count((name, kind)))

    async def transfer(self, server: Server, zone: str, most: int = 64) -> tuple[int, tuple[str, ...]]:
        self.asked.append((server.address, "AXFR"))
        given = self.transfers[server.address]
        if isinstance(given, NetworkError):
            raise given
        return given

    async def known_name(self) -> str | None:
        return self.known


class FakeNetwork:
    """The part of a `Network` that the probes of names use."""

    def __init__(
        self,
        dns: FakeDns,
        *,
        names: tuple[str, ...] = (),
        foreign: tuple[str, ...] = (),
    ) -> None:
        self.dns = dns
        self._names = names
        self._foreign = foreign

    def names(self) -> tuple[str, ...]:
        return self._names

    def web_ports(self, name: str) -> tuple[int, ...]:
        return (80, 443)

    def owns(self, address: str) -> Reason | None:
        return Reason.NOT_CONFIRMED if address in self._foreign else None


def _said(said: Said, times: int) -> dns.message.Message:
    """The answer to a question asked for the nth time; the last one said goes on for ever."""
    if isinstance(said, list | tuple):
        said = said[min(times, len(said)) - 1]
    if isinstance(said, NetworkError):
        raise said
    assert isinstance(said, dns.message.Message)
    return said


TRUNCATED = dns.flags.TC
RECURSION = dns.flags.RA
AUTHORITATIVE = dns.flags.AA
