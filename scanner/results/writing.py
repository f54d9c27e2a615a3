"""Writes the finished set into its folder: beside what is there, renamed into place, sealed last."""

import logging
import re
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reports.html import render
from scanner.model.text import Language
from scanner.results.build import Built
from scanner.results.coverage import Coverage
from scanner.results.plain_json import write_plain
from scanner.results.units import of_unit
from scanner.sealing import own_fingerprint, own_key, seal

log = logging.getLogger(__name__)

RESULTS, REPORT = "results.json", "report.html"
UNSEALED = ("scan.sqlite-wal", "scan.sqlite-shm", ".lock", "fault.log")
"""What belongs to a running scan and not to its result."""


def write(folder: Path, built: Built, language: Language, about: Mapping[str, Any]) -> None:
    """results.json, report.html, units/NN-CODE/ and manifest.json."""
    key = own_key()
    built.results["inspection"]["key_fingerprint"] = own_fingerprint()
    _renamed(folder / REPORT, lambda path: _report(path, built.results, None, language))
    _renamed(folder / RESULTS, lambda path: _json(path, built.results))
    units = folder / "units"
    if units.exists():
        shutil.rmtree(units)
    if not built.results["inspection"]["bare"]:
        for number, unit in enumerate(built.results["units"], 1):
            if unit["refused"] is None:
                _unit(units / f"{number:02d}-{_code(unit)}", folder, built, unit, language)
                seal(
                    units / f"{number:02d}-{_code(unit)}",
                    key,
                    at=datetime.now(UTC),
                    about={**about, "unit": unit["name"]},
                )
    seal(folder, key, at=datetime.now(UTC), about=dict(about), skip=UNSEALED)


def _unit(folder: Path, whole: Path, built: Built, unit: Mapping[str, Any], language: Language) -> None:
    folder.mkdir(parents=True)
    coverage = Coverage(folder)
    for row in built.coverage.all():
        if row["unit"] == unit["name"]:
            coverage.keep(row)
    try:
        part = of_unit(built.results, unit, coverage)
    finally:
        coverage.close()
    for finding in part["findings"]:
        for piece in finding["evidence"]:
            if piece["file"] is not None and (whole / piece["file"]).exists():
                (folder / "evidence").mkdir(exist_ok=True)
                shutil.copyfile(whole / piece["file"], folder / piece["file"])
    _report(folder / REPORT, part, unit["name"], language)
    _json(folder / RESULTS, part)


def _report(path: Path, results: dict[str, Any], unit: str | None, language: Language) -> None:
    """Render; a renderer's fault costs one line in `errors`, never the results."""
    try:
        with path.open("w", encoding="utf-8") as out:
            render(results, out, unit=unit, language=language)
    except Exception as error:
        log.exception("the report cannot be rendered")
        place = {"unit": unit, "host": None, "address": None, "port": None}
        results["errors"].append({"probe": "report.html", **place, "error": f"{type(error).__name__}: {error}"})


def _json(path: Path, results: Mapping[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as out:
        write_plain(results, out)


def _renamed(path: Path, write_to: Callable[[Path], None]) -> None:
    """Written beside and renamed, so that a reader sees the old one or the new one and nothing between."""
    beside = path.with_name(f".{path.name}.new")
    write_to(beside)
    beside.replace(path)


def _code(unit: Mapping[str, Any]) -> str:
    """The unit's credit code, or its name as a file name can bear it."""
    return unit["credit_code"] or re.sub(r"[^\w.-]+", "_", unit["name"])[:40] or "unit"
