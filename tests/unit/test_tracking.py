"""States of places over scans: only an answer closes anything."""

from datetime import UTC, datetime, timedelta

import pytest

from scanner.store.history import PastPlace
from scanner.tracking import CLOSED, UNREACHABLE, Answer, State, changes, not_seen, overall, seen_again

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def past(state: str = "open", silences: tuple[timedelta, ...] = ()) -> PastPlace:
    first = (NOW - timedelta(days=3)).isoformat()
    return PastPlace("f", "p", state, None, first, first, {}, [(NOW - ago).isoformat() for ago in silences])


def test_a_first_failure_is_new_and_a_second_is_open() -> None:
    assert seen_again(None, NOW).state is State.NEW
    standing = seen_again(past("new"), NOW)
    assert (standing.state, standing.first_seen) == (State.OPEN, past().first_seen)


def test_a_failure_after_a_fix_is_reopened() -> None:
    assert seen_again(past("fixed"), NOW).state is State.REOPENED


@pytest.mark.parametrize("state", ["new", "open", "reopened"])
def test_a_pass_of_the_same_finding_closes_it(state: str) -> None:
    assert not_seen(past(state), Answer.PASSED, NOW).state is State.FIXED


def test_a_reset_on_its_port_closes_it_and_says_how() -> None:
    standing = not_seen(past(), Answer.CLOSED, NOW)
    assert (standing.state, standing.how) == (State.FIXED, CLOSED)


def test_what_was_not_asked_stays_open() -> None:
    assert not_seen(past("new"), Answer.UNASKED, NOW).state is State.OPEN
    assert not_seen(past("fixed"), Answer.UNASKED, NOW).state is State.FIXED


@pytest.mark.parametrize(
    ("before", "state"),
    [
        ((), State.OPEN),
        ((timedelta(minutes=29),), State.OPEN),
        ((timedelta(minutes=30),), State.FIXED),
        ((timedelta(minutes=40), timedelta(minutes=1)), State.FIXED),
    ],
)
def test_a_filtered_port_closes_only_after_two_looks_half_an_hour_apart(
    before: tuple[timedelta, ...], state: State
) -> None:
    standing = not_seen(past(silences=before), Answer.FILTERED, NOW)
    assert standing.state is state
    assert (standing.how == UNREACHABLE) is (state is State.FIXED)
    assert len(standing.silences) == len(before) + 1


def test_an_answer_in_between_forgets_the_silences() -> None:
    assert seen_again(past(silences=(timedelta(hours=2),)), NOW).silences == ()


def test_the_most_pressing_place_gives_a_finding_its_state() -> None:
    assert overall([State.FIXED, State.NEW]) is State.NEW
    assert overall([State.FIXED, State.OPEN, State.NEW]) is State.OPEN
    assert overall([State.FIXED, State.REOPENED, State.OPEN]) is State.REOPENED
    assert overall([State.FIXED]) is State.FIXED


def test_every_state_is_counted_also_where_there_is_none() -> None:
    assert changes([State.NEW, State.NEW, State.FIXED]) == {"new": 2, "open": 0, "fixed": 1, "reopened": 0}
