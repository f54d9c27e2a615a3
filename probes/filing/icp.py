"""Marks of the ICP filing in a text: found with room for how people write them, held against the lawful forms."""

import re
from dataclasses import dataclass

from probes.filing.characters import even
from probes.filing.province import PREFIXES

MOST = 20

_DIGITS = r"\d(?:[ \t]?\d)*"
_CANDIDATE = re.compile(
    rf"(?P<before>[{PREFIXES}])?\s{{0,3}}ICP\s{{0,3}}(?P<kind>备|证|备案|许可证|备案证)\s{{0,3}}"
    rf"(?:(?:案|字)?(?:编)?(?:号码|号)?\s{{0,3}}[:.]\s{{0,3}}|第|字第|字)?\s{{0,3}}"
    rf"(?P<number>{_DIGITS}|[Xx*\d]{{4,14}})"
    rf"(?:\s{{0,3}}(?P<end>号))?(?:\s{{0,3}}-\s{{0,3}}(?P<site>\d{{1,5}}[A-Za-z]?(?![0-9A-Za-z])))?",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    rf"(?P<named>许可证|增值电信|ICP)?(?:号|编号|证|业务)?[:\s]{{0,4}}(?<![0-9A-Za-z])(?P<mark>(?P<before>[{PREFIXES}]|合字)?\s?"
    rf"[AB][12](?:[.、][AB][12]){{0,3}}\s?-\s?"
    rf"(?P<number>\d{{4,12}})(?!\d)(?:-\d{{1,3}})?号?)"
)


@dataclass(frozen=True, slots=True)
class IcpMark:
    """A mark as it reads, white space evened out, and whether it has a lawful form."""

    text: str
    lawful: bool


def icp_marks(text: str) -> tuple[IcpMark, ...]:
    """The marks in a text, each once, in order.

    Lawful: province + ICP备 + 6 to 10 digits + 号, with or without -N; province + ICP证 + 6 digits + 号;
    A2, B1 or B2 and -YYYYNNNN (非经营性互联网信息服务备案管理办法 article 13; telecom business licences).
    A label such as "ICP备案号:" without a number is no mark.
    """
    words = even(text)
    found: dict[str, IcpMark] = {}
    for match in _CANDIDATE.finditer(words):
        mark = _filing(match)
        found.setdefault(mark.text, mark)
    for match in _LICENCE.finditer(words):
        lawful = len(match.group("number")) == 8
        if lawful or match.group("before") or match.group("named"):
            written = "".join(match.group("mark").split())
            found.setdefault(written, IcpMark(written, lawful))
    return tuple(found.values())[:MOST]


def _filing(match: re.Match[str]) -> IcpMark:
    written = "".join(match.group(0).split())
    number = "".join(match.group("number").split())
    lengths = range(6, 11) if match.group("kind") == "备" else (6,)
    whole = match.group("before") is not None and match.group("end") is not None
    form = re.fullmatch(rf"[{PREFIXES}]ICP(?:备|证)\d+号(?:-\d+[A-Z]?)?", written, re.IGNORECASE)
    return IcpMark(written[:80], whole and form is not None and number.isdigit() and len(number) in lengths)
