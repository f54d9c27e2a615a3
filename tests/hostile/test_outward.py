"""The operator's own traffic goes where his list says, and nowhere a server leads (R1)."""

import asyncio
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from scanner.model.errors import InputError, NetworkError, NotAdmitted, OverBudget, TimedOut
from scanner.network.allowed import Allowed, Purpose, origin_of, read_allowed
from scanner.network.audit import broken_at
from scanner.network.outward import Outward
from tests.hostile import servers
from tests.hostile.servers import answer, answering, serving

pytestmark = pytest.mark.lab

ADDRESS = "127.35.8.1"
ELSEWHERE = "127.35.8.2"

kept = answering(lambda head: answer("200 OK", b"a table"))


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 20))


def feeds(*ports: int) -> Allowed:
    return Allowed({Purpose.FEED: frozenset(f"http://{ADDRESS}:{port}" for port in ports)})


def test_what_is_on_the_list_is_asked_and_audited_by_class(tmp_path: Path) -> None:
    audit = tmp_path / "operator.jsonl"

    async def story() -> None:
        async with serving(kept, ADDRESS) as server, Outward(feeds(server.port), audit) as outward:
            told = await outward.get(Purpose.FEED, f"http://{ADDRESS}:{server.port}/kev.json?key=secret")
            assert (told.status, told.body) == (200, b"a table")

    run(story())
    (line,) = [json.loads(text) for text in audit.read_text().splitlines()]
    assert (line["class"], line["purpose"], line["path"], line["outcome"]) == ("operator", "feed", "/kev.json", "200")
    assert "secret" not in audit.read_text()
    assert broken_at(audit) is None


@pytest.mark.parametrize("purpose", [Purpose.NOTIFICATION, Purpose.FEED])
def test_what_is_not_on_the_list_for_that_purpose_is_never_sent(purpose: Purpose, tmp_path: Path) -> None:
    async def story() -> None:
        async with serving(kept, ADDRESS) as server:
            allowed = feeds(server.port) if purpose is Purpose.NOTIFICATION else Allowed({})
            async with Outward(allowed, tmp_path / "audit.jsonl") as outward:
                with pytest.raises(NotAdmitted):
                    await outward.get(purpose, f"http://{ADDRESS}:{server.port}/")
                with pytest.raises(NotAdmitted):
                    await outward.post(purpose, f"http://{ADDRESS}:{server.port}/", b"x", headers={})
            assert server.connections == 0

    run(story())
    lines = [json.loads(text) for text in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert [line["outcome"] for line in lines] == ["refused: not-permitted"] * 2


def test_a_redirect_leads_to_the_list_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            serving(kept, ELSEWHERE) as sentinel,
            serving(kept, ADDRESS) as there,
            serving(servers.redirecting(f"http://{ADDRESS}:{there.port}/new"), ADDRESS) as moved,
            serving(servers.redirecting(f"http://{ELSEWHERE}:{sentinel.port}/"), ADDRESS) as luring,
            serving(servers.redirect_loop, ADDRESS) as loop,
        ):
            allowed = feeds(there.port, moved.port, luring.port, loop.port)
            async with Outward(allowed, tmp_path / "audit.jsonl") as outward:
                told = await outward.get(Purpose.FEED, f"http://{ADDRESS}:{moved.port}/")
                assert told.url.endswith(f":{there.port}/new")
                with pytest.raises(NotAdmitted):
                    await outward.get(Purpose.FEED, f"http://{ADDRESS}:{luring.port}/")
                with pytest.raises(OverBudget):
                    await outward.get(Purpose.FEED, f"http://{ADDRESS}:{loop.port}/")
            assert sentinel.connections == 0

    run(story())


@pytest.mark.parametrize(
    ("conversation", "expected"),
    [
        (servers.silent, TimedOut),
        (servers.byte_a_second, TimedOut),
        (servers.garbage, NetworkError),
        (servers.close_at_once, NetworkError),
        (servers.reset, NetworkError),
        (answering(lambda head: answer("200 OK", bytes(200_000))), OverBudget),
    ],
)
def test_a_server_that_misbehaves_costs_its_budget_at_most(
    conversation: servers.Conversation, expected: type[NetworkError], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanner.network.outward.SECONDS", 2.0)
    monkeypatch.setattr("scanner.network.outward.PATIENCE", 1.5)

    async def story() -> None:
        async with (
            serving(conversation, ADDRESS) as server,
            Outward(feeds(server.port), tmp_path / "audit.jsonl") as outward,
        ):
            with pytest.raises(expected):
                await outward.get(Purpose.FEED, f"http://{ADDRESS}:{server.port}/", most=100_000)

    run(story())


def test_the_operators_file_is_read_whole_or_told_whole(tmp_path: Path) -> None:
    path = tmp_path / "outward.toml"
    assert not read_allowed(path).admits(Purpose.FEED, "https://feeds.example/")
    path.write_text('feed = ["https://Feeds.example/any/path"]\nproxy = "http://127.0.0.1:3128"\n')
    allowed = read_allowed(path)
    assert allowed.admits(Purpose.FEED, "https://feeds.example:443/kev.json")
    assert not allowed.admits(Purpose.FEED, "http://feeds.example/kev.json")
    assert not allowed.admits(Purpose.FEED, "https://feeds.example.evil.example/")
    path.write_text('feed = ["ftp://a"]\nfeeds = 1\nproxy = 3\nnotification = "x"\n')
    with pytest.raises(InputError) as caught:
        read_allowed(path)
    assert len(str(caught.value).splitlines()) == 4
    path.write_text("feed = [")
    with pytest.raises(InputError):
        read_allowed(path)


@pytest.mark.parametrize(
    "url", ["", "feeds.example", "file:///etc/passwd", "https://me:word@a.example/", "http://[::1"]
)
def test_what_is_no_plain_web_address_has_no_origin(url: str) -> None:
    assert origin_of(url) is None
