"""What one unit may see: its own results, nothing of any other unit, no officer's id (R24). Pure."""

from collections.abc import Mapping
from typing import Any

from scanner.results.coverage import Coverage

LISTS = ("assets", "findings", "not_applicable", "clauses", "errors")


def of_unit(results: Mapping[str, Any], unit: Mapping[str, Any], coverage: Coverage) -> dict[str, Any]:
    """The results of one unit. `coverage` holds the rows of this unit alone."""
    name = unit["name"]
    part: dict[str, Any] = {**results}
    for key in LISTS:
        part[key] = [row for row in results[key] if row.get("unit") == name]
    part["findings"] = [{**row, "affects": []} for row in part["findings"]]
    part["coverage"] = coverage.rows
    part["coverage_file"] = coverage.file
    part["coverage_counts"] = coverage.counts if coverage.file else None
    part["units"] = [{**one, "shared_with": []} for one in results["units"] if one["key"] == unit["key"]]
    named = {row["check"] for row in (*part["findings"], *coverage.counts)}
    part["checks"] = {check: texts for check, texts in results["checks"].items() if check in named}
    part["inspection"] = _inspection(results["inspection"], part["findings"], coverage, unit)
    return part


def _inspection(
    inspection: Mapping[str, Any],
    findings: list[dict[str, Any]],
    coverage: Coverage,
    unit: Mapping[str, Any],
) -> dict[str, Any]:
    authority = inspection["authority"]
    persons = [{**person, "id": None} for person in authority["persons"]]
    states = [finding["state"] for finding in findings]
    own = {row["host"] for row in coverage.all()}
    vantage = {key: value for key, value in inspection["vantage"].items() if key != "inside"}
    return {
        **inspection,
        "authority": {**authority, "persons": persons},
        "notice": unit.get("notice") or inspection["notice"],
        "changes": {state: states.count(state) for state in inspection["changes"]},
        "vantage": {**vantage, "inside_unit": unit["inside_unit"]},
        "warnings": [],
        "unresolved": [name for name in inspection["unresolved"] if name in own],
    }
