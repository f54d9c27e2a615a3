"""Builds the results of a scan from its facts: judged, tracked, told by clause. Writes evidence and coverage."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from scanner.catalogue.loader import Catalogue
from scanner.inspecting.selection import Selection
from scanner.model.observation import Observation
from scanner.model.target import Target
from scanner.model.verdict import Verdict
from scanner.results.asset import IDENTIFY
from scanner.results.change import Answers
from scanner.results.coverage import Coverage, asset_json
from scanner.results.digest import fact_lines
from scanner.results.finding import Findings
from scanner.results.finding_row import Rows
from scanner.results.judged import Judged, Judging, Lane
from scanner.results.legal import Legal
from scanner.results.names import Names
from scanner.results.reachable import Reach
from scanner.results.tls_service import tls_service
from scanner.sealing import digest
from scanner.store.history import PastPlace
from scanner.store.scan import ScanStore

SCHEMA = "yuanjian/results/1"


@dataclass(frozen=True, slots=True)
class Basis:
    """What results are built from, beside the facts: today's catalogue and law, the past, and where to."""

    catalogue: Catalogue
    selection: Selection
    past: tuple[PastPlace, ...]
    previous: str | None
    folder: Path
    law_at: date | None = None


@dataclass(slots=True)
class Built:
    """The finished results, and the places that history is to keep."""

    results: dict[str, Any]
    places: list[PastPlace]
    coverage: Coverage


def build(store: ScanStore, basis: Basis) -> Built:
    """Judge everything, one lane at a time, and put the results together."""
    order, units, run = store.meta("order"), store.meta("units"), store.meta("run")
    zone = ZoneInfo(order["window"]["timezone"])
    unit_names = {unit["key"]: unit["name"] for unit in units}
    names = Names(store.all(), store.meta("names") or {})
    findings = Findings(names.by_address)
    answers = Answers.about(basis.past)
    coverage = Coverage(basis.folder)
    legal = Legal(basis.catalogue, units, order, zone, datetime.fromisoformat(run["started"]), basis.law_at)
    assets: list[dict[str, Any]] = []
    hosts: Counter[str] = Counter()
    for lane in Judging(store, basis.selection, names, complete=run["complete"]).lanes():
        unit_name = unit_names[lane.unit]
        assets += _assets(lane, unit_name, zone)
        hosts[lane.unit] += _is_host(lane)
        answers.take(lane, findings)
        for judged in lane.judged:
            row = coverage.add(unit_name, judged)
            if row is not None:
                legal.take(lane.unit, judged.check, row, judged.judgements[0].at)
            for judgement in judged.judgements:
                if judgement.verdict is Verdict.FAIL:
                    findings.add(judged.check, judgement)
    beside = Reach((unit, written) for unit, written in store.meta("targets")).beside if _sharing(units) else _nobody
    rows = Rows(basis.folder, zone, unit_names, legal, datetime.fromisoformat(run["finished"]), beside)
    found, places = rows.build(findings, answers)
    for row in found:
        legal.take_finding(row)
    clauses = legal.clauses()
    results = {
        "schema": SCHEMA,
        "inspection": {
            **_inspection(order, run, zone, basis, found, store.all()),
            "unresolved": sorted({name for _, name, _ in names.unresolved()}),
        },
        "units": [_unit(unit, hosts, run, found) for unit in units],
        "assets": assets,
        "findings": [_public(row) for row in found],
        "checks": _checks(basis.catalogue, found, coverage.all()),
        **legal.texts(),
        "coverage": coverage.rows,
        "coverage_file": coverage.file,
        "coverage_counts": coverage.counts if coverage.file else None,
        "not_applicable": _not_applicable(coverage),
        "clauses": clauses,
        "errors": _errors(store, unit_names),
        "traffic": run["traffic"],
    }
    return Built(results, places, coverage)


def _sharing(units: Iterable[Mapping[str, Any]]) -> bool:
    return any(unit.get("shared_with") for unit in units)


def _nobody(unit: str, address: str | None) -> list[str]:
    return []


