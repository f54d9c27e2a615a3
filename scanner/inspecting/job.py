"""One scan from its order to its facts: opens the door, runs the engine, keeps how it stands. Judges nothing."""

import asyncio
import contextlib
import signal
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.catalogue.loader import Catalogue
from scanner.inspecting.control import Control
from scanner.inspecting.engine import Engine
from scanner.inspecting.folder import AUDIT, STORE
from scanner.inspecting.placement import Placement
from scanner.inspecting.planning import seeds
from scanner.inspecting.selection import Choice, Selection
from scanner.inspecting.sent import in_all
from scanner.inspecting.tally import Standing, Tally
from scanner.inspecting.wiring import Wiring, open_wire
from scanner.model.errors import NotAdmitted
from scanner.model.inspection import Inspection
from scanner.model.scope import Scope
from scanner.model.target import Target
from scanner.network.handshakes import Handshakes
from scanner.network.vantage import has_way_to, look_around
from scanner.network.wire import Wire
from scanner.store.handshakes import HandshakeRecord
from scanner.store.scan import ScanStore

LANES_WITHOUT_LIMIT = 200
SECONDS_TO_END = 5.0
"""What a cancelled scan may take to close its connections."""


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that one scan needs to know."""

    inspection: Inspection
    catalogue: Catalogue
    selection: Selection
    choice: Choice
    wiring: Wiring
    folder: Path
    database: str | None = None


def store_of(job: Job) -> ScanStore:
    """The store that the job writes: DIR/scan.sqlite, or the database of --db."""
    return ScanStore(job.database or job.folder / STORE)


async def carry_out(
    job: Job, store: ScanStore, told: Callable[[Standing], None], record: HandshakeRecord | None = None
) -> bool:
    """Ask everything; True where the scan is complete. Ctrl-C, a stop and a closing window end it cleanly.

    `record` is what earlier scans left unfinished with MySQL, and what this one adds (R6).
    """
    scope = Scope(job.inspection)
    clock = _now
    tally = Tally(_chosen(job), store, told, Counter(seed.unit for seed in seeds(job.inspection, scope)))
    run = store.meta("run") or {}
    started = run.get("started") or clock().isoformat()
    because: list[str] = ["refused"] if job.inspection.refused else []
    vantage = _vantage(job.inspection)
    chosen = [check.id for check in _chosen(job)]
    spared = _remembered(record, clock()) if record is not None else Handshakes()
    async with open_wire(job.inspection, scope, job.wiring, job.folder / AUDIT, clock, chosen, spared) as wire:

        def keep(*, complete: bool = False) -> None:
            _keep(store, started, because, vantage, in_all(run.get("traffic"), wire.traffic()), complete=complete)

        keep()
        place = Placement(job.inspection, scope, clock, wire.gate.ledger.owns_by_now, has_way_to)
        engine = Engine(
            job.selection.probes,
            wire,
            store,
            tally,
            place=place.place,
            bars=place.bars,
            clock=clock,
            absences={check.probe for check in _chosen(job) if check.absence and check.probe},
            lanes_per_unit=_lanes(job.inspection),
        )
        async with Control(job.folder, wire, tally, store, keep):
            ended = await _run(_ask_all(wire, engine, seeds(job.inspection, scope)))
        if ended is not None:
            because.append(ended)
        elif not engine.complete:
            because += ["stopped"] * wire.stopped
            if not wire.stopped or wire.closed:
                because.append("window")
        complete = not because
        vantage["clock_offset_seconds"] = wire.clock_offset
        keep(complete=complete)
    store.flush()
    return complete


async def _ask_all(wire: Wire, engine: Engine, first: Iterable[Target]) -> None:
    """Resolve the order's names, after a pause if need be, and ask everything."""
    while True:
        turns = wire.turns("")
        try:
            await wire.survey()
        except NotAdmitted:
            if wire.turns("") == turns and not wire.over(""):
                raise
        if wire.turns("") == turns or not await wire.reopened(""):
            break
    await engine.run(first)


async def _run(asking: Coroutine[Any, Any, None]) -> str | None:
    """Run to the end, or to the first Ctrl-C, SIGTERM or lost terminal; "interrupted" where that came."""
    task = asyncio.ensure_future(asking)
    loop = asyncio.get_running_loop()
    stopped = False

    def stop() -> None:
        nonlocal stopped
        stopped = True
        task.cancel()

    handled = _ending()
    for number in handled:
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
            loop.add_signal_handler(number, stop)
    try:
        await task
    except asyncio.CancelledError:
        if not stopped:
            raise
    finally:
        for number in handled:
            with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):
                loop.remove_signal_handler(number)
    return "interrupted" if stopped else None


def _ending() -> tuple[signal.Signals, ...]:
    """What ends a scan cleanly. Under nohup a lost terminal is ignored, and stays so."""
    hangs_up = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    return (signal.SIGINT, signal.SIGTERM, *((signal.SIGHUP,) if hangs_up else ()))


def _remembered(record: HandshakeRecord, now: datetime) -> Handshakes:
    """What earlier scans left, and where; this one's is kept too."""
    return Handshakes(record.recent(now), record.keep, places=record.places(now), keep_place=record.keep_place)


def _keep(
    store: ScanStore,
    started: str,
    because: list[str],
    vantage: dict[str, Any],
    traffic: dict[str, Any],
    *,
    complete: bool,
) -> None:
    store.set_meta(
        "run",
        {
            "started": started,
            "finished": _now().isoformat(),
            "complete": complete,
            "because": list(because),
            "vantage": vantage,
            "traffic": traffic,
        },
    )


def _chosen(job: Job) -> list[Any]:
    return [check for check in job.selection.checks if check.id not in job.selection.left_out]


def _vantage(inspection: Inspection) -> dict[str, Any]:
    seen = look_around(inspection)
    return {
        "name": "local",
        "source_addresses": list(seen.sources),
        "ipv6": seen.ipv6,
        "inside_unit": bool(seen.inside),
        "inside": list(seen.inside),
        "elsewhere": list(seen.elsewhere),
        "clock_offset_seconds": None,
    }


def _lanes(inspection: Inspection) -> int:
    """Addresses of one unit at once: as many as its ceiling lets each go on at a useful pace."""
    ceiling = inspection.limits.unit_requests_per_second
    return LANES_WITHOUT_LIMIT if ceiling is None else max(4, min(LANES_WITHOUT_LIMIT, int(ceiling / 5)))


def _now() -> datetime:
    return datetime.now(UTC)
