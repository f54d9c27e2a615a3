"""Suggested deadlines as data: by phase and severity, what within which time. A habit of the field, not law."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from scanner.model.check import Severity
from scanner.model.errors import InputError

Phase = Literal["ordinary", "before-event", "during-event"]
UNITS = ("hours", "days", "working_days", "before_event", "after_event", "same_day")


@dataclass(frozen=True, slots=True)
class Term:
    """So many hours, days or working days from the start; days before an event begins or after it ends; or the same day."""

    unit: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """`restrict`: off the net or restricted until then; `within`: cured until then."""

    within: Term
    restrict: Term | None = None


@dataclass(frozen=True, slots=True)
class PhaseRules:
    """The rules of a phase. `latest_before_event`: days before the event that no deadline passes."""

    rules: Mapping[Severity, Rule]
    latest_before_event: int | None = None


@cache
def load_deadlines(file: Path | None = None) -> Mapping[str, PhaseRules]:
    """The rules by phase, of `file` or of the product; InputError where a term cannot be read."""
    file = file or Path(__file__).parent / "deadlines.toml"
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        if set(data) != set(get_args(Phase)):
            raise ValueError(f"its phases are {', '.join(get_args(Phase))}")
        return {phase: _phase(table) for phase, table in data.items()}
    except (
        OSError,
        UnicodeDecodeError,
        tomllib.TOMLDecodeError,
        ValueError,
        AttributeError,
        KeyError,
        TypeError,
    ) as error:
        raise InputError(f"{file}: not a table of deadlines: {error}") from error


def _phase(table: Mapping[str, Any]) -> PhaseRules:
    rules = {Severity(key): _rule(value) for key, value in table.items() if key != "latest_before_event"}
    return PhaseRules(rules, table.get("latest_before_event"))


def _rule(table: Mapping[str, Any]) -> Rule:
    return Rule(_term(table["within"]), _term(table["restrict"]) if "restrict" in table else None)


def _term(table: Mapping[str, Any]) -> Term:
    ((unit, count),) = table.items()
    if unit not in UNITS:
        raise ValueError(f"a term is one of {', '.join(UNITS)}, not {unit}")
    return Term(unit, int(count))
