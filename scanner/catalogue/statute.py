"""A law or standard, its clauses in our own words, and a duty with the clauses it leads to, read from TOML."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scanner.model.authority import Kind
from scanner.model.errors import InputError
from scanner.model.text import LANGUAGES, Text

REMOTE = ("partly", "fail-only", "lead", "observation", "on-site")
"""What a look from outside can decide of a duty (R19)."""

COLUMNS = ("mps151", "mps176", "csl2026", "csl2017", "mlps3", "mlps2", "other")


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause. `code` is `<law>:<number>`; unverified ones stay out of drafts of documents (R20)."""

    code: str
    title: Text
    text: Text
    verified: bool


@dataclass(frozen=True, slots=True)
class Statute:
    """One law or standard; in force from and to the days named, both included."""

    id: str
    name: Text
    short: Text
    start: date
    end: date | None
    verified: bool
    clauses: Mapping[str, Clause]

    def in_force(self, on: date) -> bool:
        return self.start <= on and (self.end is None or on <= self.end)


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty: its clauses by column of the crosswalk, and to whom it applies."""

    id: str
    name: Text
    remote: str
    clauses: Mapping[str, tuple[str, ...]]
    only_kinds: tuple[str, ...] = ()
    only_service_types: tuple[str, ...] = ()
    only_critical: bool = False
    every_issue: bool = False

    def applies(self, service_types: Iterable[str], kind: Kind, critical: bool) -> bool:
        return (
            (not self.only_kinds or kind in self.only_kinds)
            and (not self.only_service_types or not set(self.only_service_types).isdisjoint(service_types))
            and (critical or not self.only_critical)
        )


def read_table(file: Path) -> dict[str, Any]:
    """The TOML file as it stands."""
    return tomllib.loads(file.read_text(encoding="utf-8"))


def text_from(table: Mapping[str, Any], where: str) -> Text:
    """A text whole in the three languages; InputError names the place where it is not."""
    if set(table) != set(LANGUAGES) or not all(str(table[language]).strip() for language in LANGUAGES):
        raise InputError(f"{where}: a text in each of {', '.join(LANGUAGES)} is needed")
    return Text(*(str(table[language]) for language in LANGUAGES))


def statute_from(file: Path) -> Statute:
    """One file of `laws/`; InputError where a name is missing or a clause stands twice."""
    data = read_table(file)
    clauses = {entry["code"]: _clause(data["id"], entry, file) for entry in data["clause"]}
    if data["id"] != file.stem or len(clauses) != len(data["clause"]):
        raise InputError(f"{file}: its id is not its name, or a clause stands twice")
    return Statute(
        id=data["id"],
        name=text_from(data["name"], f"{file}: name"),
        short=text_from(data["short"], f"{file}: short"),
        start=data["in_force_from"],
        end=data.get("in_force_to"),
        verified=data["verified"],
        clauses=clauses,
    )


def _clause(law: str, entry: Mapping[str, Any], file: Path) -> Clause:
    where = f"{file}: clause {entry['code']}"
    return Clause(
        f"{law}:{entry['code']}",
        text_from(entry["title"], where),
        text_from(entry["text"], where),
        entry["verified"],
    )


def duty_from(name: str, table: Mapping[str, Any], file: Path) -> Duty:
    """One table of `duties.toml`."""
    where = f"{file}: {name}"
    if table["remote"] not in REMOTE:
        raise InputError(f"{where}: `remote` is one of {', '.join(REMOTE)}")
    return Duty(
        name,
        text_from(table["name"], where),
        table["remote"],
        dict(_columns(table)),
        only_kinds=tuple(table.get("only_kinds", ())),
        only_service_types=tuple(table.get("only_service_types", ())),
        only_critical=table.get("only_critical", False),
        every_issue=table.get("every_issue", False),
    )


def _columns(table: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Codes in full: the column names the law, but for `other`, whose codes do so themselves."""
    for column in COLUMNS:
        if column in table:
            codes = table[column] if column == "other" else [f"{column}:{number}" for number in table[column]]
            yield column, tuple(codes)
