"""What all checks under a clause amount to, for a unit or one of its systems (R18 to R20). Pure; names no finding."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from scanner.catalogue.law import Law
from scanner.catalogue.statute import Duty
from scanner.model.authority import Kind
from scanner.model.check import Confidence, Severity, Weight
from scanner.model.inspection import Unit
from scanner.model.text import Text
from scanner.model.verdict import ClauseVerdict, Reason, Verdict

LEFT_OUT = frozenset([Reason.NOT_SELECTED, Reason.NOT_PERMITTED, Reason.EXCLUDED])
"""What the profile or the file left out: counted and shown, and no reason for partly-tested."""

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


@dataclass(frozen=True, slots=True)
class _Subject:
    """Whom the clauses are asked of: the unit itself, or one system of it."""

    law: Law
    unit: Unit
    kind: Kind
    system: str | None

    @property
    def level(self) -> int | None:
        return self.unit.level(self.system)

    def duties(self, names: Iterable[str], judged: Judged | None = None) -> tuple[str, ...]:
        return self.law.duties_for(
            names,
            service_types=self.unit.service_types,
            kind=self.kind,
            critical=self.unit.critical_infrastructure,
            weight=judged.weight if judged else None,
            severity=judged.severity if judged else None,
        )

    def clauses(self, duty: str, on: date) -> tuple[str, ...]:
        return self.law.clauses_for(
            [duty],
            on=on,
            level=self.level,
            service_types=self.unit.service_types,
            kind=self.kind,
            critical=self.unit.critical_infrastructure,
        )


def clause_verdicts(law: Law, unit: Unit, kind: Kind, judged: Sequence[Judged], *, on: date) -> tuple[ClauseRow, ...]:
    """Every clause that applies to the unit, with what was found of it; first the unit's own, then by system.

    `judged` are the unit's, each with its system; `on` the day of the inspection's start, for clauses that
    nothing was judged under. Clauses that are only looked at on site and hang on no level stand once, at
    the unit; a unit all of whose targets belong to systems has no other rows of its own.
    """
    rows: list[ClauseRow] = []
    for system in (None, *(one.name for one in unit.systems)):
        own = [one for one in judged if one.system == system and one.verdict is not Verdict.NOT_APPLICABLE]
        rows += _rows(_Subject(law, unit, kind, system), own, on)
    return tuple(rows)


def _rows(subject: _Subject, judged: Sequence[Judged], on: date) -> Iterator[ClauseRow]:
    duties = _by_clause(subject, {on, *(one.on for one in judged)})
    asked = bool(judged) or subject.system is not None or any(one.system is None for one in subject.unit.targets)
    under = _judged_by_clause(subject, judged)
    for code, standing in duties.items():
        remote = {duty.remote for duty in standing}
        graded = code.startswith("mlps")
        if remote == {"on-site"} and not graded and subject.system is not None:
            continue
        if remote != {"on-site"} and not asked:
            continue
        yield _row(subject, code, standing, under.get(code, {}))


def _by_clause(subject: _Subject, days: Iterable[date]) -> dict[str, list[Duty]]:
    """Clause → the duties under it that apply, in the order of the laws."""
    found: dict[str, list[Duty]] = {}
    for day in sorted(days):
        for name in subject.duties(subject.law.duties):
            for code in subject.clauses(name, day):
                standing = found.setdefault(code, [])
                if subject.law.duties[name] not in standing:
                    standing.append(subject.law.duties[name])
    order = [code for statute in subject.law.in_order() for code in statute]
    return {code: found[code] for code in order if code in found}


def _judged_by_clause(subject: _Subject, judged: Sequence[Judged]) -> Mapping[str, dict[int, tuple[Judged, bool]]]:
    """Clause → what was judged under it, each once, and whether a duty leads there that an issue can break."""
    found: dict[str, dict[int, tuple[Judged, bool]]] = {}
    for index, one in enumerate(judged):
        for name in subject.duties(one.duties, one):
            decisive = subject.law.duties[name].remote in DECISIVE
            for code in subject.clauses(name, one.on):
                rows = found.setdefault(code, {})
                rows[index] = (one, decisive or (index in rows and rows[index][1]))
    return found


def _row(subject: _Subject, code: str, duties: Sequence[Duty], under: Mapping[int, tuple[Judged, bool]]) -> ClauseRow:
    judged = list(under.values())
    issues = [one for one, decisive in judged if one.fails and decisive and one.weight is Weight.ISSUE]
    failed = sum(one.fails for one, _ in judged)
    return ClauseRow(
        clause=code,
        unit=subject.unit.name,
        system=subject.system,
        on_site=any(duty.remote in ("on-site", "partly") for duty in duties),
        verdict=_verdict(duties, judged),
        findings=len(issues),
        observations=failed - len(issues),
        passed=sum(one.verdict is Verdict.PASS for one, _ in judged),
        not_tested=sum(one.verdict is Verdict.NOT_TESTED for one, _ in judged),
        verified=subject.law.clause(code).verified,
        note=subject.law.note(subject.level) if code.startswith("mlps") else None,
    )


def _verdict(duties: Sequence[Duty], judged: Sequence[tuple[Judged, bool]]) -> ClauseVerdict:
    if all(duty.remote == "on-site" for duty in duties):
        return ClauseVerdict.ON_SITE_ONLY
    if any(one.turns and decisive for one, decisive in judged):
        return ClauseVerdict.ISSUES_FOUND
    selected = [one for one, _ in judged if one.weight is Weight.ISSUE and one.reason not in LEFT_OUT]
    observed = [one for one in selected if one.verdict is not Verdict.NOT_TESTED]
    if not observed:
        return ClauseVerdict.NOT_TESTED
    return ClauseVerdict.NONE_FOUND if len(observed) == len(selected) else ClauseVerdict.PARTLY_TESTED
