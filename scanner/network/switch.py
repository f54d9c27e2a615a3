"""Whether anything may be sent now: window, stop, pause. It knows no addresses and paces nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from scanner.model.authority import Window
from scanner.model.errors import NotAdmitted, TimedOut
from scanner.model.verdict import Reason
from scanner.network.clock import Clock, elapsed
from scanner.network.hours import is_open, opens_at

WATCHED_EVERY = 0.25
"""Seconds between looks at the clock while something is under way."""

PAUSED = "paused"
WAITING = "the inspection's window is closed, and opens again"
CLOSED = "the inspection's window is closed"

FOR_NOW = (PAUSED, WAITING)
"""What keeps it off for a while, and then lets it go on."""


class Switch:
    """Everything that waits or reads on the wire does so within `deadline`, and ends when the switch goes off.

    The window is open where it is by the wall clock and, where that was set meanwhile, by the time that has passed
    too: a clock that steps opens nothing. With `waits`, a daily closing hour is a pause until the next opening.
    """

    def __init__(
        self,
        window: Window,
        clock: Callable[[], datetime],
        *,
        waits: bool = False,
        passed: Callable[[], float] = elapsed,
    ) -> None:
        self._window = window
        self._clock = Clock(clock, passed)
        self._waits = waits
        self._was_open = self._is_open()
        self._stopped: dict[str | None, str] = {}
        self._paused: set[str | None] = set()
        self._turns: dict[str | None, int] = {}
        self._turned = asyncio.Event()
        self._under_way: dict[asyncio.Timeout, str | None] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Switch":
        self._task = asyncio.create_task(self._watch(), name="window")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def stop(self, why: str, unit: str | None = None) -> None:
        """For good: the whole inspection, or one unit of it."""
        self._stopped[unit] = why
        self._changed(unit)
        self._interrupt()

    def pause(self, unit: str | None = None) -> None:
        """Nothing new goes out for the unit (None: for anybody), and what is under way ends, until `go_on`."""
        self._paused.add(unit)
        self._changed(unit)
        self._interrupt()

    def go_on(self, unit: str | None = None) -> None:
        """Lift the pause of the unit, or the inspection's own; the one does not lift the other."""
        self._paused.discard(unit)
        self._changed(unit)

    @property
    def stopped(self) -> bool:
        """Whether the inspection or any unit of it was stopped."""
        return bool(self._stopped)

    @property
    def stepped(self) -> float:
        """Seconds by which the wall clock was set since the beginning; 0 where it was not."""
        return self._clock.stepped

    def turns(self, unit: str) -> int:
        """How often it was stopped, paused, closed or continued for this unit so far."""
        self._look()
        return self._turns_by_now(unit)

    async def reopened(self, unit: str) -> bool:
        """Wait while the unit or the inspection is off for now; whether the unit may be asked again then."""
        while True:
            turned = self._turned
            off = self.is_off(unit)
            if off not in FOR_NOW:
                return off is None
            if self.closed_for_good():
                return False
            with suppress(TimeoutError):
                await asyncio.wait_for(turned.wait(), WATCHED_EVERY)

    def closed_for_good(self) -> bool:
        """Whether the window is closed and will not open again."""
        return not self._is_open() and self._opens_at() is None

    def closed_until(self) -> datetime | None:
        """Where the window is closed now but opens again: when. Else None."""
        return None if self._is_open() else self._opens_at()

    def is_off(self, unit: str | None) -> str | None:
        """Why nothing may be sent for this unit (None: for anybody), or None."""
        self._look()
        for key in (None, unit):
            if key in self._stopped:
                return f"stopped: {self._stopped[key]}"
        if self._paused & {None, unit}:
            return PAUSED
        if self._was_open:
            return None
        return WAITING if self._waits and self._opens_at() is not None else CLOSED

    def check(self, unit: str | None) -> None:
        """Raise NotAdmitted (interrupted) where the switch is off."""
        if (why := self.is_off(unit)) is not None:
            raise NotAdmitted(why, Reason.INTERRUPTED)

    @asynccontextmanager
    async def deadline(self, unit: str | None, seconds: float | None, what: str) -> AsyncIterator[asyncio.Timeout]:
        """What happens inside ends after `seconds` (TimedOut), or when the switch goes off (NotAdmitted)."""
        self.check(unit)
        turns = self._turns_by_now(unit or "")
        try:
            async with asyncio.timeout(seconds) as timer:
                self._under_way[timer] = unit
                try:
                    yield timer
                finally:
                    del self._under_way[timer]
        except TimeoutError:
            self.check(unit)
            if self.turns(unit or "") != turns:  # off and on again meanwhile: its silence says nothing
                raise NotAdmitted(PAUSED, Reason.INTERRUPTED) from None
            raise TimedOut(what if seconds is None else f"{what}: nothing within {seconds:g} s") from None

    def _turns_by_now(self, unit: str) -> int:
        """As `turns`, for who has looked just now."""
        return self._turns.get(None, 0) + self._turns.get(unit, 0)

    def _is_open(self) -> bool:
        return all(is_open(self._window, moment) for moment in self._clock.moments())

    def _opens_at(self) -> datetime | None:
        """By the latest of what the moment may be."""
        openings = [opens_at(self._window, moment) for moment in self._clock.moments()]
        return None if None in openings else max(moment for moment in openings if moment is not None)

    def _look(self) -> None:
        """See whether the window has closed or opened: it counts from the moment that anybody could notice."""
        if (now_open := self._is_open()) != self._was_open:
            self._was_open = now_open
            self._changed(None)

    def _changed(self, unit: str | None) -> None:
        """Count it, and wake who waits for a pause to end."""
        self._turns[unit] = self._turns.get(unit, 0) + 1
        turned, self._turned = self._turned, asyncio.Event()
        turned.set()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCHED_EVERY)
            if self._under_way:
                self._interrupt()

    def _interrupt(self) -> None:
        """Let everything end at once that may no longer go on."""
        off = {unit: self.is_off(unit) is not None for unit in set(self._under_way.values())}
        for timer, unit in self._under_way.items():
            if off[unit] and not timer.expired():
                timer.reschedule(asyncio.get_running_loop().time())
