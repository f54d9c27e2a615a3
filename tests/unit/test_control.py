"""What a running scan is told from outside: heard whatever the clock says, and not by the next run."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scanner.inspecting.control import Control
from scanner.inspecting.instruction import Act, Instruction, drop, leave, take
from scanner.inspecting.tally import Standing, Tally
from scanner.store.scan import ScanStore


class Wire:
    """Keeps what it is told."""

    stepped = 0.0

    def __init__(self) -> None:
        self.told: list[tuple[str, str | None]] = []

    def stop(self, reason: str, unit: str | None = None) -> None:
        self.told.append(("stop", unit))

    def pause(self, unit: str | None = None) -> None:
        self.told.append(("pause", unit))

    def go_on(self, unit: str | None = None) -> None:
        self.told.append(("continue", unit))

    def note(self, **fields: Any) -> None:
        self.told.append(("note", fields.get("unit")))

    def closed_until(self) -> datetime | None:
        return None


def said(act: Act, *, ago: timedelta = timedelta(0)) -> Instruction:
    return Instruction(act, None, "an officer", datetime.now(UTC) - ago, "the unit asks for it")


def heard(folder: Path, *instructions: Instruction) -> list[tuple[str, str | None]]:
    """What the wire is told of instructions that are left while a run looks."""

    async def running() -> list[tuple[str, str | None]]:
        wire = Wire()
        told: Callable[[Standing], None] = lambda _: None  # noqa: E731 - a watcher that looks away
        store = ScanStore(folder / "scan.sqlite")
        try:
            async with Control(folder, wire, Tally([], store, told, {}), store):
                for instruction in instructions:
                    left = leave(folder, instruction)
                    async with asyncio.timeout(5):
                        while left.exists():  # noqa: ASYNC110 - the file is the sign
                            await asyncio.sleep(0.01)
        finally:
            store.close()
        return [one for one in wire.told if one[0] != "note"]

    return asyncio.run(running())


def test_a_stop_is_heard_though_the_clock_was_set_back_meanwhile(tmp_path: Path) -> None:
    assert heard(tmp_path, said(Act.STOP, ago=timedelta(hours=1))) == [("stop", None)]


def test_what_is_told_is_done_in_the_order_of_telling(tmp_path: Path) -> None:
    told = heard(tmp_path, said(Act.PAUSE), said(Act.CONTINUE), said(Act.STOP))
    assert told == [("pause", None), ("continue", None), ("stop", None)]


def test_what_was_told_to_a_run_that_is_over_is_forgotten(tmp_path: Path) -> None:
    leave(tmp_path, said(Act.STOP))
    drop(tmp_path)
    assert list(take(tmp_path)) == []
