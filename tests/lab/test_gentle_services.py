"""What questions leave in the logs of well-kept servers: no line above notice, and none that fail2ban would count."""

import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.lab.certificates import issue, rsa_key
from tests.lab.server import needs
from tests.lab.servers.bind import bind
from tests.lab.servers.mariadb import mariadb
from tests.lab.servers.memcached import memcached
from tests.lab.servers.mosquitto import mosquitto
from tests.lab.servers.nats import nats
from tests.lab.servers.nginx import nginx, server
from tests.lab.servers.queues import beanstalkd, gearmand
from tests.lab.servers.rabbitmq import rabbitmq
from tests.lab.servers.redis import redis
from tests.lab.servers.storescp import storescp
from tests.lab.service_inspection import inspect

pytestmark = pytest.mark.lab

Pair = tuple[Path, Path]
Start = Callable[[Path, str, Pair], AbstractContextManager[Any]]
FILTERS = Path("/etc/fail2ban/filter.d")

SERVERS: dict[str, tuple[tuple[int, ...], Start]] = {
    "redis": ((6379,), lambda folder, address, pair: redis(folder, address, password="laboratory")),
    "memcached": ((11211,), lambda folder, address, pair: memcached(folder, address, password="laboratory")),
    "mosquitto": ((1883,), lambda folder, address, pair: mosquitto(folder, address, anonymous=False)),
    "nats": ((4222,), lambda folder, address, pair: nats(folder, address, password="laboratory")),
    "beanstalkd": ((11300,), lambda folder, address, pair: beanstalkd(folder, address)),
    "gearmand": ((4730,), lambda folder, address, pair: gearmand(folder, address)),
    "storescp": ((11112,), lambda folder, address, pair: storescp(folder, address, refuses=True)),
    "bind": ((53,), lambda folder, address, pair: bind(folder, address, {}, ports=(53,), denies=True)),
    "nginx": (
        (80, 443),
        lambda folder, address, pair: nginx(
            folder,
            address,
            server(address, "return 200 hello;"),
            server(address, "return 200 hello;", port=443, certificate=pair),
            ports=(80, 443),
        ),
    ),
}
COUNTED = {"bind": ("named-refused",), "nginx": ("nginx-http-auth", "nginx-bad-request", "nginx-botsearch")}
"""fail2ban's stock filters that read these servers' logs."""
LOUD = ("warn", "error", "crit", "alert", "emerg", "fatal", "panic")
SAYS_NOTHING = {"mosquitto": ("New connection from", "not authorised")}
"""What is written at notice and below, without a word for its level."""


def written(log: Path, address: str, *ports: int) -> list[str]:
    """The lines that an inspection of these ports adds to a log."""
    time.sleep(0.5)  # the laboratory's own look at the ports is written down by then
    before = len(log.read_bytes())
    for port in ports:
        assert inspect(address, port).identity["known"] is True
    time.sleep(0.5)
    return log.read_bytes()[before:].decode("utf-8", "replace").splitlines()


def loud(lines: list[str]) -> list[str]:
    return [line for line in lines if any(word in line.lower() for word in LOUD)]


@pytest.mark.parametrize("name", SERVERS)
def test_questions_leave_no_line_above_notice_and_none_that_bans(name: str, tmp_path: Path) -> None:
    ports, start = SERVERS[name]
    pair = issue("kept.school.example", key=rsa_key()).write(tmp_path)
    address = "127.33.40.1"
    with start(tmp_path / name, address, pair):
        lines = written(tmp_path / name / "output.log", address, *ports)
    quiet = SAYS_NOTHING.get(name, ())
    assert [line for line in loud(lines) if not any(word in line for word in quiet)] == []
    for known in COUNTED.get(name, ()):
        assert _matched("\n".join(lines), known, tmp_path) == 0


def test_servers_whose_protocol_knows_no_farewell_before_a_login_write_one_warning_and_no_more(tmp_path: Path) -> None:
    """AMQP 0-9-1 and MySQL: who leaves after the server's greeting is written down, so that we come once."""
    pair = issue("kept.school.example", key=rsa_key()).write(tmp_path)
    with rabbitmq(tmp_path / "rabbitmq", "127.33.40.2", certificate=pair):
        broker = written(tmp_path / "rabbitmq" / "output.log", "127.33.40.2", 5671)
    with mariadb(tmp_path / "mariadb", "127.33.40.3"):
        database = written(tmp_path / "mariadb" / "output.log", "127.33.40.3", 3306)
    assert sum("closing AMQP connection" in line for line in broker) == 1
    assert len(loud(broker)) == 2  # the second says why
    assert ["without authentication" in line for line in loud(database)] == [True]
    assert _matched("\n".join(database), "mysqld-auth", tmp_path) == 0


def test_a_denied_question_is_what_the_filter_counts(tmp_path: Path) -> None:
    """So that nothing counted means something."""
    line = "25-Nov-2026 22:31:23.712 client @0x7f2f784c3098 192.0.2.7#49218 (.): query (cache) './NS/IN' denied\n"
    assert _matched(line, "named-refused", tmp_path) == 1


def _matched(text: str, known: str, folder: Path) -> int:
    """Lines that one of fail2ban's own filters counts."""
    needs("fail2ban-regex")
    log = folder / "written.log"
    log.write_text(text, encoding="utf-8")
    command = ["/usr/bin/fail2ban-regex", "--print-no-missed", str(log), str(FILTERS / f"{known}.conf")]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    lines = [line for line in told.splitlines() if line.startswith("Lines:")]
    assert len(lines) == 1, told
    return int(lines[0].split(" ignored, ")[1].split(" matched")[0])
