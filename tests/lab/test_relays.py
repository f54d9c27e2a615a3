"""Proxies that relay to a place of our own, or do not; the place itself; and control ports that get no byte."""

import asyncio
import json
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from probes.ports import control
from probes.proxy import http, socks
from probes.services import identify
from scanner.catalogue.loader import load
from scanner.judging import judge
from scanner.model.check import Confidence
from scanner.model.errors import NetworkError
from scanner.model.inspection import Callbacks
from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask, ordered, wired
from tests.hostile.servers import Conversation, Visit, answer, answering, garbage, serving, silent, yes_to_everything
from tests.lab.servers.nginx import nginx, server
from tests.lab.servers.proxies import dante, microsocks, squid, tinyproxy

pytestmark = pytest.mark.lab
Served = Callable[..., AbstractContextManager[None]]


async def looked(probe: Probe, address: str, port: int, **more: Any) -> Observation:
    protocol = "http" if probe is http.PROBE else "socks"
    target = Target(TargetKind.SERVICE, "self", address=address, port=port, protocol=protocol, tls=False)
    return await ask(probe, target, **more)


def verdict(observation: Observation) -> tuple[Verdict, Reason | None]:
    check = load().checks["proxy.open-http" if observation.probe == "proxy.http" else "proxy.open-socks"]
    (found,) = judge(check, observation.target, {observation.probe: observation}, {})
    return found.verdict, found.reason


@pytest.mark.parametrize("open_to_all", [True, False])
@pytest.mark.parametrize(
    ("served", "probe", "port"),
    [
        (squid, http.PROBE, 3128),
        (tinyproxy, http.PROBE, 8888),
        (microsocks, socks.PROBE, 1080),
        (dante, socks.PROBE, 1080),
    ],
    ids=["squid", "tinyproxy", "microsocks", "dante"],
)
def test_a_proxy_fails_where_it_relays(
    tmp_path: Path, served: Served, probe: Probe, port: int, open_to_all: bool
) -> None:
    tmp_path.chmod(0o755)
    tmp_path.parent.chmod(0o755)
    with served(tmp_path / "proxy", "127.32.19.1", open_to_all=open_to_all):
        observation = asyncio.run(looked(probe, "127.32.19.1", port))
    assert verdict(observation) == (Verdict.FAIL if open_to_all else Verdict.PASS, None)


@pytest.mark.parametrize("served", [microsocks, dante], ids=["microsocks", "dante"])
@pytest.mark.parametrize("open_to_all", [True, False])
def test_socks_is_known_by_its_choice_of_a_method(tmp_path: Path, served: Served, open_to_all: bool) -> None:
    with served(tmp_path, "127.32.19.11", open_to_all=open_to_all):
        identified = asyncio.run(
            ask(identify.PROBE, Target(TargetKind.SERVICE, "self", address="127.32.19.11", port=1080))
        )
    assert identified.facts["protocol"] == "socks"


def test_a_web_server_is_no_proxy(tmp_path: Path) -> None:
    with nginx(tmp_path, "127.32.19.2", server("127.32.19.2", "location / { return 200 hello; }")):
        assert verdict(asyncio.run(looked(http.PROBE, "127.32.19.2", 80))) == (Verdict.PASS, None)


async def lost(visit: Visit) -> None:
    """Accepts every way, and what is sent there goes nowhere."""
    await visit.head()
    await visit.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await visit.reader.read()


async def echo(visit: Visit) -> None:
    while data := await visit.reader.read(4096):
        await visit.send(data)


async def socks_lost(visit: Visit) -> None:
    """A SOCKS 5 server that grants everything and relays nothing."""
    await visit.reader.readexactly(3)
    await visit.send(b"\x05\x00")
    await visit.reader.readexactly(10)
    await visit.send(b"\x05\x00\x00\x01" + bytes(6))
    await visit.reader.read(100)
    visit.writer.write_eof()
    await visit.reader.read()


bad_gateway = answering(lambda head: answer("502 Bad Gateway"))


@pytest.mark.parametrize(
    ("probe", "behaviour"),
    [
        (http.PROBE, lost),
        (http.PROBE, echo),
        (http.PROBE, bad_gateway),
        (socks.PROBE, socks_lost),
        (socks.PROBE, echo),
        (socks.PROBE, garbage),
    ],
)
def test_who_says_yes_and_does_not_relay_is_not_accused(probe: Probe, behaviour: Conversation) -> None:
    async def asked() -> None:
        async with serving(behaviour, "127.32.19.3", 0) as misbehaving:
            observation = await looked(probe, "127.32.19.3", misbehaving.port)
        assert verdict(observation)[0] is Verdict.NOT_TESTED

    asyncio.run(asked())


@pytest.mark.slow
def test_a_silent_proxy_is_not_tested() -> None:
    async def asked() -> None:
        async with serving(silent, "127.32.19.4", 0) as mute:
            observation = await looked(http.PROBE, "127.32.19.4", mute.port)
        assert verdict(observation) == (Verdict.NOT_TESTED, Reason.TIMED_OUT)

    asyncio.run(asked())


