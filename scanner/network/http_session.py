"""aiohttp behind the gate: one session for one admitted place. It follows nothing and keeps no cookie."""

import socket
import warnings
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDict
from yarl import URL

from scanner.model.errors import NotAdmitted
from scanner.network.admitted_socket import make_socket
from scanner.network.channel import CLOSING
from scanner.network.crossing import Crossing, current
from scanner.network.tls import permissive_context

KEPT_ALIVE = 0.5
"""Seconds that an idle connection keeps its slot: others wait for it."""

HEADER_BYTES = 64 * 1024
HEADER_FIELDS = 512


class AdmittedRequest(aiohttp.ClientRequest):
    """A request that asks the gate in the moment before it goes out."""

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        permit = await current.get().request()
        line = len(self.method) + len(self.url.raw_path_qs) + len("  HTTP/1.1\r\n\r\n")
        permit.sent += self.body.size or 0 if self.body else 0
        permit.sent += line + sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers.items())
        return await super().send(conn)


class Session:
    """HTTP/1.1 to one address and port, with at most `connections` at once, each asked of the gate."""

    def __init__(self, address: str, agent: str, connections: int) -> None:
        self._session = aiohttp.ClientSession(
            connector=_connector(address, connections),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None),
            headers={"User-Agent": agent, "Accept": "*/*", "Accept-Encoding": "gzip, deflate"},
            request_class=AdmittedRequest,
            trace_configs=[_tracing()],
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
            max_headers=HEADER_FIELDS,
            read_bufsize=HEADER_BYTES,
        )

    async def send(
        self, crossing: Crossing, method: str, url: URL, headers: CIMultiDict[str], body: bytes | None = None
    ) -> aiohttp.ClientResponse:
        """One request and the head of its answer. The caller closes or releases the response."""
        current.set(crossing)
        return await self._session.request(method, url, headers=headers, data=body, allow_redirects=False)

    async def close(self) -> None:
        await self._session.close()


def _connector(address: str, connections: int) -> aiohttp.TCPConnector:
    with warnings.catch_warnings():
        # Deprecated, and the only way before aiohttp 4 not to wait half a minute for a peer that never says goodbye.
        warnings.simplefilter("ignore", DeprecationWarning)
        return aiohttp.TCPConnector(
            ssl=permissive_context(),
            limit=connections,
            keepalive_timeout=KEPT_ALIVE,
            use_dns_cache=False,
            resolver=_OneAddress(address),
            happy_eyeballs_delay=None,
            socket_factory=_make_socket,
            ssl_shutdown_timeout=CLOSING,
        )


def _tracing() -> aiohttp.TraceConfig:
    tracing = aiohttp.TraceConfig()
    tracing.on_connection_queued_start.append(_before_queueing)
    tracing.on_connection_queued_end.append(_after_queueing)
    tracing.on_connection_create_start.append(_before_connecting)
    tracing.on_connection_create_end.append(_after_connecting)
    return tracing


async def _before_queueing(session: object, context: SimpleNamespace, params: object) -> None:
    current.get().suspend()


async def _after_queueing(session: object, context: SimpleNamespace, params: object) -> None:
    current.get().resume()


async def _before_connecting(session: object, context: SimpleNamespace, params: object) -> None:
    await current.get().connect()


async def _after_connecting(session: object, context: SimpleNamespace, params: object) -> None:
    current.get().connects[-1].answered("connected", timed=False)  # with TLS it tells no round trip


def _make_socket(info: tuple[Any, Any, int, str, tuple[Any, ...]]) -> socket.socket:
    family, kind, protocol, _, place = info
    crossing = current.get(None)
    if crossing is None or not crossing.connects:
        raise NotAdmitted("a connection that nobody asked the gate for")
    return make_socket(crossing.connects[-1], family, kind, protocol, place)


class _OneAddress(AbstractResolver):
    """Whatever the name, the admitted address: names were resolved and admitted before."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        version = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        numeric = socket.AI_NUMERICHOST
        return [ResolveResult(hostname=host, host=self._address, port=port, family=version, proto=0, flags=numeric)]

    async def close(self) -> None:
        """Nothing is held."""
