"""The header row of a list: which column means what."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scanner.drafting.list_fault import ListFault, Place
from scanner.drafting.table import Row

SEARCHED = 20
"""Rows in which a header row is looked for; titles stand above it."""


@dataclass(frozen=True, slots=True)
class Headings:
    """Meaning of each column by its index from 0, and the headings that mean nothing to us."""

    meanings: Mapping[int, str]
    names: Mapping[int, str]
    unused: tuple[str, ...]


def headings_of(row: Row) -> Headings | None:
    """The row as a header row; None where it does not name both the unit and a target."""
    names = {index: " ".join(cell.text.split()) for index, cell in enumerate(row.cells) if cell.text}
    meanings = {index: found for index, name in names.items() if (found := _words().get(_plain(name)))}
    if not {"unit", "targets"} <= set(meanings.values()):
        return None
    return Headings(meanings, names, tuple(name for index, name in names.items() if index not in meanings))


def doubled(headings: Headings, row: Row) -> Sequence[ListFault]:
    """Columns that mean what another means already; targets alone may have several."""
    seen: set[str] = set()
    faults = []
    for index, meaning in headings.meanings.items():
        if meaning in seen and meaning != "targets":
            place = Place(row.number, index + 1, headings.names[index], row.sheet)
            faults.append(ListFault("heading-twice", place, {"heading": headings.names[index]}))
        seen.add(meaning)
    return faults


@cache
def _words() -> Mapping[str, str]:
    data = tomllib.loads((Path(__file__).parent / "headings.toml").read_text(encoding="utf-8"))
    return {_plain(word): meaning for meaning, words in data.items() for word in words}


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"\([^)]*\)|[\s*::_]", "", folded)
