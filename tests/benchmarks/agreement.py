"""Product and version by us and by `nmap -sV`, over real servers: `python -m tests.benchmarks.agreement`. No test; root.

Each server stands on an address of its own; what it is, its Debian package says (the maker's part of the version).
Prints a row for each: what both said, and whether that is right, the product alone, nothing, or wrong; then the sums.
Run it in a network namespace of its own: the kernel's count of connections is told too.
"""

import asyncio
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from probes.services import identify
from scanner.model.target import Target, TargetKind
from tests.asking import ask_over, ordered, wired
from tests.benchmarks.identify import active_opens
from tests.lab.certificates import authority, issue
from tests.lab.servers.apache import apache, host
from tests.lab.servers.bind import bind
from tests.lab.servers.dovecot import dovecot
from tests.lab.servers.dropbear import dropbear
from tests.lab.servers.java import registry
from tests.lab.servers.mariadb import mariadb
from tests.lab.servers.memcached import memcached
from tests.lab.servers.mosquitto import mosquitto
from tests.lab.servers.nats import nats
from tests.lab.servers.nginx import nginx, server
from tests.lab.servers.openssh import openssh
from tests.lab.servers.postfix import postfix
from tests.lab.servers.postgresql import postgresql
from tests.lab.servers.proxies import squid
from tests.lab.servers.queues import beanstalkd, gearmand
from tests.lab.servers.rabbitmq import rabbitmq
from tests.lab.servers.redis import redis
from tests.lab.servers.rsyncd import rsyncd
from tests.lab.servers.rtsp import rtsp
from tests.lab.servers.samba import samba
from tests.lab.servers.slapd import slapd
from tests.lab.servers.storescp import storescp
from tests.lab.servers.telnetd import telnetd
from tests.lab.servers.tomcat import tomcat
from tests.lab.servers.vsftpd import vsftpd
from tests.lab.servers.xrdp import xrdp
from tests.lab.servers.xvnc import xvnc
from tests.lab.servers.zookeeper import zookeeper

