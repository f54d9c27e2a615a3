"""DNS as a probe sees it: the configured resolver, and a zone's own servers. It opens no socket itself."""

import asyncio
import secrets
import time
from collections.abc import Sequence

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from scanner.model.errors import ConnectionRefused, Malformed, NetworkError, NotAdmitted, TimedOut, Unreachable
from scanner.model.network import Resolution, Server
from scanner.model.verdict import Reason
from scanner.network.exchange import exchange
from scanner.network.gate import Gate
from scanner.network.heartbeat import CONTROL_SECONDS
from scanner.network.question import Act, Question, TrafficClass
from scanner.network.resolver import ResolverPlace
from scanner.network.tcp import connected
from scanner.network.transfer import transferred

EVERYBODY_KNOWS = ("a.root-servers.net", "www.iana.org")
"""Names that any resolver with a way to the internet knows."""


class Resolver:
    """The configured resolver: infrastructure, asked one question at a time for whoever needs it."""

    def __init__(self, gate: Gate, places: Sequence[ResolverPlace]) -> None:
        self.places = tuple(places)
        self._gate = gate
        self._heard_at = float("-inf")
        self._invents: bool | None = None
        self._checking = asyncio.Lock()

    async def look_up(self, name: str, kind: str, unit: str, probe: str) -> dns.message.Message:
        """Any rcode is an answer; the next place is asked where one does not answer at all."""
        query = _query(name, kind, recursive=True)
        last: NetworkError = Unreachable("no resolver is configured", Reason.NO_VANTAGE)
        for place in self.places:
            question = Question(
                unit, place.address, place.port, Act.QUERY, probe, "udp", name, klass=TrafficClass.INFRASTRUCTURE
            )
            try:
                answer = await exchange(self._gate, question, query)
                if answer.rcode() == dns.rcode.NOERROR and answer.answer:
                    self._heard_at = time.monotonic()
                return answer
            except (TimedOut, ConnectionRefused, Unreachable) as error:
                last = error
        raise last

    async def vouches(self, zone: str, unit: str, probe: str) -> Reason | None:
        """None where an absence in this zone counts by now; else why it tells nothing (R12).

        The resolver gave records within a minute, if only the zone's own SOA, and it invents none: one that has an
        address for a name that cannot exist (RFC 6761, section 6.4) says nothing of what is there and what is not.
        """
        try:
            async with self._checking:
                if self._invents is None:
                    impossible = await self.look_up(f"{secrets.token_hex(8)}.invalid", "A", unit, "resolver")
                    self._invents = impossible.rcode() == dns.rcode.NOERROR and bool(impossible.answer)
                    self._heard_at = float("-inf") if self._invents else self._heard_at
            if self._invents:
                return Reason.NO_VANTAGE
            if time.monotonic() - self._heard_at > CONTROL_SECONDS:
                await self.look_up(zone, "SOA", unit, "resolver")
        except NetworkError as error:
            return error.reason
        return None if time.monotonic() - self._heard_at <= CONTROL_SECONDS else Reason.UNREACHABLE

    async def resolve(self, name: str) -> Resolution:
        """A and AAAA of a name. What no server could tell is told with its reason, never as an absence."""
        answers = await asyncio.gather(*(self._addresses(name, kind) for kind in ("A", "AAAA")))
        addresses = tuple(dict.fromkeys(address for answer in answers for address in answer.addresses))
        aliases = tuple(dict.fromkeys(alias for answer in answers for alias in answer.aliases))
        exists = True if any(answer.exists for answer in answers) else None
        if all(answer.exists is False for answer in answers):
            exists = False
        untold = next((answer.reason for answer in answers if answer.exists is None), None)
        if exists and not addresses and untold is not None:
            exists = None
        return Resolution(name, addresses, aliases, exists, untold if exists is None else None)

    async def _addresses(self, name: str, kind: str) -> Resolution:
        try:
            answer = await self.look_up(name, kind, "", "resolver")
        except NetworkError as error:
            return Resolution(name, reason=error.reason)
        match answer.rcode():
            case dns.rcode.NOERROR:
                return Resolution(name, _texts(answer, kind), _texts(answer, "CNAME"), True)
            case dns.rcode.NXDOMAIN:
                return Resolution(name, aliases=_texts(answer, "CNAME"), exists=False)
            case _:
                return Resolution(name, reason=Reason.UNREACHABLE)


