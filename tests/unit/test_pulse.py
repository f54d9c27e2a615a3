"""The heartbeat's place: what answers first, but never where unfinished handshakes are counted (R6)."""

from datetime import UTC, datetime, timedelta

import pytest

from scanner.network.pulse import Pulse
from scanner.network.question import Act, Question


def place(port: int) -> Question:
    return Question("self", "192.0.2.1", port, Act.CONNECT, "test")


def test_a_database_that_counts_handshakes_is_no_heartbeat() -> None:
    pulse = Pulse()
    pulse.felt(place(3306))
    assert pulse.place is None
    pulse.felt(place(22))
    pulse.felt(place(80))
    assert pulse.place is not None
    assert (pulse.place.port, pulse.place.act) == (22, Act.HEARTBEAT)


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_what_a_ban_swallowed_is_told_though_the_clock_was_set_meanwhile(
    hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Moments of either clock lie in the gap: what was seen before the clock was set, and what after."""
    wall, passed = [datetime(2026, 11, 25, 12, tzinfo=UTC)], [1000.0]

    class Now(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return wall[0]

    monkeypatch.setattr("scanner.network.pulse.datetime", Now)
    monkeypatch.setattr("scanner.network.pulse.time.monotonic", lambda: passed[0])
    pulse = Pulse()
    pulse.felt(place(22))
    before = wall[0] + timedelta(seconds=10)
    wall[0] += timedelta(hours=hours, seconds=40)
    passed[0] += 40
    after = wall[0] - timedelta(seconds=10)
    pulse.missed()
    pulse.missed()
    (start, end), *_ = pulse.gaps
    assert start <= before <= end
    assert start <= after <= end
