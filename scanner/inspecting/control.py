"""Carries what a running scan is told from outside to its wire, and keeps how far it is. It decides nothing."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from scanner.inspecting.instruction import Act, Instruction, take
from scanner.inspecting.tally import Tally
from scanner.store.scan import ScanStore

LOOKED_EVERY = 0.5
"""Seconds between looks into the folder; far within the five of R11."""

KEPT_EVERY = 1.0
"""Seconds between two records of the progress, at least."""

PROGRESS = "progress"
"""The meta key of the record: {"at", "units": {key: {"found", "done"}}, "standing": [instructions in force],
"closed_until": the window's next opening while it is closed, else None}."""


class Told(Protocol):
    """What of the wire can be told."""

    def stop(self, reason: str, unit: str | None = None) -> None: ...
    def pause(self, unit: str | None = None) -> None: ...
    def go_on(self, unit: str | None = None) -> None: ...
    def note(self, **fields: Any) -> None: ...
    def closed_until(self) -> datetime | None: ...
    @property
    def stepped(self) -> float: ...


class Control:
    """A context manager around a run: looks while it is entered, keeps a last record on leaving.

    Whatever waits in the folder is obeyed: who holds a folder has dropped what was told to another run. When it was
    told decides nothing, for a clock that was set back would make a stop look older than the run that it stops.
    """

    def __init__(
        self, folder: Path, wire: Told, tally: Tally, store: ScanStore, keep: Callable[[], None] = lambda: None
    ) -> None:
        """`keep` is called as often as the progress is looked at: what must outlive a kill is kept there."""
        self._folder = folder
        self._keep_more = keep
        self._wire = wire
        self._tally = tally
        self._store = store
        self._in_force: dict[str | None, Instruction] = {}
        self._closed_until: datetime | None = None
        self._stepped = 0.0
        self._kept: Mapping[str, Any] | None = None
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Control":
        self._keep()
        self._task = asyncio.create_task(self._watch(), name="control")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._keep()

    async def _watch(self) -> None:
        kept_at = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(LOOKED_EVERY)
            taken = list(take(self._folder))
            for instruction in taken:
                self._carry_out(instruction)
            self._look_at_the_clock()
            now = asyncio.get_running_loop().time()
            if taken or now - kept_at >= KEPT_EVERY:
                kept_at = now
                self._keep()
                self._keep_more()

    def _carry_out(self, instruction: Instruction) -> None:
        unit = instruction.unit
        match instruction.act:
            case Act.STOP:
                self._wire.stop(f"{instruction.by}: {instruction.reason}", unit)
                self._in_force[unit] = instruction
            case Act.PAUSE:
                self._wire.pause(unit)
                if not self._is_stopped(unit):
                    self._in_force[unit] = instruction
            case Act.CONTINUE:
                self._wire.go_on(unit)
                if not self._is_stopped(unit):
                    self._in_force.pop(unit, None)
        self._wire.note(
            **{"class": "control"},
            act=instruction.act.value,
            outcome="told",
            unit=unit,
            by=instruction.by,
            told=instruction.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            detail=instruction.reason,
        )

    def _look_at_the_clock(self) -> None:
        """Note when the window closes and opens again, and when somebody has set this machine's clock."""
        until = self._wire.closed_until()
        if (until is None) != (self._closed_until is None):
            act, detail = ("closed", f"until {until.astimezone(UTC).isoformat()}") if until else ("opened", None)
            self._wire.note(**{"class": "control"}, act=act, outcome="window", detail=detail)
            self._tally.waits(until)
        self._closed_until = until
        if abs((stepped := self._wire.stepped) - self._stepped) > 1.0:
            self._stepped = stepped
            self._wire.note(**{"class": "control"}, act="clock", outcome="set", detail=f"{stepped:+.1f} s in all")

    def _is_stopped(self, unit: str | None) -> bool:
        standing = self._in_force.get(unit)
        return standing is not None and standing.act is Act.STOP

    def _keep(self) -> None:
        record = {
            "units": self._tally.by_unit(),
            "standing": [one.to_json() for one in self._in_force.values()],
            "closed_until": self._closed_until and self._closed_until.isoformat(),
        }
        if record != self._kept:
            self._kept = record
            self._store.set_meta(PROGRESS, {"at": datetime.now(UTC).isoformat(), **record})
