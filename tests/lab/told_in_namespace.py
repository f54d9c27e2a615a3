"""Inspections that are told something while they run, in a network namespace of their own. Prints JSON.

Run as root by `unshare --net`, with the story's name and a folder; not a test itself.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.hostile.names import naming
from tests.lab.arrivals import arrivals
from tests.lab.proving_ground import CARELESS, RESOLVER, Web, inspected, launched, order, prepare, told

FIRST, SECOND = ("10.38.2.1",), ("10.38.3.1",)
UNITS = {"First": FIRST, "Second": SECOND}
LIMITS = "requests_per_second: 40, unit_requests_per_second: 80"


async def everybody() -> None:
    for address in (*FIRST, *SECOND):
        web = Web(CARELESS)
        await web.start(address, 80)
        await web.start(address, 8080)


async def said(*words: str) -> tuple[int | None, str]:
    """One command of the product: its exit code, and what it wrote."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "scanner", *words, "--lang", "en",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    return process.returncode, out.decode()


async def begun(out: Path, lines: int = 20) -> None:
    """Wait until the scan has sent something."""
    audit = out / "audit.jsonl"
    while not audit.exists() or len(audit.read_bytes().splitlines()) < lines:  # noqa: ASYNC110
        await asyncio.sleep(0.1)


def control(out: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (out / "audit.jsonl").read_bytes().splitlines()]
    return [line for line in lines if line["class"] == "control"]


def after(times: Sequence[float], moment: float) -> float:
    """Seconds from the moment to the last arrival; negative where all came before."""
    return max(times, default=0.0) - moment


async def stopped(folder: Path) -> dict[str, Any]:
    """One unit is stopped; the other goes on to its end; then the whole is resumed."""
    prepare((*FIRST, *SECOND, RESOLVER))
    out = folder / "stopped"
    async with naming({}, RESOLVER, 53):
        await everybody()
        file = order(folder, "stopped", UNITS, limits=LIMITS)
        whole = await inspected(file, folder / "whole")
        with arrivals(*FIRST) as first, arrivals(*SECOND) as second:
            process = await launched(file, out)
            await begun(out)
            answers = [await said("stop", str(out), "--unit", "First", "--reason", "they asked us to")]
            at = time.time()
            answers += [
                await said("status", str(out)),
                await said("stop", str(out), "--unit", "Third", "--reason", "x"),
            ]
            _, errors = await process.communicate()
            late = {"first": after(first.times(), at), "second": after(second.times(), at)}
        ended = told(out, process.returncode, errors.decode())
        notes = control(out)
        answers.append(await said("status", str(out)))
        answers.append(await said("stop", str(out), "--reason", "too late"))
        return {
            "whole": whole, "ended": ended, "late": late, "answers": answers, "control": notes,
            "resumed": await inspected(file, out, "--resume"),
        }  # fmt: skip


async def paused(folder: Path) -> dict[str, Any]:
    """Everything is paused for a while, and continued."""
    prepare((*FIRST, *SECOND, RESOLVER))
    out = folder / "paused"
    async with naming({}, RESOLVER, 53):
        await everybody()
        file = order(folder, "paused", UNITS, limits=LIMITS)
        whole = await inspected(file, folder / "whole")
        with arrivals(*FIRST, *SECOND) as seen:
            process = await launched(file, out)
            await begun(out)
            answers = [await said("pause", str(out), "--reason", "their busy hour")]
            at = time.time()
            await asyncio.sleep(6.0)
            answers.append(await said("status", str(out)))
            during = [moment for moment in seen.times() if moment > at + 5.0]
            answers.append(await said("continue", str(out), "--reason", "it is over"))
            await process.communicate()
        return {
            "whole": whole, "ended": told(out, process.returncode, ""), "during": len(during),
            "answers": answers, "control": control(out),
        }  # fmt: skip


async def reopened(folder: Path) -> dict[str, Any]:
    """The daily hour closes in the middle, and opens again a minute later."""
    prepare((*FIRST, *SECOND, RESOLVER))
    out = folder / "reopened"
    async with naming({}, RESOLVER, 53):
        await everybody()
        plain = order(folder, "reopened", UNITS, limits=LIMITS)
        whole = await inspected(plain, folder / "whole")
        closing = (datetime.now(UTC) + timedelta(seconds=68)).replace(second=0, microsecond=0)
        opening = closing + timedelta(minutes=1)
        slowly = "requests_per_second: 8, unit_requests_per_second: 16"
        file = order(folder, "reopened", UNITS, limits=slowly, daily=f"{opening:%H:%M}-{closing:%H:%M}")
        await asyncio.sleep(max(0.0, closing.timestamp() - time.time() - 6.0))
        with arrivals(*FIRST, *SECOND) as seen:
            process = await launched(file, out)
            await asyncio.sleep(closing.timestamp() + 5.0 - time.time())
            answers = [await said("status", str(out))]
            await process.communicate()
            times = seen.times()
        between = [moment for moment in times if closing.timestamp() + 0.5 < moment < opening.timestamp()]
        return {
            "whole": whole, "ended": told(out, process.returncode, ""), "answers": answers, "control": control(out),
            "before": sum(moment < closing.timestamp() for moment in times), "between": len(between),
            "after": sum(moment >= opening.timestamp() for moment in times),
        }  # fmt: skip


STORIES: dict[str, Callable[[Path], Awaitable[dict[str, Any]]]] = {
    story.__name__: story for story in (stopped, paused, reopened)
}

if __name__ == "__main__":
    json.dump(asyncio.run(STORIES[sys.argv[1]](Path(sys.argv[2]))), sys.stdout)  # type: ignore[arg-type]
