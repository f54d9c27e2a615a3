"""Whether a window is open at a moment. The times are the file's; what follows from a closed one is not said here."""

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from scanner.model.authority import Window

Standing = Literal["open", "early", "late", "hours"]


def standing(window: Window, at: datetime) -> Standing:
    """`early` before the window, `late` from its end on, `hours` outside the daily spans, else `open`.

    Daily spans are local to the window's zone; one that crosses midnight belongs to both days.
    """
    if at < window.start:
        return "early"
    if at >= window.end:
        return "late"
    local = at.astimezone(ZoneInfo(window.timezone)).time()
    spans = window.daily
    if not spans or any(start <= local < end if start < end else local >= start or local < end for start, end in spans):
        return "open"
    return "hours"


def is_open(window: Window, at: datetime) -> bool:
    """Whether anything may be sent at `at`, an aware moment."""
    return standing(window, at) == "open"


def next_opening(window: Window, at: datetime) -> datetime | None:
    """The first moment from `at` on at which the window is open; None where it does not open again."""
    at = max(at, window.start)
    if at >= window.end or is_open(window, at):
        return None if at >= window.end else at
    zone = ZoneInfo(window.timezone)
    today = at.astimezone(zone).date()
    starts = (
        datetime.combine(today + timedelta(days=days), start, tzinfo=zone)
        for days in (0, 1, 2)
        for start, _ in window.daily
    )
    coming = [start for start in starts if start >= at and start < window.end]
    return min(coming, default=None)