def test_a_proxy_that_relays_once_and_not_again_is_not_accused() -> None:
    """It relays the first visit's GET, and refuses from then on."""
    visits = 0

    async def once(visit: Visit) -> None:
        nonlocal visits
        visits += 1
        head = await visit.head()
        if visits == 1:
            host, _, rest = head.split(" ")[1].removeprefix("http://").partition("/")
            address, _, port = host.partition(":")
            reader, writer = await asyncio.open_connection(address, int(port))
            writer.write(f"GET /{rest} HTTP/1.0\r\n\r\n".encode())
            await visit.send(await reader.read(4096))
            writer.close()
        else:
            await visit.send(answer("403 Forbidden"))

    async def asked() -> None:
        async with serving(once, "127.32.19.5", 0) as proxy:
            observation = await looked(http.PROBE, "127.32.19.5", proxy.port)
        assert verdict(observation)[0] is Verdict.NOT_TESTED

    asyncio.run(asked())


def test_it_listens_where_the_file_says_and_tells_every_visit(tmp_path: Path) -> None:
    async def asked() -> list[dict[str, Any]]:
        log = tmp_path / "audit.jsonl"
        inspection = ordered("127.32.19.6", callbacks=Callbacks("127.32.19.7:4000"))
        async with wired(inspection, audit=log) as wire:
            target = Target(TargetKind.SERVICE, "self", address="127.32.19.6", port=80, protocol="http", tls=False)
            async with wire.bind(http.PROBE, target).callback() as callback:
                assert (callback.address, callback.port) == ("127.32.19.7", 4000)
                for word in (b"no word of ours\r\n", callback.nonce.encode()):
                    reader, writer = await asyncio.open_connection("127.32.19.7", 4000)
                    writer.write(word)
                    writer.write_eof()
                    heard = await reader.read()
                    assert (callback.nonce.encode() in heard) is (b"stranger" not in heard and heard != b"")
                    writer.close()
                assert await callback.arrived(2)
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.32.19.7", 4000)
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]

    lines = [line for line in asyncio.run(asked()) if line["class"] == "callback"]
    assert [line["outcome"] for line in lines] == ["waiting", "a stranger", "a word of ours", "heard"]
    assert {line["place"] for line in lines} == {"127.32.19.7:4000"}


def test_words_of_several_probes_are_told_apart_at_one_place() -> None:
    async def asked() -> None:
        inspection = ordered("127.32.19.6", callbacks=Callbacks("127.32.19.7:4001"))
        async with wired(inspection) as wire:
            target = Target(TargetKind.SERVICE, "self", address="127.32.19.6", port=80, protocol="http", tls=False)
            network = wire.bind(http.PROBE, target)
            async with network.callback() as first, network.callback() as second:
                _, writer = await asyncio.open_connection("127.32.19.7", 4001)
                writer.write(second.nonce.encode())
                assert await second.arrived(2)
                assert not await first.arrived(0.1)
                writer.close()

    asyncio.run(asked())


def test_a_stop_ends_the_waiting_for_a_word() -> None:
    async def asked() -> None:
        async with wired(ordered("127.32.19.6")) as wire:
            target = Target(TargetKind.SERVICE, "self", address="127.32.19.6", port=80, protocol="http", tls=False)
            async with wire.bind(http.PROBE, target).callback() as callback:
                waiting = asyncio.ensure_future(callback.arrived(3600))
                await asyncio.sleep(0)
                wire.stop("a test")
                with pytest.raises(NetworkError) as end:
                    await waiting
        assert end.value.reason is Reason.INTERRUPTED

    asyncio.run(asked())


@pytest.mark.parametrize("listen", ["192.0.2.1:4000", "127.32.19.8:4002"])
def test_without_a_place_of_ones_own_there_is_no_vantage(listen: str) -> None:
    """An address that is not ours, and a port that somebody else has."""

    async def asked() -> None:
        with socket.create_server(("127.32.19.8", 4002)):
            async with serving(yes_to_everything, "127.32.19.9", 0) as proxy:
                more = {"callbacks": Callbacks(listen)}
                assert verdict(await looked(http.PROBE, "127.32.19.9", proxy.port, **more)) == (
                    Verdict.NOT_TESTED,
                    Reason.NO_VANTAGE,
                )
                assert proxy.connections == 0

    asyncio.run(asked())


def test_a_public_target_without_a_place_has_no_vantage() -> None:
    async def asked() -> None:
        async with wired(ordered("192.0.2.1")) as wire:
            target = Target(TargetKind.SERVICE, "self", address="192.0.2.1", port=3128, protocol="http", tls=False)
            with pytest.raises(NetworkError) as refusal:
                async with wire.bind(http.PROBE, target).callback():
                    raise AssertionError
        assert refusal.value.reason is Reason.NO_VANTAGE

    asyncio.run(asked())


def test_a_control_port_that_accepts_fails_inferred_and_gets_no_byte() -> None:
    async def asked() -> None:
        heard: list[bytes] = []

        async def listen(visit: Visit) -> None:
            heard.append(await visit.reader.read(4096))

        target = Target(TargetKind.SERVICE, "self", address="127.32.19.10", port=502, protocol="silent", tls=False)
        async with serving(listen, "127.32.19.10", 502):
            observation = await ask(control.PROBE, target)
        check = load().checks["port.industrial-exposed"]
        (found,) = judge(check, target, {"ports.control": observation}, {})
        assert (found.verdict, found.confidence) == (Verdict.FAIL, Confidence.INFERRED)
        assert b"".join(heard) == b""
        closed = await ask(control.PROBE, target)
        (found,) = judge(check, target, {"ports.control": closed}, {})
        assert found.verdict is Verdict.PASS

    asyncio.run(asked())
