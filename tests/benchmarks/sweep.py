"""Port sweeps against `nmap -sT -n -Pn -T4` in the same run: `python -m tests.benchmarks.sweep [runs]`. No test.

Prints one JSON line for each case: medians in seconds, and our time divided by nmap's. `alone` is the sweep as a
running scan pays for it, over the gate and its audit log, with every limit lifted; `process` has the start of the interpreter and all imports in it, as nmap's time has its own.
"""

import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from socket import create_server

from scanner.model.network import PortState
from tests.asking import ordered, wired

ONE = (("127.36.8.1",), range(1, 65536))
MANY = (tuple(f"127.36.9.{number}" for number in range(256)), range(1, 101))
CASES = {"1 x 65535": ONE, "256 x 100": MANY}
LISTENING = {"1 x 65535": (22, 80, 443, 8080, 60001), "256 x 100": (22, 80)}


def ours(case: str, processes: int = 1) -> dict[str, object]:
    """One sweep of a case: {seconds, open}. Processes are started before the clock is, as a scan's are."""
    addresses, ports = CASES[case]

    async def ask() -> tuple[float, int]:
        async with wired(ordered(*addresses), ports=ports, processes=processes) as wire:
            await asyncio.gather(*(wire.sweep("self", address, [9], "ports.tcp") for address in addresses[:1]))
            begun = time.perf_counter()
            results = await asyncio.gather(*(wire.sweep("self", address, ports, "ports.tcp") for address in addresses))
            seconds = time.perf_counter() - begun
        return seconds, sum(1 for result in results for state in result.states.values() if state is PortState.OPEN)

    seconds, opened = asyncio.run(ask())
    return {"seconds": seconds, "open": opened}


def as_process(case: str, processes: int = 1) -> tuple[float, float, int]:
    """Seconds of the sweep, seconds of the whole process, open ports seen."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.sweep", "--once", case, str(processes)]
    output = subprocess.run(command, capture_output=True, check=True, cwd=Path(__file__).parents[2]).stdout
    whole = time.perf_counter() - begun
    told = json.loads(output)
    return told["seconds"], whole, told["open"]


def nmap(case: str) -> tuple[float, int]:
    """Seconds of nmap's process, open ports seen."""
    addresses, ports = CASES[case]
    where = addresses[0] if len(addresses) == 1 else f"{addresses[0]}/24"
    command = ["nmap", "-sT", "-n", "-Pn", "-T4", "-p", f"{ports[0]}-{ports[-1]}", "-oG", "-", where]
    begun = time.perf_counter()
    output = subprocess.run(command, capture_output=True, check=True).stdout
    return time.perf_counter() - begun, output.count(b"/open/")


def compare(case: str, runs: int) -> dict[str, object]:
    """Medians of `runs` runs, ours and nmap's by turns; both must see the same number of open ports."""
    own, pair, peer = [], [], []
    for _ in range(runs):
        alone, whole, opened = as_process(case)
        seconds, seen = nmap(case)
        if opened != seen:
            raise SystemExit(f"{case}: we saw {opened} open ports, nmap {seen}")
        own.append((alone, whole))
        pair.append(as_process(case, 2)[0])
        peer.append(seconds)
    reference = statistics.median(peer)
    alone = statistics.median(one for one, _ in own)
    whole = statistics.median(one for _, one in own)
    return {
        "sweep": case,
        "runs": runs,
        "alone_s": round(alone, 3),
        "process_s": round(whole, 3),
        "nmap_s": round(reference, 3),
        "alone_ratio": round(alone / reference, 2),
        "two_processes_s": round(statistics.median(pair), 3),
        "two_processes_ratio": round(statistics.median(pair) / reference, 2),
        "process_ratio": round(whole / reference, 2),
        "open": opened,
    }


def main(runs: int = 5) -> None:
    """Start the listeners, then compare each case."""
    if shutil.which("nmap") is None:
        raise SystemExit("nmap is needed for comparison: apt install nmap")
    with ExitStack() as stack:
        for case, (addresses, _) in CASES.items():
            for address in addresses:
                for port in LISTENING[case]:
                    stack.enter_context(create_server((address, port), backlog=1024))
        for case in CASES:
            print(json.dumps(compare(case, runs)), flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--once"]:
        json.dump(ours(sys.argv[2], int(sys.argv[3])), sys.stdout)
    else:
        main(*map(int, sys.argv[1:2]))
