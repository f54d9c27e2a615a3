"""Coverage: one row per check and asset, not-applicable only counted; too many rows go to a file of their own."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from scanner.judging import worst
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Verdict
from scanner.results.judged import Judged
from scanner.results.plain_json import one_line

IN_RESULTS = 50_000
"""Rows that results.json may hold (R17)."""
FILE = "coverage.jsonl"


class Coverage:
    """Gathers rows; past IN_RESULTS they all stand in DIR/coverage.jsonl and results name it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._file: TextIO | None = None
        self.rows: list[dict[str, Any]] = []
        self.not_applicable: Counter[tuple[str, str]] = Counter()
        self._counts: Counter[tuple[str, str, str, str | None]] = Counter()

    def add(self, unit_name: str, judged: Judged) -> dict[str, Any] | None:
        """Keep the row of one check on one asset; None where it does not apply."""
        row = coverage_row(unit_name, judged)
        if row is None:
            self.not_applicable[(judged.check.id, unit_name)] += 1
            return None
        self.keep(row)
        return row

    def keep(self, row: dict[str, Any]) -> None:
        """Keep a row that stands already."""
        self._counts[(row["unit"], row["check"], row["verdict"], row["reason"])] += 1
        if self._file is None and len(self.rows) >= IN_RESULTS:
            self._spill()
        if self._file is not None:
            self._write(row)
        else:
            self.rows.append(row)

    @property
    def file(self) -> str | None:
        return FILE if self._file is not None else None

    @property
    def counts(self) -> list[dict[str, Any]]:
        """Rows counted by unit, check, verdict and reason: what results say where the rows went to a file."""
        ordered = sorted(self._counts.items(), key=lambda one: tuple(part or "" for part in one[0]))
        return [
            {"unit": unit, "check": check, "verdict": verdict, "reason": reason, "count": count}
            for (unit, check, verdict, reason), count in ordered
        ]

    def all(self) -> Iterator[dict[str, Any]]:
        """Every row, wherever it went."""
        if self._file is None:
            yield from self.rows
            return
        self._file.flush()
        with self._path.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _spill(self) -> None:
        self._file = self._path.open("w", encoding="utf-8")
        for row in self.rows:
            self._write(row)
        self.rows = []

    def _write(self, row: dict[str, Any]) -> None:
        if self._file is not None:
            self._file.write(one_line(row) + "\n")


def coverage_row(unit_name: str, judged: Judged) -> dict[str, Any] | None:
    one = worst(judged.judgements)
    if one.verdict is Verdict.NOT_APPLICABLE:
        return None
    return {
        "check": judged.check.id,
        "unit": unit_name,
        **asset_json(judged.asset.target),
        "verdict": one.verdict.value,
        "reason": one.reason.value if one.reason else None,
        "note": one.note,
    }


def asset_json(target: Target) -> dict[str, Any]:
    """The columns that name an asset in coverage and errors."""
    on_wire = target.kind in (TargetKind.SERVICE, TargetKind.SITE)
    return {
        "system": target.system,
        "host": target.name,
        "address": target.address,
        "port": target.port,
        "transport": target.transport if on_wire else None,
        "scheme": target.scheme,
    }
