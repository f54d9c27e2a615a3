"""What one cell of a list says, as the inspection file writes it; or what is wrong with it."""

import re
import unicodedata
from typing import Any

from pydantic import TypeAdapter, ValidationError

from scanner.drafting.list_fault import ListFault, Place
from scanner.inspection_file import Fault, read_line
from scanner.inspection_file.scalar import CreditCode, Day, Exclusion, Line

BLANK = frozenset(["", "-", "--", "—", "——", "/", "\\", "无", "無", "n/a", "none", "null"])
DITTO = frozenset(["同上", "〃", "″", '"', "ditto"])
BETWEEN = re.compile(r"[\s;；,，、|]+")
SPACED_RANGE = re.compile(r"(?<![\w.])((?:[0-9]{1,3}\.){3}[0-9]{1,3})\s*[-–—~～至]\s*(?=[0-9])")
YES = frozenset(["是", "yes", "y", "true", "√", "✓", "1"])
NO = frozenset(["否", "不是", "no", "n", "false", "×", "0"])
UNGRADED = frozenset(["未定级", "未定級", "未评级", "ungraded"])
LEVEL = re.compile(r"(?:等保|第)?([一二三四五1-5])(?:级|級)?")
NUMERALS = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5"}
SERVICES = {
    "access": ("access", "接入", "互联网接入", "網際網路接入"),
    "idc": ("idc", "数据中心", "資料中心", "互联网数据中心"),
    "cdn": ("cdn", "内容分发", "內容傳遞", "內容分發"),
    "dns": ("dns", "域名", "域名服务", "網域服務"),
    "information": ("information", "信息服务", "資訊服務", "互联网信息服务"),
    "public-access": ("public-access", "公共上网", "公共上網", "公共上网服务"),
    "user": ("user", "联网使用", "聯網使用", "联网使用单位", "聯網使用單位"),
}
CHECKED: dict[str, TypeAdapter[Any]] = {
    "credit_code": TypeAdapter(CreditCode),
    "approval_date": TypeAdapter(Day),
}
_LINE: TypeAdapter[str] = TypeAdapter(Line)


def is_blank(text: str) -> bool:
    """Whether people mean "nothing" by it."""
    return text.strip().casefold() in BLANK


def value_of(meaning: str, text: str, place: Place) -> str | ListFault | None:
    """The value of a cell with one value; None where it says that there is none."""
    if is_blank(text):
        return None
    line = checked(_LINE, text)
    if isinstance(line, Fault):
        return ListFault("", place, inner=line)
    if line.casefold() in DITTO:
        return ListFault("ditto", place, {"text": line})
    match meaning:
        case "critical":
            return _yes(line, place)
        case "mlps_level":
            return _level(line, place)
        case "credit_code" | "approval_date":
            read = checked(CHECKED[meaning], line)
            if isinstance(read, Fault):
                return ListFault("", place, inner=read)
            return str(read)
    return line


def targets_of(text: str, place: Place, *, exclusion: bool = False) -> list[str | ListFault]:
    """The targets of a cell, each read; line breaks, spaces, commas and semicolons divide them."""
    joined = SPACED_RANGE.sub(r"\1-", text)
    found: list[str | ListFault] = []
    for part in BETWEEN.split(joined):
        if is_blank(part):
            continue
        if part in DITTO:
            found.append(ListFault("ditto", place, {"text": part}))
            continue
        fault = checked(_EXCLUSION, part) if exclusion else read_line(part)
        found.append(ListFault("", place, inner=fault) if isinstance(fault, Fault) else part)
    return found


def services_of(text: str, place: Place) -> list[str | ListFault]:
    """The service types that a cell names."""
    found: list[str | ListFault] = []
    for part in re.split(r"[\s;；,，、|/]+", text.strip()):
        if is_blank(part):
            continue
        word = next((code for code, words in SERVICES.items() if part.casefold() in words), None)
        found.append(word or ListFault("not-service", place, {"text": part}))
    return found


def names_of(text: str) -> list[str]:
    """Names of units, divided by line breaks, semicolons and enumeration commas."""
    return [" ".join(part.split()) for part in re.split(r"[\n;；、]+", text) if not is_blank(part)]


def checked(form: TypeAdapter[Any], text: str) -> str | Fault:
    """The text as a scalar of the inspection file reads it, or its fault."""
    try:
        form.validate_python(text)
    except ValidationError as error:
        context = error.errors(include_url=False)[0]["ctx"]
        return Fault(context["code"], values=context["values"])
    return " ".join(text.split()) if form is _LINE else text.strip()


_EXCLUSION: TypeAdapter[str] = TypeAdapter(Exclusion)


def _yes(text: str, place: Place) -> str | ListFault:
    word = text.casefold()
    if word in YES or word in NO:
        return "true" if word in YES else "false"
    return ListFault("not-yes", place, {"text": text})


def _level(text: str, place: Place) -> str | ListFault | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.casefold() in UNGRADED:
        return None
    found = LEVEL.fullmatch(plain)
    return NUMERALS.get(found[1], found[1]) if found else ListFault("not-level", place, {"text": text})
