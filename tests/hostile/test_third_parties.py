"""Certificate authorities and RDAP servers: asked only where the file admits them, once, and never led astray (R1)."""

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from scanner.model.errors import Malformed, NetworkError, NotAdmitted, OverBudget, Unreachable
from scanner.model.inspection import Inspection, Limits
from scanner.model.network import Network
from scanner.model.probe import Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from scanner.network.wire import Wire
from tests.asking import ordered, wired
from tests.hostile import servers
from tests.hostile.names import naming
from tests.hostile.servers import Visit, answer, answering, serving

pytestmark = pytest.mark.lab

TARGET = "127.35.9.1"
RESPONDER = "127.35.9.2"
TWIN = "127.35.9.3"
PLACE = f"{RESPONDER}:5300"
REQUEST = bytes.fromhex("3003020100")
SAID = b"\x30\x03\x0a\x01\x06"


async def _unused(target: Target, net: Network) -> Any:
    raise AssertionError("the test asks itself")


PROBE = Probe("test.third-party", TargetKind.SERVICE, Impact.ORDINARY, object, _unused)


def bound(wire: Wire) -> Network:
    return wire.bind(PROBE, Target(TargetKind.SERVICE, "self", address=TARGET, port=443))


def admitting(*parties: str, targets: tuple[str, ...] = (TARGET, RESPONDER), **more: Any) -> Inspection:
    return ordered(*targets, third_parties=("dns", *parties), **more)


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 20))


def lines(audit: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in audit.read_text().splitlines()]


async def respond(visit: Visit) -> None:
    """Answer each OCSP request of a connection."""
    while True:
        head = await visit.head()
        length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-le"))
        assert await visit.reader.readexactly(length) == REQUEST
        await visit.send(answer("200 OK", SAID, "Content-Type: application/ocsp-response"))


def test_a_responder_is_asked_by_the_protocols_own_question_and_learns_nothing_of_the_inspection(
    tmp_path: Path,
) -> None:
    audit = tmp_path / "audit.jsonl"

    async def story() -> None:
        async with serving(respond, RESPONDER) as server, wired(admitting("ocsp"), audit=audit) as wire:
            url = f"http://{RESPONDER}:{server.port}/ca/ocsp"
            assert await bound(wire).ocsp(url, REQUEST) == SAID
            head = server.heads[0].lower()
            assert head.startswith("post /ca/ocsp http/1.1\r\n")
            assert "content-type: application/ocsp-request\r\n" in head
            assert "test" not in head and "inspection" not in head
            assert wire.traffic().by_class == {"infrastructure": 2}
            assert wire.host_facts(RESPONDER) is None

    run(story())
    told = {(line["class"], line["party"], line["act"], line["outcome"]) for line in lines(audit)}
    assert told == {
        ("infrastructure", "ocsp", "connect", "connected"),
        ("infrastructure", "ocsp", "request", "200"),
    }


@pytest.mark.parametrize("parties", [(), ("rdap",)])
def test_where_the_file_does_not_admit_it_nothing_is_sent_and_no_name_is_looked_up(
    parties: tuple[str, ...], tmp_path: Path
) -> None:
    audit = tmp_path / "audit.jsonl"

    async def story() -> None:
        async with (
            naming({("ca.example", "A"): [RESPONDER]}, RESPONDER) as names,
            serving(respond, RESPONDER) as server,
            wired(admitting(*parties), audit=audit, resolver=PLACE) as wire,
        ):
            for url in (f"http://{RESPONDER}:{server.port}/", f"http://ca.example:{server.port}/"):
                for asked in (bound(wire).ocsp(url, REQUEST), bound(wire).crl(url)):
                    with pytest.raises(NotAdmitted) as caught:
                        await asked
                    assert caught.value.reason is Reason.NOT_PERMITTED
            assert server.connections == 0
            assert names.asked == []

    run(story())
    assert {line["outcome"] for line in lines(audit)} == {"refused: not-permitted"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://169.254.169.254/latest/meta-data", Reason.OUT_OF_SCOPE),
        ("http://10.0.0.1/", Reason.OUT_OF_SCOPE),
        ("http://[::1]/", Reason.OUT_OF_SCOPE),
        ("http://[::ffff:169.254.169.254]/", Reason.OUT_OF_SCOPE),
        (f"http://{TWIN}/", Reason.OUT_OF_SCOPE),
        ("http://inside.example/", Reason.OUT_OF_SCOPE),
        ("http://barred.example/", Reason.EXCLUDED),
        ("http://9.9.9.9/", Reason.OUT_OF_SCOPE),
        ("http://public.example:25/", Reason.NOT_PERMITTED),
        (f"http://{RESPONDER}:9100/", Reason.NOT_PERMITTED),
        (f"http://{RESPONDER}/?delete=all", Reason.NOT_PERMITTED),
        (f"http://user@{RESPONDER}/", Reason.NOT_PERMITTED),
        (f"http://{RESPONDER}/\r\nDELETE / HTTP/1.1\r\n", Reason.NOT_PERMITTED),
        (f"https://{RESPONDER}/", Reason.NOT_PERMITTED),
        (f"ldap://{RESPONDER}/", Reason.NOT_PERMITTED),
        ("file:///etc/passwd", Reason.NOT_PERMITTED),
        ("http://[::1", Reason.NOT_PERMITTED),
        ("", Reason.NOT_PERMITTED),
    ],
)
def test_a_certificate_that_lures_elsewhere_is_refused_and_counted(url: str, expected: Reason, tmp_path: Path) -> None:
    records = {
        ("inside.example", "A"): ["127.35.9.4"],
        ("public.example", "A"): ["9.9.9.9"],
        ("barred.example", "A"): ["9.9.9.9"],
    }
    audit = tmp_path / "audit.jsonl"

    async def story() -> None:
        inspection = admitting("ocsp", exclude=["barred.example"])
        async with naming(records, RESPONDER), wired(inspection, audit=audit, resolver=PLACE) as wire:
            for asked in (bound(wire).ocsp(url, REQUEST), bound(wire).crl(url)):
                with pytest.raises(NotAdmitted) as caught:
                    await asked
                assert caught.value.reason is expected
            assert wire.traffic().refused_out_of_scope == 2
            assert wire.traffic().connections == 0

    run(story())
    refused = [line for line in lines(audit) if line["outcome"].startswith("refused")]
    assert [line["outcome"] for line in refused] == [f"refused: {expected}"] * len(refused) and refused


