"""Servers that misbehave where known flaws are asked for: nobody is accused, nothing is called passed, nothing hangs."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable

import pytest

from probes.tls.flaws import early_ccs, heartbleed, renegotiation, robot, ticketbleed
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask
from tests.hostile.servers import Visit, serving
from tests.lab.certificates import issue, rsa_key
from tests.unit.test_tls_hello import certificate_words, handshake, record, server_words

pytestmark = pytest.mark.lab
PROBES = (heartbleed.PROBE, early_ccs.PROBE, robot.PROBE, ticketbleed.PROBE, renegotiation.PROBE)
LEAF = issue("a.example", key=rsa_key())
HEARTBEATS = b"\x00\x0f\x00\x01\x01"
FLIGHT = server_words(0x0303, 0x002F, HEARTBEATS) + certificate_words(LEAF.der) + record(22, handshake(14, b""))
Behaviour = Callable[[Visit], Awaitable[None]]
Told = dict[str, tuple[Verdict, Reason | None]]


def visited(behaviour: Behaviour, address: str, probes: tuple[Probe, ...] = PROBES) -> Told:
    """What each check says of a server that behaves so; all asked at once."""

    async def run() -> tuple[list[Observation], int]:
        async with serving(behaviour, address) as server:
            target = Target(TargetKind.SERVICE, "self", address=address, port=server.port, protocol="http", tls=True)
            seen = await asyncio.gather(*(ask(probe, target) for probe in probes))
            return seen, server.connections

    observations, connections = asyncio.run(run())
    assert connections <= sum(probe.cost.connections for probe in probes)
    told: Told = {}
    for observation in observations:
        for check in load().checks.values():
            if check.probe == observation.probe:
                (judged,) = judge(check, observation.target, {observation.probe: observation}, {})
                told[check.id] = judged.verdict, judged.reason
    assert len(told) == len(probes)
    return told


async def hello(visit: Visit) -> bytes:
    head = await visit.reader.readexactly(5)
    return head + await visit.reader.readexactly(int.from_bytes(head[3:], "big"))


def after_the_flight(words: bytes, *, silent: bool = False) -> Behaviour:
    """A whole first flight, and to whatever comes then just these words; then the end, or silence."""

    async def behave(visit: Visit) -> None:
        await hello(visit)
        await visit.send(FLIGHT)
        await visit.reader.read(1)
        await visit.send(words)
        if silent:
            while await visit.reader.read(4096):
                continue

    return behave


def answering(words: bytes) -> Behaviour:
    async def behave(visit: Visit) -> None:
        await hello(visit)
        await visit.send(words)

    return behave


async def close_at_once(visit: Visit) -> None:
    """Not a word."""


async def endless(visit: Visit) -> None:
    await hello(visit)
    await visit.send(server_words(0x0303, 0x002F))
    while True:
        await visit.send(record(22, bytes([11, 1, 255, 255]) + bytes(16000)) + record(22, bytes(16000)) * 3)


async def endless_warnings(visit: Visit) -> None:
    await hello(visit)
    while True:
        await visit.send(record(21, b"\x01\x70") * 500)


async def drips(visit: Visit) -> None:
    await hello(visit)
    for octet in FLIGHT:
        await visit.send(bytes([octet]))
        await asyncio.sleep(0.2)


HOSTILE: dict[str, tuple[Behaviour, set[Reason]]] = {
    "closes at once": (close_at_once, {Reason.REFUSED}),
    "garbage": (answering(b"\x00\xff" + os.urandom(2000)), {Reason.MALFORMED}),
    "plain HTTP": (answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"), {Reason.MALFORMED}),
    "half a record": (answering(FLIGHT[:40]), {Reason.MALFORMED, Reason.REFUSED}),
    "an alert alone": (answering(record(21, b"\x02\x50")), {Reason.REFUSED}),
    "endless certificate": (endless, {Reason.MALFORMED, Reason.BUDGET}),
    "endless warnings": (endless_warnings, {Reason.BUDGET, Reason.TIMED_OUT}),
    "a ServerHello that lies": (answering(record(22, b"\x02\x00\x00\x28" + bytes(39) + b"\xff")), {Reason.MALFORMED}),
    "closes after its flight": (after_the_flight(b""), {Reason.REFUSED, Reason.MALFORMED}),
    "garbage after its flight": (after_the_flight(b"\x00" + os.urandom(300)), {Reason.MALFORMED}),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_server_is_not_tested_with_a_reason(case: str) -> None:
    behaviour, reasons = HOSTILE[case]
    told = visited(behaviour, "127.36.1.1")
    assert {verdict for verdict, _ in told.values()} == {Verdict.NOT_TESTED}, told
    assert {reason for _, reason in told.values()} <= reasons, told


@pytest.mark.slow
@pytest.mark.parametrize("behaviour", [after_the_flight(b"", silent=True), drips])
def test_silence_after_a_first_flight_proves_nothing(behaviour: Behaviour) -> None:
    assert set(visited(behaviour, "127.36.1.2").values()) == {(Verdict.NOT_TESTED, Reason.TIMED_OUT)}


def test_silence_is_not_tested() -> None:
    async def silent(visit: Visit) -> None:
        while await visit.reader.read(4096):
            continue

    assert set(visited(silent, "127.36.1.3").values()) == {(Verdict.NOT_TESTED, Reason.TIMED_OUT)}


def test_a_server_that_calls_everything_a_bad_record_is_not_accused_of_an_early_message() -> None:
    async def behave(visit: Visit) -> None:
        await hello(visit)
        await visit.send(FLIGHT)
        await visit.reader.readexactly(6)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(visit.reader.read(1), 3)
        await visit.send(record(21, b"\x02\x14"))

    told = visited(behave, "127.36.1.4", (early_ccs.PROBE,))
    assert told == {"tls.ccs-injection": (Verdict.NOT_TESTED, Reason.MALFORMED)}


def test_a_leak_that_is_seen_only_once_is_none() -> None:
    visits: list[int] = []

    async def behave(visit: Visit) -> None:
        words = await hello(visit)
        await visit.send(FLIGHT)
        head = await visit.reader.readexactly(5)
        request = await visit.reader.readexactly(int.from_bytes(head[3:], "big"))
        if b"\x00\x0f\x00\x01\x01" in words and not visits:
            visits.append(1)
            await visit.send(record(24, b"\x02" + request[1:3] + request[3:] + b"x" * 17))
        else:
            await visit.send(record(21, b"\x02\x0a"))

    told = visited(behave, "127.36.1.5", (heartbleed.PROBE,))
    assert told == {"tls.heartbleed": (Verdict.NOT_TESTED, Reason.MALFORMED)}


@pytest.mark.parametrize("answer", [b"\x02\x10\x01", b"\x02\xff\xff" + bytes(4200), b"\x01\x10\x01" + bytes(4200), b""])
def test_a_heartbeat_that_does_not_give_back_what_was_sent_is_no_leak(answer: bytes) -> None:
    told = visited(after_the_flight(record(24, answer) + record(21, b"\x02\x0a")), "127.36.1.6", (heartbleed.PROBE,))
    assert told == {"tls.heartbleed": (Verdict.PASS, None)}


def test_a_service_that_counts_unfinished_handshakes_is_not_asked_at_all() -> None:
    async def run() -> list[Observation]:
        async with serving(close_at_once, "127.36.1.7") as server:
            target = Target(
                TargetKind.SERVICE, "self", address="127.36.1.7", port=server.port, protocol="mysql", tls=False
            )
            seen = [await ask(probe, target) for probe in PROBES if probe.wants(target)]
            assert server.connections == 0
            return seen

    assert [observation.reason for observation in asyncio.run(run())] == [Reason.BUDGET] * len(PROBES)


def test_a_mail_server_without_tls_has_no_flaw_of_it() -> None:
    async def behave(visit: Visit) -> None:
        await visit.send(b"220 a.example ESMTP\r\n")
        while await visit.reader.readline():
            await visit.send(b"250 a.example\r\n")

    async def run() -> list[Observation]:
        async with serving(behave, "127.36.1.8") as server:
            target = Target(
                TargetKind.SERVICE, "self", address="127.36.1.8", port=server.port, protocol="smtp", tls=False
            )
            return [await ask(probe, target) for probe in PROBES]

    for observation in asyncio.run(run()):
        for check in load().checks.values():
            if check.probe == observation.probe:
                (judged,) = judge(check, observation.target, {observation.probe: observation}, {})
                assert judged.verdict is Verdict.NOT_APPLICABLE, observation
