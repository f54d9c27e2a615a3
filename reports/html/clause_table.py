"""Clauses of one unit as a report shows them: by law, and those for the on-site stage. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.html.group import Group

Record = Mapping[str, Any]
VERDICTS = ("issues-found", "partly-tested", "not-tested", "none-found", "on-site-only")


@dataclass(frozen=True, slots=True)
class Line:
    """One clause on a unit or system, with the groups of findings that touch it there."""

    clause: Record
    text: Record | None
    groups: Sequence[Group]

    @property
    def code(self) -> str:
        return str(self.clause["clause"])

    @property
    def number(self) -> str:
        """The clause's number within its law, "10.4"."""
        return str(self.text["number"]) if self.text else self.code.partition(":")[2]

    @property
    def verified(self) -> bool:
        """Both the reference and the clause's text were checked against the official one."""
        return bool(self.clause["verified"]) and bool(self.text is None or self.text.get("verified", True))


@dataclass(frozen=True, slots=True)
class LawTable:
    id: str
    law: Record | None
    lines: Sequence[Line]

    @property
    def by_clause(self) -> list[list[Line]]:
        """The lines of each clause together: the unit's own and those of its systems."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.code, []).append(line)
        return list(found.values())


def law_tables(
    clauses: Iterable[Record], laws: Mapping[str, Record], texts: Mapping[str, Record], groups: Sequence[Group]
) -> list[LawTable]:
    """By law and in the order of the results."""
    touching: dict[str, list[Group]] = {}
    for group in groups:
        for code in group.clauses:
            touching.setdefault(code, []).append(group)
    by_law: dict[str, list[Line]] = {}
    for clause in clauses:
        code = clause["clause"]
        here = [group for group in touching.get(code, ()) if _speaks_of(group, clause)]
        by_law.setdefault(code.partition(":")[0], []).append(Line(clause, texts.get(code), here))
    return [LawTable(law, laws.get(law), lines) for law, lines in by_law.items()]


def counts(tables: Iterable[LawTable]) -> Counter[str]:
    return Counter(line.clause["verdict"] for table in tables for line in table.lines)


def handover(tables: Iterable[LawTable]) -> list[tuple[Line, list[str]]]:
    """What is to be looked at on site: each clause once, with the systems (the unit itself: "")."""
    found: dict[str, tuple[Line, list[str]]] = {}
    for table in tables:
        for line in table.lines:
            if line.clause["on_site"] or line.clause["verdict"] == "on-site-only":
                _, systems = found.setdefault(line.code, (line, []))
                systems.append(line.clause["system"] or "")
    return list(found.values())


def _speaks_of(group: Group, clause: Record) -> bool:
    """A clause on a system speaks of that system's findings; one on the unit of those of no system."""
    return any(
        clause["clause"] in finding.get("clauses", ()) and finding.get("system") == clause["system"]
        for finding in group.findings
    )
