"""The wire as a probe sees it. `scanner.network` fulfils this; probes know nothing else of it.

Every method passes the gate before it sends anything, and raises a `NetworkError` whose `reason` is the
end of the observation where the probe does not handle it. A `Network` is bound to one probe on one
target: whose lane, which unit, what stands in the audit log are known to it.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

import dns.message

from scanner.model.verdict import Reason

Told = TypeVar("Told")

USUAL_DEADLINE = 10.0
"""Seconds that a judged answer may take (peers' users: shorter ones gave false findings)."""


class PortState(StrEnum):
    """What a port said to a connect."""

    OPEN = "open"
    CLOSED = "closed"  # a reset
    FILTERED = "filtered"  # silent in two tries, or an ICMP prohibition
    UNTOLD = "untold"  # not asked (the lane stopped, the window closed)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The states of the ports asked, and what stopped the sweep before its end, if anything did."""

    states: dict[int, PortState]
    canaries_open: int = 0
    canaries_asked: int = 0
    stopped: Reason | None = None


class Stream(Protocol):
    """One admitted TCP connection, TLS or plain. Reads are bounded in bytes and time."""

    async def send(self, data: bytes) -> None: ...

    async def receive(self, most: int = 4096, *, timeout: float | None = None) -> bytes:
        """What comes next, at most `most` bytes; b"" at the end. Raises TimedOut in silence."""
        ...

    async def receive_exactly(self, count: int) -> bytes:
        """Just `count` bytes; Malformed where the stream ends before."""
        ...

    async def receive_until(self, end: bytes, most: int = 4096, *, timeout: float | None = None) -> bytes:
        """Up to and with `end`; OverBudget past `most` bytes, Malformed where the stream ends before."""
        ...

    async def start_tls(self, *, name: str | None = None) -> None:
        """Go on in TLS, where the protocol has just agreed on it; the certificate is not judged.

        Malformed where words in the clear already lie behind the agreement, or where no TLS comes of it.
        """
        ...


class Datagrams(Protocol):
    """UDP to one port, one question at a time. What comes back is bounded in datagrams, bytes and time."""

    async def ask(self, payload: bytes, wanted: Callable[[bytes], Told | None], *, timeout: float = 3.0) -> Told:
        """One datagram, and what `wanted` makes of the first answer that it knows; it returns None for others.

        Raises ConnectionRefused on ICMP port unreachable, TimedOut in silence, Malformed where only others came.
        """
        ...


@dataclass(frozen=True, slots=True)
class Handshake:
    """A completed TLS handshake: the chain as sent (DER, leaf first), what was agreed, and when (UTC)."""

    chain: tuple[bytes, ...]
    version: str
    cipher: str
    alpn: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer, undecoded in nothing but content-encoding, which is inflated within bounds.

    `headers` are as sent, in order, names lower-cased, both as text (latin-1). `body` is at most what was
    asked for; `truncated` says that there was more.
    """

    url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    truncated: bool
    at: datetime
    seconds: float

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        return next((value for key, value in self.headers if key == name), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order."""
        return tuple(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step that the gate did not let us take: where it led, and why not."""

    url: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Page:
    """A chain of HTTP answers from a first URL to where redirects ended, each hop admitted by itself."""

    hops: tuple[Response, ...]
    refused: Refusal | None = None

    @property
    def last(self) -> Response:
        return self.hops[-1]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the resolver says of a name's addresses. `exists` is None where it could not be told."""

    name: str
    addresses: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    exists: bool | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """A name server: its name, and one address of it."""

    name: str
    address: str
    port: int = 53


@dataclass(frozen=True, slots=True)
class NmapWord:
    """What nmap says of one port: service, product, version, more, CPE; all empty where it does not know."""

    name: str = ""
    product: str = ""
    version: str = ""
    extra: str = ""
    cpe: str = ""


class Dns(Protocol):
    """DNS questions. The configured resolver is infrastructure; a zone's servers are asked directly."""

    async def look_up(self, name: str, kind: str) -> dns.message.Message:
        """One question to the resolver (RD set; TCP after truncation). Any rcode is an answer."""
        ...

    async def resolve(self, name: str) -> Resolution:
        """A and AAAA of a name, CNAMEs followed by the resolver; remembered by the gate for this scan."""
        ...

    async def servers(self, zone: str) -> tuple[Server, ...]:
        """The zone's name servers with their addresses, by the resolver; a laboratory's port where set."""
        ...

    async def ask(
        self, server: Server, name: str, kind: str, *, klass: str = "IN", recursive: bool = False, tcp: bool = False
    ) -> dns.message.Message:
        """One question to one server. Recursive and CHAOS ones only where the address is ours to ask (R2)."""
        ...

    async def transfer(self, server: Server, zone: str, most: int = 64) -> tuple[int, tuple[str, ...]]:
        """AXFR over TCP: (records seen, at most `most`; their owner names). Stops reading there.

        Raises Malformed with the rcode where it is refused by DNS means.
        """
        ...

    async def known_name(self) -> str | None:
        """A name the configured resolver knows, for the recursion question (R27); None without a vantage."""
        ...


class Callback(Protocol):
    """A word of our own, waited for at a place of our own (R27). `nonce` is ASCII without spaces."""

    @property
    def address(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def nonce(self) -> str: ...

    async def arrived(self, timeout: float = 5.0) -> bool:
        """Whether the word has come there, or comes within so many seconds."""
        ...


class Network(Protocol):
    """All that a probe may do on the wire."""

    dns: Dns

    def now(self) -> datetime:
        """The moment, UTC."""
        ...

    def connect(
        self,
        *,
        port: int | None = None,
        tls: bool = False,
        name: str | None = None,
        timeout: float = USUAL_DEADLINE,
        privileged: bool = False,
    ) -> AbstractAsyncContextManager[Stream]:
        """A connection to the target's address; TLS without judging the certificate where `tls`.

        `privileged`: from a port below 1024, where the system lets us have one.
        """
        ...

    def datagrams(self, *, port: int | None = None, any_port: bool = False) -> AbstractAsyncContextManager[Datagrams]:
        """UDP from one fresh source port. `any_port`: answers count from every port of the target's address."""
        ...

    async def handshake(self, *, name: str | None = None, alpn: Sequence[str] = ()) -> Handshake:
        """A full TLS handshake by the library, with its most permissive settings, closed at once."""
        ...

    async def sweep(self, ports: Sequence[int]) -> Sweep:
        """Which of the target's TCP ports accept, by grants of the gate; canary ports are asked beside."""
        ...

    async def nmap_version(self) -> NmapWord:
        """nmap's `-sV` at the target's port (R26). NotAdmitted where nmap is not there."""
        ...

    async def get(
        self,
        path: str = "/",
        *,
        method: str = "GET",
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        most: int = 512 * 1024,
        follow: bool = False,
        timeout: float = 20.0,
    ) -> Page:
        """HTTP to the target's origin. A plain GET of the same path is asked once and remembered.

        `body` is for protocols whose questions travel in one (IPP, JSON gateways, SOAP): questions, no commands.
        """
        ...

    async def ocsp(self, url: str, request: bytes, *, again: bool = False) -> bytes:
        """A certificate authority's answer (DER, at most 64 KiB, unread) to an OCSP request (DER), by HTTP POST.

        `url` is what the certificate names: `http` on port 80 and without a query, or it is refused. Raises
        NotAdmitted with `not-permitted` where the file's `third_parties` has no `ocsp`, `out-of-scope` where the
        url leads to a private or other special address that the file does not list; Malformed where the answer is
        not a 200 (redirects are not followed); Unreachable, TimedOut, OverBudget. The same question is asked once
        in a scan, by whatever probe: its answer or its failure is remembered, unless it is asked `again` (R12).
        """
        ...

    async def crl(self, url: str, *, again: bool = False) -> bytes:
        """A revocation list (as sent, at most 16 MiB, unread) from its distribution point; conditions as `ocsp`."""
        ...

    async def rdap(self, url: str) -> bytes:
        """An RDAP answer (JSON, at most 256 KiB, unread); `https` on 443 or `http` on 80, else as `ocsp`.

        NotAdmitted with `not-permitted` where the file's `third_parties` has no `rdap`.
        """
        ...

    def declared_ports(self) -> tuple[int, ...] | None:
        """The ports that the inspection file declares for the target's host; None where it has no list."""
        ...

    def ports_to_sweep(self) -> tuple[int, ...]:
        """The ports that the profile and --ports select for the target, declared ones included."""
        ...

    def udp_ports(self) -> tuple[int, ...]:
        """The UDP ports whose protocols the chosen checks speak of; no other is asked."""
        ...

    def names(self) -> tuple[str, ...]:
        """The scope's names that concern the target: within the zone (domain), or on the address (host)."""
        ...

    def unit_names(self) -> tuple[str, ...]:
        """All names that the file lists for the target's unit, wherever they lead."""
        ...

    def web_ports(self, name: str) -> tuple[int, ...]:
        """80, 443 and what the file declares for a name: where it may be asked by name (R2)."""
        ...

    def owns(self, address: str) -> Reason | None:
        """None where address-bound questions are allowed there; else why not (R2)."""
        ...

    def callback(self) -> AbstractAsyncContextManager[Callback]:
        """A place of our own that listens for one new word meanwhile; NetworkError (no-vantage) without one (R27)."""
        ...

    def is_chosen(self, check: str) -> bool:
        """Whether a check is judged this time: a probe asks for the marked ones beside the others by it."""
        ...

    def trust_roots(self) -> tuple[bytes, ...]:
        """DER of the roots that the user named beside the system's (`--trust`); sends nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Traffic:
    """What was sent in all."""

    connections: int = 0
    datagrams: int = 0
    requests: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    peak_requests_per_second_per_address: float = 0.0
    refused_out_of_scope: int = 0
    by_class: dict[str, int] = field(default_factory=dict)
