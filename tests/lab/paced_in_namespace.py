"""Ceilings at a host that stays silent, and ports that are closed by a firewall, in a namespace. Prints JSON.

Run as root by `unshare --net`, with the story's name and a folder; not a test itself.
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scanner.demo.redis import RedisDialogue
from tests.hostile.names import naming
from tests.lab.arrivals import arrivals, most_in_a_second
from tests.lab.proving_ground import CARELESS, RESOLVER, Web, inspected, nft, order, prepare

HOST = "10.38.7.1"


def drop(rule: str) -> None:
    """Drop what the host is sent, by a table of its own that replaces the last one."""
    nft(
        f"""table inet wall
delete table inet wall
table inet wall {{
  chain in {{
    type filter hook input priority 0;
    {rule}
  }}
}}"""
    )


async def silent(folder: Path, engine: str = "own") -> dict[str, Any]:
    """A host that drops all but one port: the kernel sends each unanswered SYN again by itself."""
    prepare((HOST, RESOLVER))
    drop(f"ip daddr {HOST} tcp dport != 8080 drop")
    async with naming({}, RESOLVER, 53):
        await Web(CARELESS).start(HOST, 8080)
        file = order(folder, "silent", [HOST], limits="connects_per_second: 50, requests_per_second: 10")
        with arrivals(HOST) as seen:
            more = ("--ports", "1-100,8080", "--probe", "ports.tcp", "--engine", engine)
            result = await inspected(file, folder / "silent", *more)
            times = seen.times()
        return {**result, "packets": len(times), "most": most_in_a_second(times)}


async def silent_nmap(folder: Path) -> dict[str, Any]:
    return await silent(folder, "nmap")


async def firewalled(folder: Path) -> dict[str, Any]:
    """A finding's port is closed by a firewall: looked at twice, half an hour apart; then the whole host falls silent."""
    prepare((HOST, RESOLVER))
    history = folder / "history.sqlite"
    async with naming({}, RESOLVER, 53):
        await Web(CARELESS).start(HOST, 80)
        await RedisDialogue(open=True).start(HOST, 6379)
        file = order(folder, "wall", [HOST])

        async def look(name: str) -> dict[str, Any]:
            await inspected(file, folder / name, "--history", str(history))
            rows = json.loads((folder / name / "results.json").read_text(encoding="utf-8"))["findings"]
            return {row["check"]: [row["state"], row["places"][0]["how"], row["notes"]] for row in rows}

        looks = {"open": await look("first")}
        drop(f"ip daddr {HOST} tcp dport 6379 drop")
        looks["closed"] = await look("second")
        looks["soon after"] = await look("third")
        _half_an_hour_ago(history)
        looks["later"] = await look("fourth")
        drop(f"ip daddr {HOST} drop")
        looks["silent"] = await look("fifth")
        return looks


def _half_an_hour_ago(history: Path) -> None:
    """Let the silences seen so far be older than they are."""
    then = (datetime.now(UTC) - timedelta(minutes=31)).isoformat()
    with sqlite3.connect(history) as connection:
        connection.execute("UPDATE place SET silences = ? WHERE silences != '[]'", (json.dumps([then]),))
    connection.close()


STORIES: dict[str, Callable[[Path], Awaitable[dict[str, Any]]]] = {
    story.__name__: story for story in (silent, silent_nmap, firewalled)
}

if __name__ == "__main__":
    json.dump(asyncio.run(STORIES[sys.argv[1]](Path(sys.argv[2]))), sys.stdout)  # type: ignore[arg-type]
