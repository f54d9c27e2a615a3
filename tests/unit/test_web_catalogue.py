"""The web and filing checks: they ask only facts that their probes give, and say the same in three languages."""

import re
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest

from probes.filing import marks
from probes.web import exposure, home, https, listing, trace
from scanner.catalogue.loader import load
from scanner.model.check import Check, Condition
from scanner.model.text import LANGUAGES

PROBES = {module.PROBE.name: module.PROBE for module in (home, https, listing, exposure, trace, marks)}
CHECKS = [check for check in load().checks.values() if check.probe in PROBES]
FIELD = re.compile(r"\{([a-z0-9_.]+)\}")


def known(check: Check) -> set[str]:
    """Every fact that the check may speak of, those of its items included."""
    facts: Any = PROBES[check.probe or ""].facts
    names = {field.name for field in fields(facts)}
    if check.each is None:
        return names
    options = [get_type_hints(facts)[check.each], *get_args(get_type_hints(facts)[check.each])]
    (item,) = {part for option in options for part in get_args(option) if hasattr(part, "__dataclass_fields__")}
    return names | {f"item.{field.name}" for field in fields(item)}


def asked(condition: Condition | None) -> set[str]:
    if condition is None:
        return set()
    parts = (*condition.all_of, *condition.any_of, *condition.none_of)
    return ({condition.fact} if condition.fact else set()).union(*(asked(part) for part in parts))


def test_all_sixteen_are_there() -> None:
    assert len(CHECKS) == 16


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_asks_only_what_its_probe_tells(check: Check) -> None:
    wanted = asked(check.fails) | asked(check.applies) | asked(check.inferred_when)
    wanted |= {name for when in check.severity_when for name in asked(when.condition)}
    assert {name for name in wanted if not name.startswith("declared.")} <= known(check)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_says_the_same_facts_in_three_languages(check: Check) -> None:
    said = [set(FIELD.findall(check.seen.in_language(language))) for language in LANGUAGES]
    assert said[0] == said[1] == said[2] <= known(check)


@pytest.mark.parametrize(
    "check", [check for check in CHECKS if check.probe != "filing.marks"], ids=lambda check: check.id
)
def test_a_web_check_tells_each_common_server_what_to_do_where_it_differs(check: Check) -> None:
    assert set(check.remediation_for) == {"nginx", "apache", "iis", "tomcat"}
