"""Stores, brokers, Java's services, cameras and imaging nodes: real servers badly and well kept, fakes where none is."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from probes.services import zookeeper as zookeeper_probe
from scanner.model.check import Severity
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Verdict
from tests.asking import ordered, wired
from tests.hostile.servers import Conversation, serving
from tests.lab.certificates import issue, rsa_key
from tests.lab.servers import paper_stores
from tests.lab.servers.java import registry
from tests.lab.servers.mariadb import mariadb
from tests.lab.servers.mosquitto import mosquitto
from tests.lab.servers.nats import nats
from tests.lab.servers.postgresql import postgresql
from tests.lab.servers.queues import beanstalkd, gearmand
from tests.lab.servers.rabbitmq import rabbitmq
from tests.lab.servers.rtsp import rtsp
from tests.lab.servers.storescp import storescp
from tests.lab.servers.tomcat import tomcat
from tests.lab.servers.zookeeper import zookeeper
from tests.lab.service_inspection import Inspected, inspect, inspected

pytestmark = pytest.mark.lab

Pair = tuple[Path, Path]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return issue("store.school.example", key=rsa_key()).write(tmp_path_factory.mktemp("pair"))


def at(conversation: Conversation, address: str, port: int, *, tls: Pair | None = None) -> Inspected:
    """What is found at a fake."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
    if context and tls:
        context.load_cert_chain(*tls)

    async def asked() -> Inspected:
        async with serving(conversation, address, port, tls=context):
            return await inspected(address, port)

    return asyncio.run(asked())


# MongoDB, Cassandra, Kafka, Dubbo, WebLogic: fakes.


@pytest.mark.parametrize("wire_version", [17, 2])
def test_mongodb_that_names_its_databases_to_anybody_is_critical(wire_version: int) -> None:
    found = at(paper_stores.mongodb(login=False, wire_version=wire_version), "127.33.1.1", 27017)
    assert (found.identity["protocol"], found.identity["version"]) == ("mongodb", paper_stores.VERSION)
    assert found.failed == {"mongodb.no-auth"}
    judgement = found.judgements["mongodb.no-auth"]
    assert judgement.severity is Severity.CRITICAL
    assert b"patients" not in judgement.evidence[0].content
    assert found.judgements["port.database-exposed"].verdict is Verdict.NOT_APPLICABLE


def test_mongodb_with_a_login_is_only_exposed_on_an_odd_port_too() -> None:
    found = at(paper_stores.mongodb(login=True), "127.33.1.2", 9999)
    assert found.identity["protocol"] == "mongodb"
    assert found.failed == {"port.database-exposed"}
    assert "mongodb.no-auth" in found.passed


def test_mongodb_inside_tls_is_asked_inside_tls(pair: Pair) -> None:
    found = at(paper_stores.mongodb(login=False), "127.33.1.3", 27017, tls=pair)
    assert (found.identity["protocol"], found.identity["tls"]) == ("mongodb", True)
    assert found.failed == {"mongodb.no-auth"}


@pytest.mark.parametrize("newest", [5, 3])
def test_cassandra_that_is_ready_for_anybody_fails_and_one_that_wants_a_login_is_only_exposed(newest: int) -> None:
    is_open = at(paper_stores.cassandra(login=False, newest=newest), "127.33.2.1", 9042)
    kept = at(paper_stores.cassandra(login=True, newest=newest), "127.33.2.2", 9042)
    assert (is_open.identity["protocol"], is_open.failed) == ("cassandra", {"cassandra.open"})
    assert kept.failed == {"port.database-exposed"}
    assert "cassandra.open" in kept.passed


def test_cassandra_on_an_odd_port_is_known_by_its_error() -> None:
    assert at(paper_stores.cassandra(login=False), "127.33.2.3", 9999).failed == {"cassandra.open"}


@pytest.mark.parametrize("versions", [(0, 12), (1, 3)])
def test_kafka_without_sasl_fails_and_a_listener_with_sasl_passes(versions: tuple[int, int]) -> None:
    is_open = at(paper_stores.kafka(sasl=False, metadata=versions), "127.33.3.1", 9092)
    kept = at(paper_stores.kafka(sasl=True, metadata=versions), "127.33.3.2", 9092)
    assert (is_open.identity["protocol"], is_open.failed) == ("kafka", {"kafka.open"})
    assert "broker" not in is_open.observations["services.kafka"].facts["reply"].replace("brokers", "")
    assert kept.failed == set()
    assert "kafka.open" in kept.passed


def test_kafka_inside_tls_is_no_plaintext_listener(pair: Pair) -> None:
    found = at(paper_stores.kafka(sasl=False), "127.33.3.3", 9093, tls=pair)
    assert (found.identity["protocol"], found.identity["tls"]) == ("kafka", True)
    assert found.judgements["kafka.open"].verdict is Verdict.NOT_APPLICABLE


