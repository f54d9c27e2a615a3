"""TCP connections that the gate admitted, plain or TLS. Everything read is bounded in bytes and time."""

import asyncio
import contextlib
import re
import secrets
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from scanner.model.errors import ConnectionRefused, Malformed, NetworkError, OverBudget
from scanner.network.channel import PlainChannel, TlsChannel, in_tls
from scanner.network.failure import as_network_error
from scanner.network.gate import Gate
from scanner.network.permit import Permit
from scanner.network.question import Act, Question
from scanner.network.tls import permissive_context

CHUNK = 16 * 1024

HTTP_REQUEST = re.compile(rb"[A-Z]{3,16} [!-~]{1,8000} HTTP/1\.[01]\r\n")
"""RFC 9112 section 3: how a request of HTTP begins, whoever sends it. It is a question beside its connect (R7)."""

PRIVILEGED, TRIED_PORTS = range(600, 1024), 8


class TcpStream:
    """`scanner.model.network.Stream` over asyncio. `timeout` is the seconds each read or write may take in all."""

    def __init__(self, gate: Gate, permit: Permit, channel: PlainChannel | TlsChannel, timeout: float) -> None:
        self._gate = gate
        self._permit = permit
        self._channel = channel
        self._timeout = timeout
        self._buffer = bytearray()
        self._request: Permit | None = None

    async def send(self, data: bytes) -> None:
        if HTTP_REQUEST.match(data):
            self._close_request()
            question = replace(self._permit.question, act=Act.REQUEST, opens=False, weight=1)
            self._request = await self._gate.enter(question)
        async with self._within(self._timeout, "sending"):
            self._permit.sent += len(data)
            await self._channel.write(data)

    async def receive(self, most: int = 4096, *, timeout: float | None = None) -> bytes:
        """What comes next, at most `most` bytes; b"" at the end."""
        if not self._buffer:
            async with self._within(self._timeout if timeout is None else timeout, "reading"):
                await self._fill()
        return self._take(most)

    async def receive_exactly(self, count: int) -> bytes:
        """Just `count` bytes; Malformed where the stream ends before."""
        async with self._within(self._timeout, "reading"):
            while len(self._buffer) < count:
                if not await self._fill():
                    raise Malformed(f"the stream ended after {len(self._buffer)} of {count} bytes")
        return self._take(count)

    async def receive_until(self, end: bytes, most: int = 4096, *, timeout: float | None = None) -> bytes:
        """Up to and with `end`; OverBudget past `most` bytes, Malformed where the stream ends before."""
        searched = 0
        async with self._within(self._timeout if timeout is None else timeout, "reading"):
            while (found := self._buffer.find(end, max(0, searched - len(end)))) < 0:
                if len(self._buffer) >= most:
                    break
                searched = len(self._buffer)
                if not await self._fill():
                    raise Malformed(f"the stream ended after {len(self._buffer)} bytes, before the end that was due")
        if found < 0 or found + len(end) > most:
            raise OverBudget(f"no end within {most} bytes")
        return self._take(found + len(end))

    async def start_tls(self, *, name: str | None = None) -> None:
        """Go on in TLS on the same connection, with the settings that reach every server."""
        if self._buffer:
            raise Malformed(f"{len(self._buffer)} bytes in the clear behind the step into TLS")
        if not isinstance(self._channel, PlainChannel):
            raise Malformed("TLS within TLS")
        async with self._within(self._timeout, "TLS handshake"):
            server_name = name or self._permit.question.address
            self._channel = await in_tls(self._channel.sock, permissive_context(), server_name)

    @property
    def tls(self) -> ssl.SSLObject | None:
        """The TLS session, where the connection has one."""
        return self._channel.session if isinstance(self._channel, TlsChannel) else None

    async def close(self) -> None:
        """Let go of it, in the ordinary way where it can."""
        self._close_request()
        await self._channel.close()

    async def _fill(self) -> bool:
        data = await self._channel.read(CHUNK)
        self._permit.received += len(data)
        self._buffer += data
        if data and self._request is not None and not self._request.has_answer:
            self._request.answered()
        return bool(data)

    def _close_request(self) -> None:
        """Its octets are counted with the connection's."""
        if self._request is not None:
            self._request.close()

    def _take(self, most: int) -> bytes:
        taken = bytes(self._buffer[:most])
        del self._buffer[:most]
        return taken

    @asynccontextmanager
    async def _within(self, seconds: float, what: str) -> AsyncIterator[None]:
        try:
            async with self._gate.switch.deadline(self._permit.question.unit, seconds, what):
                try:
                    yield
                except OSError as error:
                    raise as_network_error(error, what) from error
        except NetworkError as error:
            self._permit.failed(error)
            raise


@asynccontextmanager
async def connected(
    gate: Gate, question: Question, *, timeout: float, tls: ssl.SSLContext | None = None, server_name: str | None = None
) -> AsyncIterator[TcpStream]:
    """A connection for one question that opens one. `timeout` starts when the gate has let it through."""
    async with gate.admit(question) as permit:
        what = f"connecting to {question.address} port {question.port}"
        async with gate.switch.deadline(question.unit, timeout, what):
            stream = await _open(gate, permit, timeout, tls, server_name or question.address)
        try:
            yield stream
        finally:
            await stream.close()


async def knock(gate: Gate, question: Question, timeout: float = 5.0) -> bool:
    """Two fresh connects for a heartbeat; True as soon as one is accepted. Nothing is sent on it."""
    for _ in range(2):
        with contextlib.suppress(NetworkError):
            async with gate.admit(question) as permit, gate.switch.deadline(question.unit, timeout, "heartbeat"):
                sock = await connect(permit)
                sock.close()
                return True
        gate.switch.check(question.unit)
        await asyncio.sleep(1.0)
    return False


async def connect(permit: Permit) -> socket.socket:
    """A connected socket; the caller closes it. Raises ConnectionRefused, Unreachable."""
    question = permit.question
    family = socket.AF_INET6 if ":" in question.address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if question.privileged:
            _from_privileged_port(sock)
        try:
            await asyncio.get_running_loop().sock_connect(sock, (question.address, question.port))
        except OSError as error:
            raise as_network_error(error, f"{question.address} port {question.port}") from error
        if family == socket.AF_INET and sock.getsockname() == sock.getpeername():
            raise ConnectionRefused(f"{question.address} port {question.port}: we met ourselves")
        permit.answered("connected")
        return sock
    except BaseException:
        sock.close()
        raise


def _from_privileged_port(sock: socket.socket) -> None:
    """Take one of the ports from which rsh and its kin trust a client (rcmd(3)); else go as everybody does."""
    for port in secrets.SystemRandom().sample(PRIVILEGED, TRIED_PORTS):
        with contextlib.suppress(OSError):
            sock.bind(("", port))
            return


async def _open(gate: Gate, permit: Permit, timeout: float, tls: ssl.SSLContext | None, server_name: str) -> TcpStream:
    sock = await connect(permit)
    try:
        return TcpStream(
            gate, permit, PlainChannel(sock) if tls is None else await in_tls(sock, tls, server_name), timeout
        )
    except BaseException as error:
        sock.close()
        if isinstance(error, OSError):
            raise as_network_error(error, f"TLS with {permit.question.address} port {permit.question.port}") from error
        raise
