"""One probe over the real network, with a scope that lists just the addresses a test names."""

import dataclasses
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

from scanner.model.authority import Authority, Kind, Window
from scanner.model.errors import NetworkError
from scanner.model.inspection import Callbacks, Inspection, Limits, ListedTarget, Unit
from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.scope import Scope
from scanner.model.target import Target
from scanner.network.wire import Engine, Wire, utc_now

FAST = Limits(None, None, 3, None, None, None)
"""As `--rate max` on loopback, so that tests do not wait; tests of paces bring their own."""


def listed(written: str, **more: Any) -> ListedTarget:
    """A line of a target list: an address, a CIDR block, or a name."""
    try:
        ip_address(written.partition("/")[0])
    except ValueError:
        return ListedTarget(written, name=written, **more)
    return ListedTarget(written, blocks=(ip_network(written),), **more)


def ordered(
    *targets: str | ListedTarget, unit: str = "self", limits: Limits = FAST, exclude: Sequence[str] = (), **more: Any
) -> Inspection:
    """An inspection of one unit whose window is open now; `more` are fields of Unit, or of Inspection."""
    lines = tuple(listed(target) if isinstance(target, str) else target for target in targets)
    of_unit = {key: more.pop(key) for key in list(more) if key in Unit.__dataclass_fields__}
    excluded = tuple(listed(target) for target in exclude)
    now = datetime.now(UTC)
    window = more.pop("window", Window(now - timedelta(hours=1), now + timedelta(hours=1), "UTC"))
    units = (Unit(unit, unit, targets=lines, exclude=excluded, **of_unit),)
    return Inspection("test", "test", Kind.SELF, Authority(statement="a test"), window, units, limits=limits, **more)


@asynccontextmanager
async def wired(
    inspection: Inspection,
    *,
    audit: Path | None = None,
    resolver: str | None = None,
    ports: Sequence[int] = (),
    udp_ports: Sequence[int] = (),
    trust: Sequence[bytes] = (),
    chosen: Collection[str] = (),
    engine: Engine = "own",
    processes: int = 1,
    clock: Callable[[], datetime] = utc_now,
) -> AsyncIterator[Wire]:
    """The wire for an inspection; its audit log goes away with it where no path is given."""
    with tempfile.TemporaryDirectory() as folder:
        path = audit or Path(folder) / "audit.jsonl"
        async with Wire(
            inspection,
            Scope(inspection),
            audit=path,
            resolver=resolver,
            ports=ports,
            udp_ports=udp_ports,
            trust=trust,
            chosen=chosen,
            engine=engine,
            processes=processes,
            clock=clock,
        ) as wire:
            yield wire


async def ask(
    probe: Probe,
    target: Target,
    *,
    addresses: Sequence[str] = (),
    names: Sequence[str] = (),
    targets: Sequence[str | ListedTarget] = (),
    exclude: Sequence[str] = (),
    limits: Limits = FAST,
    resolver: str | None = None,
    ports: Sequence[int] = (),
    udp_ports: Sequence[int] = (),
    trust: Sequence[bytes] = (),
    chosen: Collection[str] = (),
    callbacks: Callbacks | None = None,
    survey: bool = False,
) -> Observation:
    """Run one probe on one target. The target's own address and name are listed beside what is named here.

    `targets` are further lines (with declared ports); `survey` resolves the names first, as a scan does.
    """
    own = [part for part in (target.address, target.name) if part is not None and not _is_there(part, targets)]
    lines = dict.fromkeys((*own, *addresses, *names))
    inspection = ordered(
        *lines,
        *targets,
        unit=target.unit,
        limits=limits,
        exclude=exclude,
        callbacks=callbacks or Callbacks(),
    )
    async with wired(
        inspection, resolver=resolver, ports=ports, udp_ports=udp_ports, trust=trust, chosen=chosen
    ) as wire:
        if survey:
            await wire.survey()
        return await ask_over(wire, probe, target)


async def ask_over(wire: Wire, probe: Probe, target: Target) -> Observation:
    """As the engine asks: facts as JSON values, or the reason there are none. A fault of the probe is raised."""
    at = wire.clock()
    try:
        seen = await probe.observe(target, wire.bind(probe, target))
    except NetworkError as error:
        return Observation(probe.name, target, at, reason=error.reason, detail=str(error))
    facts = json.loads(json.dumps(dataclasses.asdict(seen.facts)))
    return Observation(probe.name, target, at, facts, dict(seen.gaps), tuple(seen.evidence))


def _is_there(part: str, targets: Sequence[str | ListedTarget]) -> bool:
    return any(part == (target if isinstance(target, str) else target.written) for target in targets)