def test_dubbo_that_answers_a_heartbeat_or_shows_its_prompt_fails() -> None:
    by_heartbeat = at(paper_stores.dubbo(prompt=False), "127.33.4.1", 20880)
    by_prompt = at(paper_stores.dubbo(heartbeats=False), "127.33.4.2", 5678)
    assert by_heartbeat.failed == {"dubbo.open"}
    assert by_prompt.identity["protocol"] == "dubbo"


def test_weblogic_that_answers_a_t3_hello_fails_beside_its_site_and_one_with_a_filter_passes() -> None:
    is_open = at(paper_stores.weblogic(filtered=False), "127.33.5.1", 7001)
    kept = at(paper_stores.weblogic(filtered=True), "127.33.5.2", 7001)
    assert is_open.identity["protocol"] == "http"
    assert is_open.failed == {"weblogic-t3.exposed"}
    assert "weblogic-t3.exposed" in kept.passed


# Real servers.


@pytest.fixture(scope="module")
def postgresql_with_tls(tmp_path_factory: pytest.TempPathFactory, pair: Pair) -> Iterator[Path]:
    rules = ["hostssl all all 0.0.0.0/0 scram-sha-256"]
    with postgresql(tmp_path_factory.mktemp("kept") / "pg", "127.33.6.1", rules=rules, certificate=pair) as log:
        yield log


def test_postgresql_that_wants_a_password_over_tls_is_only_exposed_and_logs_nothing(postgresql_with_tls: Path) -> None:
    before = postgresql_with_tls.read_text(encoding="utf-8")
    found = inspect("127.33.6.1", 5432)
    written = postgresql_with_tls.read_text(encoding="utf-8").removeprefix(before).splitlines()
    assert found.identity["offers_tls"] is True
    assert found.failed == {"port.database-exposed"}
    assert {"postgres.no-auth", "postgres.no-tls"} <= found.passed
    assert "SASL" in found.observations["services.postgresql"].facts["reply"]
    assert [line for line in written if "ready to accept connections" not in line] == []


@pytest.mark.parametrize(
    ("rules", "tls"),
    [
        (["host all all 0.0.0.0/0 trust"], False),
        (["hostssl all all 0.0.0.0/0 trust"], True),
        (["hostnossl all all 0.0.0.0/0 trust"], True),
    ],
    ids=["in the clear", "by TLS alone", "in the clear alone"],
)
def test_postgresql_that_lets_postgres_in_without_a_password_is_critical_however_it_lets_it_in(
    rules: list[str], tls: bool, tmp_path: Path, pair: Pair
) -> None:
    with postgresql(tmp_path / "pg", "127.33.6.2", rules=rules, certificate=pair if tls else None):
        found = inspect("127.33.6.2", 5432)
    assert found.failed == {"postgres.no-auth"} | (set() if tls else {"postgres.no-tls"})
    assert found.judgements["postgres.no-auth"].severity is Severity.CRITICAL
    assert found.judgements["port.database-exposed"].verdict is Verdict.NOT_APPLICABLE


def test_mariadb_without_tls_fails_and_one_with_tls_passes(tmp_path: Path, pair: Pair) -> None:
    with mariadb(tmp_path / "bare", "127.33.7.1"):
        bare = inspect("127.33.7.1", 3306)
    own = (tmp_path / "certificate", tmp_path / "key")  # it gives the key to the server's user
    for source, copy in zip(pair, own, strict=True):
        copy.write_bytes(source.read_bytes())
    with mariadb(tmp_path / "kept", "127.33.7.2", certificate=own):
        kept = inspect("127.33.7.2", 3306)
    assert bare.failed == {"mysql.no-tls", "port.database-exposed"}
    assert kept.failed == {"port.database-exposed"}
    assert "mysql.no-tls" in kept.passed


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with zookeeper(tmp_path_factory.mktemp("zookeeper"), "127.33.8.1"):
        yield "127.33.8.1"


def test_zookeeper_answers_anybody_its_version(keeper: str) -> None:
    found = inspect(keeper, 2181)
    assert (found.identity["product"], found.failed) == ("ZooKeeper", {"zookeeper.open"})
    assert found.identity["cpe"].startswith("cpe:2.3:a:apache:zookeeper:3.")


def by_session(address: str) -> bool | None:
    """What a session tells: the way that is gone where srvr is refused, which releases since 3.5 never do."""

    async def asked() -> bool | None:
        target = Target(TargetKind.SERVICE, "self", address=address, port=2181)
        async with wired(ordered(address)) as wire, wire.bind(zookeeper_probe.PROBE, target).connect() as stream:
            return (await zookeeper_probe.by_session(stream)).open

    return asyncio.run(asked())


def test_an_anonymous_session_reads_the_root_and_one_that_must_log_in_does_not(keeper: str, tmp_path: Path) -> None:
    assert by_session(keeper) is True
    with zookeeper(tmp_path / "kept", "127.33.8.2", logged_in=True):
        assert by_session("127.33.8.2") is False


