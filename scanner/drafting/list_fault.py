"""What is wrong with a list of units: file, row, column, what, and how to mend it. Says it; decides nothing."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from scanner.inspection_file.fault import TOLD, Fault, shown
from scanner.model.errors import InputError
from scanner.model.text import Language


@dataclass(frozen=True, slots=True)
class Place:
    """Row and column count from 1 as a spreadsheet shows them; `heading` is the column's own."""

    row: int
    column: int | None = None
    heading: str = ""
    sheet: str | None = None

    def in_language(self, language: Language) -> str:
        parts = [_word("place-sheet", language, sheet=self.sheet)] if self.sheet else []
        parts.append(_word("place-row", language, row=self.row))
        if self.column:
            parts.append(_word("place-column", language, letter=letter(self.column), heading=self.heading))
        return (", " if language == "en" else " ").join(parts)


@dataclass(frozen=True, slots=True)
class ListFault:
    """One fault. `code` names its two sentences in messages.toml; `inner` is a fault of the value itself."""

    code: str = ""
    place: Place | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    inner: Fault | None = None

    def in_language(self, language: Language) -> str:
        """`row 3, column C (URL): what is wrong. What instead.`"""
        gap = " " if language == "en" else ""
        if self.inner is not None:
            wrong, mend = self.inner.wrong(language), self.inner.mend(language)
        else:
            wrong, mend = (_filled(text, self.values) for text in messages()[self.code][language])
        place = f"{self.place.in_language(language)}: " if self.place else ""
        return f"{place}{wrong}{gap}{mend}"


class ListError(InputError):
    """A list of which no file can be made (exit 2), with every fault that was found in it."""

    def __init__(self, file: Path, faults: Sequence[ListFault], language: Language) -> None:
        self.faults = tuple(faults)
        lines = [f"{file}: {fault.in_language(language)}" for fault in self.faults[:TOLD]]
        if (more := len(self.faults) - TOLD) > 0:
            lines.append(Fault("more-faults", values={"count": more}).in_language(language))
        super().__init__("\n".join(lines))


def letter(column: int) -> str:
    """1 is A, 27 is AA."""
    found = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


@cache
def messages() -> Mapping[str, Mapping[Language, tuple[str, ...]]]:
    """Code → language → (what is wrong, what instead); words of places have one part."""
    file = Path(__file__).parent / "messages.toml"
    data: dict[str, dict[Language, tuple[str, ...]]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return data


def _word(code: str, language: Language, **values: object) -> str:
    return _filled(messages()[code][language][0], values)


def _filled(text: str, values: Mapping[str, object]) -> str:
    return text.format_map({key: shown(value) for key, value in values.items()})
