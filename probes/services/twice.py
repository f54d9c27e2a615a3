"""A dangerous answer is believed when it came twice (R12); what it was, the asker says."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from scanner.model.errors import NetworkError
from scanner.model.verdict import Reason

Answer = TypeVar("Answer")
STOPS = frozenset({Reason.INTERRUPTED, Reason.BLOCKED, Reason.OWN_LAG})
"""Ends of ours: they end the observation, and say nothing of the service."""


@dataclass(frozen=True, slots=True)
class Told(Generic[Answer]):
    """One answer, or None and why there was none."""

    answer: Answer | None
    reason: Reason | None = None


async def asked(question: Callable[[], Awaitable[Answer]]) -> Told[Answer]:
    """Ask once; an end of ours passes on."""
    try:
        return Told(await question())
    except NetworkError as error:
        if error.reason in STOPS:
            raise
        return Told(None, error.reason)


async def asked_twice(question: Callable[[], Awaitable[Answer]], dangerous: Callable[[Answer], bool]) -> Told[Answer]:
    """The answer; a dangerous one only where a second connection says so too, else None and why."""
    first = await asked(question)
    if first.answer is None or not dangerous(first.answer):
        return first
    second = await asked(question)
    if second.answer is None or dangerous(second.answer):
        return second
    return Told(None, Reason.MALFORMED)
