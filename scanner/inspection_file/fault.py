"""What is wrong with an inspection file, where, and what to write instead. Says it; decides nothing."""

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from scanner.model.errors import InputError
from scanner.model.text import Language

SHOWN = 80
"""Characters of a stranger's text that a message repeats."""

TOLD = 200
"""Faults that one message lists; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `code` names its sentence in messages.toml, `values` fill it.

    `line` and `column` count from 1; None where the fault is no place in a file. `path` leads from the top
    to the key, and is empty for the whole file.
    """

    code: str
    path: tuple[str | int, ...] = ()
    line: int | None = None
    column: int | None = None
    file: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The path as people write it: `units[0].systems[1].targets[2]`."""
        parts = [f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in self.path]
        return "".join(parts).removeprefix(".")

    def wrong(self, language: Language = "en") -> str:
        """What is wrong, one sentence."""
        return _filled(self.code, language, 0, self.values)

    def mend(self, language: Language = "en") -> str:
        """What to write instead, one sentence."""
        return _filled(self.code, language, 1, self.values)

    def in_language(self, language: Language) -> str:
        """`file:line:column: key: what is wrong. what instead.`"""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        parts = [part for part in (place, self.key) if part]
        gap = " " if language == "en" else ""
        return ": ".join([*parts, f"{self.wrong(language)}{gap}{self.mend(language)}"])


class InspectionFileError(InputError):
    """A malformed inspection file or target list (exit 2), with every fault that was found in it."""

    def __init__(self, faults: Sequence[Fault], language: Language = "en") -> None:
        self.faults = tuple(faults)
        self.language: Language = language
        super().__init__(self.in_language(language))

    def in_language(self, language: Language) -> str:
        """One line a fault, in the file's order."""
        lines = [fault.in_language(language) for fault in self.faults[:TOLD]]
        if more := len(self.faults) - TOLD:
            lines += [Fault("more-faults", values={"count": more}).in_language(language)] if more > 0 else []
        return "\n".join(lines)


def shown(value: object) -> str:
    """A stranger's text as a message may repeat it: short, and without control characters."""
    text = "".join("?" if unicodedata.category(sign)[0] == "C" else sign for sign in str(value)[: SHOWN + 1])
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


@cache
def messages() -> Mapping[str, Mapping[Language, tuple[str, str]]]:
    """Code → language → (what is wrong, what instead)."""
    file = Path(__file__).parent / "messages.toml"
    data: dict[str, dict[Language, tuple[str, str]]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return data


def _filled(code: str, language: Language, part: int, values: Mapping[str, object]) -> str:
    return messages()[code][language][part].format_map({key: shown(value) for key, value in values.items()})
