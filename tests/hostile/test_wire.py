"""Each hostile server costs at most its budget, ends in its reason, and changes nothing for its neighbour."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop

from scanner.model.errors import ConnectionRefused, Malformed, NetworkError, OverBudget, TimedOut
from scanner.model.inspection import Limits
from scanner.model.network import Network, Page
from scanner.model.probe import Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from scanner.network.wire import Wire
from tests.asking import ordered, wired
from tests.hostile import servers
from tests.hostile.servers import Conversation, Hostile, serving
from tests.lab.certificates import issue

pytestmark = pytest.mark.lab

ADDRESS = "127.35.2.1"
NEIGHBOUR = "127.35.2.2"

BUDGET = 1.0
"""Seconds that one question may take here."""


async def _unused(target: Target, net: Network) -> Any:
    raise AssertionError("the test asks itself")


PROBE = Probe("test.hostile", TargetKind.SITE, Impact.ORDINARY, object, _unused)


def bound(wire: Wire, server: Hostile, scheme: str = "http") -> Network:
    target = Target(TargetKind.SITE, "self", address=server.address, port=server.port, scheme=scheme)
    return wire.bind(PROBE, target)


@pytest.fixture(params=["asyncio", "uvloop"], autouse=True)
def _on_both_loops(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The product runs on uvloop where it is installed; what holds on one loop must hold on the other."""
    maker = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop
    monkeypatch.setitem(LOOP, "maker", maker)


LOOP: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {}


def run(story: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=LOOP["maker"]) as runner:
        return runner.run(asyncio.wait_for(story, 20))


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        (servers.silent, TimedOut),
        (servers.byte_a_second, TimedOut),
        (servers.garbage, Malformed),
        (servers.huge_header, OverBudget),
        (servers.many_headers, (OverBudget, Malformed)),
        (servers.broken_off, Malformed),
        (servers.close_at_once, (ConnectionRefused, Malformed)),
        (servers.reset, (ConnectionRefused, Malformed)),
    ],
)
def test_http_ends_in_its_reason_and_within_its_budget(
    conversation: Conversation, expected: type[NetworkError]
) -> None:
    async def story() -> None:
        async with serving(conversation, ADDRESS) as server, wired(ordered(ADDRESS)) as wire:
            begun = time.monotonic()
            with pytest.raises(expected):
                await bound(wire, server).get("/", timeout=BUDGET)
            assert time.monotonic() - begun < BUDGET + 1
            assert wire.traffic().bytes_received < 2 * 1024 * 1024

    run(story())


@pytest.mark.parametrize("conversation", [servers.endless_body, servers.gzip_bomb])
def test_a_body_without_end_is_cut_where_it_was_bounded(conversation: Conversation) -> None:
    async def story() -> None:
        async with serving(conversation, ADDRESS) as server, wired(ordered(ADDRESS)) as wire:
            page = await bound(wire, server).get("/", most=100_000, timeout=5)
            assert len(page.last.body) == 100_000
            assert page.last.truncated

    run(story())


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        (servers.silent, TimedOut),
        (servers.endless_banner, OverBudget),
        (servers.close_at_once, (ConnectionRefused, Malformed)),
        (servers.reset, (ConnectionRefused, Malformed)),
    ],
)
def test_a_dialogue_ends_in_its_reason(conversation: Conversation, expected: type[NetworkError]) -> None:
    async def story() -> None:
        async with serving(conversation, ADDRESS) as server, wired(ordered(ADDRESS)) as wire:
            begun = time.monotonic()
            with pytest.raises(expected):
                async with bound(wire, server).connect(timeout=BUDGET) as stream:
                    await stream.receive_until(b"\r\n", 1024)
            assert time.monotonic() - begun < BUDGET + 1.5

    run(story())


def test_reading_byte_by_byte_does_not_stretch_the_deadline() -> None:
    async def story() -> None:
        async with serving(servers.byte_a_second, ADDRESS) as server, wired(ordered(ADDRESS)) as wire:
            begun = time.monotonic()
            with pytest.raises(TimedOut):
                async with bound(wire, server).connect(timeout=2) as stream:
                    await stream.receive_exactly(100)
            assert time.monotonic() - begun < 4

    run(story())


@pytest.mark.parametrize("conversation", [servers.garbage, servers.silent, servers.close_at_once, servers.reset])
def test_a_handshake_with_a_server_that_speaks_no_tls_ends_in_a_reason(conversation: Conversation) -> None:
    async def story() -> None:
        async with serving(conversation, ADDRESS) as server, wired(ordered(ADDRESS)) as wire:
            with pytest.raises((Malformed, ConnectionRefused, TimedOut)):
                async with bound(wire, server).connect(tls=True, timeout=BUDGET):
                    raise AssertionError("no TLS was there")

    run(story())


