"""How late our own event loop runs. It judges no target; lanes subtract it from what they felt."""

import asyncio
import contextlib
import time
from collections import deque

BEAT = 0.02
SPAN = 1.0

TOO_LATE = 0.05
"""Seconds of lag above which no latency says anything about a target (R9)."""


class LagMeter:
    """Enter it to start measuring; leave it to stop."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "LagMeter":
        self._task = asyncio.create_task(self._measure(), name="lag meter")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @property
    def worst(self) -> float:
        """The worst lag of the last second, in seconds."""
        return max((lag for _, lag in self._seen), default=0.0)

    async def _measure(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(BEAT)
            now = time.monotonic()
            self._seen.append((now, max(0.0, now - before - BEAT)))
            while self._seen[0][0] < now - SPAN:
                self._seen.popleft()
