"""Times of results as people read them. No clock: results are in the inspection's zone (R21)."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

_ISO = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?")


def moment(text: str | None, zone: bool = False) -> str:
    """An ISO 8601 time to the second; with its offset only where `zone` asks for it. What is none stays as it is."""
    if not text:
        return "—"
    matched = _ISO.fullmatch(text)
    if matched is None:
        return text
    day, time, offset = matched.groups()
    return f"{day} {time} {offset}" if zone and offset else f"{day} {time}"


def in_zone(text: str, zone: str) -> str:
    """A time of the order, which stands as it was written, in the inspection's zone."""
    return moment(datetime.fromisoformat(text).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds"))


def until(start: str, end: str) -> str:
    """The end of a period as it stands after its start: without the day where both have the same."""
    day, _, time = moment(end).partition(" ")
    return time if time and moment(start).startswith(day) else moment(end)