def test_a_redirect_loop_ends_after_ten_hops() -> None:
    async def story() -> Page:
        async with serving(servers.redirect_loop, ADDRESS) as server, wired(ordered(ADDRESS)) as wire:
            return await bound(wire, server).get("/", follow=True)

    page = run(story())
    assert len(page.hops) == 11
    assert page.refused is not None
    assert page.refused.reason is Reason.BUDGET


def test_a_server_that_says_yes_to_everything_is_simply_told() -> None:
    async def story() -> None:
        async with serving(servers.yes_to_everything, ADDRESS) as server, wired(ordered(ADDRESS)) as wire:
            page = await bound(wire, server).get("/no-such-path")
            assert (page.last.status, page.last.body) == (200, b"<html>welcome</html>")

    run(story())


def test_a_hostile_server_changes_nothing_for_its_neighbour() -> None:
    async def story() -> None:
        async with (
            serving(servers.silent, ADDRESS) as hostile,
            serving(servers.yes_to_everything, NEIGHBOUR) as good,
            wired(ordered(ADDRESS, NEIGHBOUR)) as wire,
        ):
            bad = [asyncio.create_task(bound(wire, hostile).get(f"/{n}", timeout=3)) for n in range(6)]
            await asyncio.sleep(0.1)
            begun = time.monotonic()
            for n in range(20):
                assert (await bound(wire, good).get(f"/{n}")).last.status == 200
            assert time.monotonic() - begun < 1
            for task in bad:
                task.cancel()
            await asyncio.gather(*bad, return_exceptions=True)

    run(story())


def test_a_connection_slot_comes_back_whatever_ended_the_question() -> None:
    async def story() -> None:
        for conversation in (servers.silent, servers.garbage, servers.reset, servers.close_at_once):
            async with serving(conversation, ADDRESS) as server, wired(ordered(ADDRESS)) as wire:
                for n in range(8):
                    with pytest.raises(NetworkError):
                        await bound(wire, server).get(f"/{n}", timeout=0.2)
                lane = wire.gate.lanes.find(ADDRESS)
                assert lane is not None
                await asyncio.sleep(0.05)
                assert lane.open == 0

    run(story())


def test_a_tls_peer_that_never_says_goodbye_gives_its_slot_back_all_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        with servers.deaf_after_answering(ADDRESS, *issue("deaf.example").write(tmp_path)) as port:
            async with wired(ordered(ADDRESS, limits=Limits(1000, connections=1))) as wire:
                target = Target(TargetKind.SITE, "self", address=ADDRESS, port=port, scheme="https")
                network = wire.bind(PROBE, target)
                begun = time.monotonic()
                assert (await network.get("/")).last.status == 200
                assert (await network.handshake()).version.startswith("TLS")
                assert time.monotonic() - begun < 6

    run(story())


def test_a_service_that_waits_for_us_to_speak_is_no_strain() -> None:
    async def story() -> None:
        async with serving(servers.silent, ADDRESS) as server, wired(ordered(ADDRESS)) as wire:
            for _ in range(6):
                with pytest.raises(TimedOut):
                    async with bound(wire, server).connect() as stream:
                        await stream.receive(timeout=0.1)
            facts = wire.host_facts(ADDRESS)
            assert facts is not None
            assert (facts["degraded"], facts["failures"]) == (False, 0)

    run(story())


def test_a_plain_get_is_asked_once_however_many_want_it() -> None:
    async def story() -> None:
        async with serving(servers.yes_to_everything, ADDRESS) as server, wired(ordered(ADDRESS)) as wire:
            await asyncio.gather(*(bound(wire, server).get("/") for _ in range(5)))
            await bound(wire, server).get("/")
            assert len(server.asked_at) == 1
            await bound(wire, server).get("/", headers=[("Origin", "https://elsewhere.example")])
            assert len(server.asked_at) == 2

    run(story())


def test_who_asks_says_who_it_is_and_keeps_no_cookie() -> None:
    async def story() -> None:
        cookie = servers.answering(lambda head: servers.answer("200 OK", b"", "Set-Cookie: session=1; Path=/"))
        async with (
            serving(cookie, ADDRESS) as server,
            wired(ordered(ADDRESS, contact_url="https://inspection.example/who")) as wire,
        ):
            await bound(wire, server).get("/a")
            await bound(wire, server).get("/b")
            for head in server.heads:
                assert "Yuanjian/" in head
                assert "(+https://inspection.example/who; inspection test)" in head
                assert "cookie" not in head.lower()

    run(story())


def test_a_path_goes_out_as_it_was_written() -> None:
    async def story() -> None:
        async with serving(servers.yes_to_everything, ADDRESS) as server, wired(ordered(ADDRESS)) as wire:
            await bound(wire, server).get("/a/../%2e%2e/b?x=%zz")
            assert server.heads[0].startswith("GET /a/../%2e%2e/b?x=%zz HTTP/1.1\r\n")

    run(story())
