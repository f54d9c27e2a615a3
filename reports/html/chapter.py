"""One unit's part of a report: everything of the results that speaks of it, and nothing else. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.html.clause_table import LawTable, Line, counts, handover, law_tables
from reports.html.group import Group, Record, groups
from reports.html.tally import Tally
from reports.html.tls_page import SERVICES, Page, pages
from scanner.model.check import Confidence, Severity, Weight

ASSETS = 1000
"""Assets that a report lists for one unit."""
_NEEDED = [
    "id",
    "check",
    "severity",
    "confidence",
    "state",
    "weight",
    "places",
    "evidence",
    "identifiers",
    "first_seen",
    "last_seen",
]
_CLOSED = {
    "severity": {one.value for one in Severity},
    "confidence": {one.value for one in Confidence},
    "weight": {one.value for one in Weight},
    "state": {"new", "open", "fixed", "reopened"},
}


@dataclass(frozen=True, slots=True)
class Chapter:
    """`issues`, `advice`, `leads` hold what is open, by weight; `fixed` what a re-test confirmed as mended."""

    number: int
    unit: Record
    issues: Sequence[Group]
    advice: Sequence[Group]
    leads: Sequence[Group]
    fixed: Sequence[Record]
    laws: Sequence[LawTable]
    assets: Sequence[Record]
    tally: Tally
    errors: Sequence[Record]
    tls_pages: Sequence[Page]
    tls_limit: int

    @property
    def anchors(self) -> Mapping[str, str]:
        """Where the findings of a check stand."""
        return {group.check: group.anchor for group in self.groups}

    @property
    def anchor(self) -> str:
        return f"u{self.number}"

    @property
    def groups(self) -> list[Group]:
        return [*self.issues, *self.advice, *self.leads]

    @property
    def open_issues(self) -> list[Record]:
        return [finding for group in self.issues for finding in group.findings]

    @property
    def severities(self) -> Counter[str]:
        return Counter(finding["severity"] for finding in self.open_issues)

    @property
    def inferred(self) -> int:
        return sum(finding["confidence"] == "inferred" for finding in self.open_issues)

    @property
    def states(self) -> Counter[str]:
        """Issues by state, with the fixed ones."""
        mended = (finding for finding in self.fixed if finding["weight"] == "issue")
        return Counter(finding["state"] for finding in (*self.open_issues, *mended))

    @property
    def clause_counts(self) -> Counter[str]:
        return counts(self.laws)

    @property
    def handover(self) -> list[tuple[Line, list[str]]]:
        return handover(self.laws)

    @property
    def unverified(self) -> bool:
        return any(not line.verified for table in self.laws for line in table.lines)

    def groups_at(self) -> Mapping[tuple[str | None, int | None], list[Group]]:
        """Groups of findings by address (or host) and port, for the table of assets."""
        found: dict[tuple[str | None, int | None], dict[str, Group]] = {}
        for group in self.groups:
            for finding in group.findings:
                for name in {finding.get("address"), finding.get("host")} - {None}:
                    found.setdefault((name, finding.get("port")), {})[group.check] = group
        return {place: list(by_check.values()) for place, by_check in found.items()}


def chapters(results: Mapping[str, Any], wanted: str | None, folded_limit: int) -> list[Chapter]:
    """A chapter for each unit, or for the one that is wanted by key or name. An unknown one is a KeyError."""
    units = [unit for unit in results["units"] if wanted is None or wanted in (unit["key"], unit["name"])]
    if wanted is not None and not units:
        raise KeyError(wanted)
    units = units if wanted is None else units[:1]
    parts = {name: _by_unit(results[name], results["units"]) for name in ("findings", "assets", "clauses")}
    errors = _by_unit(results["errors"], results["units"])
    tallies = _tallies(results)
    return [
        _chapter(
            number,
            unit,
            results,
            {name: part.get(unit["key"], []) for name, part in parts.items()},
            tallies.get(unit["key"], Tally()),
            errors.get(unit["key"], []),
            folded_limit,
            alone=wanted is not None,
        )
        for number, unit in enumerate(units, 1)
    ]


def _chapter(
    number: int,
    unit: Record,
    results: Mapping[str, Any],
    parts: Mapping[str, list[Record]],
    tally: Tally,
    errors: list[Record],
    folded_limit: int,
    *,
    alone: bool,
) -> Chapter:
    by_weight: dict[str, list[Record]] = {"issue": [], "observation": [], "lead": [], "fixed": []}
    for finding in parts["findings"]:
        if (wrong := fault(finding)) is not None:
            errors = [*errors, {"probe": "report", "error": wrong, **finding}]
        else:
            by_weight["fixed" if finding["state"] == "fixed" else finding["weight"]].append(finding)
    issues, advice, leads = (
        groups(by_weight[weight], results["checks"], f"c{number}", folded_limit)
        for weight in ("issue", "observation", "lead")
    )
    laws = law_tables(parts["clauses"], results["laws"], results["clause_texts"], [*issues, *advice, *leads])
    limit = SERVICES if alone else SERVICES // max(1, len(results["units"]))
    services = pages(parts["assets"], f"u{number}")
    return Chapter(
        number, unit, issues, advice, leads, by_weight["fixed"], laws, parts["assets"], tally, errors, services, limit
    )


def fault(finding: Record) -> str | None:
    """What keeps a finding from being shown; it then stands among the errors, and the report goes on."""
    missing = [name for name in _NEEDED if finding.get(name) is None]
    if missing:
        return f"finding {finding.get('id')} lacks {', '.join(missing)}"
    unknown = [name for name, known in _CLOSED.items() if finding[name] not in known]
    return f"finding {finding['id']} has an unknown {', '.join(unknown)}" if unknown else None


def _by_unit(rows: Iterable[Record], units: Iterable[Record]) -> dict[str, list[Record]]:
    """Rows by the key of their unit; rows name it by key or by name. Rows of no unit are left out."""
    keys = _keys(units)
    found: dict[str, list[Record]] = {}
    for row in rows:
        key = keys.get(row.get("unit") or "")
        if key is not None:
            found.setdefault(key, []).append(row)
    return found


def _keys(units: Iterable[Record]) -> dict[str, str]:
    units = list(units)
    return {unit["name"]: unit["key"] for unit in units} | {unit["key"]: unit["key"] for unit in units}


def _tallies(results: Mapping[str, Any]) -> dict[str, Tally]:
    keys = _keys(results["units"])
    found: dict[str, Tally] = {key: Tally() for key in keys.values()}
    for row in results.get("coverage_counts") or results["coverage"]:
        if (key := keys.get(row["unit"])) is not None:
            found[key].add(row)
    for row in results["not_applicable"]:
        if (key := keys.get(row["unit"])) is not None:
            found[key].add_not_applicable(row)
    return found