AT_ONCE = 6
Start = Callable[[Path, str], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Row:
    """A server: its Debian package, the words that name its product, its port, and how it is started."""

    package: str
    words: str
    port: int
    start: Start


@dataclass(frozen=True)
class Said:
    product: str
    version: str
    protocol: str


def rows(pair: tuple[Path, Path]) -> list[Row]:
    return [
        Row("nginx", "nginx", 80, lambda f, a: nginx(f, a, server(a))),
        Row("nginx", "nginx", 443, lambda f, a: nginx(f, a, server(a, port=443, certificate=pair), ports=(443,))),
        Row("apache2", "Apache", 80, lambda f, a: apache(f, [(a, 80)], host(a))),
        Row("squid", "squid", 3128, lambda f, a: squid(f, a, open_to_all=False)),
        Row("openssh-server", "OpenSSH", 22, openssh),
        Row("dropbear", "dropbear", 22, dropbear),
        Row("bind9", "BIND", 53, lambda f, a: bind(f, a, {}, ports=(53,), version=upstream("bind9"))),
        Row("vsftpd", "vsftpd", 21, vsftpd),
        Row("inetutils-telnetd", "telnet", 23, telnetd),
        Row("postfix", "Postfix", 25, postfix),
        Row("dovecot-core", "Dovecot", 143, dovecot),
        Row("rsync", "rsync", 873, lambda f, a: rsyncd(f, a, {})),
        Row("samba", "Samba", 445, samba),
        Row("slapd", "OpenLDAP", 389, slapd),
        Row("xrdp", "xrdp", 3389, lambda f, a: xrdp(f, a, layer="negotiate", certificate=pair[0], key=pair[1])),
        Row("tigervnc-standalone-server", "VNC", 5900, lambda f, a: xvnc(f, a, security="VncAuth")),
        Row("redis-server", "Redis", 6379, redis),
        Row("memcached", "memcached", 11211, memcached),
        Row("mariadb-server", "MariaDB|MySQL", 3306, mariadb),
        Row("postgresql", "PostgreSQL", 5432, postgresql),
        Row("zookeeper", "Zookeeper", 2181, zookeeper),
        Row("mosquitto", "mosquitto", 1883, mosquitto),
        Row("rabbitmq-server", "RabbitMQ", 5672, rabbitmq),
        Row("nats-server", "NATS", 4222, nats),
        Row("beanstalkd", "beanstalk", 11300, beanstalkd),
        Row("gearman-job-server", "gearman", 4730, gearmand),
        Row("openjdk-17-jre-headless", "Java", 1099, registry),
        Row("libtomcat9-java", "Tomcat|Jserv", 8009, tomcat),
        Row("libgstrtspserver-1.0-0", "GStreamer", 554, rtsp),
        Row("dcmtk", "DICOM|DCMTK", 11112, storescp),
    ]


def upstream(package: str) -> str:
    """The maker's part of an installed package's version; "" where it is not installed."""
    command = ["dpkg-query", "-W", "-f", "${Version}", package]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return re.sub(r"^\d+:|[-+~].*$", "", told).removesuffix(".dfsg")


def judged(row: Row, said: Said) -> str:
    """Right, the product alone, nothing, or wrong."""
    if not said.product:
        return "protocol" if said.protocol not in ("", "unknown", "tcpwrapped") else "nothing"
    if not re.search(row.words, said.product, re.I):
        return "wrong"
    told = said.version.removeprefix("5.5.5-")  # MariaDB's mark for old replicas
    truth, version = upstream(row.package), re.split(r"[-+ ]", told)[0]
    if not version or told.endswith("or later"):
        return "product"
    parts = truth.split(".")
    same = version == truth or (row.package == "openssh-server" and version.startswith(truth[:3]))
    return "right" if same or (parts[:2] == version.split(".")[:2] and len(version) >= 3) else "wrong"


async def ours(placed: Mapping[str, Row]) -> tuple[dict[str, Said], int]:
    told, before = {}, active_opens()
    async with wired(ordered(*placed)) as wire:

        async def one(address: str, row: Row) -> None:
            target = Target(TargetKind.SERVICE, "self", address=address, port=row.port)
            facts = (await ask_over(wire, identify.PROBE, target)).facts
            told[address] = Said(facts["product"], facts["version"], facts["protocol"])

        await asyncio.gather(*(one(address, row) for address, row in placed.items()))
    return told, active_opens() - before


def nmap(placed: Mapping[str, Row]) -> tuple[dict[str, Said], int]:
    before = active_opens()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = dict(zip(placed, pool.map(_nmap, placed.items()), strict=True))
    return told, active_opens() - before


def _nmap(place: tuple[str, Row]) -> Said:
    address, row = place
    command = ["nmap", "-sT", "-sV", "-n", "-Pn", "-T4", "-p", str(row.port), "-oX", "-", address]
    output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    service = ElementTree.fromstring(output).find(".//service")  # noqa: S314 - nmap's own words, of our own servers
    found = service.attrib if service is not None else {}
    name, _, version = found.get("name", "").partition(" version ")  # so it writes what Mosquitto publishes
    product = found.get("product", "") or (name if version else "")
    return Said(product, found.get("version", "") or version, name)


def main(runs: int = 1) -> None:
    """One pass is enough: nothing here is a matter of time."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        placed: dict[str, Row] = {}
        for at, row in enumerate(rows(issue("bench.example", by=authority()).write(folder)), 1):
            address = f"127.38.2.{at}"
            try:
                stack.enter_context(row.start(folder / str(at), address))
            except BaseException as error:  # a server that is not there: pytest's skip, which is no Exception
                print(f"left out: {row.package}: {str(error)[:120]}", file=sys.stderr)
                continue
            placed[address] = row
        mine, connections = asyncio.run(ours(placed))
        theirs, more = nmap(placed)
        print(f"connections: ours {connections}, nmap's {more} (its sweep of one port each among them)")
        sums = {"ours": Counter[str](), "nmap": Counter[str]()}
        for address, row in placed.items():
            cells = [f"{row.package} {upstream(row.package)}, {row.port}"]
            for who, said in (("ours", mine[address]), ("nmap", theirs[address])):
                verdict = judged(row, said)
                sums[who][verdict] += 1
                cells.append(f"{' '.join(filter(None, (said.product, said.version))) or said.protocol} ({verdict})")
            print("| " + " | ".join(cells) + " |", flush=True)
        print({who: dict(counted) for who, counted in sums.items()})


if __name__ == "__main__":
    main()
