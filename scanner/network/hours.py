"""When an inspection's window is open, and when it opens again. It reads no clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from scanner.model.authority import Window
from scanner.model.hours import standing


def is_open(window: Window, at: datetime) -> bool:
    """Whether anything may be sent at this aware moment."""
    return standing(window, at) == "open"


def opens_at(window: Window, at: datetime) -> datetime | None:
    """The next moment from `at` on when the window is open; None where it will not open again."""
    if is_open(window, at):
        return at
    zone = ZoneInfo(window.timezone)
    after = max(at, window.start)
    candidates = [window.start]
    first = after.astimezone(zone).date()
    for days in range(3):  # a start skipped by a change of clocks is met on the day after
        day = first + timedelta(days=days)
        candidates += [datetime.combine(day, start, zone) for start, _ in window.daily]
    later = [moment for moment in candidates if moment >= at and is_open(window, moment)]
    return min(later, default=None)
