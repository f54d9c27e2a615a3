"""The scalars of an inspection file: each reads the text that was written, or says which fault it is."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from scanner.inspection_file.address import read_address
from scanner.inspection_file.fault import Fault
from scanner.inspection_file.line import read_line, read_port
from scanner.inspection_file.name import read_name
from scanner.model.inspection import ListedTarget

LONGEST = 2000
YEARS = range(1990, 2200)
DAY = r"(\d{4})-(\d{2})-(\d{2})"
MOMENT = re.compile(DAY + r"[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?", re.ASCII)
SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—~]\s*(\d{1,2}):(\d{2})", re.ASCII)
PLACEHOLDER = re.compile(r"〔(?:填写：|填寫：|fill in: )(.{1,200})〕")
"""What `yuanjian init` leaves where nobody has said yet what belongs there."""
HOUR_SIGNS = str.maketrans({"\uff1a": ":", "\uff0d": "-", "\uff5e": "~"})
Value = TypeVar("Value")


def wrong(code: str, **values: object) -> PydanticCustomError:
    """The fault `code` in the form that a validator raises."""
    return PydanticCustomError("yuanjian", "{code}", {"code": code, "values": values})


def _told(read: Callable[[str], Value | Fault]) -> BeforeValidator:
    """A validator over a reader of text: a Fault becomes the error of the place it stands at."""

    def validate(value: Any) -> Value:
        if not isinstance(value, str):
            raise wrong("not-a-scalar")
        if left := PLACEHOLDER.fullmatch(value.strip()):
            raise wrong("fill-in", text=left.group(1))
        found = read(value)
        if isinstance(found, Fault):
            raise wrong(found.code, **found.values)
        return found

    return BeforeValidator(validate)


def _line(text: str) -> str | Fault:
    line = " ".join(text.split())
    if not line:
        return Fault("text-empty")
    if len(line) > LONGEST:
        return Fault("text-long", values={"most": LONGEST})
    return line if line.isprintable() else Fault("text-control", values={"text": line})


def _identity(text: str) -> str | Fault:
    if re.fullmatch(r"\w[\w.-]{0,99}", text):
        return text
    return Fault("id-malformed", values={"text": text})


def _credit_code(text: str) -> str | Fault:
    """GB 32100-2015: eighteen digits and capitals. The check digit is left to the register."""
    code = text.strip().upper()
    return code if re.fullmatch(r"[0-9A-Z]{18}", code) else Fault("credit-code", values={"text": text})


def _yes(text: str) -> bool | Fault:
    answers = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    found = answers.get(text.strip().lower())
    return Fault("not-yes-or-no", values={"text": text}) if found is None else found


def _count(text: str) -> int | Fault:
    if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) and int(text):
        return int(text)
    return Fault("not-a-count", values={"text": text})


def _rate(text: str) -> float | Fault:
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text, re.ASCII) and float(text):
        return float(text)
    return Fault("not-a-rate", values={"text": text})


def _level(text: str) -> int | Fault:
    return int(text) if text in ("1", "2", "3", "4", "5") else Fault("not-a-level", values={"text": text})


def _day(text: str) -> date | Fault:
    found = re.fullmatch(DAY, text, re.ASCII)
    try:
        if found:
            day = date(*map(int, found.groups()))
            return day if day.year in YEARS else Fault("year", values={"text": text})
    except ValueError:
        pass
    return Fault("not-a-date", values={"text": text})


def _moment(text: str) -> datetime | Fault:
    """ISO 8601 with an offset; T24:00:00 is midnight at the day's end."""
    found = MOMENT.fullmatch(text)
    if not found:
        return Fault("not-a-moment", values={"text": text})
    if not found.group(7):
        return Fault("moment-without-offset", values={"text": text})
    end_of_day = re.fullmatch(r"24:00(:00(\.0+)?)?", text[11 : found.start(7)])
    try:
        moment = datetime.fromisoformat(f"{text[:11]}00:00{found.group(7)}" if end_of_day else text)
        if moment.year not in YEARS:
            return Fault("year", values={"text": text})
        return moment + timedelta(days=1) if end_of_day else moment
    except (ValueError, OverflowError):
        return Fault("not-a-moment", values={"text": text})


def _span(text: str) -> tuple[time, time] | Fault:
    """`08:00-20:00`, local; an end at or before the start lies on the next day, 24:00 is midnight."""
    found = SPAN.fullmatch(text.translate(HOUR_SIGNS).strip())
    if not found:
        return Fault("not-a-span", values={"text": text})
    numbers = [int(part) for part in found.groups()]
    hours, minutes = numbers[0::2], numbers[1::2]
    if hours[0] > 23 or max(minutes) > 59 or hours[1] > 24 or (hours[1] == 24 and minutes[1]):
        return Fault("not-a-span", values={"text": text})
    if (hours[0], minutes[0]) == (hours[1], minutes[1]):
        return Fault("span-empty", values={"text": text})
    return time(hours[0], minutes[0]), time(hours[1] % 24, minutes[1])


@cache
def _zone(text: str) -> str | Fault:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return Fault("not-a-timezone", values={"text": text})
    return text


def _listen(text: str) -> str | Fault:
    target = read_line(text)
    if isinstance(target, Fault):
        return target
    if target.url or not target.ports or len(target.blocks) != 1 or target.blocks[0].num_addresses != 1:
        return Fault("not-address-and-port", values={"text": text})
    return text.strip()


def _web_page(text: str) -> str | Fault:
    target = read_line(text)
    if isinstance(target, Fault):
        return target
    return target.url or Fault("not-a-web-page", values={"text": text})


def _digest(text: str) -> str | Fault:
    found = text.strip().lower()
    return found if re.fullmatch(r"[0-9a-f]{64}", found) else Fault("not-a-digest", values={"text": text})


def one_of(choices: type[StrEnum] | tuple[str, ...]) -> BeforeValidator:
    """A word of a closed list, as the list's own value."""
    words: dict[str, Any] = {str(choice): choice for choice in choices}

    def read(text: str) -> Any:
        values = {"text": text, "allowed": ", ".join(words)}
        return words[text] if text in words else Fault("not-one-of", values=values)

    return _told(read)


def _exclusion(text: str) -> ListedTarget | Fault:
    target = read_line(text, any_size=True)
    if isinstance(target, ListedTarget) and (target.url or target.ports):
        return Fault("exclusion-part", values={"text": text})
    return target


Line = Annotated[str, _told(_line)]
Identity = Annotated[str, _told(_identity)]
CreditCode = Annotated[str, _told(_credit_code)]
Yes = Annotated[bool, _told(_yes)]
Count = Annotated[int, _told(_count)]
Rate = Annotated[float, _told(_rate)]
Level = Annotated[int, _told(_level)]
Day = Annotated[date, _told(_day)]
Moment = Annotated[datetime, _told(_moment)]
Span = Annotated[Any, _told(_span)]
Zone = Annotated[str, _told(_zone)]
Listen = Annotated[str, _told(_listen)]
WebPage = Annotated[str, _told(_web_page)]
Digest = Annotated[str, _told(_digest)]
Port = Annotated[int, _told(read_port)]
DomainName = Annotated[str, _told(read_name)]
LiteralAddress = Annotated[Any, _told(read_address)]
Exclusion = Annotated[Any, _told(_exclusion)]
OneTarget = Annotated[Any, _told(read_line)]
