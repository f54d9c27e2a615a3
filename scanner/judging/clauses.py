"""What all checks under a clause amount to, for a unit or one of its systems (R18 to R20). Pure; names no finding."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from scanner.catalogue.law import Law
from scanner.catalogue.statute import Duty
from scanner.model.authority import Kind
from scanner.model.check import Confidence, Severity, Weight
from scanner.model.inspection import Unit
from scanner.model.text import Text
from scanner.model.verdict import ClauseVerdict, Reason, Verdict

LEFT_OUT = frozenset([Reason.NOT_SELECTED, Reason.NOT_PERMITTED, Reason.EXCLUDED])
"""What the profile or the file left out: counted and shown, and no reason for partly-tested."""

GRADED = "mlps"
"""Clauses of these standards hang on the level of a system."""

DECISIVE = frozenset(["fail-only", "partly"])
"""Duties under which an issue can be found; under the others a failure is an observation."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One check on one asset as the clauses see it.

    `severity` is the finding's, or the check's own where it did not fail. `state` is the finding's
    (new, open, reopened, fixed), None without one. `on` is the observation's date in the inspection's zone.
    """

    check: str
    duties: tuple[str, ...]
    weight: Weight
    severity: Severity
    verdict: Verdict
    on: date
    reason: Reason | None = None
    confidence: Confidence = Confidence.CONFIRMED
    state: str | None = None
    system: str | None = None

    @property
    def fails(self) -> bool:
        return self.verdict is Verdict.FAIL and self.state != "fixed"

    @property
    def turns(self) -> bool:
        """An open, confirmed issue of medium or above: what turns a clause."""
        weighs = self.weight is Weight.ISSUE and self.severity.at_least(Severity.MEDIUM)
        return self.fails and weighs and self.confidence is Confidence.CONFIRMED


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One row of `clauses` in the results. `note` says where another level's requirements stand in."""

    clause: str
    unit: str
    system: str | None
    on_site: bool
    verdict: ClauseVerdict
    findings: int
    observations: int
    passed: int
    not_tested: int
    verified: bool
    note: Text | None = None

    def to_json(self) -> dict[str, Any]:
        """The row as results files have it; the note is for reports."""
        return {field: getattr(self, field) for field in self.__dataclass_fields__ if field != "note"}


def clause_verdicts(law: Law, unit: Unit, kind: Kind, judged: Iterable[Judged], *, on: date) -> tuple[ClauseRow, ...]:
    """Every clause that applies to the unit, with what was found of it; first the unit's own, then by system.

    `judged` are the unit's, each with its system (one that the unit no longer has counts as the unit's own); `on` the day of the inspection's start, for clauses that
    nothing was judged under. Clauses that are only looked at on site and hang on no level stand once, at
    the unit; a unit all of whose targets belong to systems has no other rows of its own.
    """
    subjects = {name: _Subject(law, unit, kind, name) for name in (None, *(one.name for one in unit.systems))}
    for one in judged:
        if one.verdict is not Verdict.NOT_APPLICABLE:
            subjects.get(one.system, subjects[None]).take(one)
    return tuple(row for subject in subjects.values() for row in subject.rows(on))


@dataclass(slots=True)
class _Tally:
    """What was judged under one clause, counted as it comes."""

    turned: bool = False
    findings: int = 0
    observations: int = 0
    passed: int = 0
    not_tested: int = 0
    selected: int = 0
    observed: int = 0

    def add(self, one: Judged, decisive: bool) -> None:
        """`decisive`: a duty leads to the clause under which an issue can be found."""
        issue = one.weight is Weight.ISSUE
        self.turned = self.turned or (decisive and one.turns)
        self.findings += one.fails and issue and decisive
        self.observations += one.fails and not (issue and decisive)
        self.passed += one.verdict is Verdict.PASS
        self.not_tested += one.verdict is Verdict.NOT_TESTED
        if issue and one.reason not in LEFT_OUT:
            self.selected += 1
            self.observed += one.verdict is not Verdict.NOT_TESTED

    def verdict(self) -> ClauseVerdict:
        if self.turned:
            return ClauseVerdict.ISSUES_FOUND
        if not self.observed:
            return ClauseVerdict.NOT_TESTED
        return ClauseVerdict.NONE_FOUND if self.observed == self.selected else ClauseVerdict.PARTLY_TESTED


class _Whose(TypedDict):
    service_types: tuple[str, ...]
    kind: Kind
    critical: bool


class _Subject:
    """The unit itself, or one system of it, and what was judged of it so far."""

    def __init__(self, law: Law, unit: Unit, kind: Kind, system: str | None) -> None:
        self.law, self.unit, self.system = law, unit, system
        self.level = unit.level(system)
        self.whose: _Whose = {
            "service_types": unit.service_types,
            "kind": kind,
            "critical": unit.critical_infrastructure,
        }
        self.tallies: dict[str, _Tally] = {}
        self.days: set[date] = set()
        self.asked = system is not None or any(one.system is None for one in unit.targets)
        self._known: dict[Hashable, dict[str, bool]] = {}

    def take(self, one: Judged) -> None:
        """Count one judgement under every clause that its duties lead to, once each."""
        self.asked = True
        self.days.add(one.on)
        for code, decisive in self._led_to(one).items():
            self.tallies.setdefault(code, _Tally()).add(one, decisive)

    def rows(self, on: date) -> Iterator[ClauseRow]:
        for code, duties in self._by_clause({on, *self.days}).items():
            on_site_only = all(duty.remote == "on-site" for duty in duties)
            once_at_the_unit = on_site_only and not code.startswith(GRADED)
            if (once_at_the_unit and self.system is None) or (not once_at_the_unit and self.asked):
                yield self._row(code, duties, on_site_only)

    def _led_to(self, one: Judged) -> dict[str, bool]:
        """Clause → whether a decisive duty leads there."""
        known = (one.duties, one.weight, one.severity, one.on)
        if known not in self._known:
            found: dict[str, bool] = {}
            for name in self.law.duties_for(one.duties, weight=one.weight, severity=one.severity, **self.whose):
                decisive = self.law.duties[name].remote in DECISIVE
                for code in self._clauses(name, one.on):
                    found[code] = found.get(code, False) or decisive
            self._known[known] = found
        return self._known[known]

    def _clauses(self, duty: str, on: date) -> tuple[str, ...]:
        return self.law.clauses_for([duty], on=on, level=self.level, **self.whose)

    def _by_clause(self, days: Iterable[date]) -> dict[str, list[Duty]]:
        """Clause → the duties under it that apply, in the order of the laws."""
        found: dict[str, dict[str, Duty]] = {}
        for day in sorted(days):
            for name in self.law.duties_for(self.law.duties, **self.whose):
                for code in self._clauses(name, day):
                    found.setdefault(code, {})[name] = self.law.duties[name]
        order = [code for statute in self.law.in_order() for code in statute if code in found]
        return {code: list(found[code].values()) for code in order}

    def _row(self, code: str, duties: Sequence[Duty], on_site_only: bool) -> ClauseRow:
        tally = self.tallies.get(code, _Tally())
        return ClauseRow(
            clause=code,
            unit=self.unit.name,
            system=self.system,
            on_site=any(duty.remote in ("on-site", "partly") for duty in duties),
            verdict=ClauseVerdict.ON_SITE_ONLY if on_site_only else tally.verdict(),
            findings=tally.findings,
            observations=tally.observations,
            passed=tally.passed,
            not_tested=tally.not_tested,
            verified=self.law.clause(code).verified,
            note=self.law.note(self.level) if code.startswith(GRADED) else None,
        )
