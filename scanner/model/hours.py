"""How a moment stands to a window: open, or in which way closed. What follows from that is not said here."""

from datetime import datetime
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
    spans = window.daily
    if not spans:
        return "open"
    local = at.astimezone(ZoneInfo(window.timezone)).time()
    if any(start <= local < end if start < end else local >= start or local < end for start, end in spans):
        return "open"
    return "hours"
