"""Something of one's own that a relay would reach (R27): listens while it is asked, and knows its own words again.

It listens where `callbacks.listen` says; where nothing is said, and we and the target are both loopback or private,
on a free port of the source address. It sends nothing but the answer to its own word.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address

from scanner.model.errors import NetworkError, TimedOut
from scanner.model.scope import is_internal
from scanner.model.verdict import Reason
from scanner.network.audit import AuditLog
from scanner.network.switch import Switch
from scanner.network.vantage import source_towards

MOST_BYTES, MOST_AT_ONCE = 4096, 16
PATIENCE = 10.0
"""Seconds that a visitor may take to say a word of ours."""
CLASS = "callback"


@dataclass(eq=False)
class Awaited:
    """`scanner.model.network.Callback`: one word of ours that is waited for at one place."""

    address: str
    port: int
    unit: str
    switch: Switch
    nonce: str = field(default_factory=lambda: f"yuanjian-{secrets.token_hex(16)}")
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def arrived(self, timeout: float = 5.0) -> bool:
        """Whether the word has come, or comes within so many seconds; ends at once where the scan is stopped."""
        with contextlib.suppress(TimedOut):
            async with self.switch.deadline(self.unit, timeout, "waiting for a word of ours"):
                await self.came.wait()
        return self.came.is_set()


class Callbacks:
    """All that is waited for in one scan. A place is listened at while somebody waits there."""

    def __init__(self, listen: str | None, audit: AuditLog, switch: Switch) -> None:
        self._listen = listen
        self._audit = audit
        self._switch = switch
        self._waiting: dict[str, Awaited] = {}
        self._servers: dict[tuple[str, int], asyncio.Server] = {}
        self._users: dict[tuple[str, int], int] = {}
        self._turn = asyncio.Lock()
        self._visits: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def awaited(self, target: str, unit: str, probe: str) -> AsyncIterator[Awaited]:
        """A word to be waited for while `target` is asked; NetworkError (no-vantage) where there is no place for it."""
        wanted = self._place(target)
        async with self._turn:
            place = await self._open(wanted)
        one = Awaited(*place, unit, self._switch)
        self._waiting[one.nonce] = one
        self._note("waiting", place, unit=unit, probe=probe, target=target)
        try:
            yield one
        finally:
            del self._waiting[one.nonce]
            self._note("heard" if one.came.is_set() else "not heard", place, unit=unit, probe=probe, target=target)
            async with self._turn:
                await self._leave(place)

    def _place(self, target: str) -> tuple[str, int]:
        """Where to listen; port 0 is a free one."""
        if self._listen is not None:
            host, _, port = self._listen.rpartition(":")
            return host.removeprefix("[").removesuffix("]"), int(port)
        source = source_towards(target)
        if source is None or not (is_internal(source) and is_internal(target)):
            raise NetworkError("no place of one's own that the target could reach", Reason.NO_VANTAGE)
        return source, 0

    async def _open(self, wanted: tuple[str, int]) -> tuple[str, int]:
        """The place, listened at; a configured one is shared by all who wait."""
        if wanted not in self._servers:
            try:
                server = await asyncio.start_server(self._visited, *wanted, backlog=MOST_AT_ONCE)
            except OSError as error:
                raise NetworkError(f"cannot listen at {wanted[0]}: {error.strerror}", Reason.NO_VANTAGE) from error
            wanted = (wanted[0], server.sockets[0].getsockname()[1])
            self._servers[wanted] = server
        self._users[wanted] = self._users.get(wanted, 0) + 1
        return wanted

    async def _leave(self, place: tuple[str, int]) -> None:
        self._users[place] -= 1
        if not self._users[place]:
            del self._users[place]
            server = self._servers.pop(place)
            server.close()
            await server.wait_closed()

    async def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._visits) >= MOST_AT_ONCE:
            writer.close()
            return
        self._visits.add(task)
        try:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._hear(reader, writer)
        finally:
            self._visits.discard(task)
            writer.close()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read until a word of ours came, or too much of anything else."""
        heard = b""
        found: Awaited | None = None
        while found is None and len(heard) < MOST_BYTES and (part := await reader.read(MOST_BYTES - len(heard))):
            heard += part
            found = next((one for nonce, one in self._waiting.items() if nonce.encode() in heard), None)
        visitor = writer.get_extra_info("peername")
        place = writer.get_extra_info("sockname")
        outcome = "a word of ours" if found else "a stranger"
        self._note(outcome, place[:2], visitor=visitor[0] if visitor else None, received=len(heard))
        if found is not None:
            found.came.set()
            body = found.nonce.encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
            await writer.drain()

    def _note(self, outcome: str, place: tuple[str, int], **more: object) -> None:
        self._audit.write(**{"class": CLASS}, act="listen", outcome=outcome, place=_written(place), **more)


def _written(place: tuple[str, int]) -> str:
    host = f"[{place[0]}]" if ip_address(place[0]).version == 6 else place[0]
    return f"{host}:{place[1]}"
