"""The switch: stop, pause, window, and a clock that somebody sets. Nothing is sent here."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from scanner.model.authority import Window
from scanner.model.errors import NotAdmitted, TimedOut
from scanner.network.switch import CLOSED, PAUSED, WAITING, Switch

NIGHT = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)
DAILY = Window(NIGHT - timedelta(days=1), NIGHT + timedelta(days=2), "UTC", ((time(22), time(6)),))
"""22:00 to 06:00, three nights."""


class Hands:
    """A wall clock that the test sets, and the time that has passed whatever the wall says."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.seconds = 0.0

    def pass_(self, **span: float) -> None:
        """Time goes by, as it does."""
        self.at += timedelta(**span)
        self.seconds += timedelta(**span).total_seconds()

    def set_(self, **step: float) -> None:
        """Somebody sets the wall clock."""
        self.at += timedelta(**step)

    def switch(self, window: Window = DAILY, *, waits: bool = False) -> Switch:
        return Switch(window, lambda: self.at, waits=waits, passed=lambda: self.seconds)


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 10))


@pytest.mark.parametrize(("waits", "expected"), [(True, WAITING), (False, CLOSED)])
def test_the_daily_closing_hour_is_a_pause_or_an_end_as_one_chose(waits: bool, expected: str) -> None:
    async def story() -> None:
        hands = Hands(NIGHT)
        switch = hands.switch(waits=waits)
        assert switch.is_off("unit") is None
        turns = switch.turns("unit")
        hands.pass_(hours=8)
        assert switch.is_off("unit") == expected
        assert switch.turns("unit") == turns + 1, "what was under way is known to be cut short"
        assert switch.closed_until() == NIGHT + timedelta(hours=23, minutes=30)
        waiting = asyncio.create_task(switch.reopened("unit"))
        await asyncio.sleep(0.3)
        assert waiting.done() is not waits
        hands.pass_(hours=16)
        assert await waiting is waits
        assert switch.is_off("unit") is None

    run(story())


def test_after_the_last_night_nobody_waits() -> None:
    async def story() -> None:
        hands = Hands(NIGHT)
        switch = hands.switch(waits=True)
        hands.pass_(days=2)
        assert switch.is_off(None) == CLOSED
        assert not await switch.reopened("unit")

    run(story())


def test_a_stop_ends_the_waiting_for_the_next_opening() -> None:
    async def story() -> None:
        hands = Hands(NIGHT)
        switch = hands.switch(waits=True)
        hands.pass_(hours=8)
        waiting = asyncio.create_task(switch.reopened("unit"))
        await asyncio.sleep(0)
        switch.stop("enough")
        assert not await waiting

    run(story())


def test_a_pause_outlives_the_night_and_the_night_outlives_a_pause() -> None:
    async def story() -> None:
        hands = Hands(NIGHT)
        switch = hands.switch(waits=True)
        switch.pause("unit")
        hands.pass_(hours=8)
        assert switch.is_off("unit") == PAUSED
        switch.go_on("unit")
        assert switch.is_off("unit") == WAITING
        switch.pause("unit")
        hands.pass_(hours=16)
        assert switch.is_off("unit") == PAUSED
        assert switch.is_off("other") is None

    run(story())


@pytest.mark.parametrize("hours", [-3, 20, 12])
def test_a_clock_that_is_set_opens_nothing_that_time_has_closed(hours: int) -> None:
    async def story() -> None:
        hands = Hands(NIGHT)
        switch = hands.switch(waits=True)
        hands.pass_(hours=8)
        hands.set_(hours=hours)
        assert switch.is_off("unit") is not None
        assert switch.stepped == hours * 3600
        with pytest.raises(NotAdmitted):
            switch.check("unit")

    run(story())


def test_a_clock_that_is_set_past_the_closing_hour_closes_and_one_set_within_it_disturbs_nothing() -> None:
    async def story() -> None:
        hands = Hands(NIGHT)
        switch = hands.switch()
        hands.set_(hours=2)
        assert switch.is_off("unit") is None
        hands.set_(hours=-2.4)
        assert switch.is_off("unit") is None
        assert switch.stepped == pytest.approx(-0.4 * 3600)
        hands.set_(hours=9)
        assert switch.is_off("unit") == CLOSED

    run(story())


def test_a_clock_that_drifts_as_clocks_do_was_not_set() -> None:
    hands = Hands(NIGHT)
    switch = hands.switch()
    hands.pass_(hours=3)
    hands.set_(seconds=1.5)
    assert switch.stepped == 0.0


def test_silence_that_a_closing_fell_into_is_an_interruption_and_never_a_time_out() -> None:
    async def story() -> None:
        hands = Hands(NIGHT)
        switch = hands.switch(waits=True)
        async with switch:
            with pytest.raises(TimedOut):
                async with switch.deadline("unit", 0.05, "an answer"):
                    await asyncio.sleep(5)
            with pytest.raises(NotAdmitted):
                async with switch.deadline("unit", 0.6, "an answer"):
                    hands.pass_(hours=8)
                    switch.turns("unit")
                    hands.pass_(hours=16)
                    await asyncio.sleep(5)

    run(story())
