"""Does recall fall with size? 100 and 1,000 loopback hosts with three real services each. `python -m tests.benchmarks.recall [runs]`.

In a network namespace of its own (root): one nginx, one Redis and one OpenSSH answer on every address of
127.50.0.0/16. Prints one JSON line for each size: services found and named in each run, seconds, peak memory. No test,
but it fails where one of the services was missed once.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.lab.server import needs, running

SIZES = (100, 1000)
PORTS = (22, 80, 6379)
NAMED = {"ssh": "OpenSSH", "http": "nginx", "redis": "Redis"}
ANYWHERE = "0.0.0.0"


def addresses(count: int) -> list[str]:
    return [f"127.50.{number // 250}.{number % 250 + 1}" for number in range(count)]


def serve(stack: ExitStack, folder: Path) -> None:
    """The three servers, each bound to every address there is."""
    for name in ("nginx", "redis", "sshd"):
        (folder / name).mkdir()
    config = folder / "nginx" / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/nginx/pid; error_log stderr; worker_rlimit_nofile 20000; events {{ worker_connections 8192; }}"
        f"http {{ access_log off; client_body_temp_path {folder}/nginx/a; proxy_temp_path {folder}/nginx/b;"
        f"fastcgi_temp_path {folder}/nginx/c; uwsgi_temp_path {folder}/nginx/d; scgi_temp_path {folder}/nginx/e;"
        f"server {{ listen 80 backlog=4096; location / {{ return 200 'hello'; }} }} }}"
    )
    key = folder / "sshd" / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    Path("/run/sshd").mkdir(exist_ok=True)
    sshd = ["/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-h", key, "-o", "Port=22", "-o", "PidFile=none"]
    sshd += ["-o", "MaxStartups=5000:1:5000", "-o", "UsePAM=no"]
    redis = ["redis-server", "--port", "6379", "--bind", ANYWHERE, "--protected-mode", "no", "--save", ""]
    redis += ["--requirepass", "recall", "--tcp-backlog", "4096"]
    for command, port, name in (
        (["/usr/sbin/nginx", "-c", config], 80, "nginx"),
        (redis, 6379, "redis"),
        (sshd, 22, "sshd"),
    ):
        stack.enter_context(running(command, address="127.50.0.1", ports=(port,), folder=folder / name))


def order(folder: Path, hosts: list[str]) -> Path:
    """An inspection of these hosts by their own provider."""
    now = datetime.now(UTC)
    file = folder / "recall.yaml"
    file.write_text(
        json.dumps(
            {
                "schema": "yuanjian/inspection/1",
                "id": "recall",
                "title": "recall",
                "kind": "self",
                "authority": {"statement": "a benchmark"},
                "window": {
                    "from": (now - timedelta(hours=1)).isoformat(timespec="seconds"),
                    "to": (now + timedelta(hours=3)).isoformat(timespec="seconds"),
                    "timezone": "UTC",
                },
                "units": [{"name": "recall", "critical_infrastructure": False, "targets": hosts}],
            }
        ),
        encoding="utf-8",
    )
    return file


def inspected(folder: Path, hosts: list[str]) -> dict[str, Any]:
    """One whole inspection: {found, named, seconds, peak_mb}."""
    out = Path(tempfile.mkdtemp(dir=folder))
    command = [sys.executable, "-m", "scanner", "inspect", str(order(out, hosts)), "-o", str(out / "result"), "--quiet"]
    command += ["--rate", "max", "--connect-rate", "max", "--ports", ",".join(map(str, PORTS)), "--lang", "en"]
    command += ["--probe", "ports", "--probe", "services.identify", "--history", str(out / "history.sqlite")]
    begun = time.perf_counter()
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.PIPE) as process:
        said = process.stderr.read().decode() if process.stderr is not None else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begun
    if process.returncode != 0:
        raise SystemExit(f"exit {process.returncode}: {said}")
    assets = json.loads((out / "result" / "results.json").read_text(encoding="utf-8"))["assets"]
    found = Counter(asset["service"] for asset in assets if asset["product"] == NAMED.get(asset["service"]))
    return {
        "named": {service: found[service] for service in NAMED},
        "seconds": seconds,
        "peak_mb": round(usage.ru_maxrss / 1024),
    }


def main(runs: int = 5) -> None:
    """Enter a namespace, then scan each size so many times."""
    if os.environ.get("RECALL_INSIDE") is None:
        if os.geteuid() != 0:
            raise SystemExit("root is needed for a network namespace")
        command = ["unshare", "--net", sys.executable, "-m", "tests.benchmarks.recall", str(runs)]
        subprocess.run(command, check=True, env={**os.environ, "RECALL_INSIDE": "yes"})
        return
    needs("nginx", "redis-server", "sshd")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with ExitStack() as stack, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        serve(stack, folder)
        for count in SIZES:
            told = [inspected(folder, addresses(count)) for _ in range(runs)]
            missed = [one["named"] for one in told if set(one["named"].values()) != {count}]
            print(
                json.dumps(
                    {
                        "hosts": count,
                        "services": 3 * count,
                        "runs": runs,
                        "complete_runs": runs - len(missed),
                        "seconds": round(statistics.median(one["seconds"] for one in told), 1),
                        "peak_mb": max(one["peak_mb"] for one in told),
                    }
                ),
                flush=True,
            )
            if missed:
                raise SystemExit(f"services were missed: {missed}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
