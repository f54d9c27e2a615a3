"""What TLS costs, ours beside nmap's, in one run: `python -m tests.benchmarks.tls [runs]`, as root. No test.

In a network namespace of its own nginx serves 200 addresses as Mozilla's "intermediate" profile would, and one with every
old suite. For each case one JSON line: medians of whole processes in seconds (wall, processor), connections as the target's
kernel counts them (TcpPassiveOpens), peak memory, nginx's own processor time, and our figures divided by nmap's. Ours are
the probes `tls.offer` and `tls.certificate`, which learn more than `ssl-enum-ciphers,ssl-cert`.
"""

import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from probes.tls import certificate, offer
from scanner.inspecting.loop import run
from scanner.model.target import Target, TargetKind
from tests.asking import FAST, ask_over, ordered, wired
from tests.lab.certificates import authority, issue, rsa_key
from tests.lab.servers.nginx import nginx, server

BLOCK, LEGACY_HOST = "127.41.0.0/16", "127.41.1.1"
INTERMEDIATE = (
    "ssl_protocols TLSv1.2 TLSv1.3; ssl_prefer_server_ciphers off; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:"
    "DHE-RSA-CHACHA20-POLY1305;"
)
EVERYTHING = "ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:COMPLEMENTOFALL:@SECLEVEL=0;"
AT_ONCE = 12
"""Lanes of one unit, as the engine runs them."""
INSIDE = "YUANJIAN_BENCHMARK_INSIDE"


def addresses(count: int) -> list[str]:
    return [f"127.41.0.{number}" for number in range(1, count + 1)]


async def look(hosts: list[str]) -> None:
    """Both probes on each host, over the real gate with every limit lifted."""
    free = asyncio.Semaphore(AT_ONCE)

    async with wired(ordered(BLOCK, limits=FAST)) as wire:

        async def host(address: str) -> None:
            target = Target(TargetKind.SERVICE, "self", address=address, port=443, protocol="http", tls=True)
            async with free:
                told, shown = await asyncio.gather(
                    *(ask_over(wire, probe, target) for probe in (offer.PROBE, certificate.PROBE))
                )
            if not all(version["complete"] for version in told.facts["versions"]) or shown.reason is not None:
                raise RuntimeError(f"{address} was not told whole")

        async with asyncio.TaskGroup() as group:
            for address in hosts:
                group.create_task(host(address))


def looked(hosts: list[str]) -> dict[str, float]:
    """What a running scan pays, without the start of Python and the imports; and the whole process's memory in MB."""
    before = time.perf_counter(), time.process_time()
    run(look(hosts))
    wall, cpu = time.perf_counter() - before[0], (time.process_time() - before[1]) / len(hosts)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"wall": round(wall, 3), "cpu": round(cpu, 4), "peak_mb": peak}


def ours(hosts: list[str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.tls", "look", *hosts],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )


def nmap(hosts: list[str]) -> None:
    words = ["-n", "-Pn", "-p443", "--script", "ssl-enum-ciphers,ssl-cert", *hosts]
    subprocess.run(["/usr/bin/nmap", *words], check=True, stdout=subprocess.DEVNULL)


def measured(ask: Callable[[list[str]], None], hosts: list[str], pid: int, runs: int) -> dict[str, float]:
    """Medians of: wall and processor seconds of the whole process, connections, nginx's processor seconds."""
    rows = []
    for _ in range(runs):
        before = (time.perf_counter(), _children(), _opens(), _processor(pid))
        ask(hosts)
        after = (time.perf_counter(), _children(), _opens(), _processor(pid))
        rows.append([late - early for early, late in zip(before, after, strict=True)])
    names = ("wall", "cpu", "connections", "server_cpu")
    medians = [statistics.median(column) for column in zip(*rows, strict=True)]
    return {
        name: round(value / (len(hosts) if name != "wall" else 1), 4)
        for name, value in zip(names, medians, strict=True)
    }


def _children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _opens() -> float:
    """Connections that this namespace's kernel accepted."""
    told = subprocess.run(["/usr/bin/nstat", "-az", "TcpPassiveOpens"], check=True, capture_output=True, text=True)
    return float(told.stdout.split("TcpPassiveOpens")[1].split()[0])


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def targets(folder: Path) -> Iterator[int]:
    """nginx on all addresses; yields its process number."""
    root = authority(key=rsa_key())
    pair = issue("bench.example", by=root, key=rsa_key()).write(folder, root)
    old = issue("old.example", by=root, key=rsa_key(1024)).write(folder, root, stem="old")
    parameters = folder / "dh.pem"
    subprocess.run(
        ["/usr/bin/openssl", "dhparam", "-dsaparam", "-out", parameters, "1024"], check=True, capture_output=True
    )
    servers = [server(address, INTERMEDIATE, port=443, certificate=pair) for address in addresses(200)]
    legacy = f"{EVERYTHING} ssl_dhparam {parameters};"
    servers.append(server(LEGACY_HOST, legacy, port=443, certificate=old))
    with nginx(folder / "nginx", addresses(1)[0], *servers, ports=(443,)):
        yield int((folder / "nginx" / "nginx.pid").read_text(encoding="ascii"))


def main(runs: int = 5) -> None:
    needed = ("nmap", "nginx", "openssl", "nstat", "ip")
    missing = [name for name in needed if shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin") is None]
    if missing or os.geteuid() != 0:
        print(json.dumps({"tls": f"left out: wants root, and {', '.join(missing) or 'nothing else'}"}))
        return
    space = f"yuanjian-bench-{os.getpid()}"
    subprocess.run(["/usr/sbin/ip", "netns", "add", space], check=True)
    try:
        inside = ["/usr/sbin/ip", "netns", "exec", space]
        subprocess.run([*inside, "/usr/sbin/ip", "link", "set", "lo", "up"], check=True)
        environment = {**os.environ, INSIDE: "1"}
        subprocess.run([*inside, sys.executable, "-m", "tests.benchmarks.tls", str(runs)], check=True, env=environment)
    finally:
        subprocess.run(["/usr/sbin/ip", "netns", "del", space], check=False)


def compare(runs: int) -> None:
    cases = [("modern", addresses(1)), ("legacy", [LEGACY_HOST])]
    cases += [(f"{count} hosts", addresses(count)) for count in (20, 100, 200)]
    with tempfile.TemporaryDirectory() as name, targets(Path(name)) as pid:
        for case, hosts in cases:
            mine, theirs = measured(ours, hosts, pid, runs), measured(nmap, hosts, pid, runs)
            ratio = {key: round(mine[key] / theirs[key], 2) for key in mine if theirs[key]}
            print(json.dumps({"case": case, "ours": mine, "nmap": theirs, "ratio": ratio}), flush=True)
            print(json.dumps({"case": case, "running": running(hosts, theirs, runs)}), flush=True)


def running(hosts: list[str], theirs: dict[str, float], runs: int) -> dict[str, float]:
    """Medians of what a running scan pays, and the ratios to nmap's whole."""
    words = [sys.executable, "-m", "tests.benchmarks.tls", "look", *hosts]
    rows = [
        json.loads(subprocess.run(words, check=True, capture_output=True, cwd=Path(__file__).parents[2]).stdout)
        for _ in range(runs)
    ]
    told = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
    return told | {f"{key}_ratio": round(told[key] / theirs[key], 2) for key in ("wall", "cpu")}


if __name__ == "__main__":
    if sys.argv[1:2] == ["look"]:
        print(json.dumps(looked(sys.argv[2:])))
    elif os.environ.get(INSIDE):
        compare(int(sys.argv[1]))
    else:
        main(*map(int, sys.argv[1:2]))
