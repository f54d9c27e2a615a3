"""A probe's time runs while the target keeps it waiting, and stands still while we do (R29)."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from scanner.model.inspection import Limits
from scanner.network.patience import in_turn, patient, waiting
from scanner.network.question import Act, Question
from tests.asking import ordered
from tests.unit.test_gate import OWN, gate_for


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 20))


def test_what_the_target_takes_counts_and_what_we_take_does_not() -> None:
    async def story() -> None:
        async with patient(0.3):
            with waiting():
                await asyncio.sleep(0.6)
            await asyncio.sleep(0.05)
        with pytest.raises(TimeoutError):
            async with patient(0.1):
                with waiting():
                    await asyncio.sleep(0.3)
                await asyncio.sleep(5)

    run(story())


def test_several_questions_of_one_probe_may_wait_at_once() -> None:
    async def story() -> None:
        async def ask(seconds: float) -> None:
            with waiting():
                await asyncio.sleep(seconds)

        async with patient(0.2):
            await asyncio.gather(ask(0.3), ask(0.5), ask(0.4))
        with pytest.raises(TimeoutError):
            async with patient(0.2):
                await asyncio.gather(ask(0.3), ask(0.4))
                await asyncio.sleep(5)

    run(story())


def test_a_lock_that_another_probe_holds_takes_no_time_and_is_given_back() -> None:
    async def story() -> None:
        lock = asyncio.Lock()

        async def hold() -> None:
            async with in_turn(lock):
                await asyncio.sleep(0.4)

        held = asyncio.create_task(hold())
        await asyncio.sleep(0)
        async with patient(0.2), in_turn(lock):
            pass
        await held
        assert not lock.locked()

    run(story())


def test_without_a_probe_nothing_stands_still() -> None:
    with waiting():
        pass


def test_turns_at_a_crowded_gate_take_none_of_a_probes_time(tmp_path: Path) -> None:
    """A probe of half a second asks ten questions where only ten a second are let through."""

    async def story() -> None:
        limits = Limits(10, 10, 3, 10, 10, 100)
        async with gate_for(ordered(OWN, limits=limits), tmp_path / "audit.jsonl") as gate, patient(0.5):
            for _ in range(10):
                async with gate.admit(Question("self", OWN, 80, Act.CONNECT, "test", opens=True)) as permit:
                    permit.answered("connected")

    run(story())


def test_who_holds_a_connection_and_waits_for_another_waits_on_its_own_time(tmp_path: Path) -> None:
    """Two probes that each hold one of two slots and want both would else wait for each other for ever."""
    ended: list[str] = []

    async def story() -> None:
        async with gate_for(
            ordered(OWN, limits=Limits(1000, 1000, 2, 1000, 1000, 5000)), tmp_path / "audit.jsonl"
        ) as gate:
            question = Question("self", OWN, 80, Act.CONNECT, "test", opens=True)

            async def greedy() -> None:
                try:
                    async with patient(0.4), gate.admit(question):
                        await asyncio.sleep(0.05)
                        async with gate.admit(question):
                            ended.append("whole")
                except TimeoutError:
                    ended.append("timed out")

            await asyncio.gather(greedy(), greedy())

    run(story())
    assert "timed out" in ended and len(ended) == 2


def test_what_a_probe_began_for_all_may_outlive_it() -> None:
    async def story() -> None:
        async def for_all() -> str:
            with waiting():
                await asyncio.sleep(0.1)
            with waiting():
                await asyncio.sleep(0.1)
            return "told"

        async with patient(5):
            task = asyncio.ensure_future(for_all())
            await asyncio.sleep(0)
        assert await task == "told"

    run(story())
