"""Our clock beside those of others: told where enough of them agree, and by no single one that lies."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from scanner.model.probe import Impact, Probe
from scanner.model.target import Target, TargetKind
from tests.asking import ordered, wired
from tests.hostile.servers import answer, answering, serving

pytestmark = pytest.mark.lab

ADDRESSES = tuple(f"127.35.6.{number}" for number in range(1, 6))
PROBE = Probe("test", TargetKind.SITE, Impact.ORDINARY, object, None)  # type: ignore[arg-type]


async def offset(dates: list[str]) -> float | None:
    """What is told of our clock after sites with these Date headers were asked."""
    async with AsyncExitStack() as held, wired(ordered(*ADDRESSES)) as wire:
        for address, date in zip(ADDRESSES, dates, strict=False):
            said = answering(lambda head, date=date: answer("200 OK", b"x", f"Date: {date}"))  # type: ignore[misc]
            server = await held.enter_async_context(serving(said, address))
            target = Target(TargetKind.SITE, "self", address=address, port=server.port, scheme="http")
            await wire.bind(PROBE, target).get("/")
        return wire.clock_offset


def ahead(hours: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ([2, 2, 2, 2], 7200),
        ([0, 0, 0, 0, 9000], 0),
        ([-24 * 400, 0, 0, 0], 0),
        ([2, 2], None),
        ([0, 1, 2, 3, 4], None),
    ],
)
def test_clocks_that_agree_tell_how_wrong_ours_is(hours: list[float], expected: float | None) -> None:
    told = asyncio.run(offset([ahead(hour) for hour in hours]))
    assert told == (None if expected is None else pytest.approx(expected, abs=20))


def test_what_is_no_date_tells_nothing() -> None:
    assert (
        asyncio.run(offset(["", "yesterday", "Mon, 99 Foo 2026 25:61:61 GMT", "Wed, 25 Nov 2026 10:00:00", "x" * 500]))
        is None
    )
