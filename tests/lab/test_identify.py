"""Five services of one address, four of them silent: named with product, version and CPE, on few connections."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from probes.services import identify
from probes.services.course import MOST_CONNECTIONS
from scanner.model.target import Target, TargetKind
from tests.asking import ask_over, ordered, wired
from tests.lab.certificates import issue, rsa_key
from tests.lab.servers.bind import bind
from tests.lab.servers.java import registry
from tests.lab.servers.mariadb import mariadb
from tests.lab.servers.nginx import nginx, server
from tests.lab.servers.openssh import openssh
from tests.lab.servers.postgresql import postgresql
from tests.lab.servers.queues import gearmand
from tests.lab.servers.redis import redis
from tests.lab.servers.rtsp import rtsp
from tests.lab.servers.slapd import slapd
from tests.lab.servers.storescp import storescp
from tests.lab.servers.tomcat import tomcat
from tests.lab.servers.zookeeper import zookeeper

pytestmark = pytest.mark.lab

ADDRESS = "127.32.40.1"
NMAP_TAKES = 19
"""Connections of `nmap -sV` for the same five services, its sweep apart (docs/benchmarks.md)."""


async def named(ports: tuple[int, ...]) -> tuple[dict[int, Mapping[str, Any]], int]:
    """What each port was told to be, and the connections that all of it took."""
    async with wired(ordered(ADDRESS)) as wire:
        told = {}
        for port in ports:
            target = Target(TargetKind.SERVICE, "self", address=ADDRESS, port=port)
            told[port] = (await ask_over(wire, identify.PROBE, target)).facts
        return told, wire.traffic().connections


def test_five_services_are_named_with_fewer_connections_than_nmap_takes(tmp_path: Path) -> None:
    pair = issue("www.school.example", key=rsa_key()).write(tmp_path)
    blocks = (server(ADDRESS, port=80), server(ADDRESS, port=443, certificate=pair))
    with (
        bind(tmp_path / "bind", ADDRESS, {}, ports=(53,), version="9.18.28"),
        nginx(tmp_path / "nginx", ADDRESS, *blocks, ports=(80, 443)),
        redis(tmp_path / "redis", ADDRESS),
        openssh(tmp_path / "sshd", ADDRESS),
    ):
        told, connections = asyncio.run(named((22, 53, 80, 443, 6379)))
    assert {port: facts["product"] for port, facts in told.items()} == {
        22: "OpenSSH",
        53: "BIND",
        80: "nginx",
        443: "nginx",
        6379: "Redis",
    }
    for facts in told.values():
        assert facts["version"]
        assert f":{facts['version'].partition('p')[0]}:" in facts["cpe"]
    assert connections <= NMAP_TAKES
    assert connections == 5


def test_a_server_that_hides_its_version_is_named_without_one(tmp_path: Path) -> None:
    with bind(tmp_path / "bind", ADDRESS, {}, ports=(53,)):
        told, _ = asyncio.run(named((53,)))
    assert (told[53]["protocol"], told[53]["version"], told[53]["cpe"]) == ("dns", "", "")


ODD = 7788
STARTED: dict[str, Callable[[Path], AbstractContextManager[Any]]] = {
    "postgresql": lambda folder: postgresql(folder, ADDRESS, port=ODD),
    "zookeeper": lambda folder: zookeeper(folder, ADDRESS, port=ODD),
    "java-rmi": lambda folder: registry(folder, ADDRESS, port=ODD),
    "jdwp": lambda folder: registry(folder, ADDRESS, port=1097, debugger=ODD),
    "ajp": lambda folder: tomcat(folder, ADDRESS, port=ODD),
    "rtsp": lambda folder: rtsp(folder, ADDRESS, port=ODD),
    "dicom": lambda folder: storescp(folder, ADDRESS, port=ODD),
    "gearman": lambda folder: gearmand(folder, ADDRESS, port=ODD),
    "dns": lambda folder: bind(folder, ADDRESS, {}, ports=(ODD,)),
    "mysql": lambda folder: mariadb(folder, ADDRESS, port=ODD),
    "ldap": lambda folder: slapd(folder, ADDRESS, port=ODD),
}


@pytest.mark.slow
@pytest.mark.parametrize("protocol", STARTED)
def test_a_service_is_what_it_says_on_a_port_that_says_nothing(protocol: str, tmp_path: Path) -> None:
    with STARTED[protocol](tmp_path / protocol):
        told, connections = asyncio.run(named((ODD,)))
    assert told[ODD]["protocol"] == protocol
    assert connections <= MOST_CONNECTIONS + 1
