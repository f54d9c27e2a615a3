"""A unit's part of the results: its own rows alone, and its own file where they are too many (R17, R24)."""

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.results.coverage import Coverage
from scanner.results.units import of_unit


def row(unit: str, number: int) -> dict[str, Any]:
    return {"check": f"c{number % 3}", "unit": unit, "host": "a.example", "verdict": "pass", "reason": None}


def results(*units: str) -> dict[str, Any]:
    return {
        "units": [{"key": unit, "name": unit, "inside_unit": False, "notice": None} for unit in units],
        "assets": [],
        "findings": [],
        "not_applicable": [{"check": "c9", "unit": unit, "count": 1} for unit in units],
        "clauses": [],
        "errors": [],
        "checks": {"c0": {}, "c1": {}, "c2": {}, "c7": {}},
        "inspection": {
            "authority": {"persons": [{"name": "A", "id": "012345"}]},
            "notice": None,
            "changes": {"new": 0},
            "vantage": {"inside": []},
            "unresolved": ["a.example", "b.example"],
        },
    }


@pytest.mark.parametrize(("most", "file"), [(100, None), (5, "coverage.jsonl")])
def test_a_unit_s_rows_stand_in_its_results_or_in_its_own_file(
    most: int, file: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.results.coverage.IN_RESULTS", most)
    coverage = Coverage(tmp_path)
    for number in range(12):
        coverage.keep(row("one", number))
    whole = results("one", "two")
    part = of_unit(whole, whole["units"][0], coverage)
    coverage.close()
    assert part["coverage_file"] == file
    written = (tmp_path / "coverage.jsonl").read_text().splitlines() if file else []
    assert len(part["coverage"]) + len(written) == 12
    assert all(json.loads(line)["unit"] == "one" for line in written)
    assert sum(one["count"] for one in part["coverage_counts"] or [{"count": 12}]) == 12
    assert set(part["checks"]) == {"c0", "c1", "c2"}
    assert [one["unit"] for one in part["not_applicable"]] == ["one"]
    assert part["inspection"]["unresolved"] == ["a.example"]
    assert part["inspection"]["authority"]["persons"] == [{"name": "A", "id": None}]
