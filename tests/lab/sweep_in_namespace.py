"""Sweeps in a network namespace of their own, where packets may be dropped, forbidden and bent. Prints JSON.

Run as root by `unshare --net`; not a test itself. The addresses 10.36.0.x stand for far hosts: no loopback rules.
"""

import asyncio
import contextlib
import json
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scanner.model.network import Sweep
from scanner.network.sweep import sweep
from scanner.network.sweeper import Sweeper
from scanner.network.tries import OwnTries
from tests.lab.open_gate import OpenGate

SILENT, HALF, BENT = "10.36.0.3", "10.36.0.1", "10.36.0.2"

RULES = f"""
table inet laboratory {{
  chain before {{
    type nat hook output priority -100;
    ip daddr {BENT} tcp dport != 9999 redirect to :9999
  }}
  chain input {{
    type filter hook input priority 0;
    ip daddr {SILENT} tcp dport 1-65535 drop
    ip daddr {HALF} tcp dport 1000-1009 drop
    ip daddr {HALF} tcp dport 1010 reject with icmp type admin-prohibited
    ip daddr {HALF} tcp dport 1011 reject with tcp reset
  }}
}}
"""


def prepare() -> None:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for address in (SILENT, HALF, BENT):
        subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True)
    subprocess.run(["nft", "-f", "-"], input=RULES.encode(), check=True)


@contextlib.contextmanager
def listening(address: str, port: int) -> Iterator[socket.socket]:
    with socket.create_server((address, port), backlog=4096) as listener:
        yield listener


def source_ports(first: int, last: int) -> None:
    Path("/proc/sys/net/ipv4/ip_local_port_range").write_text(f"{first} {last}")


async def asked(sweeper: Sweeper, address: str, ports: list[int]) -> dict[str, object]:
    result: Sweep = await sweep(OpenGate(), OwnTries(sweeper, address), "self", address, ports, "ports.tcp")
    states = {port: str(state) for port, state in result.states.items()}
    return {"states": states, "canaries_open": result.canaries_open, "stopped": result.stopped}


async def without_source_ports(sweeper: Sweeper) -> dict[str, object]:
    """Both source ports are taken at first, and given back after a while."""
    with listening("127.36.0.7", 7000):
        source_ports(50000, 50001)
        holders = [socket.create_connection(("127.36.0.7", 7000)) for _ in range(2)]
        for holder in holders:
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        for holder in holders:
            asyncio.get_running_loop().call_later(0.5, holder.close)
        return await asked(sweeper, "127.36.0.7", [7000])


async def meeting_itself(sweeper: Sweeper) -> dict[str, object]:
    """With one source port, a connect to that port of 127.0.0.1 opens it from both ends."""
    source_ports(50000, 50000)
    with socket.socket() as itself:
        itself.connect(("127.0.0.1", 50000))
        really = itself.getsockname() == itself.getpeername()
    return {**await asked(sweeper, "127.0.0.1", [50000]), "really": really}


async def main() -> None:
    prepare()
    with Sweeper() as sweeper, listening(HALF, 2000), listening("0.0.0.0", 9999):
        told = {
            "half": await asked(sweeper, HALF, [*range(1000, 1012), 2000, 2001]),
            "bent": await asked(sweeper, BENT, [22, 80, 443]),
            "silent": await asked(sweeper, SILENT, [22, 80]),
            "short": await without_source_ports(sweeper),
            "itself": await meeting_itself(sweeper),
        }
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
