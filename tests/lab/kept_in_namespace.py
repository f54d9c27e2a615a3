"""Inspections whose disk fills up, whose files are locked, and that are killed, in a namespace. Prints JSON.

Run as root by `unshare --net`, with the story's name and a folder; not a test itself.
"""

import asyncio
import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scanner.demo.redis import RedisDialogue
from tests.hostile.names import naming
from tests.lab.proving_ground import CARELESS, RESOLVER, Web, inspected, launched, order, packets, prepare, told
from tests.lab.scan_in_namespace import watch
from tests.lab.told_in_namespace import begun, said

HOSTS = tuple(f"10.38.4.{number}" for number in range(1, 21))
LIMITS = "requests_per_second: 100, unit_requests_per_second: 400"


async def everybody(hosts: tuple[str, ...]) -> None:
    for address in hosts:
        web = Web(CARELESS)
        await web.start(address, 80)
        await web.start(address, 8080)
        await RedisDialogue(open=True).start(address, 6379)


@contextmanager
def disk(folder: Path, size: str) -> Iterator[Path]:
    """A small file system of its own."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def make_room(small: Path) -> None:
    subprocess.run(["mount", "-o", "remount,size=200m", small], check=True)


async def full(folder: Path) -> dict[str, Any]:
    """The disk fills up in the middle; then there is room again."""
    hosts = HOSTS[:4]
    prepare((*hosts, RESOLVER))
    watch("10.38.4.0/24")
    async with naming({}, RESOLVER, 53):
        await everybody(hosts)
        file = order(folder, "full", hosts, limits=LIMITS)
        whole = await inspected(file, folder / "whole")
        with disk(folder / "small", "450k") as small:
            ended = await inspected(file, small / "full")
            sent = packets("proof")["inside"]
            await asyncio.sleep(1.0)
            later = packets("proof")["inside"]
            make_room(small)
            resumed = await inspected(file, small / "full", "--resume")
            verified = await said("verify", str(small / "full"))
            audited = await said("audit", str(small / "full"))
        return {
            "whole": whole, "ended": ended, "resumed": resumed, "verified": verified, "audited": audited,
            "later": later - sent,
        }  # fmt: skip


async def locked(folder: Path) -> dict[str, Any]:
    """Somebody locks the facts for longer than one waits; and the history at the end."""
    hosts = HOSTS[:4]
    prepare((*hosts, RESOLVER))
    async with naming({}, RESOLVER, 53):
        await everybody(hosts)
        file = order(folder, "locked", hosts, limits=LIMITS)
        whole = await inspected(file, folder / "whole")
        process = await launched(file, folder / "locked")
        await begun(folder / "locked")
        connection = sqlite3.connect(folder / "locked" / "scan.sqlite", timeout=20)
        connection.execute("BEGIN IMMEDIATE")
        _, errors = await process.communicate()
        connection.rollback()
        connection.close()
        ended = {"code": process.returncode, "said": errors.decode()}
        resumed = await inspected(file, folder / "locked", "--resume")
        return {"whole": whole, "ended": ended, "resumed": resumed}


async def killed(folder: Path, kills: int = 20) -> dict[str, Any]:
    """kill -9 at random moments of an inspection of 20 hosts, each time resumed; and what was asked twice."""
    prepare((*HOSTS, RESOLVER))
    chance = random.Random(2026)
    async with naming({}, RESOLVER, 53):
        await everybody(HOSTS)
        file = order(folder, "killed", HOSTS, limits=LIMITS)
        begun_at = time.monotonic()
        whole = await inspected(file, folder / "whole")
        lasts = time.monotonic() - begun_at
        once = asked(folder / "whole")
        out, codes = folder / "killed", []
        for _ in range(kills):
            more = ("--resume",) if out.exists() else ()
            process = await launched(file, out, *more)
            await asyncio.sleep(1.5 + chance.uniform(0.0, 2 * lasts / kills))
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
            await process.communicate()
            codes.append(process.returncode)
            if (out / "manifest.json").exists():
                break
        if (out / "manifest.json").exists():
            resumed = told(out, 0, "")
        else:
            resumed = await inspected(file, out, "--resume")
        again = asked(out) - once
        return {
            "whole": whole, "resumed": resumed, "codes": codes, "seconds": lasts,
            "once": once.total(), "again": again.total(), "kills": codes.count(-9),
            "verified": await said("verify", str(out)),
        }  # fmt: skip


async def crowd(folder: Path) -> dict[str, Any]:
    """One host alone, among 200, and among the same 200 in another order."""
    hosts = tuple(f"10.38.5.{number}" for number in range(1, 201))
    prepare((*hosts, RESOLVER))
    limits = "requests_per_second: 200, unit_requests_per_second: 600, unit_connects_per_second: 4000"
    async with naming({}, RESOLVER, 53):
        await everybody(hosts)
        shuffled = list(hosts)
        random.Random(5).shuffle(shuffled)
        lists = {"alone": hosts[100:101], "among": hosts, "turned": shuffled}
        ended = {
            name: await inspected(order(folder, "crowd", listed, limits=limits), folder / name)
            for name, listed in lists.items()
        }
        return {**ended, "first": hosts[100]}


def asked(out: Path) -> Counter[str]:
    """What was asked of the inspected by the audit log: probe, place and act; heartbeats and sweeps apart."""
    counted: Counter[str] = Counter()
    for raw in (out / "audit.jsonl").read_bytes().splitlines():
        try:
            line = json.loads(raw)
        except ValueError:  # cut short by the kill
            continue
        if line.get("class") == "inspected" and line["act"] not in ("heartbeat", "sweep"):
            counted[f"{line['probe']} {line['address']} {line.get('port')} {line['act']}"] += 1
    return counted


STORIES: dict[str, Callable[[Path], Awaitable[dict[str, Any]]]] = {
    story.__name__: story for story in (full, locked, killed, crowd)
}

if __name__ == "__main__":
    json.dump(asyncio.run(STORIES[sys.argv[1]](Path(sys.argv[2]))), sys.stdout)  # type: ignore[arg-type]
