"""Identification against `nmap -sV` in the same run: `python -m tests.benchmarks.identify [runs]`. No test; as root.

One address with nginx (80, and 443 inside TLS), Redis, OpenSSH and BIND: five ports, of which four say nothing before
they are asked. Ours is the sweep of the five ports and `services.identify` on each, over the gate and its audit log;
`process` has the start of the interpreter in it, as nmap's time has its own. `paced` keeps the default limits (20
questions a second), `free` lifts them (`--rate max`). Connections are the kernel's count (ActiveOpens), so that
nothing else may open any meanwhile: run it in a network namespace of its own. Both must name product and version.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from probes.services import identify
from scanner.model.inspection import Limits
from scanner.model.target import Target, TargetKind
from tests.asking import FAST, ask_over, ordered, wired
from tests.lab.certificates import authority, issue
from tests.lab.servers.bind import bind
from tests.lab.servers.nginx import nginx, server
from tests.lab.servers.openssh import openssh
from tests.lab.servers.redis import redis

ADDRESS = "127.38.1.1"
PRODUCTS = {22: "OpenSSH", 53: "BIND", 80: "nginx", 443: "nginx", 6379: "Redis"}
LIMITS = {"paced": Limits(), "free": FAST}
AT_ONCE = 3
"""Questions at once on one address, as in a scan."""


async def ours(limits: Limits) -> dict[str, Any]:
    """Sweep and identify: seconds, connections, facts by port."""
    async with wired(ordered(ADDRESS, limits=limits), ports=sorted(PRODUCTS)) as wire:
        opened, begun = active_opens(), time.perf_counter()
        await wire.sweep("self", ADDRESS, sorted(PRODUCTS), "ports.tcp")
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(port: int) -> tuple[int, Mapping[str, Any]]:
            async with turn:
                target = Target(TargetKind.SERVICE, "self", address=ADDRESS, port=port)
                return port, (await ask_over(wire, identify.PROBE, target)).facts

        told = dict(await asyncio.gather(*map(one, sorted(PRODUCTS))))
        return {"seconds": time.perf_counter() - begun, "opened": active_opens() - opened, "told": told}


def active_opens() -> int:
    """Connections that this network namespace has opened so far (RFC 4022, tcpActiveOpens)."""
    lines = [line.split() for line in Path("/proc/net/snmp").read_text("ascii").splitlines() if line.startswith("Tcp:")]
    return int(dict(zip(*lines, strict=True))["ActiveOpens"])


def as_process(limits: str) -> dict[str, Any]:
    """One run of ours in a process of its own, with the seconds of that."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.identify", "--once", limits]
    output = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parents[2]).stdout
    run: dict[str, Any] = json.loads(output)
    for port, product in PRODUCTS.items():
        facts = run["told"][str(port)]
        if facts["product"] != product or not facts["version"]:
            raise SystemExit(f"port {port} was not named: {facts}")
    return {**run, "process": time.perf_counter() - begun}


def nmap() -> dict[str, Any]:
    """One run of the peer: seconds, connections."""
    command = ["nmap", "-sT", "-sV", "-n", "-Pn", "-T4", "-p", ",".join(map(str, sorted(PRODUCTS))), ADDRESS]
    opened, begun = active_opens(), time.perf_counter()
    output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    seconds = time.perf_counter() - begun
    named = sum(f"{port}/tcp" in line for line in output.splitlines() for port in PRODUCTS if line.split()[3:])
    return {"seconds": seconds, "opened": active_opens() - opened, "named": named}


def main(runs: int = 5) -> None:
    """Start the servers, then compare by turns."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        root = authority()
        pair = issue("bench.example", by=root).write(folder, root)
        blocks = (server(ADDRESS, port=80), server(ADDRESS, port=443, certificate=pair))
        stack.enter_context(bind(folder / "bind", ADDRESS, {}, ports=(53,), version="9.18.28"))
        stack.enter_context(nginx(folder / "nginx", ADDRESS, *blocks, ports=(80, 443)))
        stack.enter_context(redis(folder / "redis", ADDRESS))
        stack.enter_context(openssh(folder / "sshd", ADDRESS))
        rounds = [(as_process("paced"), as_process("free"), nmap()) for _ in range(runs)]
    peer = statistics.median(one["seconds"] for *_, one in rounds)
    for at, limits in enumerate(LIMITS):
        mine = statistics.median(one[at]["seconds"] for one in rounds)
        print(
            json.dumps(
                {
                    "identify": limits,
                    "runs": runs,
                    "ours_s": round(mine, 2),
                    "process_s": round(statistics.median(one[at]["process"] for one in rounds), 2),
                    "nmap_sV_s": round(peer, 2),
                    "ratio": round(mine / peer, 3),
                    "connections": max(one[at]["opened"] for one in rounds),
                    "nmap_connections": min(one[2]["opened"] for one in rounds),
                    "nmap_named": min(one[2]["named"] for one in rounds),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        json.dump(asyncio.run(ours(LIMITS[sys.argv[2]])), sys.stdout)
    else:
        main(*map(int, sys.argv[1:2]))
