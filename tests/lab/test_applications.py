"""Applications told by what they say: real servers, well and badly kept, asked over the real gate."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from probes.services import application
from probes.web import home
from scanner.model.target import Target, TargetKind
from tests.asking import ask_over, ordered, wired
from tests.lab.application_inspection import inspect
from tests.lab.certificates import issue, rsa_key
from tests.lab.servers.clickhouse import clickhouse
from tests.lab.servers.cups import cups
from tests.lab.servers.docker import docker
from tests.lab.servers.etcd import etcd
from tests.lab.servers.influxdb import influxdb
from tests.lab.servers.ipp_printer import ipp_printer
from tests.lab.servers.jupyter import jupyter
from tests.lab.servers.motion import motion
from tests.lab.servers.nginx import nginx, server
from tests.lab.servers.pouchdb import pouchdb
from tests.lab.servers.prometheus import node_exporter, prometheus

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate and its key, as files."""
    return issue("host.school.example", key=rsa_key()).write(tmp_path_factory.mktemp("pair"))


def test_etcd_without_users_is_open_and_no_key_is_kept(tmp_path: Path) -> None:
    with etcd(tmp_path / "etcd", "127.35.1.1"):
        found = inspect("127.35.1.1", 2379)
    assert found.failed == {"etcd.open"}
    assert found.judgements["etcd.open"].seen["version"]
    assert "one key" in found.evidence("etcd.open")
    assert "payroll" not in repr(found.observations)
    assert "cGF5cm9sbA" not in repr(found.observations)


def test_etcd_with_users_passes(tmp_path: Path) -> None:
    with etcd(tmp_path / "etcd", "127.35.1.2", users=True):
        found = inspect("127.35.1.2", 2379)
    assert (found.failed, "etcd.open" in found.passed) == (set(), True)
    assert found.observations["services.etcd"].facts["named"].startswith("etcd 3.")


