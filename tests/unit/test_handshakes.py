"""MySQL and MariaDB are left with five unfinished handshakes an address and day, whoever asks and in whatever scan (R6)."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.model.errors import ConnectionRefused, NotAdmitted
from scanner.model.verdict import Reason
from scanner.network.handshakes import MOST, Handshakes
from scanner.network.question import Act, Question
from scanner.store.handshakes import handshake_record
from tests.asking import ordered
from tests.unit.test_gate import OWN, gate_for

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MYSQL = Question("self", OWN, 3306, Act.CONNECT, "test", opens=True)


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 10))


def test_the_sixth_of_a_day_is_not_begun_and_the_day_slides() -> None:
    at = [NOW]
    handshakes = Handshakes(clock=lambda: at[0])
    for _ in range(MOST):
        assert handshakes.begin(OWN)
        handshakes.made(OWN)
        at[0] += timedelta(hours=1)
    assert not handshakes.begin(OWN)
    assert handshakes.begin("8.8.8.8"), "each address has its own"
    at[0] = NOW + timedelta(hours=24, seconds=1)
    assert handshakes.left(OWN) == 1


def test_those_under_way_count_and_those_that_came_to_nothing_do_not() -> None:
    handshakes = Handshakes()
    assert [handshakes.begin(OWN) for _ in range(6)] == [True] * 5 + [False]
    handshakes.came_to_nothing(OWN)
    assert handshakes.begin(OWN)


def test_what_one_scan_left_the_next_one_knows(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with handshake_record(path) as record:
        first = Handshakes(record.recent(NOW), record.keep, lambda: NOW)
        for _ in range(3):
            first.begin(OWN)
            first.made(OWN)
        first.made(OWN, begun=False)
    with handshake_record(path) as record:
        second = Handshakes(record.recent(NOW + timedelta(hours=1)), record.keep, lambda: NOW + timedelta(hours=1))
        assert second.left(OWN) == 1
    with handshake_record(path) as record:
        assert record.recent(NOW + timedelta(days=1)) == []


@pytest.mark.parametrize("question", [MYSQL, replace(MYSQL, port=13306, counted=True)])
def test_the_gate_lets_five_through_and_refuses_the_sixth(question: Question, tmp_path: Path) -> None:
    async def story() -> None:
        async with gate_for(ordered(OWN), tmp_path / "audit.jsonl") as gate:
            for _ in range(3):
                with pytest.raises(ConnectionRefused):
                    async with gate.admit(question):
                        raise ConnectionRefused("nobody there")
            for _ in range(MOST):
                async with gate.admit(question) as permit:
                    permit.answered("connected")
            with pytest.raises(NotAdmitted) as caught:
                async with gate.admit(question):
                    raise AssertionError("a sixth handshake")
            assert caught.value.reason is Reason.BUDGET
            async with gate.admit(replace(question, port=80, counted=False)):
                pass

    run(story())


def test_a_sweeps_find_counts_too_and_a_mysql_elsewhere_is_no_heartbeat_once_it_is_known(tmp_path: Path) -> None:
    async def story() -> None:
        async with gate_for(ordered(OWN), tmp_path / "audit.jsonl") as gate:
            async with gate.grant("self", OWN, [3306, 13306], "ports.tcp") as grant:
                grant.report([3306, 13306], [], [])
            assert gate.handshakes.left(OWN) == MOST - 1
            lane = gate.lanes.find(OWN)
            assert lane is not None and lane.pulse.place is not None and lane.pulse.place.port == 13306
            async with gate.admit(replace(MYSQL, port=13306, counted=True)) as permit:
                permit.answered("connected")
            assert lane.pulse.place is None

    run(story())


def test_what_a_mysql_elsewhere_accepted_before_it_told_what_it_is_counts_too(tmp_path: Path) -> None:
    async def story() -> None:
        async with gate_for(ordered(OWN), tmp_path / "audit.jsonl") as gate:
            async with gate.grant("self", OWN, [13306], "ports.tcp") as grant:
                grant.report([13306], [], [])
            async with gate.admit(replace(MYSQL, port=13306)) as permit:
                permit.answered("connected")
            async with gate.admit(replace(MYSQL, port=13306)) as under_way:
                under_way.answered("connected")
                gate.met(OWN, 13306)
                gate.met(OWN, 13306)
            assert gate.handshakes.left(OWN) == MOST - 3
            lane = gate.lanes.find(OWN)
            assert lane is not None and lane.pulse.place is None

    run(story())


def test_where_one_was_met_the_next_scan_knows_and_sweeps_no_more_than_is_left(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    with handshake_record(path) as record:
        first = Handshakes(record.recent(NOW), record.keep, lambda: NOW, keep_place=record.keep_place)
        first.met(OWN, 13306, accepted=4)
    with handshake_record(path) as record:
        assert record.places(NOW) == [(OWN, 13306)]
        second = Handshakes(record.recent(NOW), record.keep, lambda: NOW, places=record.places(NOW))
        assert second.left(OWN) == 1 and 13306 in second.places(OWN) and 13306 not in second.places("8.8.8.8")

        async def story() -> None:
            async with gate_for(ordered(OWN), tmp_path / "audit.jsonl", handshakes=second) as gate:
                async with gate.grant("self", OWN, [13306], "ports.tcp") as grant:
                    grant.report([13306], [], [])
                lane = gate.lanes.find(OWN)
                assert lane is not None and lane.pulse.place is None, "no heartbeat is asked there"
                with pytest.raises(NotAdmitted):
                    async with gate.admit(replace(MYSQL, port=13306)):
                        raise AssertionError("a sixth handshake")

        run(story())
    with handshake_record(path) as record:
        assert record.places(NOW + timedelta(days=1)) == []
