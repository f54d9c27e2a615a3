"""Coverage of one unit, counted: verdicts, reasons, checks. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

LEFT_OUT = frozenset(("not-selected", "not-permitted", "excluded"))
"""Reasons that somebody chose (R19): counted, and never read as a failure to test."""
ROWS = 300
"""Rows without a conclusion that a report lists for one unit."""


@dataclass(slots=True)
class Tally:
    """`rows` are the first ROWS that came to no conclusion and were not left out on purpose."""

    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    by_check: dict[str, Counter[str]] = field(default_factory=dict)
    rows: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, row: Mapping[str, Any]) -> None:
        """One row of `coverage`, or one of `coverage_counts` with its `count`."""
        number = int(row.get("count", 1))
        self.verdicts[row["verdict"]] += number
        self.by_check.setdefault(row["check"], Counter())[row["verdict"]] += number
        if row["verdict"] == "not-tested":
            reason = str(row["reason"])
            self.reasons[reason] += number
            if "count" not in row and reason not in LEFT_OUT and len(self.rows) < ROWS:
                self.rows.append(row)

    def add_not_applicable(self, row: Mapping[str, Any]) -> None:
        self.verdicts["not-applicable"] += row["count"]
        self.by_check.setdefault(row["check"], Counter())["not-applicable"] += row["count"]

    @property
    def total(self) -> int:
        return sum(self.verdicts.values())

    @property
    def concluded(self) -> int:
        return self.verdicts["pass"] + self.verdicts["fail"]

    @property
    def untested(self) -> int:
        """What was meant to be tested and came to no conclusion."""
        return sum(number for reason, number in self.reasons.items() if reason not in LEFT_OUT)

    @property
    def left_out(self) -> int:
        return sum(number for reason, number in self.reasons.items() if reason in LEFT_OUT)

    @property
    def chief_reasons(self) -> list[tuple[str, int]]:
        """The three commonest reasons, without what was left out."""
        return [pair for pair in self.reasons.most_common() if pair[0] not in LEFT_OUT][:3]


def together(tallies: Iterable[Tally]) -> Tally:
    """The figures of several units; checks and rows stay with each."""
    whole = Tally()
    for tally in tallies:
        whole.verdicts.update(tally.verdicts)
        whole.reasons.update(tally.reasons)
    return whole