def _inspection(
    order: Mapping[str, Any],
    run: Mapping[str, Any],
    zone: ZoneInfo,
    basis: Basis,
    found: list[dict[str, Any]],
    observations: Iterable[Observation],
) -> dict[str, Any]:
    states = Counter(row["state"] for row in found)
    started, finished = (datetime.fromisoformat(run[key]).astimezone(zone) for key in ("started", "finished"))
    previous = datetime.fromisoformat(basis.previous).astimezone(zone) if basis.previous else None
    return {
        **order,
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "complete": run["complete"],
        "incomplete_because": run["because"],
        "vantage": run["vantage"],
        "law_at": (basis.law_at or started.date()).isoformat(),
        "previous": {"started": previous.isoformat(timespec="seconds")} if previous else None,
        "changes": {state: states.get(state, 0) for state in ("new", "open", "fixed", "reopened")},
        "digests": digest(fact_lines(observations)).to_json(),
    }


def _unit(
    unit: Mapping[str, Any], hosts: Counter[str], run: Mapping[str, Any], found: list[dict[str, Any]]
) -> dict[str, Any]:
    of_unit = Counter(row["severity"] for row in found if row["unit_key"] == unit["key"] and row["state"] != "fixed")
    counts = {severity: of_unit.get(severity, 0) for severity in ("critical", "high", "medium", "low", "info")}
    return {
        **unit,
        "counts": counts,
        "hosts": hosts[unit["key"]],
        "inside_unit": unit["key"] in run["vantage"].get("inside", ()),
    }


def _assets(lane: Lane, unit_name: str, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """The services that answered, and what they said they are."""
    judged: dict[str, list[Judged]] = {}
    for one in lane.judged:
        judged.setdefault(one.asset.target.key, []).append(one)
    for asset in lane.assets:
        identify = asset.observations.get(IDENTIFY)
        if asset.target.kind != "service" or (identify is not None and not identify.observed):
            continue
        facts = _self_told(identify, asset.observations.values())
        yield {
            "unit": unit_name,
            **{key: value for key, value in asset_json(asset.target).items() if key != "scheme"},
            "service": service_name(asset.target),
            "product": facts.get("product"),
            "version": facts.get("version"),
            "cpe": facts.get("cpe") or None,
            "tls": asset.target.tls,
            "tls_service": tls_service(asset, judged.get(asset.target.key, ()), zone),
        }


def _self_told(identify: Observation | None, others: Iterable[Observation]) -> Mapping[str, Any]:
    """The facts that name a product: of the identification, else of a probe to whose question alone it is told."""
    own = identify.facts if identify is not None else {}
    return next((one.facts for one in others if not own.get("product") and one.facts.get("product")), own)


def service_name(target: Target) -> str:
    """`https` for HTTP inside TLS, else the protocol as it was told."""
    protocol = target.protocol or "unknown"
    return "https" if protocol == "http" and target.tls else protocol


def _is_host(lane: Lane) -> bool:
    return any(asset.target.kind == "host" for asset in lane.assets)


def _checks(catalogue: Catalogue, found: list[dict[str, Any]], rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The texts of every check that these results name, once (R17)."""
    named = {row["check"] for row in found} | {row["check"] for row in rows}
    return {
        check.id: {
            "title": check.title.to_json(),
            "why": check.why.to_json(),
            "remediation": check.remediation.to_json(),
            "remediation_for": {product: text.to_json() for product, text in check.remediation_for.items()},
            "severity": check.severity.value,
            "weight": check.weight.value,
            "kind": check.kind.value,
            "references": list(check.references),
        }
        for check in catalogue.checks.values()
        if check.id in named
    }


def _not_applicable(coverage: Coverage) -> list[dict[str, Any]]:
    return [
        {"check": check, "unit": unit, "count": count}
        for (check, unit), count in sorted(coverage.not_applicable.items())
    ]


def _errors(store: ScanStore, unit_names: Mapping[str, str]) -> list[dict[str, Any]]:
    rows = []
    for error in store.errors():
        target = Target.from_json(error["target"])
        place = asset_json(target)
        row = {key: place[key] for key in ("host", "address", "port")}
        rows.append({"probe": error["probe"], "unit": unit_names.get(target.unit), **row, "error": error["error"]})
    return rows


def _public(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "unit_key"}
