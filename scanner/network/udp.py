"""Datagrams to one port of one address and what comes back, each admitted by the gate. What it means others say."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from ipaddress import ip_address
from typing import TypeVar, cast

from scanner.model.errors import Malformed, NetworkError, OverBudget, TimedOut
from scanner.network.failure import as_network_error
from scanner.network.gate import Gate
from scanner.network.question import Question

MOST_OTHERS = 64
MOST_OTHER_BYTES = 256 * 1024
"""Datagrams, and bytes of them, that may come beside the answer while one question waits for it."""

Told = TypeVar("Told")


class _Waiting:
    """One question's wait: the first datagram that is known ends it, or an error, or too many others."""

    def __init__(self, wanted: Callable[[bytes], object | None]) -> None:
        self.told: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self.received = 0
        self.others = 0
        self._wanted = wanted

    def heard(self, data: bytes) -> None:
        if self.told.done():
            return
        self.received += len(data)
        try:
            known = self._wanted(data)
        except Exception as error:  # a fault of ours, raised where it is waited for
            self.told.set_exception(error)
            return
        if known is not None:
            self.told.set_result(known)
            return
        self.others += 1
        if self.others > MOST_OTHERS or self.received > MOST_OTHER_BYTES:
            self.told.set_exception(OverBudget(f"{self.others} datagrams, and none is the answer"))

    def failed(self, error: Exception) -> None:
        if not self.told.done():
            self.told.set_exception(error)


class _Ear(asyncio.DatagramProtocol):
    """Hands what comes to the question that waits. `sender` is the only address whose datagrams count."""

    def __init__(self, conversation: "Conversation", sender: str | None = None) -> None:
        self._conversation = conversation
        self._sender = sender

    def datagram_received(self, data: bytes, addr: object) -> None:
        waiting = self._conversation.waiting
        host = addr[0] if isinstance(addr, tuple) else None
        if waiting is not None and self._sender in (None, host):
            waiting.heard(data)

    def error_received(self, exc: Exception) -> None:
        if self._conversation.waiting is not None:
            self._conversation.waiting.failed(exc)


class Conversation:
    """All from one source port; one question at a time. Made by `conversing`, which closes it."""

    def __init__(self, gate: Gate, question: Question, *, any_port: bool) -> None:
        self.waiting: _Waiting | None = None
        self._gate = gate
        self._question = question
        self._any_port = any_port
        self._transports: list[asyncio.DatagramTransport] = []

    async def ask(self, payload: bytes, wanted: Callable[[bytes], Told | None], *, timeout: float = 3.0) -> Told:
        """Send one datagram; what `wanted` makes of the first that it knows. It returns None for every other.

        Raises ConnectionRefused on ICMP port unreachable, TimedOut in silence, Malformed where only others
        came, OverBudget where too many did.
        """
        question = self._question
        what = f"a datagram to {question.address} port {question.port}"
        async with self._gate.admit(question) as permit:
            waiting = self.waiting = _Waiting(wanted)
            try:
                async with self._gate.switch.deadline(question.unit, timeout, what):
                    await self._open()
                    permit.sent += len(payload)
                    self._transports[0].sendto(payload)
                    told = await waiting.told
            except OSError as error:
                raise as_network_error(error, what) from error
            except TimedOut as error:
                if waiting.others:
                    raise Malformed(f"{what}: {waiting.others} came back, and none is the answer") from error
                raise
            finally:
                permit.received += waiting.received
                self.waiting = None
            permit.answered()
            return cast(Told, told)

    def close(self) -> None:
        for transport in self._transports:
            transport.close()

    async def _open(self) -> None:
        """The first socket is connected, so that the kernel drops what other ports send and reports ICMP errors
        (RFC 1122, 4.1.3.3). Where any port may answer, a second one on our port hears the others."""
        if self._transports:
            return
        address = self._question.address
        family = socket.AF_INET if ip_address(address).version == 4 else socket.AF_INET6
        place = (address, self._question.port)
        loop = asyncio.get_running_loop()
        if not self._any_port:
            made, _ = await loop.create_datagram_endpoint(lambda: _Ear(self), remote_addr=place, family=family)
            self._transports = [made]
            return
        for sock, ear in zip(_pair(family, place), (_Ear(self), _Ear(self, sender=address)), strict=True):
            made, _ = await loop.create_datagram_endpoint(partial(_itself, ear), sock=sock)
            self._transports.append(made)


def _itself(ear: _Ear) -> _Ear:
    return ear


def _pair(family: socket.AddressFamily, place: tuple[str, int]) -> tuple[socket.socket, socket.socket]:
    """Two sockets on one port, the first connected: the kernel gives each datagram to the one that fits it best."""
    own, other = (socket.socket(family, socket.SOCK_DGRAM) for _ in range(2))
    try:
        own.bind(("", 0))  # a port that nobody shares; only then may the other one share it
        for sock in (own, other):
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.connect(place)
        other.bind(own.getsockname())
    except BaseException:
        own.close()
        other.close()
        raise
    return own, other


@asynccontextmanager
async def conversing(gate: Gate, question: Question, *, any_port: bool = False) -> AsyncIterator[Conversation]:
    """A conversation from a fresh port; nothing is opened before the first question is admitted."""
    conversation = Conversation(gate, question, any_port=any_port)
    try:
        yield conversation
    finally:
        conversation.close()


async def asked(
    gate: Gate, question: Question, payload: bytes, *, tries: int, timeout: float, wanted: Callable[[bytes], bool]
) -> bytes:
    """Send a datagram until one that is `wanted` comes back, each try from a fresh port and asked of the gate.

    `timeout` is each try's seconds; what is not wanted counts as silence. Raises ConnectionRefused, TimedOut.
    """
    last: NetworkError = TimedOut("no try was allowed")
    for _ in range(tries):
        try:
            async with conversing(gate, question) as conversation:
                return await conversation.ask(payload, lambda data: data if wanted(data) else None, timeout=timeout)
        except (TimedOut, Malformed, OverBudget) as error:
            last = TimedOut(str(error))
    raise last
