"""When a finding should be cured: a suggestion by severity and phase, over the mainland's calendar. Orders nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import chinese_calendar

from scanner.catalogue.deadline import Phase, PhaseRules, Term
from scanner.model.authority import Kind
from scanner.model.check import Severity
from scanner.model.inspection import Event

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Deadline:
    """`day`: cured at its end; `restrict`: off the net or restricted by then, where that comes first.

    `suspend`: the time before the event does not suffice; what is not cured by `day` is suspended.
    `certain` is False where the calendar of a year is not published and weekdays stood in for working days.
    """

    day: date
    restrict: datetime | None = None
    suspend: bool = False
    certain: bool = True


def phase_of(kind: Kind, event: Event | None, at: datetime) -> Phase:
    """Special inspections are before or during their event; all else, and after it, is ordinary."""
    if kind is not Kind.SPECIAL or event is None or at >= event.end:
        return "ordinary"
    return "before-event" if at < event.start else "during-event"


def suggest(
    severity: Severity,
    start: datetime,
    rules: Mapping[str, PhaseRules],
    *,
    phase: Phase = "ordinary",
    event: Event | None = None,
) -> Deadline | None:
    """The deadline of a finding; None for advice.

    `start` is aware and local to the inspection: the delivery's moment where it is known, else the end of
    the scan; its own day does not count. Phases of an event need `event`.
    """
    rule = rules[phase].rules.get(severity)
    if rule is None:
        return None
    day, certain = _day(rule.within, start, event)
    restrict = start + timedelta(hours=rule.restrict.count) if rule.restrict else None
    latest = rules[phase].latest_before_event
    if latest is None or event is None:
        return Deadline(day, restrict, certain=certain)
    last = event.start.astimezone(start.tzinfo).date() - timedelta(days=latest)
    if start.date() <= day <= last:
        return Deadline(day, restrict, certain=certain)
    return Deadline(max(last, start.date()), restrict, suspend=True, certain=certain)


def working_days_after(start: date, count: int) -> tuple[date, bool]:
    """The day `count` working days after `start`, and whether the calendar knew all of them.

    Make-up days count as the working days they are; but nobody's term is let run out on a Saturday or
    Sunday: such a last day moves to the next working day of the week.
    """
    day, certain = start, True
    while count > 0 or day.weekday() >= SATURDAY or not _works(day)[0]:
        day += timedelta(days=1)
        works, known = _works(day)
        certain = certain and known
        count -= works
    return day, certain


def _works(day: date) -> tuple[bool, bool]:
    """Whether a day is worked on the mainland, and whether its calendar is published."""
    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.weekday() < SATURDAY, False


def _day(term: Term, start: datetime, event: Event | None) -> tuple[date, bool]:
    match term.unit:
        case "working_days":
            return working_days_after(start.date(), term.count)
        case "hours":
            return (start + timedelta(hours=term.count)).date(), True
        case "days":
            return start.date() + timedelta(days=term.count), True
        case "before_event" | "after_event" if event is not None:
            before = term.unit == "before_event"
            moment = (event.start if before else event.end).astimezone(start.tzinfo)
            return moment.date() + timedelta(days=-term.count if before else term.count), True
        case _:
            return start.date(), True
