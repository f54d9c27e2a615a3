"""Reads the checks of the catalogue, and refuses to start where an entry is not whole."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from scanner.catalogue.entry import check_from
from scanner.model.check import Check
from scanner.model.said import Said

RELEASE = "2026-11"
"""The catalogue's own date, printed in every report."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All checks, by id, in the order of their files."""

    checks: Mapping[str, Check]
    release: str = RELEASE

    def of_kind(self, kind: str) -> Iterator[Check]:
        return (check for check in self.checks.values() if check.kind == kind)

    def with_areas(self, names: Iterable[str]) -> frozenset[str]:
        """Check ids that `--check` or `--skip` means: an id, or an area such as "tls"."""
        wanted = set(names)
        unknown = wanted - {part for check in self.checks for part in (check, check.partition(".")[0])}
        if unknown:
            raise Said("no-check", unknown=", ".join(sorted(unknown)))
        return frozenset(check for check in self.checks if {check, check.partition(".")[0]} & wanted)


@cache
def load(*more: Path) -> Catalogue:
    """The built-in checks, those of installed packages (entry points `yuanjian.catalogue`), and `more` files.

    An id that stands twice refuses to start.
    """
    folder = Path(__file__).parent / "checks"
    files = [*sorted(folder.glob("*.toml")), *_installed(), *more]
    checks: dict[str, Check] = {}
    for file in files:
        for entry in _entries(file):
            check = check_from(entry, file)
            if check.id in checks:
                raise Said("catalogue-twice", file=file, check=check.id)
            checks[check.id] = check
    return Catalogue(checks)


def _entries(file: Path) -> list[dict[str, Any]]:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Said("catalogue-unreadable", file=file, error=error) from error
    entries = data.get("check")
    if not isinstance(entries, list) or set(data) != {"check"}:
        raise Said("catalogue-form", file=file)
    return entries


def _installed() -> list[Path]:
    """Third parties' entry points give the path of a TOML file, or a function that returns it."""
    found = []
    for point in entry_points(group="yuanjian.catalogue"):
        loaded = point.load()
        found.append(Path(loaded() if callable(loaded) else loaded))
    return found
