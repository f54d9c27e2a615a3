"""aiohttp behind the gate: one session for one admitted place. It follows nothing and remembers no cookie."""

import asyncio
import socket
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from scanner.model.errors import NotAdmitted
from scanner.network.admitted_socket import AdmittedSocket, make_socket
from scanner.network.gate import Gate
from scanner.network.permit import Permit
from scanner.network.question import Act, Question
from scanner.network.tls import permissive_context

KEPT_ALIVE = 0.5
"""Seconds that an idle connection keeps its slot: others wait for it."""

HEADER_BYTES = 64 * 1024
HEADER_FIELDS = 512


@dataclass(slots=True)
class Crossing:
    """One request on its way: what it asks of the gate when it opens a connection, what it was given, bytes sent."""

    question: Question
    timer: asyncio.Timeout
    permit: Permit | None = None
    sent: int = 0
    extra: list[Permit] = field(default_factory=list)

    def given_up(self, error: BaseException) -> None:
        """No answer came: whatever was opened for it is given back."""
        for permit in (self.permit, *self.extra):
            if permit is not None:
                permit.failed(error)
                permit.close()


_crossing: ContextVar[Crossing] = ContextVar("crossing")


class Session:
    """HTTP/1.1 to one address and port. Entered by `crossing`, so that every connection is asked of the gate."""

    def __init__(self, gate: Gate, address: str, port: int, agent: str) -> None:
        self._gate = gate
        self._address = address
        self._port = port
        connector = aiohttp.TCPConnector(
            ssl=permissive_context(),
            limit=0,
            keepalive_timeout=KEPT_ALIVE,
            use_dns_cache=False,
            resolver=_OneAddress(address),
            happy_eyeballs_delay=None,
            socket_factory=self._make_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None),
            headers={"User-Agent": agent, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"},
            trace_configs=[self._tracing()],
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
            max_headers=HEADER_FIELDS,
            read_bufsize=HEADER_BYTES,
        )

    async def send(self, crossing: Crossing, method: str, url: Any, headers: Any) -> aiohttp.ClientResponse:
        """One request and the head of its answer. The caller closes or releases the response."""
        _crossing.set(crossing)
        return await self._session.request(method, url, headers=headers, allow_redirects=False)

    async def close(self) -> None:
        await self._session.close()

    def _tracing(self) -> aiohttp.TraceConfig:
        tracing = aiohttp.TraceConfig()
        tracing.on_connection_create_start.append(self._before_connecting)
        tracing.on_connection_create_end.append(self._after_connecting)
        tracing.on_connection_reuseconn.append(self._before_sending_again)
        tracing.on_request_headers_sent.append(self._after_sending)
        return tracing

    async def _before_connecting(self, *_: object) -> None:
        """Ask the gate; what is waited for there does not count against the request's own deadline."""
        crossing = _crossing.get()
        await self._before_sending_again()
        loop = asyncio.get_running_loop()
        begun, ends = loop.time(), crossing.timer.when()
        if crossing.permit is not None:
            crossing.extra.append(crossing.permit)
        crossing.timer.reschedule(None)
        crossing.permit = await self._gate.enter(replace(crossing.question, act=Act.CONNECT, opens=True))
        crossing.timer.reschedule(None if ends is None else ends + loop.time() - begun)

    async def _after_connecting(self, session: object, context: SimpleNamespace, params: object) -> None:
        permit = _crossing.get().permit
        if permit is not None:
            permit.answered("connected", timed=False)

    async def _before_sending_again(self, *_: object) -> None:
        """aiohttp sends once more where a kept connection turned out to be closed: that is a question too."""
        crossing = _crossing.get()
        if crossing.sent:
            crossing.extra.append(await self._gate.enter(crossing.question))

    async def _after_sending(
        self, session: object, context: SimpleNamespace, params: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        line = len(params.method) + len(params.url.raw_path_qs) + len(" HTTP/1.1\r\n\r\n") + 1
        _crossing.get().sent += line + sum(len(name) + len(value) + 4 for name, value in params.headers.items())

    def _make_socket(self, info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
        family, kind, protocol, _, place = info
        crossing = _crossing.get()
        permit = crossing.permit
        if permit is None:
            raise NotAdmitted("a connection that nobody asked the gate for")
        made: AdmittedSocket = make_socket(permit, family, kind, protocol, place)
        return made


class _OneAddress(AbstractResolver):
    """Whatever the name, the admitted address: names were resolved and admitted before."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        version = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        return [
            ResolveResult(
                hostname=host, host=self._address, port=port, family=version, proto=0, flags=socket.AI_NUMERICHOST
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""