class Names:
    """`scanner.model.network.Dns`, bound to one probe and one unit."""

    def __init__(self, gate: Gate, resolver: Resolver, unit: str, probe: str, zone: str | None, probe_zone: str | None):
        self._gate = gate
        self._resolver = resolver
        self._unit = unit
        self._probe = probe
        self._zone = zone
        self._probe_zone = probe_zone

    async def look_up(self, name: str, kind: str) -> dns.message.Message:
        answer = await self._resolver.look_up(name, kind, self._unit, self._probe)
        if kind.upper() == "MX":
            hosts = (target.partition(" ")[2].rstrip(".").lower() for target in _texts(answer, "MX"))
            self._gate.ledger.found_mail_hosts(name.rstrip(".").lower(), [host for host in hosts if host])
        return answer

    async def resolve(self, name: str) -> Resolution:
        return await self._gate.ledger.resolution(name.rstrip(".").lower())

    async def servers(self, zone: str) -> tuple[Server, ...]:
        """The zone's servers, each address by itself. Raises Malformed where the resolver gives no NS answer."""
        answer = await self._resolver.look_up(zone, "NS", self._unit, self._probe)
        if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            raise Malformed(f"NS of {zone}: {dns.rcode.to_text(answer.rcode())}")
        found = []
        for host in sorted(target.rstrip(".").lower() for target in _texts(answer, "NS")):
            for address in (await self.resolve(host)).addresses:
                self._gate.ledger.found_server(zone, address)
                port = self._resolver.places[0].zone_port(address)
                found.append(Server(host, address, port))
        return tuple(found)

    async def ask(
        self, server: Server, name: str, kind: str, *, klass: str = "IN", recursive: bool = False, tcp: bool = False
    ) -> dns.message.Message:
        act = Act.RECURSION if recursive else Act.QUERY if klass == "IN" else Act.CHAOS
        query = _query(name, kind, klass, recursive=recursive)
        return await exchange(self._gate, self._question(server, act), query, tcp=tcp)

    async def transfer(self, server: Server, zone: str, most: int = 64) -> tuple[int, tuple[str, ...]]:
        async with connected(self._gate, self._question(server, Act.TRANSFER), timeout=10.0) as stream:
            return await transferred(stream, zone, most)

    async def known_name(self) -> str | None:
        """The file's own probe zone, else a name that everybody knows; None where the resolver knows neither."""
        names = ([self._probe_zone] if self._probe_zone else []) + list(EVERYBODY_KNOWS)
        for name in names:
            if self._zone is not None and (name == self._zone or name.endswith(f".{self._zone}")):
                continue
            try:
                if (await self.resolve(name)).addresses:
                    return name
            except NotAdmitted:
                return None
        return None

    def _question(self, server: Server, act: Act) -> Question:
        opens = act is Act.TRANSFER
        zone = self._zone if act is Act.QUERY else None
        transport = "tcp" if opens else "udp"
        return Question(self._unit, server.address, server.port, act, self._probe, transport, zone=zone, opens=opens)


def _query(name: str, kind: str, klass: str = "IN", *, recursive: bool) -> dns.message.Message:
    try:
        query = dns.message.make_query(name, kind, klass, use_edns=0, payload=1232)
    except (dns.exception.DNSException, ValueError) as error:
        raise Malformed(f"no name to ask for: {name!r}") from error
    if not recursive:
        query.flags &= ~dns.flags.RD
    return query


def _texts(answer: dns.message.Message, kind: str) -> tuple[str, ...]:
    """The data of the answer section's records of one kind; of CNAMEs the targets without the final dot."""
    wanted = dns.rdatatype.from_text(kind)
    texts = [record.to_text() for rrset in answer.answer if rrset.rdtype == wanted for record in rrset]
    return tuple(text.rstrip(".").lower() if kind == "CNAME" else text for text in texts)
