"""Predicates over facts, in three values: true, false, and could not be told. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.model.check import Condition


@dataclass(frozen=True, slots=True)
class Holding:
    """Whether a condition holds; where `holds` is None, `unknown` names the fact that could not be told."""

    holds: bool | None
    unknown: str | None = None


TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "true": lambda seen, _: seen is True,
    "false": lambda seen, _: seen is False,
    "equal": lambda seen, wanted: bool(seen == wanted),
    "not-equal": lambda seen, wanted: bool(seen != wanted),
    "below": lambda seen, wanted: bool(seen < wanted),
    "above": lambda seen, wanted: bool(seen > wanted),
    "at-least": lambda seen, wanted: bool(seen >= wanted),
    "at-most": lambda seen, wanted: bool(seen <= wanted),
    "one-of": lambda seen, wanted: seen in wanted,
    "not-one-of": lambda seen, wanted: seen not in wanted,
    "includes-any": lambda seen, wanted: not set(wanted).isdisjoint(seen),
    "includes-none": lambda seen, wanted: set(wanted).isdisjoint(seen),
    "includes-all": lambda seen, wanted: set(wanted) <= set(seen),
    "empty": lambda seen, _: len(seen) == 0,
    "not-empty": lambda seen, _: len(seen) > 0,
    "matches": lambda seen, wanted: re.search(wanted, seen) is not None,
}
"""Each test's meaning; the catalogue's loader refuses any other."""

NULLABLE = {"null": True, "not-null": False}
"""The two tests that speak about not knowing itself."""


def holds(condition: Condition, facts: Mapping[str, Any]) -> Holding:
    """Evaluate a condition. Unknown facts make it unknown unless the rest decides it anyway."""
    if condition.all_of:
        return _all([holds(part, facts) for part in condition.all_of])
    if condition.any_of:
        return _negated(_all([_negated(holds(part, facts)) for part in condition.any_of]))
    if condition.none_of:
        return _all([_negated(holds(part, facts)) for part in condition.none_of])
    name = condition.fact or ""
    value = facts.get(name)
    if condition.test in NULLABLE:
        return Holding((value is None) is NULLABLE[condition.test])
    if value is None:
        return Holding(None, name)
    return Holding(TESTS[condition.test](value, condition.value))


def _all(parts: list[Holding]) -> Holding:
    if any(part.holds is False for part in parts):
        return Holding(False)
    return next((part for part in parts if part.holds is None), Holding(True))


def _negated(part: Holding) -> Holding:
    return part if part.holds is None else Holding(not part.holds)