def test_mosquitto_that_takes_anonymous_clients_fails_in_the_clear_and_inside_tls(tmp_path: Path, pair: Pair) -> None:
    with mosquitto(tmp_path / "bare", "127.33.9.1"):
        assert inspect("127.33.9.1", 1883).failed == {"mqtt.anonymous"}
    with mosquitto(tmp_path / "tls", "127.33.9.2", port=8883, tls=pair):
        found = inspect("127.33.9.2", 8883)
    assert (found.identity["tls"], found.failed) == (True, {"mqtt.anonymous"})


def test_mosquitto_that_wants_a_name_passes_on_an_odd_port_too(tmp_path: Path) -> None:
    with mosquitto(tmp_path / "kept", "127.33.9.3", port=4567, anonymous=False):
        found = inspect("127.33.9.3", 4567)
    assert (found.identity["protocol"], found.failed) == ("mqtt", set())
    assert "mqtt.anonymous" in found.passed


def test_rabbitmq_in_the_clear_is_exposed_and_inside_tls_is_not(tmp_path: Path, pair: Pair) -> None:
    with rabbitmq(tmp_path / "rabbitmq", "127.33.10.1", certificate=pair):
        clear, inside = inspect("127.33.10.1", 5672), inspect("127.33.10.1", 5671)
    assert (clear.identity["product"], clear.identity["tls"]) == ("RabbitMQ", False)
    assert clear.failed == {"amqp.exposed", "service.version-disclosed"}
    assert inside.identity["tls"] is True
    assert "amqp.exposed" in inside.passed


def test_nats_that_obeys_anybody_fails_in_the_clear_and_behind_its_step_into_tls(tmp_path: Path, pair: Pair) -> None:
    with nats(tmp_path / "bare", "127.33.11.1"):
        found = inspect("127.33.11.1", 4222)
    assert (found.identity["product"], found.failed) == ("NATS", {"nats.open"})
    with nats(tmp_path / "tls", "127.33.11.2", tls=pair):
        assert inspect("127.33.11.2", 4222).failed == {"nats.open"}


def test_nats_that_wants_a_login_passes(tmp_path: Path) -> None:
    with nats(tmp_path / "kept", "127.33.11.3", password="laboratory"):
        found = inspect("127.33.11.3", 4222)
    assert found.failed == set()
    assert "nats.open" in found.passed


def test_beanstalkd_and_gearman_know_no_login(tmp_path: Path) -> None:
    with beanstalkd(tmp_path / "beanstalkd", "127.33.12.1"), gearmand(tmp_path / "gearmand", "127.33.12.2"):
        queue, jobs = inspect("127.33.12.1", 11300), inspect("127.33.12.2", 4730)
    assert (queue.identity["version"], queue.failed) == ("1.12", {"beanstalkd.open"})
    assert (jobs.identity["version"][:3], jobs.failed) == ("1.1", {"gearman.open"})


def test_beanstalkd_on_an_odd_port_is_known_by_its_complaint(tmp_path: Path) -> None:
    with beanstalkd(tmp_path / "beanstalkd", "127.33.12.3", port=4568):
        assert inspect("127.33.12.3", 4568).failed == {"beanstalkd.open"}


def test_a_debuggers_port_and_a_registry_of_java_are_exposed(tmp_path: Path) -> None:
    with registry(tmp_path / "java", "127.33.13.1", port=1099, debugger=5005):
        objects, debugger = inspect("127.33.13.1", 1099), inspect("127.33.13.1", 5005)
    assert objects.failed == {"java-rmi.exposed"}
    assert debugger.failed == {"jdwp.exposed"}
    assert debugger.judgements["jdwp.exposed"].severity is Severity.CRITICAL


def test_tomcat_answers_cping(tmp_path: Path) -> None:
    with tomcat(tmp_path / "tomcat", "127.33.14.1"):
        assert inspect("127.33.14.1", 8009).failed == {"ajp.exposed"}


def test_a_stream_without_a_login_fails_and_one_with_a_login_passes(tmp_path: Path) -> None:
    with rtsp(tmp_path / "bare", "127.33.15.1", path="/live"):
        is_open = inspect("127.33.15.1", 554)
    with rtsp(tmp_path / "kept", "127.33.15.2", password="laboratory"):
        kept = inspect("127.33.15.2", 554)
    assert is_open.failed == {"rtsp.open"}
    assert is_open.observations["services.rtsp"].facts["reply"] == "DESCRIBE /live: 200"
    assert kept.failed == set()
    assert "rtsp.open" in kept.passed


def test_an_imaging_node_that_takes_anybody_fails_and_one_that_rejects_passes(tmp_path: Path) -> None:
    with storescp(tmp_path / "bare", "127.33.16.1"):
        is_open = inspect("127.33.16.1", 11112)
    with storescp(tmp_path / "kept", "127.33.16.2", refuses=True):
        kept = inspect("127.33.16.2", 11112)
    assert (is_open.identity["product"], is_open.identity["version"][:3]) == ("DCMTK", "3.6")
    assert is_open.failed == {"dicom.open", "service.version-disclosed"}
    assert is_open.judgements["dicom.open"].severity is Severity.HIGH
    assert kept.failed == set()
    assert "dicom.open" in kept.passed
