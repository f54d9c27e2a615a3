"""The wall clock, and whether somebody has set it meanwhile. It decides nothing."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

TOLERANCE = timedelta(seconds=2)
"""What an NTP client slews in a scan's time, and a busy machine's delay, stay far below this."""


def elapsed() -> float:
    """Seconds of a clock that nobody sets; where there is one, it goes on while the machine sleeps."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class Clock:
    """What the wall says, beside what it should say by the time that has passed since this object was made."""

    def __init__(self, wall: Callable[[], datetime], passed: Callable[[], float] = elapsed) -> None:
        self.wall = wall
        self._passed = passed
        self._begun = wall()
        self._begun_at = passed()

    def moments(self) -> tuple[datetime, ...]:
        """The moment, as an aware time; two where the wall clock was set: by the wall, and by what has passed."""
        wall = self.wall()
        steady = self._steady()
        return (wall,) if abs(wall - steady) <= TOLERANCE else (wall, steady)

    @property
    def stepped(self) -> float:
        """Seconds by which the wall clock was set forwards (or, negative, backwards); 0 where it was not."""
        step = self.wall() - self._steady()
        return round(step.total_seconds(), 1) if abs(step) > TOLERANCE else 0.0

    def _steady(self) -> datetime:
        return self._begun + timedelta(seconds=self._passed() - self._begun_at)
