"""Servers that misbehave in TLS: each costs its budget, ends in not-tested with a reason, and accuses nobody.

The SSL 2.0 server here is written from the specification: no maintained implementation speaks it any more.
"""

import asyncio
import contextlib
import itertools
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from probes.tls import certificate, offer, sslv2
from probes.tls.conversation import say
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask
from tests.lab.certificates import issue, rsa_key
from tests.unit.test_tls_hello import certificate_words, record, server_words

pytestmark = pytest.mark.lab
TARGET = Target(TargetKind.SERVICE, "self", address="127.33.1.1", port=4431, protocol="http", tls=True)
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ALL = ("sslv2", "sslv3", "tls10", "tls11", "tls12", "tls13")


@dataclass
class Heard:
    """What one probe saw of a server, and how often the server was visited."""

    observation: Observation
    visits: int

    def verdicts(self) -> dict[str, tuple[Verdict, Reason | None]]:
        probe, target = self.observation.probe, self.observation.target
        checks = [check for check in load().checks.values() if check.probe == probe]
        judged = [judge(check, target, {probe: self.observation}, {"sslv2_at": []})[0] for check in checks]
        return {each.check: (each.verdict, each.reason) for each in judged}


def visit(probe: Probe, behaviour: Behaviour, target: Target = TARGET) -> Heard:
    """Run one probe against a server that behaves so."""

    async def run() -> Heard:
        served: list[asyncio.Task[None]] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await behaviour(reader, writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

        def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            served.append(asyncio.create_task(serve(reader, writer)))

        async with await asyncio.start_server(accepted, target.address, 0) as server:
            observation = await ask(probe, replace(target, port=server.sockets[0].getsockname()[1]))
            await asyncio.wait(served, timeout=2)
        for task in served:
            task.cancel()
        await asyncio.gather(*served, return_exceptions=True)
        return Heard(observation, len(served))

    return asyncio.run(run())


async def hello(reader: asyncio.StreamReader) -> bytes:
    """The client's first record, or SSL 2.0 message."""
    head = await reader.readexactly(2)
    if head[0] & 0x80:
        return head + await reader.readexactly(int.from_bytes(head, "big") & 0x7FFF)
    rest = await reader.readexactly(3)
    return head + rest + await reader.readexactly(int.from_bytes(rest[1:], "big"))


def answering(words: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hello(reader)
        writer.write(words)
        await writer.drain()

    return behave


async def close_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await hello(reader)
    writer.transport.abort()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for octet in record(22, bytes(2000)):
        writer.write(bytes([octet]))
        await writer.drain()
        await asyncio.sleep(0.5)


async def endless_certificate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await hello(reader)
    writer.write(server_words(suite=0x002F))
    chunk = record(22, bytes([11, 127, 255, 255]) + bytes(16000)) + record(22, bytes(16000)) * 7
    while True:
        writer.write(chunk)
        await writer.drain()


HOSTILE: dict[str, tuple[Behaviour, Reason]] = {
    "closes": (close_at_once, Reason.REFUSED),
    "resets": (reset, Reason.REFUSED),
    "random octets": (answering(b"\x00" + os.urandom(3000)), Reason.MALFORMED),
    "plain HTTP": (answering(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), Reason.MALFORMED),
    "another protocol": (answering(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.MALFORMED),
    "half a record": (answering(b"\x16\x03\x03\x00\x50\x02\x00"), Reason.MALFORMED),
    "alert alone": (answering(record(21, b"\x02\x28")), Reason.REFUSED),
    "internal error": (answering(record(21, b"\x02\x50")), Reason.REFUSED),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_server_is_not_tested_with_a_reason(case: str) -> None:
    behaviour, reason = HOSTILE[case]
    heard = visit(offer.PROBE, behaviour)
    assert set(heard.verdicts().values()) == {(Verdict.NOT_TESTED, reason)}
    assert heard.visits <= offer.PROBE.cost.connections


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_server_has_no_certificate_judged_for_the_same_reason(case: str) -> None:
    behaviour, reason = HOSTILE[case]
    heard = visit(certificate.PROBE, behaviour)
    assert set(heard.verdicts().values()) == {(Verdict.NOT_TESTED, reason)}
    assert heard.visits <= certificate.PROBE.cost.connections


@pytest.mark.parametrize("probe", [offer.PROBE, certificate.PROBE], ids=["offer", "certificate"])
def test_an_endless_certificate_is_over_budget(probe: Probe) -> None:
    heard = visit(probe, endless_certificate)
    assert set(heard.verdicts().values()) == {(Verdict.NOT_TESTED, Reason.BUDGET)}
    assert heard.visits <= 20


def test_a_certificate_that_is_none_is_malformed() -> None:
    heard = visit(certificate.PROBE, answering(server_words(suite=0x002F) + certificate_words(b"junk")))
    assert set(heard.verdicts().values()) == {(Verdict.NOT_TESTED, Reason.MALFORMED)}


def test_a_certificate_that_no_library_reads_is_described_as_far_as_it_goes() -> None:
    good = issue("a.example", key=rsa_key(1024))
    written = good.certificate.not_valid_after_utc.strftime("%y%m%d").encode()
    odd = good.der.replace(written, b"991399")
    heard = visit(certificate.PROBE, answering(server_words(suite=0x002F) + certificate_words(odd)))
    verdicts = heard.verdicts()
    assert verdicts["tls.cert-weak-key"] == (Verdict.FAIL, None)
    assert verdicts["tls.cert-expired"] == (Verdict.NOT_TESTED, Reason.MALFORMED)
    assert verdicts["tls.cert-weak-signature"] == (Verdict.PASS, None)


@pytest.mark.slow
@pytest.mark.parametrize("behaviour", [silent, slow])
def test_silence_is_no_version_and_costs_a_bounded_time(behaviour: Behaviour) -> None:
    heard = visit(offer.PROBE, behaviour)
    assert {told[0] for told in heard.verdicts().values()} == {Verdict.NOT_TESTED}
    assert set(heard.observation.gaps.values()) == {Reason.TIMED_OUT}
    assert heard.visits == 2


def sslv2_answer(*codes: int) -> bytes:
    specs = b"".join(code.to_bytes(3, "big") for code in codes)
    body = b"\x04\x00\x01\x00\x02" + len(b"cert").to_bytes(2, "big") + len(specs).to_bytes(2, "big") + b"\x00\x10"
    body += b"cert" + specs + bytes(16)
    return (0x8000 | len(body)).to_bytes(2, "big") + body


def speaking_sslv2(*codes: int) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        words = await hello(reader)
        old = words[0] & 0x80
        assert not old or words == sslv2.hello(words[-16:]), "the hello follows the specification"
        writer.write(sslv2_answer(*codes) if old else server_words(0x0303))
        await writer.drain()

    return behave


def test_an_sslv2_server_fails_where_a_cipher_is_in_common() -> None:
    heard = visit(offer.PROBE, speaking_sslv2(0x010080))
    assert heard.verdicts()["tls.protocol-sslv2"] == (Verdict.FAIL, None)
    assert heard.observation.facts["sslv2_cipher"] == "SSL_CK_RC4_128_WITH_MD5"
    assert heard.verdicts()["tls.protocol-tls10"] == (Verdict.PASS, None)


def test_sslv2_ciphers_that_only_one_of_two_connections_names_accuse_nobody() -> None:
    turns = itertools.count()

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        old = (await hello(reader))[0] & 0x80
        weak = 0x020080 if old and next(turns) == 0 else 0x0700C0
        writer.write(sslv2_answer(0x0700C0, weak) if old else server_words(0x0303))
        await writer.drain()

    told = visit(offer.PROBE, behave).observation.facts
    assert told["sslv2_ciphers"] == ["SSL_CK_DES_192_EDE3_CBC_WITH_MD5"]
    assert not told["export_suites"]


@pytest.mark.parametrize("codes", [(), (0x0F0F0F,)])
def test_an_sslv2_server_without_a_cipher_in_common_passes(codes: tuple[int, ...]) -> None:
    heard = visit(offer.PROBE, speaking_sslv2(*codes))
    assert heard.verdicts()["tls.protocol-sslv2"] == (Verdict.PASS, None)


def test_a_server_that_accepts_an_old_version_only_once_has_told_nothing() -> None:
    accepted: list[bytes] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        words = await hello(reader)
        if words[1:3] == b"\x03\x00" and not accepted:
            accepted.append(words)
            writer.write(server_words(0x0300, 0x000A))
        else:
            writer.write(server_words(0x0303))
        await writer.drain()

    heard = visit(offer.PROBE, behave)
    assert heard.verdicts()["tls.protocol-sslv3"] == (Verdict.NOT_TESTED, Reason.MALFORMED)


@pytest.mark.parametrize("refusal", [b"", record(21, b"\x02\x32")])
def test_a_server_that_cannot_take_a_long_hello_is_asked_with_a_small_one(refusal: bytes) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        words = await hello(reader)
        old = words[9:11] == b"\x03\x01"
        writer.write(refusal if len(words) > 255 else server_words(0x0301) if old else record(21, b"\x02\x46"))
        await writer.drain()

    facts = visit(offer.PROBE, behave).observation.facts
    assert [facts[fact] for fact in ALL] == [False, False, True, False, False, False]


def test_one_slow_answer_does_not_outlast_the_deadline_of_a_question() -> None:
    class Dripping:
        async def send(self, data: bytes) -> None:
            assert data == b"hello"

        async def receive(self, most: int = 4096, *, timeout: float | None = None) -> bytes:
            await asyncio.sleep(0.05)
            return b"\x16"

    class Wire:
        @contextlib.asynccontextmanager
        async def connect(self, **_: Any) -> Any:
            yield Dripping()

    async def run() -> float:
        start = asyncio.get_running_loop().time()
        with pytest.raises(Exception, match="no complete answer"):
            await say(Wire(), TARGET, b"hello", lambda _: False, seconds=0.3)  # type: ignore[arg-type]
        return asyncio.get_running_loop().time() - start

    assert asyncio.run(run()) < 2


MAIL = replace(TARGET, protocol="smtp", tls=False)


def mail(*replies: bytes, then: bytes = b"") -> Behaviour:
    """A mail server that greets, answers each line with the next reply, and the hello with `then`; and closes."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number, reply in enumerate(replies):
            if number:
                await reader.readline()
            writer.write(reply)
            await writer.drain()
        await reader.read(4096)
        writer.write(then)
        await writer.drain()

    return behave


async def endless_greeting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"220-all is well\r\n" * 100)
        await writer.drain()


BEFORE_TLS: dict[str, tuple[Behaviour, Reason]] = {
    "refuses for a moment": (mail(b"421 4.7.0 too many connections\r\n"), Reason.REFUSED),
    "refuses EHLO for a moment": (mail(b"220 m\r\n", b"421 4.7.0 later\r\n"), Reason.REFUSED),
    "has TLS, but not now": (mail(b"220 m\r\n", b"250 STARTTLS\r\n", b"454 4.7.0 not now\r\n"), Reason.REFUSED),
    "closes at once": (close_at_once, Reason.REFUSED),
    "speaks another protocol": (mail(b"SSH-2.0-OpenSSH_9.2\r\n"), Reason.MALFORMED),
    "greets without end": (endless_greeting, Reason.BUDGET),
    "gives leave and says nonsense": (
        mail(b"220 m\r\n", b"250 STARTTLS\r\n", b"220 go\r\n", then=b"nonsense\r\n"),
        Reason.MALFORMED,
    ),
}


@pytest.mark.parametrize("probe", [offer.PROBE, certificate.PROBE], ids=["offer", "certificate"])
@pytest.mark.parametrize("case", BEFORE_TLS)
def test_what_a_mail_server_does_before_tls_is_never_taken_for_none(case: str, probe: Probe) -> None:
    behaviour, reason = BEFORE_TLS[case]
    heard = visit(probe, behaviour, MAIL)
    assert set(heard.verdicts().values()) == {(Verdict.NOT_TESTED, reason)}
    assert heard.visits <= probe.cost.connections


def test_a_mail_server_that_says_it_has_no_tls_is_not_accused() -> None:
    heard = visit(offer.PROBE, mail(b"220 m\r\n", b"250-m\r\n250 SIZE 1\r\n"), MAIL)
    assert {verdict for verdict, _ in heard.verdicts().values()} == {Verdict.NOT_APPLICABLE}
    assert heard.visits == 1


def test_a_port_that_nobody_listens_on_any_more_is_left_alone_after_two_connects() -> None:
    observation = asyncio.run(ask(offer.PROBE, replace(TARGET, address="127.33.1.99", port=4)))
    assert observation.facts["connections"] == 2
    assert set(observation.gaps.values()) == {Reason.REFUSED}
