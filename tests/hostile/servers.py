"""Servers that misbehave, each a coroutine over one visit. None of them is a server of the laboratory."""

import asyncio
import contextlib
import gzip
import os
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path


@dataclass
class Hostile:
    """A server under way: where it is, and when connections and HTTP heads arrived (monotonic seconds)."""

    address: str
    port: int
    connected_at: list[float] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    @property
    def connections(self) -> int:
        return len(self.connected_at)


@dataclass
class Visit:
    """One connection to a server."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    server: Hostile

    async def head(self) -> str:
        """One HTTP request's head, as text."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        self.server.asked_at.append(asyncio.get_running_loop().time())
        self.server.heads.append(head)
        return head

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


Conversation = Callable[[Visit], Awaitable[None]]


@asynccontextmanager
async def serving(
    conversation: Conversation, address: str, port: int = 0, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Hostile]:
    """Serve `conversation` to everybody who connects; port 0 takes a free one."""
    hostile = Hostile(address, port)
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        hostile.connected_at.append(asyncio.get_running_loop().time())
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await conversation(Visit(reader, writer, hostile))
        except asyncio.CancelledError:
            pass
        finally:
            running.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, address, port, ssl=tls)
    hostile.port = server.sockets[0].getsockname()[1]
    try:
        yield hostile
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.sleep(0.01)


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    """An HTTP/1.1 answer with its length."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def answering(reply: Callable[[str], bytes]) -> Conversation:
    """Well-kept: answers every request of a kept-alive connection by `reply(head)`."""

    async def conversation(visit: Visit) -> None:
        while True:
            await visit.send(reply(await visit.head()))

    return conversation


def redirecting(location: str) -> Conversation:
    """302 to the same place, whatever is asked."""
    return answering(lambda head: answer("302 Found", b"", f"Location: {location}"))


@cache
def bomb(megabytes: int = 64) -> bytes:
    """Zeros, a thousandth of their size."""
    return gzip.compress(bytes(megabytes * 1024 * 1024))


yes_to_everything = answering(lambda head: answer("200 OK", b"<html>welcome</html>", "Content-Type: text/html"))

redirect_loop = answering(lambda head: answer("302 Found", b"", f"Location: {head.split(' ')[1]}x"))

huge_header = answering(lambda head: answer("200 OK", b"", "X-Huge: " + "x" * 5_000_000))

many_headers = answering(lambda head: answer("200 OK", b"", *(f"X-{n}: {'y' * 100}" for n in range(50_000))))

gzip_bomb = answering(lambda head: answer("200 OK", bomb(), "Content-Encoding: gzip", "Content-Type: text/html"))


async def silent(visit: Visit) -> None:
    """Accepts, and says nothing for as long as one waits."""
    while await visit.reader.read(4096):
        continue
    await asyncio.sleep(3600)


async def byte_a_second(visit: Visit) -> None:
    """Starts an answer, and goes on with a byte a second."""
    for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100000:
        await visit.send(bytes([byte]))
        await asyncio.sleep(1)


async def garbage(visit: Visit) -> None:
    """Random bytes, then the end."""
    await visit.send(b"\x00\xff" + os.urandom(4096))
    await visit.reader.read(4096)


async def endless_body(visit: Visit) -> None:
    """A body without an end, as fast as it is read."""
    await visit.head()
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        await visit.send(b"x" * 65536)


async def endless_banner(visit: Visit) -> None:
    """A line without an end."""
    while True:
        await visit.send(b"220-" + b"x" * 65536)


async def broken_off(visit: Visit) -> None:
    """Promises more than it sends."""
    await visit.head()
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort")


async def close_at_once(visit: Visit) -> None:
    """Accepts and closes."""


async def reset(visit: Visit) -> None:
    """Accepts and resets: with no time to linger, closing sends RST."""
    sock = visit.writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextlib.contextmanager
def deaf_after_answering(address: str, certificate: Path, key: Path) -> Iterator[int]:
    """Serves HTTPS on a free port, and neither reads nor closes after an answer: no close_notify ever comes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server((address, 0))
    held: list[socket.socket] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection = listener.accept()[0]
                held.append(connection)
                held.append(context.wrap_socket(connection, server_side=True))
                held[-1].recv(4096)
                held[-1].sendall(answer("200 OK"))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        for connection in held:
            connection.close()
