"""When an inspection's window is open. It reads no clock."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from scanner.model.authority import Window


def is_open(window: Window, at: datetime) -> bool:
    """Whether anything may be sent at this aware moment. Ends are exclusive."""
    if not window.start <= at < window.end:
        return False
    if not window.daily:
        return True
    local = at.astimezone(ZoneInfo(window.timezone)).time()
    return any(_within(span, local) for span in window.daily)


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


def _within(span: tuple[time, time], local: time) -> bool:
    start, end = span
    return start <= local < end if start < end else (local >= start or local < end)
