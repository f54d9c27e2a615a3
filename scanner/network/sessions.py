"""The HTTP sessions of a scan, one for each admitted place: kept while they are of use, never closed in use."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scanner.network.gate import Gate
from scanner.network.http_session import Session
from scanner.network.question import Question

KEPT = 128
"""Idle sessions kept at most; the longest unused goes first."""

MANNERS = 0.05
"""Seconds without a request after which a session gives way to who waits for a connection to the same address."""

Key = tuple[str, int, str | None]


@dataclass(slots=True)
class _Kept:
    session: Session
    users: int = 0
    idle_since: float = 0.0


class Sessions:
    """An idle connection keeps one of the address's few slots, so whoever waits for one closes idle sessions."""

    def __init__(self, gate: Gate, agent: str, connections: int) -> None:
        self._gate = gate
        self._agent = agent
        self._connections = connections
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()
        gate.make_room_by(self.make_room)

    @contextmanager
    def using(self, question: Question) -> Iterator[Session]:
        """The session for this address, port and name, for one request."""
        key = (question.address, question.port, question.name)
        kept = self._kept.pop(key, None) or _Kept(Session(question.address, self._agent, self._connections))
        self._kept[key] = kept
        kept.users += 1
        try:
            yield kept.session
        finally:
            kept.users -= 1
            kept.idle_since = time.monotonic()
            if self._gate.is_crowded(question.address):
                self.make_room(question.address)
            self._trim()

    def make_room(self, address: str) -> None:
        """Close the address's sessions that nobody uses, once they have been idle for a moment."""
        now = time.monotonic()
        for key, kept in self._kept.items():
            if key[0] == address and not kept.users:
                wait = max(0.0, kept.idle_since + MANNERS - now)
                asyncio.get_running_loop().call_later(wait, self._close_idle, key, kept, kept.idle_since)

    async def close(self) -> None:
        """Close all, used or not."""
        for key in list(self._kept):
            self._close(key)
        await asyncio.gather(*self._closing)

    def _close_idle(self, key: Key, kept: _Kept, since: float) -> None:
        if self._kept.get(key) is kept and not kept.users and kept.idle_since == since:
            self._close(key)

    def _trim(self) -> None:
        idle = [key for key, kept in self._kept.items() if not kept.users] if len(self._kept) > KEPT else []
        for key in idle[: len(self._kept) - KEPT]:
            self._close(key)

    def _close(self, key: Key) -> None:
        task = asyncio.get_running_loop().create_task(self._kept.pop(key).session.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
