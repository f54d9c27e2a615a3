"""A network namespace with servers of our own, a resolver, counters of packets, and whole inspections run in it.

Used inside `unshare --net` by `tests.lab.scan_in_namespace`; not a test itself. 10.38.0.x stand for far hosts.
"""

import asyncio
import json
import ssl
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

RESOLVER = "10.38.0.53"
ROUTES = (
    "ip link set lo up",
    "ip address add 10.38.255.1/32 dev lo",
    "ip route add default dev lo src 10.38.255.1",
    "ip -6 address add 2001:db8:38::1/128 dev lo nodad",
    "ip -6 route add default dev lo src 2001:db8:38::1",
)


def prepare(addresses: Sequence[str]) -> None:
    """Give the namespace its addresses, and a way out at whose end there is nobody."""
    for command in ROUTES:
        subprocess.run(command.split(), check=True)
    for address in addresses:
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)


def nft(rules: str) -> None:
    subprocess.run(["nft", "-f", "-"], input=rules.encode(), check=True)


def packets(table: str) -> dict[str, int]:
    """The named counters of a table."""
    listing = subprocess.run(["nft", "-j", "list", "counters", "table", "inet", table], capture_output=True, check=True)
    rows = json.loads(listing.stdout)["nftables"]
    return {row["counter"]["name"]: row["counter"]["packets"] for row in rows if "counter" in row}


@dataclass(slots=True)
class Web:
    """A careless site: what it answers where, how slowly from which request on, and after how many it dies."""

    pages: Mapping[str, tuple[str, str, bytes]] = field(default_factory=dict)
    otherwise: tuple[str, str, bytes] = ("404 Not Found", "", b"<h1>404</h1>")
    delay: Callable[[int], float] = lambda _: 0.0
    dies_after: int | None = None
    asked: int = 0
    servers: list[asyncio.Server] = field(default_factory=list)
    writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self, address: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.servers.append(await asyncio.start_server(self._serve, address, port, ssl=tls))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.add(writer)
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                self.asked += 1
                if self.dies_after is not None and self.asked > self.dies_after:
                    self._die()
                    return
                await asyncio.sleep(self.delay(self.asked))
                path = request.split(b" ", 2)[1].decode("latin-1").partition("?")[0]
                status, headers, body = self.pages.get(path, self.otherwise)
                head = f"HTTP/1.1 {status}\r\n{headers}Content-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode("latin-1") + (b"" if request.startswith(b"HEAD") else body))
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, IndexError):
            pass
        finally:
            self.writers.discard(writer)
            writer.close()

    def _die(self) -> None:
        for server in self.servers:
            server.close()
        for writer in list(self.writers):
            writer.transport.abort()


CARELESS = {
    "/": ("200 OK", "Server: Apache/2.2.15 (CentOS)\r\nSet-Cookie: PHPSESSID=0123456789abcdef; path=/\r\n", b"<h1>x</h1>"),
    "/.git/HEAD": ("200 OK", "", b"ref: refs/heads/master\n"),
}  # fmt: skip


def order(
    folder: Path,
    name: str,
    targets: Sequence[str] | Mapping[str, Sequence[str]],
    *,
    seconds: float = 3600.0,
    limits: str = "",
    daily: str = "",
    more: str = "",
) -> Path:
    """An inspection file of a self-check whose window closes after `seconds`; `targets` of one unit, or by unit.

    `daily` is a span such as 22:00-06:00; `more` are further lines of the file.
    """
    now = datetime.now(UTC)
    path = folder / f"{name}.yaml"
    by_unit = targets if isinstance(targets, Mapping) else {"Laboratory": targets}
    units = "".join(
        f"  - name: {unit}\n    critical_infrastructure: false\n    targets:\n"
        + "".join(f"      - {json.dumps(target)}\n" for target in listed)
        for unit, listed in by_unit.items()
    )
    path.write_text(
        f"""schema: yuanjian/inspection/1
id: {name}
title: Laboratory
kind: self
authority: {{statement: a laboratory of our own}}
window:
  from: {now - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}+00:00
  to: {now + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}+00:00
  timezone: UTC
{f"  daily: [{json.dumps(daily)}]" if daily else ""}
limits: {{{limits or "requests_per_second: 200, unit_requests_per_second: 600"}}}
{more}
units:
{units}""",
        encoding="utf-8",
    )
    return path


async def launched(file: Path, out: Path, *more: str) -> asyncio.subprocess.Process:
    """A whole inspection in a process of its own; each has its own history."""
    words = ["-m", "scanner", "inspect", str(file), "-o", str(out), "--resolver", RESOLVER, "--quiet", "--lang", "en"]
    words += ["--history", str(out.with_suffix(".history")), "--ports", "22,80,443,6379,8080", *more]
    return await asyncio.create_subprocess_exec(
        sys.executable, *words, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )


async def inspected(file: Path, out: Path, *more: str) -> dict[str, Any]:
    """Run to the end: exit code, findings and verdicts (R29)."""
    process = await launched(file, out, *more)
    _, said = await process.communicate()
    return told(out, process.returncode, said.decode(errors="replace"))


def told(out: Path, code: int | None, said: str) -> dict[str, Any]:
    if not (out / "results.json").exists():
        return {"code": code, "said": said, "findings": [], "verdicts": {}, "places": {}}
    data = json.loads((out / "results.json").read_text(encoding="utf-8"))
    keys = ("check", "host", "address", "transport", "port", "scheme")
    rows = {json.dumps([row[key] for key in keys]): [row["verdict"], row["reason"]] for row in data["coverage"]}
    by_place: dict[str, list[Any]] = {}
    for row in data["coverage"]:
        by_place[json.dumps([row["check"], row["transport"], row["port"], row["scheme"]])] = [
            row["verdict"],
            row["reason"],
        ]
    return {
        "code": code,
        "said": said,
        "complete": data["inspection"]["complete"],
        "findings": sorted([row["id"], row["severity"]] for row in data["findings"]),
        "checks": sorted({row["check"] for row in data["findings"]}),
        "verdicts": rows,
        "places": by_place,
    }
