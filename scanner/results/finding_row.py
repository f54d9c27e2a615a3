"""Findings as rows of the results: with their places' states, evidence on disk, clauses and deadline."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scanner.inspecting.order import in_zone
from scanner.judging.deadlines import Deadline
from scanner.model.target import Target
from scanner.results.change import Answers
from scanner.results.evidence import write_evidence
from scanner.results.finding import Finding, Findings, sentences
from scanner.results.legal import Legal
from scanner.store.history import PastPlace
from scanner.tracking import Answer, Standing, State, not_seen, overall, seen_again

NOT_ASKED = "not-retested"
UNREACHABLE = "unreachable-from-vantage"


class Rows:
    """Writes the rows of one scan, and what history is to remember of them."""

    def __init__(
        self,
        folder: Path,
        zone: ZoneInfo,
        unit_names: Mapping[str, str],
        legal: Legal,
        at: datetime,
        beside: Callable[[str, str | None], list[str]] = lambda unit, address: [],
    ) -> None:
        """`at` is the end of the scan, UTC: deadlines count from there. `beside` says which other units share an
        address with one."""
        self._folder = folder
        self._zone = zone
        self._unit_names = unit_names
        self._legal = legal
        self._at = at
        self._beside = beside

    def build(self, findings: Findings, answers: Answers) -> tuple[list[dict[str, Any]], list[PastPlace]]:
        """Rows of what fails now and of what history still holds, worst first; and the new history."""
        rows: list[dict[str, Any]] = []
        keep: list[PastPlace] = []
        seen: set[str] = set()
        past_of: dict[str, list[PastPlace]] = {}
        failing = list(findings.all())
        renamed = _renamed(failing, answers)
        for place in answers.past.values():
            if (place.finding, place.place) not in renamed:
                past_of.setdefault(place.finding, []).append(place)
        for finding in failing:
            row, places = self._failing(finding, answers, past_of.get(finding.id, []))
            rows.append(row)
            keep += places
            seen.add(finding.id)
        for number, places in past_of.items():
            if number not in seen:
                old, kept = self._past(places, answers)
                rows += [old] if old is not None else []
                keep += kept
        return rows, keep

    def _failing(
        self, finding: Finding, answers: Answers, past: list[PastPlace]
    ) -> tuple[dict[str, Any], list[PastPlace]]:
        row = self._row(finding)
        standings: dict[str, tuple[dict[str, Any], Standing]] = {}
        for place, judgement in finding.judgements.items():
            before = answers.before(finding.id, finding.check.id, judgement.discriminator, place.key)
            standings[place.key] = (place.to_json(), seen_again(before, judgement.at or self._at))
        for before in past:
            if before.place not in standings:
                standing = not_seen(before, answers.answer(before), self._at)
                standings[before.place] = (before.record["place"], standing)
        row["places"] = [
            {**place, "state": standing.state.value, "how": standing.how} for place, standing in standings.values()
        ]
        row["state"] = overall(standing.state for _, standing in standings.values()).value
        firsts = [datetime.fromisoformat(standing.first_seen) for _, standing in standings.values()]
        row["first_seen"] = in_zone(min(firsts), self._zone)
        return row, [self._remember(row, key, *pair) for key, pair in standings.items()]

    def _row(self, finding: Finding) -> dict[str, Any]:
        worst = finding.worst
        target = worst.target
        clauses = self._legal.clauses_of(finding)
        on_port = finding.port is not None
        due = self._legal.deadline(finding.severity, finding.check.weight, self._at)
        return {
            "id": finding.id,
            "check": finding.check.id,
            "severity": finding.severity.value,
            "confidence": finding.confidence.value,
            "weight": finding.check.weight.value,
            "kind": finding.check.kind.value,
            "unit": self._unit_names[finding.unit],
            "unit_key": finding.unit,
            "system": target.system,
            "host": target.name,
            "address": target.address,
            "port": finding.port,
            "transport": target.transport if on_port else None,
            "url": _url(target, worst.discriminator),
            "item": worst.discriminator or None,
            "affects": self._affects(finding),
            "places": [],
            "seen": sentences(finding.check, worst.seen, self._zone),
            "evidence": write_evidence(self._folder, finding, self._zone),
            "duties": list(finding.check.duties),
            "clauses": list(clauses),
            "state": State.NEW.value,
            "first_seen": in_zone(finding.first_seen, self._zone),
            "last_seen": in_zone(finding.last_seen, self._zone),
            "suggested_deadline": due.day.isoformat() if due else None,
            "restrict_by": in_zone(due.restrict, self._zone) if due and due.restrict else None,
            "identifiers": _identifiers(finding),
            "disposition": None,
            "notes": [note for note, holds in _DUE.items() if due is not None and holds(due)],
        }

    def _affects(self, finding: Finding) -> list[str]:
        """The other units on the address that a finding is bound to; one by name concerns who has the name (R3)."""
        target = finding.worst.target
        if target.name is not None and target.name != target.address:
            return []
        return [self._unit_names[key] for key in self._beside(finding.unit, target.address) if key in self._unit_names]

    def _past(self, places: list[PastPlace], answers: Answers) -> tuple[dict[str, Any] | None, list[PastPlace]]:
        """A finding that nothing shows today: fixed, or open because nothing answered. Old fixes stay out."""
        told = [(place, answers.answer(place)) for place in places]
        standings = [(place, not_seen(place, answer, self._at)) for place, answer in told]
        row = dict(places[0].record["row"])
        row["places"] = [
            {**place.record["place"], "state": standing.state.value, "how": standing.how}
            for place, standing in standings
        ]
        row["state"] = overall(standing.state for _, standing in standings).value
        row["evidence"] = [{**piece, "file": None} for piece in row["evidence"]]  # it lies with the older scan
        row["notes"] = sorted({_NOTES[answer] for _, answer in told if answer in _NOTES and row["state"] != "fixed"})
        kept = [self._remember(row, place.place, place.record["place"], standing) for place, standing in standings]
        news = any(place.state != State.FIXED for place in places)
        return (row if news else None), kept

    def _remember(self, row: dict[str, Any], key: str, place: dict[str, Any], standing: Standing) -> PastPlace:
        shown = {name: value for name, value in row.items() if name != "places"}
        record = {
            "row": {**shown, "places": []},
            "place": {name: place[name] for name in ("host", "address", "port", "url")},
            "check": row["check"],
            "unit_key": row["unit_key"],
            "transport": row["transport"],
            **{name: place[name] for name in ("host", "address", "port")},
        }
        last = datetime.fromisoformat(row["last_seen"]).astimezone(UTC).isoformat()
        return PastPlace(
            row["id"],
            key,
            standing.state.value,
            standing.how,
            standing.first_seen,
            last,
            record,
            list(standing.silences),
        )


def _renamed(failing: list[Finding], answers: Answers) -> set[tuple[str, str]]:
    """Places of history that fail now under another id: they go on there, and nowhere else."""
    found = set()
    for finding in failing:
        for place, judgement in finding.judgements.items():
            before = answers.before(finding.id, finding.check.id, judgement.discriminator, place.key)
            if before is not None and before.finding != finding.id:
                found.add((before.finding, before.place))
    return found


REGISTERS = ("cve", "cnvd", "cnnvd")


_DUE: Mapping[str, Callable[[Deadline], bool]] = {
    "restrict-first": lambda due: due.restrict is not None,
    "suspend-if-late": lambda due: due.suspend,
    "calendar-open": lambda due: not due.certain,
}
"""What a suggested deadline needs said beside its day."""
_NOTES = {Answer.UNASKED: NOT_ASKED, Answer.FILTERED: UNREACHABLE}


def told_notes() -> frozenset[str]:
    """Every note that a finding of the results can carry: readers have words for each."""
    return frozenset((*_DUE, *_NOTES.values()))


def _identifiers(finding: Finding) -> dict[str, list[str]]:
    """The flaw's numbers by register: those of the check, and those that its places brought."""
    told = [*finding.check.identifiers, *(one for judged in finding.judgements.values() for one in judged.identifiers)]
    numbers = list(dict.fromkeys(told))
    return {register: [one for one in numbers if one.startswith(f"{register.upper()}-")] for register in REGISTERS}


def _url(target: Target, discriminator: str) -> str | None:
    url = target.url
    if url is None or not discriminator.startswith("/"):
        return url
    return url.rstrip("/") + discriminator
