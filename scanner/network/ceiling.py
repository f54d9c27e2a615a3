"""What several lanes may send together: a unit's or the whole inspection's ceiling. It knows no addresses."""

import asyncio

from scanner.network.bucket import Bucket

LEAST_SHARE = 0.1
"""A grant waits for at least this part of the ceiling; questions keep at least as much of the total."""


class Ceiling:
    """Questions pass `questions`; sweeps reserve a part of `connects` for as long as a grant lasts.

    Where `shared`, both come out of one figure, and what grants hold is taken from the questions' rate.
    """

    def __init__(self, questions: float | None, connects: float | None, *, shared: bool = False) -> None:
        self.questions = Bucket(questions)
        self._rate = questions
        self._connects = connects
        self._shared = shared
        self._reserved = 0.0
        self._freed = asyncio.Event()
        self._turn = asyncio.Lock()

    async def reserve(self, wanted: float | None) -> float | None:
        """Wait for a share and hold it: connects per second, at most `wanted`; None where nothing limits it."""
        if self._connects is None:
            return wanted
        most = self._connects * (1 - LEAST_SHARE) if self._shared else self._connects
        wanted = most if wanted is None else min(wanted, most)
        async with self._turn:
            while most - self._reserved < min(wanted, most * LEAST_SHARE):
                self._freed.clear()
                await self._freed.wait()
            share = min(wanted, most - self._reserved)
            self._hold(share)
            return share

    def give_back(self, share: float | None) -> None:
        """A grant has ended, or took less than it reserved."""
        if self._connects is not None and share is not None:
            self._hold(-share)
            self._freed.set()

    def _hold(self, share: float) -> None:
        self._reserved = max(0.0, self._reserved + share)
        if self._shared and self._rate is not None:
            self.questions.rate = self._rate - self._reserved
