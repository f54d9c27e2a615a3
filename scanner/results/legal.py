"""The law's part of the results: clauses of findings, verdicts of clauses, suggested deadlines, texts. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from scanner.catalogue.deadline import load_deadlines
from scanner.catalogue.law import load_law
from scanner.catalogue.loader import Catalogue
from scanner.judging.clauses import Judged, clause_verdicts
from scanner.judging.deadlines import Deadline, phase_of, suggest
from scanner.model.authority import Kind
from scanner.model.check import Check, Confidence, Severity, Weight
from scanner.model.inspection import Event, ListedTarget, System, Unit
from scanner.model.verdict import Reason, Verdict
from scanner.results.finding import Finding


class Legal:
    """Gathers what was judged, and tells what it means by the law of the day."""

    def __init__(
        self,
        catalogue: Catalogue,
        units: list[dict[str, Any]],
        order: Mapping[str, Any],
        zone: ZoneInfo,
        started: datetime,
        law_at: date | None,
    ) -> None:
        """`law_at` overrides the day whose law judges; else it is the day of each observation (R20)."""
        self._catalogue = catalogue
        self._law = load_law()
        self._deadlines = load_deadlines()
        self._kind = Kind(order["kind"])
        self._event = _event(order["event"])
        self._zone = zone
        self._law_at = law_at
        self._day = law_at or started.astimezone(zone).date()
        self._units = {unit["key"]: _unit(unit) for unit in units if unit["refused"] is None}
        self._judged: dict[str, list[Judged]] = {key: [] for key in self._units}
        self._codes: set[str] = set()

    def take(self, unit: str, check: Check, row: Mapping[str, Any], at: datetime | None) -> None:
        """One row of coverage that is no failure: failures come as findings."""
        verdict = Verdict(row["verdict"])
        if verdict is Verdict.FAIL:
            return
        self._judged[unit].append(
            Judged(
                check=check.id,
                duties=check.duties,
                weight=check.weight,
                severity=check.severity,
                verdict=verdict,
                on=self._on(at),
                reason=Reason(row["reason"]) if row["reason"] else None,
                system=row["system"],
            )
        )

    def take_finding(self, row: Mapping[str, Any]) -> None:
        """One finding as the results have it. Those that are fixed turn nothing."""
        if row["state"] == "fixed" or row["unit_key"] not in self._judged:
            return
        self._judged[row["unit_key"]].append(
            Judged(
                check=row["check"],
                duties=tuple(row["duties"]),
                weight=Weight(row["weight"]),
                severity=Severity(row["severity"]),
                verdict=Verdict.FAIL,
                on=self._on(datetime.fromisoformat(row["last_seen"])),
                confidence=Confidence(row["confidence"]),
                state=row["state"],
                system=row["system"],
            )
        )

    def clauses_of(self, finding: Finding) -> tuple[str, ...]:
        """The clauses that a finding concerns, by the law of the day it was seen."""
        unit = self._units[finding.unit]
        duties = self._law.duties_for(
            finding.check.duties,
            service_types=unit.service_types,
            kind=self._kind,
            critical=unit.critical_infrastructure,
            weight=finding.check.weight,
            severity=finding.severity,
        )
        codes = self._law.clauses_for(
            duties,
            on=self._on(finding.last_seen),
            level=unit.level(finding.target.system),
            service_types=unit.service_types,
            kind=self._kind,
            critical=unit.critical_infrastructure,
        )
        self._codes.update(codes)
        return codes

    def deadline(self, severity: Severity, weight: Weight, at: datetime) -> Deadline | None:
        """The suggestion for an issue, counted from `at`; None for advice, observations and leads."""
        if weight is not Weight.ISSUE:
            return None
        local = at.astimezone(self._zone)
        phase = phase_of(self._kind, self._event, local)
        return suggest(severity, local, self._deadlines, phase=phase, event=self._event)

    def clauses(self) -> list[dict[str, Any]]:
        """The verdict of every clause that applies, unit by unit, system by system."""
        rows = []
        for key, unit in self._units.items():
            for row in clause_verdicts(self._law, unit, self._kind, self._judged[key], on=self._day):
                self._codes.add(row.clause)
                note = row.note.to_json() if row.note else None
                rows.append({**row.to_json(), "verdict": row.verdict.value, "note": note})
        return rows

    def texts(self) -> dict[str, Any]:
        """Names of the laws and titles of the clauses that the results name. Call it last."""
        laws = {code.partition(":")[0] for code in self._codes}
        return {
            "laws": {name: self._statute(name) for name in self._law.statutes if name in laws},
            "clause_texts": {code: self._clause(code) for code in sorted(self._codes)},
        }

    def _statute(self, name: str) -> dict[str, Any]:
        statute = self._law.statutes[name]
        return {
            "name": statute.name.to_json(),
            "short": statute.short.to_json(),
            "in_force_from": statute.start.isoformat(),
            "in_force_to": statute.end.isoformat() if statute.end else None,
            "verified": statute.verified,
        }

    def _clause(self, code: str) -> dict[str, Any]:
        clause = self._law.clause(code)
        law, _, number = code.partition(":")
        return {
            "law": law,
            "number": number,
            "title": clause.title.to_json(),
            "text": clause.text.to_json(),
            "verified": clause.verified,
        }

    def _on(self, at: datetime | None) -> date:
        if self._law_at is not None or at is None:
            return self._day
        return at.astimezone(self._zone).date()


def _unit(unit: Mapping[str, Any]) -> Unit:
    """What the clauses need to know of a unit, from what was kept of the order."""
    systems = tuple(System(one["name"], one["mlps_level"]) for one in unit["systems"])
    scope = unit["scope"]
    targets = (
        ListedTarget(written, system=name) for written, name in zip(scope["targets"], scope["systems"], strict=True)
    )
    return Unit(
        key=unit["key"],
        name=unit["name"],
        service_types=tuple(unit["service_types"]),
        critical_infrastructure=unit["critical_infrastructure"],
        systems=systems,
        mlps_level=unit["mlps_level"],
        targets=tuple(targets),
    )


def _event(event: Mapping[str, str] | None) -> Event | None:
    if event is None:
        return None
    return Event(event["name"], datetime.fromisoformat(event["from"]), datetime.fromisoformat(event["to"]))
