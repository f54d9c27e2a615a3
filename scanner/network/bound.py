"""The wire as one probe sees it, bound to one target (`scanner.model.network.Network`). It decides nothing."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from scanner.model.errors import Malformed, NotAdmitted
from scanner.model.network import USUAL_DEADLINE, Callback, Datagrams, Dns, Handshake, NmapWord, Page, Stream, Sweep
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from scanner.network.handshakes import PROTOCOLS
from scanner.network.http import Request, url_of
from scanner.network.names import Names
from scanner.network.nmap_version import QUESTIONS, named_by_nmap
from scanner.network.question import Act, Question
from scanner.network.redirects import fetch
from scanner.network.tcp import connected
from scanner.network.tls import chain, permissive_context
from scanner.network.udp import conversing

if TYPE_CHECKING:
    from scanner.network.wire import Wire


class BoundNetwork:
    """Made anew for each probe on each target; holds nothing open between calls."""

    def __init__(self, wire: "Wire", probe: Probe, target: Target) -> None:
        self._wire = wire
        self._gate = wire.gate
        self._probe = probe
        self._target = target
        zone = target.name if target.kind is TargetKind.DOMAIN else None
        self.dns: Dns = Names(wire.gate, wire.resolver, target.unit, probe.name, zone, wire.probe_zone)

    def now(self) -> datetime:
        return self._wire.clock()

    @asynccontextmanager
    async def connect(
        self,
        *,
        port: int | None = None,
        tls: bool = False,
        name: str | None = None,
        timeout: float = USUAL_DEADLINE,
        privileged: bool = False,
    ) -> AsyncIterator[Stream]:
        question = replace(self._question(port, Act.CONNECT, opens=True), privileged=privileged)
        context = permissive_context() if tls else None
        server_name = name or self._target.name
        async with connected(self._gate, question, timeout=timeout, tls=context, server_name=server_name) as stream:
            yield stream

    @asynccontextmanager
    async def datagrams(self, *, port: int | None = None, any_port: bool = False) -> AsyncIterator[Datagrams]:
        question = replace(self._question(port, Act.DATAGRAM), transport="udp")
        async with conversing(self._gate, question, any_port=any_port) as conversation:
            yield conversation

    async def handshake(self, *, name: str | None = None, alpn: Sequence[str] = ()) -> Handshake:
        question = self._question(None, Act.CONNECT, opens=True)
        context = permissive_context(tuple(alpn))
        server_name = name or self._target.name
        async with connected(
            self._gate, question, timeout=USUAL_DEADLINE, tls=context, server_name=server_name
        ) as stream:
            return _described(stream.tls, self.now())

    async def sweep(self, ports: Sequence[int]) -> Sweep:
        return await self._wire.sweep(self._target.unit, self._address, ports, self._probe.name)

    async def nmap_version(self) -> NmapWord:
        question = replace(self._question(None, Act.VERSION, opens=True), bound=True, weight=QUESTIONS)
        return await named_by_nmap(self._gate, question)

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
        question = self._question(None, Act.REQUEST)
        scheme = self._target.scheme or ("https" if self._target.tls else "http")
        url = url_of(scheme, self._target.name or self._address, question.port, path)
        request = Request(question, url, method.upper(), tuple(headers), most, timeout, body or None)
        return await fetch(self._wire.http, self._gate, request, follow=follow)

    async def ocsp(self, url: str, request: bytes, *, again: bool = False) -> bytes:
        return await self._wire.third_parties.ocsp(self._target.unit, self._probe.name, url, request, again=again)

    async def crl(self, url: str, *, again: bool = False) -> bytes:
        return await self._wire.third_parties.crl(self._target.unit, self._probe.name, url, again=again)

    async def rdap(self, url: str) -> bytes:
        return await self._wire.third_parties.rdap(self._target.unit, self._probe.name, url)

    def declared_ports(self) -> tuple[int, ...] | None:
        scope, unit, address = self._gate.ledger.scope, self._target.unit, self._target.address
        return scope.declared_ports(unit, address=address, names=self.names())

    def ports_to_sweep(self) -> tuple[int, ...]:
        scope, unit, address = self._gate.ledger.scope, self._target.unit, self._target.address
        sites = scope.site_ports(unit, address=address, names=self.names())
        return tuple(sorted({*self._wire.ports, *(self.declared_ports() or ()), *sites}))

    def udp_ports(self) -> tuple[int, ...]:
        return self._wire.udp_ports

    def names(self) -> tuple[str, ...]:
        ledger, target = self._gate.ledger, self._target
        if target.kind is TargetKind.DOMAIN and target.name is not None:
            return ledger.scope.names_in_zone(target.unit, target.name)
        by_name = target.name is not None and ledger.scope.place_of(target.unit, target.name) is not None
        listed = (target.name,) if by_name else ()
        found = ledger.names_on(target.unit, target.address) if target.address is not None else ()
        return tuple(name for name in dict.fromkeys((*listed, *found)) if name is not None)

    def unit_names(self) -> tuple[str, ...]:
        return self._gate.ledger.scope.names(self._target.unit)

    def web_ports(self, name: str) -> tuple[int, ...]:
        return self._gate.ledger.scope.web_ports(self._target.unit, name)

    def owns(self, address: str) -> Reason | None:
        return self._gate.ledger.owns_by_now(self._target.unit, address)

    def callback(self) -> AbstractAsyncContextManager[Callback]:
        return self._wire.callbacks.awaited(self._address, self._target.unit, self._probe.name)

    def is_chosen(self, check: str) -> bool:
        return check in self._wire.chosen

    def trust_roots(self) -> tuple[bytes, ...]:
        return self._wire.trust

    @property
    def _address(self) -> str:
        if self._target.address is None:
            raise NotAdmitted(f"{self._target.key} has no address", Reason.PROBE_FAULT)
        return self._target.address

    def _question(self, port: int | None, act: Act, *, opens: bool = False) -> Question:
        target = self._target
        chosen = target.port if port is None else port
        if chosen is None:
            raise NotAdmitted(f"{target.key} has no port", Reason.PROBE_FAULT)
        return Question(
            unit=target.unit,
            address=self._address,
            port=chosen,
            act=act,
            probe=self._probe.name,
            name=target.name,
            opens=opens,
            bound=self._probe.address_bound,
            counted=target.protocol in PROTOCOLS,
        )


def _described(tls: ssl.SSLObject | None, at: datetime) -> Handshake:
    if tls is None:
        raise Malformed("no TLS session")
    agreed = tls.cipher()
    return Handshake(
        chain=chain(tls),
        version=tls.version() or "",
        cipher=agreed[0] if agreed else "",
        alpn=tls.selected_alpn_protocol(),
        at=at,
    )
