"""States of places over scans: new, open, fixed, reopened (R14, R15). Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from scanner.store.history import PastPlace

SILENT_TWICE_APART = timedelta(minutes=30)
UNREACHABLE = "unreachable-from-vantage"
CLOSED = "port-closed"


class State(StrEnum):
    NEW = "new"
    OPEN = "open"
    FIXED = "fixed"
    REOPENED = "reopened"


class Answer(StrEnum):
    """What this scan says of a place that an earlier one found wanting."""

    PASSED = "passed"  # the same finding was asked again, and passed
    CLOSED = "closed"  # its port answers with a reset
    FILTERED = "filtered"  # its port is silent in two tries while the host answers elsewhere
    UNASKED = "unasked"  # nothing that would tell


@dataclass(frozen=True, slots=True)
class Standing:
    """How one place stands after this scan; `how` says what closed it where it was not a pass."""

    state: State
    how: str | None
    first_seen: str
    silences: tuple[str, ...] = ()


def seen_again(past: PastPlace | None, at: datetime) -> Standing:
    """A place that fails now."""
    if past is None:
        return Standing(State.NEW, None, at.isoformat())
    state = State.REOPENED if past.state == State.FIXED else State.OPEN
    return Standing(state, None, past.first_seen)


def not_seen(past: PastPlace, answer: Answer, at: datetime) -> Standing:
    """A place that failed before and does not fail now. Without an answer it stays as it was."""
    was = State.FIXED if past.state == State.FIXED else State.OPEN
    stays = Standing(was, past.how if was is State.FIXED else None, past.first_seen, tuple(past.silences))
    match answer:
        case Answer.PASSED:
            return replace(stays, state=State.FIXED, how=None, silences=())
        case Answer.CLOSED:
            return replace(stays, state=State.FIXED, how=CLOSED, silences=())
        case Answer.FILTERED if was is State.OPEN:
            silences = (*past.silences, at.isoformat())
            if _apart(silences):
                return replace(stays, state=State.FIXED, how=UNREACHABLE, silences=silences)
            return replace(stays, silences=silences)
        case _:
            return stays


def overall(states: Iterable[State]) -> State:
    """A finding's state from its places': the most pressing one."""
    order = (State.REOPENED, State.OPEN, State.NEW, State.FIXED)
    return min(states, key=order.index)


def changes(states: Iterable[State]) -> Mapping[str, int]:
    """Counts by state, every state named."""
    counted = dict.fromkeys(State, 0)
    for state in states:
        counted[state] += 1
    return {state.value: number for state, number in counted.items()}


def _apart(silences: tuple[str, ...]) -> bool:
    """Two looks of two tries each, at least half an hour apart, make the three tries at two times of R14."""
    moments = list(_moments(silences))
    return max(moments) - min(moments) >= SILENT_TWICE_APART


def _moments(silences: tuple[str, ...]) -> Iterator[datetime]:
    return (datetime.fromisoformat(moment) for moment in silences)
