"""Suggested deadlines: by severity and phase, over holidays, make-up days and years without a calendar."""

from datetime import date, datetime
from pathlib import Path

import pytest

from scanner.catalogue.deadline import load_deadlines
from scanner.judging.deadlines import Deadline, phase_of, suggest, working_days_after
from scanner.model.authority import Kind
from scanner.model.check import Severity
from scanner.model.errors import InputError
from scanner.model.inspection import Event

RULES = load_deadlines()
START = datetime.fromisoformat("2026-09-20T08:03:12+08:00")
EVENT = Event(
    "大会",
    datetime.fromisoformat("2026-10-20T00:00:00+08:00"),
    datetime.fromisoformat("2026-10-25T00:00:00+08:00"),
)


def day(severity: Severity, start: datetime = START) -> date:
    found = suggest(severity, start, RULES)
    assert found is not None
    return found.day


def test_the_examples_deadline_comes_out() -> None:
    assert day(Severity.MEDIUM) == date(2026, 10, 12)


def test_each_severity_has_its_ordinary_term() -> None:
    critical = suggest(Severity.CRITICAL, START, RULES)
    assert critical == Deadline(date(2026, 9, 23), datetime.fromisoformat("2026-09-21T08:03:12+08:00"))
    assert day(Severity.HIGH) == date(2026, 9, 23)
    assert day(Severity.LOW) == date(2026, 10, 20)
    assert suggest(Severity.INFO, START, RULES) is None


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-09-24", 1, "2026-09-28"),  # Mid-Autumn on the 25th, then a weekend
        ("2026-09-30", 1, "2026-10-08"),  # the National Day holiday
        ("2026-10-09", 1, "2026-10-12"),  # the make-up Saturday is no day to let a term run out
        ("2026-10-09", 2, "2026-10-12"),  # ... and counts as the working day it is
        ("2026-10-09", 3, "2026-10-13"),
        ("2026-05-08", 1, "2026-05-11"),
        ("2026-11-02", 3, "2026-11-05"),
        ("2026-11-06", 1, "2026-11-09"),
    ],
)
def test_working_days_follow_the_mainlands_calendar(start: str, count: int, end: str) -> None:
    assert working_days_after(date.fromisoformat(start), count) == (date.fromisoformat(end), True)


def test_a_year_without_a_published_calendar_is_said_to_be_uncertain() -> None:
    assert working_days_after(date(2090, 1, 6), 1) == (date(2090, 1, 9), False)
    found = suggest(Severity.HIGH, START.replace(year=2090), RULES)
    assert found is not None
    assert not found.certain


def test_before_an_event_nothing_is_given_longer_than_three_days_before_it() -> None:
    def before(severity: Severity, at: str) -> Deadline | None:
        return suggest(severity, datetime.fromisoformat(at), RULES, phase="before-event", event=EVENT)

    assert before(Severity.MEDIUM, "2026-10-10T10:00:00+08:00") == Deadline(date(2026, 10, 13))
    assert before(Severity.MEDIUM, "2026-10-16T10:00:00+08:00") == Deadline(date(2026, 10, 17), suspend=True)
    assert before(Severity.LOW, "2026-10-01T10:00:00+08:00") == Deadline(date(2026, 10, 17))
    assert before(Severity.HIGH, "2026-10-16T10:00:00+08:00") == Deadline(date(2026, 10, 17))
    assert before(Severity.HIGH, "2026-10-18T10:00:00+08:00") == Deadline(date(2026, 10, 18), suspend=True)


def test_during_an_event_the_terms_are_hours_and_the_rest_waits_for_its_end() -> None:
    at = datetime.fromisoformat("2026-10-21T10:00:00+08:00")

    def during(severity: Severity) -> Deadline | None:
        return suggest(severity, at, RULES, phase="during-event", event=EVENT)

    assert during(Severity.CRITICAL) == Deadline(at.date(), datetime.fromisoformat("2026-10-21T11:00:00+08:00"))
    assert during(Severity.HIGH) == Deadline(at.date())
    assert during(Severity.MEDIUM) == Deadline(date(2026, 11, 1), datetime.fromisoformat("2026-10-22T10:00:00+08:00"))
    assert during(Severity.LOW) == Deadline(date(2026, 11, 9))


def test_the_phase_follows_kind_and_event() -> None:
    assert phase_of(Kind.ROUTINE, EVENT, START) == "ordinary"
    assert phase_of(Kind.SPECIAL, None, START) == "ordinary"
    assert phase_of(Kind.SPECIAL, EVENT, START) == "before-event"
    assert phase_of(Kind.SPECIAL, EVENT, EVENT.start) == "during-event"
    assert phase_of(Kind.SPECIAL, EVENT, EVENT.end) == "ordinary"


@pytest.mark.parametrize(
    "text", ["", "[ordinary]\nhigh = 3", "[ordinary]\nhigh = {within = {weeks = 1}}", "[a]\nworst = {}", "=", "a = 1"]
)
def test_a_table_of_ones_own_that_cannot_be_read_is_bad_input(tmp_path: Path, text: str) -> None:
    file = tmp_path / "deadlines.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"deadlines\.toml"):
        load_deadlines(file)
