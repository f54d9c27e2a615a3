"""Ports that misbehave: identification ends within its budget, and accuses nobody."""

import asyncio
import time

import pytest

from probes.services import identify
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from tests.asking import ask
from tests.hostile import servers
from tests.hostile.servers import Conversation, Visit, serving
from tests.lab.service_inspection import Inspected, inspected

pytestmark = pytest.mark.lab


async def many_greetings(visit: Visit) -> None:
    """Claims to be everything at once, line by line, without an end."""
    while True:
        await visit.send(b"hello 220 SSH-9 HTTP/ +PONG\r\n" * 500)


async def a_few_bytes(visit: Visit) -> None:
    """Words of no protocol, then the end."""
    await visit.send(b"\x00\xff\x07 no such thing\r\n")


async def echo(visit: Visit) -> None:
    """Gives back what it gets (RFC 862)."""
    while data := await visit.reader.read(4096):
        await visit.send(data)


@pytest.mark.parametrize(
    ("behaviour", "port", "reason"),
    [
        (servers.garbage, 5432, Reason.BUDGET),
        (a_few_bytes, 22, Reason.MALFORMED),
        (servers.close_at_once, 6379, Reason.MALFORMED),
        (servers.close_at_once, 443, Reason.MALFORMED),
        (servers.endless_banner, 21, Reason.BUDGET),
        (many_greetings, 3306, Reason.BUDGET),
    ],
)
def test_a_port_that_misbehaves_stays_unknown_with_its_reason(
    behaviour: Conversation, port: int, reason: Reason
) -> None:
    async def asked() -> None:
        async with serving(behaviour, "127.32.32.1", port) as server:
            found = await inspected("127.32.32.1", port)
        assert found.identity["protocol"] == "unknown"
        assert found.failed == set()
        assert found.observations["services.identify"].gaps["known"] is reason
        assert server.connections <= identify.PROBE.cost.connections + 8

    asyncio.run(asked())


def test_an_echo_is_an_echo_on_every_port_and_no_debugger() -> None:
    async def asked(port: int) -> Inspected:
        async with serving(echo, "127.32.32.7", port):
            return await inspected("127.32.32.7", port)

    for port in (27017, 9999, 4321):
        found = asyncio.run(asked(port))
        assert (found.identity["protocol"], found.failed) == ("echo", set())
    debugger = asyncio.run(asked(5005))
    assert debugger.failed == set()
    assert debugger.untested["jdwp.exposed"] is Reason.MALFORMED


def test_a_port_that_resets_accuses_nobody() -> None:
    async def asked() -> None:
        async with serving(servers.reset, "127.32.32.2", 6379):
            found = await inspected("127.32.32.2", 6379)
        observation = found.observations["services.identify"]
        assert found.failed == set()
        assert observation.reason is Reason.REFUSED or observation.facts["known"] is None

    asyncio.run(asked())


@pytest.mark.slow
def test_silence_ends_within_the_budget_and_proves_nothing() -> None:
    async def asked(port: int) -> None:
        target = Target(TargetKind.SERVICE, "self", address="127.32.32.3", port=port)
        begun = time.monotonic()
        async with serving(servers.silent, "127.32.32.3", port) as server:
            observation = await ask(identify.PROBE, target)
        assert observation.facts["protocol"] == "unknown"
        assert observation.gaps["known"] is Reason.TIMED_OUT
        assert time.monotonic() - begun < identify.PROBE.cost.seconds / 2
        assert server.connections <= 6

    async def together() -> None:
        await asyncio.gather(*(asked(port) for port in (22, 443, 6379, 7777)))

    asyncio.run(together())


@pytest.mark.slow
def test_a_byte_a_second_ends_within_the_budget() -> None:
    async def asked() -> None:
        target = Target(TargetKind.SERVICE, "self", address="127.32.32.4", port=23)
        begun = time.monotonic()
        async with serving(servers.byte_a_second, "127.32.32.4", 23):
            observation = await ask(identify.PROBE, target)
        assert observation.facts["protocol"] in ("unknown", "http")
        assert time.monotonic() - begun < identify.PROBE.cost.seconds / 2

    asyncio.run(asked())


def test_a_closed_port_is_refused_and_no_service() -> None:
    target = Target(TargetKind.SERVICE, "self", address="127.32.32.5", port=6379)
    assert asyncio.run(ask(identify.PROBE, target)).reason is Reason.REFUSED


def test_no_more_than_http_and_tls_is_sent_to_a_name() -> None:
    heard: list[bytes] = []

    async def record(visit: Visit) -> None:
        heard.append(await visit.reader.read(4096))

    async def asked() -> None:
        target = Target(TargetKind.SERVICE, "self", address="127.32.32.6", port=80, name="www.school.example")
        async with serving(record, "127.32.32.6", 80):
            await ask(identify.PROBE, target)

    asyncio.run(asked())
    assert heard
    assert all(
        words.startswith((b"GET / HTTP/1.1\r\nHost: www.school.example\r\n", b"\x16\x03\x01")) for words in heard
    )
