"""Whether checks and probes fit together: every check names a probe, facts and functions that exist. Asks nobody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

from scanner.catalogue.law import load_law
from scanner.catalogue.loader import Catalogue
from scanner.judging.functions import FUNCTIONS
from scanner.model.check import Check, Condition
from scanner.model.errors import InputError
from scanner.model.probe import Probe

PSEUDO = frozenset({"declaration", "lane"})
"""What the engine itself observes: the order's word on an asset, and how a lane fared."""


def consistent(catalogue: Catalogue, probes: Sequence[Probe]) -> None:
    """InputError with everything that does not fit; nothing was sent before it."""
    found = list(faults(catalogue.checks.values(), probes))
    if found:
        raise InputError("\n".join(found))


def faults(checks: Iterable[Check], probes: Sequence[Probe]) -> Iterator[str]:
    """One line for each thing that does not fit."""
    by_name = {probe.name: probe for probe in probes}
    duties = load_law().duties
    for check in checks:
        if unknown := sorted(set(check.duties) - set(duties)):
            yield f"check {check.id}: no such duty: {', '.join(unknown)}"
        if check.function is not None and check.function not in FUNCTIONS:
            yield f"check {check.id}: no such function: {check.function}"
        if unknown := sorted(set(check.beside) - set(by_name)):
            yield f"check {check.id}: no such probe: {', '.join(unknown)}"
        if check.probe is None or check.probe in PSEUDO:
            continue
        probe = by_name.get(check.probe)
        if probe is None:
            yield f"check {check.id}: no such probe: {check.probe}"
        else:
            yield from _facts(check, probe)
            yield from _also(check, by_name)


def _facts(check: Check, probe: Probe) -> Iterator[str]:
    if not is_dataclass(probe.facts):
        return
    known = {field.name for field in fields(probe.facts)}
    conditions = [check.fails, check.applies, check.inferred_when, *(when.condition for when in check.severity_when)]
    named = {fact for condition in conditions if condition for fact in _named(condition)}
    named |= {check.each} if check.each else set()
    for fact in sorted(named - known):
        yield f"check {check.id}: {probe.name} has no fact {fact}"


def _also(check: Check, by_name: Mapping[str, Probe]) -> Iterator[str]:
    if check.also is None:
        return
    name, _, fact = check.also.rpartition(".")
    probe = by_name.get(name)
    if probe is None or fact not in {field.name for field in fields(probe.facts)}:
        yield f"check {check.id}: no probe has the facts {check.also}"


def _named(condition: Condition) -> Iterator[str]:
    """The probe's own facts that a condition speaks of."""
    if condition.fact and not condition.fact.startswith(("item.", "declared.")):
        yield condition.fact
    for part in (*condition.all_of, *condition.any_of, *condition.none_of):
        yield from _named(part)
