"""A bucket that holds one token: spaces what is sent. It knows no address and sends nothing."""

import asyncio
import time
from collections.abc import Callable

SLACK = 1.05
"""How much wider than 1/rate releases are spaced: what is released evenly does not arrive evenly."""

CATCH_UP = 0.005
"""Seconds of a timer's lateness that are made up for.

Of m + 1 releases the last is at least m * SLACK / rate - CATCH_UP after the first; within one second that leaves
m < rate * 1.005 / 1.05, so no sliding second holds more than `rate`, with 45 ms to spare for the way there.
"""


class Bucket:
    """Releases at most `rate` a second, in the order of asking; None releases at once."""

    def __init__(self, rate: float | None, now: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self.turn = asyncio.Lock()
        self._now = now
        self._next_at = 0.0

    def wait(self) -> float:
        """Seconds until the next release may be."""
        return max(0.0, self._next_at - self._now()) if self.rate is not None else 0.0

    async def ready(self) -> None:
        """Return when a release is due. The caller holds `turn` and then takes it."""
        while (left := self.wait()) > 0:  # noqa: ASYNC110 - a timer may fire early, and the rate may change
            await asyncio.sleep(left)

    def take(self) -> None:
        """A release happens now."""
        if self.rate is not None:
            interval = SLACK / self.rate
            now = self._now()
            self._next_at = max(self._next_at + interval, now + interval - CATCH_UP)
