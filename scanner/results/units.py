"""What one unit may see: its own results, nothing of any other unit, no officer's id (R24). Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

LISTS = ("assets", "findings", "coverage", "not_applicable", "clauses", "errors")


def of_unit(
    results: Mapping[str, Any], unit: Mapping[str, Any], coverage: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """The results of one unit. `coverage` is every row of the whole, wherever it was written."""
    name = unit["name"]
    part: dict[str, Any] = {**results}
    for key in LISTS:
        rows = coverage if key == "coverage" else results[key]
        part[key] = [row for row in rows if row.get("unit") == name]
    part["coverage_file"] = None
    part["coverage_counts"] = None
    part["units"] = [one for one in results["units"] if one["key"] == unit["key"]]
    named = {row["check"] for key in ("findings", "coverage") for row in part[key]}
    part["checks"] = {check: texts for check, texts in results["checks"].items() if check in named}
    part["inspection"] = _inspection(results["inspection"], part["findings"], part["coverage"], unit)
    return part


def _inspection(
    inspection: Mapping[str, Any],
    findings: list[dict[str, Any]],
    coverage: list[Mapping[str, Any]],
    unit: Mapping[str, Any],
) -> dict[str, Any]:
    authority = inspection["authority"]
    persons = [{**person, "id": None} for person in authority["persons"]]
    states = [finding["state"] for finding in findings]
    own = {row["host"] for row in coverage}
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
