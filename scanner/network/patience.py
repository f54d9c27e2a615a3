"""A probe's own deadline, which runs only while nobody but the target keeps it waiting. It sends nothing.

What a probe waits for at the gate (a turn, a connection, a grant, another probe that asks the same) is our own doing:
were it counted, a host among two hundred would be told less of than a host alone (R29).
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar


class Patience:
    """Stands still while anything of the probe waits for us; several questions of one probe may at once."""

    def __init__(self, timer: asyncio.Timeout) -> None:
        self._timer = timer
        self.holds = 0
        self.ended = False
        self._waiting = 0
        self._left: float | None = None

    @property
    def _runs(self) -> bool:
        """Not so once the probe has ended: what it began for all, such as a resolution, may outlive it."""
        return not self.ended and not self._timer.expired()

    def stand_still(self) -> None:
        self._waiting += 1
        ends = self._timer.when()
        if self._waiting == 1 and ends is not None and self._runs:
            self._left = ends - asyncio.get_running_loop().time()
            self._timer.reschedule(None)

    def go_on(self) -> None:
        self._waiting -= 1
        if self._waiting == 0 and self._left is not None and self._runs:
            self._timer.reschedule(asyncio.get_running_loop().time() + self._left)
            self._left = None


_of_probe: ContextVar[Patience | None] = ContextVar("patience", default=None)


@asynccontextmanager
async def patient(seconds: float) -> AsyncIterator[None]:
    """A probe's time: TimeoutError once it has taken `seconds` of its own."""
    async with asyncio.timeout(seconds) as timer:
        patience = Patience(timer)
        before = _of_probe.set(patience)
        try:
            yield
        finally:
            patience.ended = True
            _of_probe.reset(before)


@contextmanager
def waiting() -> Iterator[None]:
    """What happens inside is waiting for ourselves, and takes none of the probe's time."""
    patience = _of_probe.get()
    if patience is None:
        yield
        return
    patience.stand_still()
    try:
        yield
    finally:
        patience.go_on()


@contextmanager
def holding() -> Iterator[None]:
    """The probe holds a connection meanwhile."""
    patience = _of_probe.get()
    if patience is None:
        yield
        return
    patience.holds += 1
    try:
        yield
    finally:
        patience.holds -= 1


@contextmanager
def counted_if_held() -> Iterator[None]:
    """Inside of `waiting`: who holds one connection and wants another waits on its own time, for it may wait for ever."""
    patience = _of_probe.get()
    if patience is None or not patience.holds:
        yield
        return
    patience.go_on()
    try:
        yield
    finally:
        patience.stand_still()


@asynccontextmanager
async def in_turn(turn: asyncio.Lock | asyncio.Semaphore) -> AsyncIterator[None]:
    """Hold a lock or one of a semaphore's places; waiting for it takes none of the probe's time."""
    with waiting():
        await turn.acquire()
    try:
        yield
    finally:
        turn.release()
