"""Whole scans of 1, 10 and 100 hosts against `nmap -sV` in the same run: `python -m tests.benchmarks.scan [runs]`. No test.

Each host is one address of a real nginx (port 80, and 443 with a certificate of its own authority). Prints one
JSON line for each case: medians of whole processes in seconds, time per host, peak memory, and our time divided by
nmap's. nmap learns less (open ports and versions); it is the peer that everybody has.
"""

import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scanner.catalogue.ports import load_ports
from tests.lab.certificates import authority, issue
from tests.lab.servers.nginx import nginx, server

HOSTS = (1, 10, 100)


def addresses(count: int) -> list[str]:
    return [f"127.38.0.{number}" for number in range(1, count + 1)]


def ours(count: int, folder: Path) -> tuple[float, int]:
    """Seconds of the whole process, services named."""
    out = Path(tempfile.mkdtemp(dir=folder)) / "out"
    command = [sys.executable, "-m", "scanner", "scan", *addresses(count), "-o", str(out), "--quiet", "--lang", "en"]
    command += ["--rate", "max", "--connect-rate", "max", "--history", str(out.parent / "history.sqlite")]
    begun = time.perf_counter()
    ended = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    if ended.returncode != 0:
        raise RuntimeError(ended.stderr)
    assets = json.loads((out / "results.json").read_text(encoding="utf-8"))["assets"]
    return seconds, sum(asset["service"] in ("http", "https") for asset in assets)


def nmap(count: int) -> float:
    """Seconds of `nmap -sV` over the same ports of the same hosts."""
    ports = ",".join(map(str, sorted(load_ports().top)))
    command = ["nmap", "-sT", "-sV", "-n", "-Pn", "-T4", "-p", ports, *addresses(count)]
    begun = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - begun


def main(runs: int = 5) -> None:
    if shutil.which("nmap") is None or shutil.which("nginx") is None:
        sys.exit("nmap and nginx are needed: apt-get install nmap nginx")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = authority()
        pair = issue("bench.example", by=root).write(folder, root)
        servers = []
        for address in addresses(max(HOSTS)):
            servers += [server(address, port=80), server(address, port=443, certificate=pair)]
        with nginx(folder, "127.38.0.1", *servers, ports=(80, 443)):
            for count in HOSTS:
                print(json.dumps(_case(count, runs, folder)), flush=True)


def _case(count: int, runs: int, folder: Path) -> dict[str, object]:
    mine, theirs = [], []
    for _ in range(runs):
        seconds, named = ours(count, folder)
        if named != 2 * count:
            raise RuntimeError(f"{named} of {2 * count} services named")
        mine.append(seconds)
        theirs.append(nmap(count))
    whole, peer = statistics.median(mine), statistics.median(theirs)
    return {
        "hosts": count,
        "ours": round(whole, 2),
        "per_host": round(whole / count, 3),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
        "nmap_sV": round(peer, 2),
        "ratio": round(whole / peer, 2),
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
