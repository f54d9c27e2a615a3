"""Findings of one check in one unit: what is written out, what is folded, what is only counted. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from scanner.model.check import Severity

Record = Mapping[str, Any]
"""One object of results.json."""

WRITTEN_OUT = 20
"""Findings of a group that stand open with their evidence; the rest is folded."""
FOLDED = 300
"""Findings of a group that are folded, at most; what is beyond is counted."""
ROWS = 12_000
"""Findings that one report writes down in all."""

_RANK = {severity.value: severity.rank for severity in Severity}


def rank(finding: Record) -> tuple[int, int]:
    """Order of urgency: severity first, then the confirmed before the inferred."""
    return _RANK[finding["severity"]], int(finding["confidence"] != "confirmed")


@dataclass(frozen=True, slots=True)
class Group:
    """`findings` are sorted, most urgent first; `folded_limit` is how many rows its folded part may have."""

    check: str
    entry: Record
    findings: Sequence[Record]
    anchor: str
    folded_limit: int = FOLDED

    @property
    def severity(self) -> str:
        return str(self.findings[0]["severity"])

    @property
    def all_inferred(self) -> bool:
        return all(one["confidence"] == "inferred" for one in self.findings)

    @property
    def shown(self) -> Sequence[Record]:
        return self.findings[:WRITTEN_OUT]

    @property
    def folded(self) -> Sequence[Record]:
        return self.findings[WRITTEN_OUT : WRITTEN_OUT + self.folded_limit]

    @property
    def hidden(self) -> int:
        """How many stand in results.json alone."""
        return max(0, len(self.findings) - WRITTEN_OUT - self.folded_limit)

    @property
    def alike(self) -> Iterator[tuple[tuple[str, str, str], list[Record]]]:
        """The folded ones by severity, confidence and state."""
        ordered = sorted(self.folded, key=lambda one: (*rank(one), one["state"]))
        for key, members in groupby(ordered, key=lambda one: (one["severity"], one["confidence"], one["state"])):
            yield key, list(members)

    @property
    def same_sentence(self) -> bool:
        """Whether all that is written down reads the same: then the sentence stands once."""
        first = self.findings[0].get("seen")
        return all(one.get("seen") == first for one in (*self.shown, *self.folded))

    @property
    def clauses(self) -> list[str]:
        """Every clause that any of them touches, in the order of the results."""
        return list(dict.fromkeys(clause for one in self.findings for clause in one.get("clauses", ())))

    @property
    def states(self) -> dict[str, int]:
        return {
            state: n for state in ("new", "reopened", "open") if (n := sum(f["state"] == state for f in self.findings))
        }


def groups(findings: Iterable[Record], checks: Mapping[str, Record], prefix: str, folded_limit: int) -> list[Group]:
    """By check, most urgent group first; the number of findings breaks the tie."""
    by_check: dict[str, list[Record]] = {}
    for finding in findings:
        by_check.setdefault(finding["check"], []).append(finding)
    made = [
        Group(check, checks.get(check, {}), sorted(members, key=rank), f"{prefix}-{check}", folded_limit)
        for check, members in by_check.items()
    ]
    return sorted(made, key=lambda one: (*rank(one.findings[0]), -len(one.findings), one.check))


def folded_limit(findings: Sequence[Record]) -> int:
    """Rows that each group may fold, so that the whole report stays within ROWS."""
    number = len({(one.get("unit"), one.get("check")) for one in findings}) or 1
    return max(0, min(FOLDED, ROWS // number - WRITTEN_OUT))
