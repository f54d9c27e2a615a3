"""The figures behind the first screen, over all chapters of a report. Pure: it says nothing, it counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.html.chapter import Chapter
from reports.html.group import Group, Record, rank
from reports.html.tally import Tally, together
from scanner.model.check import Severity

URGENT = 3


@dataclass(frozen=True, slots=True)
class Summary:
    """`inspected` are the chapters of units that were asked; the others were refused."""

    inspection: Record
    chapters: Sequence[Chapter]
    tally: Tally

    @property
    def inspected(self) -> list[Chapter]:
        return [chapter for chapter in self.chapters if not chapter.unit.get("refused")]

    @property
    def refused(self) -> list[Chapter]:
        return [chapter for chapter in self.chapters if chapter.unit.get("refused")]

    @property
    def targets(self) -> int:
        return sum(len(chapter.unit["scope"]["targets"]) for chapter in self.inspected)

    @property
    def issues(self) -> int:
        return sum(self.severities.values())

    @property
    def severities(self) -> Counter[str]:
        return sum((chapter.severities for chapter in self.chapters), Counter())

    @property
    def inferred(self) -> int:
        return sum(chapter.inferred for chapter in self.chapters)

    @property
    def observations(self) -> int:
        return sum(len(group.findings) for chapter in self.chapters for group in chapter.advice)

    @property
    def leads(self) -> int:
        return sum(len(group.findings) for chapter in self.chapters for group in chapter.leads)

    @property
    def states(self) -> Counter[str]:
        return sum((chapter.states for chapter in self.chapters), Counter())

    @property
    def clauses(self) -> Counter[str]:
        return sum((chapter.clause_counts for chapter in self.chapters), Counter())

    @property
    def on_site(self) -> int:
        return sum(len(chapter.handover) for chapter in self.chapters)

    @property
    def inside(self) -> list[Chapter]:
        return [chapter for chapter in self.inspected if chapter.unit.get("inside_unit")]

    @property
    def urgent(self) -> list[tuple[Group, int]]:
        """The three checks to mend first, with the number of places: by severity, confidence, places."""
        by_check: dict[str, list[Group]] = {}
        for chapter in self.chapters:
            for group in chapter.issues:
                by_check.setdefault(group.check, []).append(group)
        weighed = [
            (min(members, key=lambda one: rank(one.findings[0])), sum(len(one.findings) for one in members))
            for members in by_check.values()
        ]
        weighed.sort(key=lambda pair: (*rank(pair[0].findings[0]), -pair[1], pair[0].check))
        return [pair for pair in weighed if pair[0].severity != Severity.INFO][:URGENT]

    @property
    def deadlines(self) -> list[tuple[str, str]]:
        """The earliest suggested deadline of each severity that has one."""
        earliest: dict[str, str] = {}
        for chapter in self.chapters:
            for finding in chapter.open_issues:
                date = finding.get("suggested_deadline")
                if date:
                    earliest[finding["severity"]] = min(date, earliest.get(finding["severity"], date))
        return [(one.value, earliest[one.value]) for one in Severity if one.value in earliest]

    @property
    def basis(self) -> list[str]:
        """Documents by number, else the statement of right; empty where neither is stated."""
        numbers = [str(one["number"]) for one in self.inspection["basis"] if one.get("number")]
        notice = self.inspection.get("notice")
        if notice and notice.get("number") and notice["number"] not in numbers:
            numbers.append(notice["number"])
        statement = self.inspection["authority"].get("statement")
        return numbers or ([statement] if statement else [])


def summary(results: Mapping[str, Any], chapters: Sequence[Chapter]) -> Summary:
    return Summary(results["inspection"], chapters, together(chapter.tally for chapter in chapters))
