"""The sentences of the first screen, each true of its summary. They choose words; `summary` has counted."""

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from reports.html.report_time import moment, until
from reports.html.summary import Summary
from reports.html.unit_name import unit_name
from reports.html.words import Phrase, has, phrase, say, words
from scanner.model.check import Severity

NAMED = 5
"""Units that a sentence names; the others are counted."""


def inspected(summary: Summary) -> Markup:
    """What was inspected, from where, when, on what basis."""
    inspection = summary.inspection
    vantage = inspection["vantage"]
    return say(
        "summary.inspected",
        units=unit_names([unit_name(chapter.unit) for chapter in summary.inspected]),
        targets=summary.targets,
        kind=words()[f"kind.{inspection['kind']}"],
        period=_period(inspection["started"], inspection["finished"]),
        vantage=vantage["name"],
        addresses=vantage["source_addresses"] or words()["page.not_stated"],
        basis=summary.basis or words()["summary.own_machine" if inspection.get("bare") else "summary.no_basis"],
    )


def issues(summary: Summary) -> Markup:
    """How many issues, by severity and confidence."""
    counted = summary.severities
    return say(
        "summary.issues",
        n=summary.issues,
        severities=[
            phrase("summary.severity_count", severity=words()[f"severity.{one.value}"], n=counted[one.value])
            for one in Severity
            if counted[one.value]
        ],
        confirmed=summary.issues - summary.inferred,
        inferred=summary.inferred,
    )


def incomplete(summary: Summary) -> Markup:
    """That the scan did not come to its end, and why."""
    because = summary.inspection["incomplete_because"]
    if not because:
        return say("summary.incomplete_unsaid")
    return say("summary.incomplete", reasons=[why(one) for one in because])


def refused(summary: Summary) -> Markup:
    """Which units were not inspected."""
    names = [unit_name(chapter.unit) for chapter in summary.refused]
    return say("summary.refused", n=len(names), units=unit_names(names))


def inside(summary: Summary) -> list[str | Mapping[str, str] | Phrase]:
    """Which units were looked at from within."""
    return unit_names([unit_name(chapter.unit) for chapter in summary.inside])


def untested(summary: Summary) -> Markup:
    """How much came to no conclusion, and the commonest reasons."""
    counted = [phrase("summary.reason_count", reason=reason(one), n=n) for one, n in summary.tally.chief_reasons]
    return say("summary.untested", n=summary.tally.untested, reasons=counted)


def deadlines(summary: Summary) -> Markup:
    """The earliest suggested deadline of each severity."""
    return say(
        "summary.deadlines",
        deadlines=[
            phrase("summary.deadline_item", severity=words()[f"severity.{severity}"], date=date)
            for severity, date in summary.deadlines
        ],
    )


def unit_names(names: list[str | Mapping[str, str]]) -> list[str | Mapping[str, str] | Phrase]:
    """The first names, and how many more there are."""
    if len(names) <= NAMED:
        return list(names)
    return [*names[:NAMED], phrase("summary.more_units", n=len(names) - NAMED)]


def why(name: str) -> str | Mapping[str, str]:
    """Why a scan did not come to its end: another thing than why a check brought no answer."""
    return words()[f"why.{name}"] if has(f"why.{name}") else name


def reason(name: str) -> str | Mapping[str, str]:
    """A reason's word where it is of the closed list, else the text itself."""
    return words()[f"reason.{name}.word"] if has(f"reason.{name}.word") else name


def parts(names: Iterable[str], counted: Mapping[str, int]) -> list[tuple[str, int]]:
    """The parts of a bar, in the order of `names`."""
    return [(name, counted[name]) for name in names]


def _period(started: str, finished: str | None) -> Phrase:
    if finished is None:
        return phrase("summary.period_open", start=moment(started))
    return phrase("summary.period", start=moment(started), end=until(started, finished))
