"""Misbehaviour where stores, brokers, Java's services, cameras and imaging nodes usually live accuses nobody."""

import asyncio

import pytest

from scanner.model.verdict import Reason
from tests.hostile import servers
from tests.hostile.servers import Conversation, Visit, serving
from tests.lab.service_inspection import inspected

pytestmark = pytest.mark.lab

LIVES_AT = {
    "mongodb.no-auth": 27017,
    "cassandra.open": 9042,
    "postgres.no-auth": 5432,
    "postgres.no-tls": 5433,
    "mysql.no-tls": 3306,
    "zookeeper.open": 2181,
    "kafka.open": 9092,
    "mqtt.anonymous": 1883,
    "amqp.exposed": 5672,
    "nats.open": 4222,
    "beanstalkd.open": 11300,
    "gearman.open": 4730,
    "jdwp.exposed": 5005,
    "java-rmi.exposed": 1099,
    "ajp.exposed": 8009,
    "weblogic-t3.exposed": 7001,
    "dubbo.open": 20880,
    "rtsp.open": 554,
    "dicom.open": 11112,
    "redis.no-auth": 6379,
    "memcached.open": 11211,
}
AT_ONCE = 21
"""Ports asked at once: what they say nothing to takes its time."""


async def yes_to_everything(visit: Visit) -> None:
    """Takes every line and says OK."""
    while await visit.reader.read(4096):
        await visit.send(b"OK\r\n")


async def lying_length(visit: Visit) -> None:
    """Says that much more follows, in every byte order, and then nothing."""
    if await visit.reader.read(4096):
        await visit.send(b"\x7f\xff\xff\x7f" * 8)
        await visit.reader.read(4096)


async def cut_short(visit: Visit) -> None:
    """Ends after the first bytes of whatever a real server might say."""
    if await visit.reader.read(4096):
        await visit.send(b"\x00\x00\x00")


async def untested(behaviour: Conversation, address: str) -> dict[str, Reason | None]:
    """For each check the reason why it is not tested; None where it was tested after all."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(check: str, port: int) -> tuple[str, Reason | None]:
        async with turns, serving(behaviour, address, port):
            found = await inspected(address, port)
        assert check not in found.failed
        return check, found.untested.get(check)

    return dict(await asyncio.gather(*(one(check, port) for check, port in LIVES_AT.items())))


@pytest.mark.parametrize(
    ("behaviour", "address"),
    [(servers.close_at_once, "127.33.33.1"), (servers.garbage, "127.33.33.2")],
    ids=["closes", "garbage"],
)
def test_what_misbehaves_is_not_tested_and_says_why(behaviour: Conversation, address: str) -> None:
    told = asyncio.run(untested(behaviour, address))
    assert {check: reason for check, reason in told.items() if reason is None} == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behaviour", "address"),
    [
        (servers.silent, "127.33.33.5"),
        (servers.byte_a_second, "127.33.33.7"),
        (lying_length, "127.33.33.6"),
        (yes_to_everything, "127.33.33.3"),
        (cut_short, "127.33.33.4"),
    ],
    ids=["silent", "slow", "lying", "yes to everything", "cut short"],
)
def test_what_is_silent_slow_or_lies_is_not_tested_and_ends(behaviour: Conversation, address: str) -> None:
    told = asyncio.run(untested(behaviour, address))
    assert {check: reason for check, reason in told.items() if reason is None} == {}