def test_the_same_question_is_asked_once_and_a_failure_is_not_repeated() -> None:
    async def story() -> None:
        async with (
            serving(respond, RESPONDER) as good,
            serving(answering(lambda head: answer("500 Oops")), TWIN) as bad,
            wired(admitting("ocsp", targets=(TARGET, RESPONDER, TWIN))) as wire,
        ):
            url = f"http://{RESPONDER}:{good.port}/"
            said = await asyncio.gather(*(bound(wire).ocsp(url, REQUEST) for _ in range(20)))
            assert said == [SAID] * 20
            assert len(good.heads) == 1
            for _ in range(3):
                with pytest.raises(Malformed):
                    await bound(wire).crl(f"http://{TWIN}:{bad.port}/list.crl")
            assert len(bad.heads) == 1

    run(story())


def test_redirects_are_not_followed_and_answers_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.network.third_parties.CRL_BYTES", 100_000)

    async def story() -> None:
        async with (
            serving(answering(lambda head: answer("200 OK", b"visited")), TWIN) as elsewhere,
            serving(servers.redirecting(f"http://{TWIN}:{elsewhere.port}/"), RESPONDER) as luring,
            serving(servers.gzip_bomb, RESPONDER) as bomb,
            wired(admitting("ocsp", targets=(TARGET, RESPONDER, TWIN))) as wire,
        ):
            with pytest.raises(Malformed):
                await bound(wire).crl(f"http://{RESPONDER}:{luring.port}/")
            assert elsewhere.connections == 0
            with pytest.raises(OverBudget):
                await bound(wire).crl(f"http://{RESPONDER}:{bomb.port}/")

    run(story())


def test_a_server_by_name_is_asked_at_its_next_address_where_the_first_refuses() -> None:
    async def story() -> None:
        async with serving(answering(lambda head: answer("200 OK", b"{}")), TWIN) as server:
            records = {("rdap.example", "A"): [RESPONDER, TWIN]}
            async with naming(records, RESPONDER):
                inspection = admitting("rdap", targets=(TARGET, RESPONDER, TWIN))
                async with wired(inspection, resolver=PLACE) as wire:
                    url = f"http://rdap.example:{server.port}/domain/a.example"
                    assert await bound(wire).rdap(url) == b"{}"
                    with pytest.raises(Unreachable):
                        await bound(wire).rdap(f"http://gone.example:{server.port}/domain/b.example")

    run(story())


def test_third_parties_are_asked_one_at_a_time_and_slowly_whatever_the_limits_of_the_inspected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On loopback lifted limits are the laboratory's; with limits in force the party's own hold, not the file's."""

    async def story() -> None:
        limits = Limits(200, 200, 10, 200, 200, 5000)
        answered = answering(lambda head: answer("200 OK", head.split(" ")[1].encode()))
        async with serving(answered, RESPONDER) as server, wired(admitting("ocsp", limits=limits)) as wire:
            urls = [f"http://{RESPONDER}:{server.port}/{number}" for number in range(4)]
            await asyncio.gather(*(bound(wire).crl(url) for url in urls))
            assert all(
                later - sooner >= 0.4 for sooner, later in zip(server.asked_at, server.asked_at[1:], strict=False)
            )
            assert server.connections <= 4

    run(story())


def test_a_request_that_is_none_is_never_sent() -> None:
    async def story() -> None:
        async with serving(respond, RESPONDER) as server, wired(admitting("ocsp")) as wire:
            for nonsense in (b"", b"GET / HTTP/1.0\r\n\r\n", b"\x30" * 5000):
                with pytest.raises(NetworkError):
                    await bound(wire).ocsp(f"http://{RESPONDER}:{server.port}/", nonsense)
            assert server.connections == 0

    run(story())


def test_a_second_look_asks_once_more_and_serves_everybody_after() -> None:
    async def story() -> None:
        async with serving(respond, RESPONDER) as server, wired(admitting("ocsp")) as wire:
            url = f"http://{RESPONDER}:{server.port}/"
            for again, asked in ((False, 1), (False, 1), (True, 2), (True, 2), (False, 2)):
                assert await bound(wire).ocsp(url, REQUEST, again=again) == SAID
                assert len(server.heads) == asked

    run(story())
