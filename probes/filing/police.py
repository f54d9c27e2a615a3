"""Marks of the public-security filing in a text: found with room for how people write them, and taken apart."""

import re
from dataclasses import dataclass

from probes.filing.characters import even
from probes.filing.province import CODES, PREFIXES

MOST = 20
DIGITS = 14
OLDER_DIGITS = 13

_CANDIDATE = re.compile(
    rf"(?P<province>[{PREFIXES}])?\s{{0,3}}公\s?网\s?安\s?备\s{{0,3}}(?:案?(?:编)?号?\s{{0,3}}[:第]?)\s{{0,3}}"
    rf"(?P<number>\d(?:[ \t]?\d){{3,30}}|[Xx*\d]{{6,20}})\s{{0,3}}号?"
)


@dataclass(frozen=True, slots=True)
class PoliceMark:
    """A mark as it reads. `older`: 13 digits. `wrong`: other lengths, or a division code of another province."""

    text: str
    digits: int
    older: bool
    wrong: bool


def police_marks(text: str) -> tuple[PoliceMark, ...]:
    """The marks in a text, each once, in order. The last digits of the six of a division are not judged."""
    found: dict[str, PoliceMark] = {}
    for match in _CANDIDATE.finditer(even(text)):
        written = "".join(match.group(0).split())[:80]
        number = "".join(match.group("number").split())
        found.setdefault(written, _mark(written, match.group("province"), number))
    return tuple(found.values())[:MOST]


def _mark(written: str, province: str | None, number: str) -> PoliceMark:
    numeric = number.isdigit()
    elsewhere = province is not None and numeric and number[:2] not in CODES[province]
    right_length = numeric and len(number) in (DIGITS, OLDER_DIGITS)
    older = numeric and len(number) == OLDER_DIGITS
    return PoliceMark(written, len(number), older, not right_length or elsewhere)