def test_etcd_with_client_certificates_passes(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    with etcd(tmp_path / "etcd", "127.35.1.3", certificate=pair):
        found = inspect("127.35.1.3", 2379)
    assert (found.failed, "etcd.open" in found.passed) == (set(), True)
    assert "client certificate" in found.observations["services.etcd"].facts["answer"]


def test_prometheus_is_open_and_no_value_is_kept(tmp_path: Path) -> None:
    with prometheus(tmp_path / "prometheus", "127.35.2.1"):
        found = inspect("127.35.2.1", 9090)
    assert found.failed == {"prometheus.open"}
    assert found.judgements["prometheus.open"].seen["named"].startswith("Prometheus 2.")
    assert "go_gc" not in repr(found.observations)
    assert found.requests == 3  # the root, the measurements, and those again


def test_prometheus_with_a_login_passes(tmp_path: Path) -> None:
    with prometheus(tmp_path / "prometheus", "127.35.2.2", users=True):
        found = inspect("127.35.2.2", 9090)
    assert (found.failed, "prometheus.open" in found.passed) == (set(), True)


def test_an_exporter_on_an_odd_port_is_known_by_its_page(tmp_path: Path) -> None:
    with node_exporter(tmp_path / "exporter", "127.35.2.3", port=9500):
        found = inspect("127.35.2.3", 9500)
    assert found.failed == {"prometheus.open"}
    assert found.judgements["prometheus.open"].seen["named"].startswith("node exporter 1.")


def test_an_exporter_with_a_login_is_no_finding(tmp_path: Path) -> None:
    with node_exporter(tmp_path / "exporter", "127.35.2.4", port=9500, users=True):
        assert inspect("127.35.2.4", 9500).failed == set()


def test_influxdb_is_open_on_its_own_port_and_on_another(tmp_path: Path) -> None:
    with influxdb(tmp_path / "influxdb", "127.35.3.1"):
        found = inspect("127.35.3.1", 8086)
    assert found.failed == {"influxdb.open"}
    assert found.judgements["influxdb.open"].seen["version"].startswith("1.6")
    with influxdb(tmp_path / "other", "127.35.3.2", port=8300):
        assert inspect("127.35.3.2", 8300).failed == {"influxdb.open"}


def test_influxdb_with_users_passes(tmp_path: Path) -> None:
    with influxdb(tmp_path / "influxdb", "127.35.3.3", users=True):
        found = inspect("127.35.3.3", 8086)
    assert (found.failed, "influxdb.open" in found.passed) == (set(), True)


def test_clickhouse_is_open_on_its_own_port_and_on_another(tmp_path: Path) -> None:
    with clickhouse(tmp_path / "clickhouse", "127.35.4.1"):
        assert inspect("127.35.4.1", 8123).failed == {"clickhouse.open"}
    with clickhouse(tmp_path / "other", "127.35.4.2", port=8400):
        assert inspect("127.35.4.2", 8400).failed == {"clickhouse.open"}


def test_clickhouse_with_a_password_passes(tmp_path: Path) -> None:
    with clickhouse(tmp_path / "clickhouse", "127.35.4.3", password="laboratory"):
        found = inspect("127.35.4.3", 8123)
    assert (found.failed, "clickhouse.open" in found.passed) == (set(), True)
    assert "Code: 19" in found.observations["services.clickhouse"].facts["answer"]


def test_a_server_of_couchdbs_protocol_is_open_on_its_own_port_and_on_another(tmp_path: Path) -> None:
    with pouchdb(tmp_path / "pouchdb", "127.35.10.1"):
        found = inspect("127.35.10.1", 5984)
    assert found.failed == {"couchdb.open"}
    assert found.judgements["couchdb.open"].seen["named"] == "PouchDB Server 4.2.0"
    assert "payroll" not in repr(found.observations)
    with pouchdb(tmp_path / "other", "127.35.10.2", port=5999):
        assert inspect("127.35.10.2", 5999).failed == {"couchdb.open"}


def test_cups_for_everybody_is_exposed_and_is_no_printer(tmp_path: Path) -> None:
    with cups(tmp_path / "cups", "127.0.0.1"):
        found = inspect("127.0.0.1", 631)
    assert found.failed == {"cups.exposed"}
    assert found.judgements["cups.exposed"].seen["named"].startswith("CUPS 2.")
    assert "status 0x0000" in found.evidence("cups.exposed")
    assert "payroll" not in repr(found.observations)


def test_cups_that_wants_a_login_passes(tmp_path: Path) -> None:
    with cups(tmp_path / "cups", "127.0.0.1", users=True):
        found = inspect("127.0.0.1", 631)
    assert (found.failed, "cups.exposed" in found.passed) == (set(), True)


def test_a_printer_is_exposed_by_ipp_and_is_no_cups(tmp_path: Path) -> None:
    with ipp_printer(tmp_path / "printer", "127.35.5.3"):
        found = inspect("127.35.5.3", 631)
    assert found.failed == {"printer.exposed"}
    assert "Get-Printer-Attributes answered" in found.evidence("printer.exposed")


def test_jupyter_without_a_token_is_open_on_its_own_port_and_on_another(tmp_path: Path) -> None:
    with jupyter(tmp_path / "jupyter", "127.35.6.1"):
        assert inspect("127.35.6.1", 8888).failed == {"jupyter.open"}
    with jupyter(tmp_path / "other", "127.35.6.2", port=8889):
        assert inspect("127.35.6.2", 8889).failed == {"jupyter.open"}


def test_jupyter_with_a_token_passes(tmp_path: Path) -> None:
    with jupyter(tmp_path / "jupyter", "127.35.6.3", token="laboratory"):
        found = inspect("127.35.6.3", 8888)
    assert (found.failed, "jupyter.open" in found.passed) == (set(), True)


def test_the_docker_engine_without_tls_is_open_on_its_own_port_and_on_another(tmp_path: Path) -> None:
    with docker(tmp_path / "docker", "127.35.7.1", port=2375):
        found = inspect("127.35.7.1", 2375)
    assert found.failed == {"docker-api.open"}
    assert found.judgements["docker-api.open"].seen["named"].startswith("Docker 20.")
    with docker(tmp_path / "other", "127.35.7.2", port=9443):
        assert inspect("127.35.7.2", 9443).failed == {"docker-api.open"}


def test_the_docker_engine_with_client_certificates_passes(tmp_path: Path, pair: tuple[Path, Path]) -> None:
    with docker(tmp_path / "docker", "127.35.7.3", port=2376, certificate=pair):
        found = inspect("127.35.7.3", 2376)
    assert (found.failed, "docker-api.open" in found.passed) == (set(), True)


def test_a_cameras_page_is_exposed(tmp_path: Path) -> None:
    with motion(tmp_path / "motion", "127.35.8.1"):
        found = inspect("127.35.8.1", 18180)
    assert found.failed == {"camera.exposed"}
    assert found.judgements["camera.exposed"].seen["named"] == "Motion"


@pytest.mark.slow
def test_a_cameras_pictures_are_exposed_though_they_never_end_and_none_is_kept(tmp_path: Path) -> None:
    with motion(tmp_path / "motion", "127.35.8.2"):
        found = inspect("127.35.8.2", 18181)
    assert found.failed == {"camera.exposed"}
    assert "JFIF" not in repr(found.observations)


@contextlib.contextmanager
def _website(folder: Path, address: str, *ports: int) -> Iterator[None]:
    """nginx with one page and 404 for the rest."""
    page = "location = / { return 200 '<html><title>School</title><p>welcome</p></html>'; default_type text/html; }"
    blocks = [server(address, page, "location / { return 404; }", port=port) for port in ports]
    with nginx(folder, address, *blocks, ports=ports):
        yield


def test_the_root_is_asked_for_once_by_all_who_look_at_it(tmp_path: Path) -> None:
    async def run() -> tuple[int, int]:
        service = Target(TargetKind.SERVICE, "self", address="127.35.9.2", port=80, protocol="http", tls=False)
        site = replace(service, kind=TargetKind.SITE, scheme="http", name="127.35.9.2", protocol=None, tls=None)
        async with wired(ordered("127.35.9.2")) as wire:
            await ask_over(wire, application.PROBE, service)
            before = wire.traffic().requests
            await ask_over(wire, home.PROBE, site)
            return before, wire.traffic().requests

    with _website(tmp_path / "nginx", "127.35.9.2", 80):
        assert asyncio.run(run()) == (1, 1)


def test_an_ordinary_web_server_is_asked_for_its_root_alone_and_a_little_more_where_an_application_lives(
    tmp_path: Path,
) -> None:
    with _website(tmp_path / "nginx", "127.35.9.1", 80, 8080, 9200, 631):
        seen = {port: inspect("127.35.9.1", port) for port in (80, 8080, 9200, 631)}
    assert {port: found.requests for port, found in seen.items()} == {80: 1, 8080: 1, 9200: 1, 631: 4}
    assert {port: found.asked for port, found in seen.items()} == {
        80: set(),
        8080: set(),
        9200: {"elasticsearch"},
        631: {"cups", "printer"},
    }
    assert [(found.failed, found.passed, found.untested) for found in seen.values()] == [(set(), set(), {})] * 4
