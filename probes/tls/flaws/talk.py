"""A handshake up to TLS 1.2, one record at a time: the hello, the server's first flight, and what comes after it.

It judges nothing. A server that ends the connection has said so: `Word` of kind ENDED, never an error.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from probes.tls import server_hello
from probes.tls.conversation import opened
from probes.tls.hello import RENEGOTIATION_INFO, TLS12, ClientHello
from probes.tls.record import ALERT, HANDSHAKE, MOST_RECORD, record, records
from probes.tls.server_hello import Heard
from scanner.model.errors import ConnectionRefused, Malformed, NetworkError, OverBudget, TimedOut
from scanner.model.network import USUAL_DEADLINE, Network, Stream
from scanner.model.target import Target
from scanner.model.verdict import Reason

MOST_OCTETS = 256 * 1024
"""All that one connection may bring."""
SECONDS_IN_ALL = USUAL_DEADLINE * 2
ENDED, CLOSED = -1, "closed"
COMMON_GROUPS = (29, 23, 24)
COMMON_SIGNATURES = (0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201)


class HelloRefused(NetworkError):
    """The server answered the hello by an alert (its number) or by ending the connection (None)."""

    reason = Reason.REFUSED

    def __init__(self, alert: int | None) -> None:
        super().__init__("the hello was refused: " + ("no word" if alert is None else f"alert {alert}"))
        self.alert = alert


@dataclass(frozen=True, slots=True)
class Word:
    """One record of the server's: its kind, and its payload as sent."""

    kind: int
    payload: bytes = b""

    @property
    def alert(self) -> int | None:
        """The description of an alert in the clear that ends the connection; None for all else."""
        told = self.kind == ALERT and len(self.payload) == 2 and (self.payload[0] == 2 or self.payload[1] == 0)
        return self.payload[1] if told else None

    @property
    def said(self) -> str:
        """What it was, in a word."""
        if self.kind == ENDED:
            return CLOSED
        if self.kind == ALERT and len(self.payload) == 2:
            return f"alert {self.payload[1]}"
        return f"record {self.kind}"


@dataclass
class Talk:
    """An open connection past the server's first flight.

    `spoken` holds both sides' handshake messages so far; `seconds` is how long the first flight took to come.
    """

    stream: Stream
    version: int
    random: bytes
    heard: Heard
    spoken: bytes
    waiting: bytes = b""
    octets: int = 0
    seconds: float = 0.0

    async def send(self, kind: int, payload: bytes) -> None:
        """One record; a connection that is gone already is not noticed here, but by `next`."""
        await self.send_octets(record(kind, payload, self.version))

    async def send_octets(self, octets: bytes) -> None:
        try:
            await self.stream.send(octets)
        except ConnectionRefused:
            return

    async def next(self, seconds: float = USUAL_DEADLINE) -> Word:
        """The next record. TimedOut where none came whole in time, Malformed where it is none."""
        try:
            async with asyncio.timeout(seconds):
                return await self._next()
        except TimeoutError as error:
            raise TimedOut(f"no whole record in {seconds:g} s") from error

    async def _next(self) -> Word:
        while True:
            for kind, payload in records(self.waiting):
                self.waiting = self.waiting[5 + len(payload) :]
                return Word(kind, payload)
            try:
                more = await self.stream.receive(MOST_RECORD)
            except ConnectionRefused:
                more = b""
            if not more:
                return Word(ENDED)
            self.octets += len(more)
            if self.octets > MOST_OCTETS:
                raise OverBudget(f"more than {MOST_OCTETS} octets on one connection")
            self.waiting += more


@asynccontextmanager
async def talking(
    net: Network,
    target: Target,
    suites: tuple[int, ...],
    *,
    version: int = TLS12,
    session: bytes = b"",
    extensions: tuple[tuple[int, bytes], ...] = (),
) -> AsyncIterator[Talk]:
    """Say a hello and listen to the whole first flight, up to ServerHelloDone, or to a resumed session's ServerHello.

    HelloRefused where there is none, Malformed where it breaks off, TimedOut in silence.
    """
    hello = ClientHello(
        version,
        suites,
        os.urandom(32),
        target.name,
        groups=COMMON_GROUPS,
        signatures=COMMON_SIGNATURES,
        session=session,
        extensions=((RENEGOTIATION_INFO, b"\x00"), *extensions),
    )
    words = hello.to_bytes()
    async with opened(net, target) as stream:
        await _send(stream, words)
        talk = Talk(stream, version, hello.random, Heard(), words[5:])
        loop = asyncio.get_running_loop()
        asked = loop.time()
        try:
            async with asyncio.timeout(SECONDS_IN_ALL):
                await _first_flight(talk)
            talk.seconds = loop.time() - asked
        except TimeoutError as error:
            raise TimedOut(f"no whole first flight in {SECONDS_IN_ALL:g} s") from error
        yield talk


async def _send(stream: Stream, words: bytes) -> None:
    try:
        await stream.send(words)
    except ConnectionRefused as error:
        raise HelloRefused(None) from error


async def _first_flight(talk: Talk) -> None:
    """Read until ServerHelloDone, or until something else than a handshake follows a ServerHello (resumption)."""
    flight, said = bytearray(), bytearray()
    while True:
        word = await talk.next(SECONDS_IN_ALL)
        if word.kind == ENDED:
            if not flight:
                raise HelloRefused(None)
            raise Malformed("the first flight broke off")
        if word.alert is not None and talk.heard.hello is None:
            raise HelloRefused(word.alert)
        if word.kind != HANDSHAKE:
            if word.kind == ALERT and word.alert is None:
                continue
            if talk.heard.hello is None or word.alert is not None:
                raise Malformed(f"{word.said} within the first flight")
            talk.waiting = record(word.kind, word.payload) + talk.waiting
            break
        flight += record(word.kind, word.payload)
        said += word.payload
        talk.heard = server_hello.hear(bytes(flight))
        if talk.heard.done:
            break
    talk.spoken += bytes(said)
    if talk.heard.hello is None or talk.heard.hello.retry:
        raise Malformed("a first flight without ServerHello")
    talk.version = talk.heard.hello.version
