"""The port sweep as a scan asks it: over the gate, with its audit, its paces and its stop."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from probes.ports.tcp import PROBE
from probes.services.identify import PROBE as IDENTIFY
from scanner.catalogue.loader import load
from scanner.catalogue.ports import load_ports
from scanner.judging import judge
from scanner.model.inspection import Limits, ListedTarget
from scanner.model.observation import Observation
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason, Verdict
from tests.asking import ask, ask_over, listed, ordered, wired
from tests.lab.arrivals import arrivals, most_in_a_second

pytestmark = pytest.mark.lab

PORTS = (4000, 4001, 4002, 9100)


@pytest.fixture
def listeners() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def host(address: str) -> Target:
    return Target(TargetKind.HOST, "self", address=address)


def listen(stack: ExitStack, address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener: socket.socket = stack.enter_context(socket.create_server((address, port), family=family, backlog=512))
    return listener


def verdicts(check: str, observation: Observation, **declared: Any) -> list[tuple[Verdict, int | None]]:
    judgements = judge(load().checks[check], observation.target, {"ports.tcp": observation}, declared)
    return [(judgement.verdict, judgement.port) for judgement in judgements]


@pytest.mark.parametrize("address", ["127.36.3.1", "::1"])
def test_a_host_s_open_ports_become_services_and_the_printer_s_port_one_that_nobody_speaks_to(
    address: str, listeners: ExitStack
) -> None:
    listen(listeners, address, 4001)
    printer = listen(listeners, address, 9100)
    observation = asyncio.run(ask(PROBE, host(address), ports=PORTS))
    assert observation.facts["open"] == [{"port": 4001}, {"port": 9100}]
    assert observation.facts["asked"] == "4000-4002,9100"
    services = {service.port: service.protocol for service in PROBE.leads(host(address), observation.facts)}
    assert services == {4001: None, 9100: "silent"}
    connection, _ = printer.accept()
    with connection:
        assert connection.recv(1) == b""


def test_an_undeclared_port_fails_and_its_well_kept_twin_passes(listeners: ExitStack) -> None:
    for address in ("127.36.3.2", "127.36.3.3"):
        listen(listeners, address, 4000)
    listen(listeners, "127.36.3.2", 4001)
    for address, expected in (
        ("127.36.3.2", [(Verdict.PASS, 4000), (Verdict.FAIL, 4001)]),
        ("127.36.3.3", [(Verdict.PASS, 4000), (Verdict.PASS, None)]),
    ):
        line = listed(address, ports=(4000,))
        assert isinstance(line, ListedTarget)
        observation = asyncio.run(ask(PROBE, host(address), targets=[line], ports=PORTS))
        assert observation.facts["declared"] == [4000]
        assert verdicts("port.undeclared", observation, declared_ports=[4000]) == expected


def test_a_suspended_host_that_serves_fails(listeners: ExitStack) -> None:
    listen(listeners, "127.36.3.4", 4000)
    observation = asyncio.run(ask(PROBE, host("127.36.3.4"), ports=PORTS))
    assert verdicts("asset.suspended-reachable", observation, suspended=True) == [(Verdict.FAIL, None)]
    assert verdicts("host.all-ports-open", observation) == [(Verdict.PASS, None)]


@pytest.mark.slow
def test_a_high_risk_port_fails_where_nobody_knows_its_service_and_not_where_a_web_server_answers(
    listeners: ExitStack,
) -> None:
    listen(listeners, "127.36.3.10", 4444)
    web = listen(listeners, "127.36.3.11", 4444)
    thread = Thread(target=answer_http, args=(web,), daemon=True)
    thread.start()
    for address, protocol, expected in (
        ("127.36.3.10", "unknown", Verdict.FAIL),
        ("127.36.3.11", "http", Verdict.NOT_APPLICABLE),
    ):
        service = Target(TargetKind.SERVICE, "self", address=address, port=4444)
        observation = asyncio.run(ask(IDENTIFY, service))
        assert observation.facts["protocol"] == protocol
        told = service.identified(protocol, tls=False)
        (one,) = judge(load().checks["port.high-risk"], told, {"services.identify": observation}, {})
        assert one.verdict is expected
        assert bool(one.evidence) is (expected is Verdict.FAIL)
    web.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def answer_http(web: socket.socket) -> None:
    """A web server of two lines; ends when its listener is shut."""
    while True:
        try:
            connection, _ = web.accept()
        except OSError:
            return
        with connection, suppress(OSError):
            connection.settimeout(2)
            if connection.recv(4096).startswith(b"GET "):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")


def test_an_address_out_of_scope_is_not_swept(listeners: ExitStack) -> None:
    lure = listen(listeners, "127.36.3.6", 4000)

    async def astray() -> Observation:
        async with wired(ordered("127.36.3.5"), ports=PORTS) as wire:
            return await ask_over(wire, PROBE, host("127.36.3.6"))

    observation = asyncio.run(astray())
    assert observation.reason in (Reason.OUT_OF_SCOPE, Reason.NOT_CONFIRMED)
    lure.setblocking(False)
    with pytest.raises(BlockingIOError):
        lure.accept()


def test_a_stop_in_the_middle_leaves_the_rest_untold_within_five_seconds() -> None:
    slow = Limits(20, 50, 3, 60, 50, 5000)

    async def stopped() -> tuple[Observation, float]:
        async with wired(ordered("127.36.3.7", limits=slow), ports=range(4000, 5000)) as wire:
            asking = asyncio.create_task(ask_over(wire, PROBE, host("127.36.3.7")))
            await asyncio.sleep(2.2)
            wire.stop("enough")
            begun = asyncio.get_running_loop().time()
            observation = await asking
            return observation, asyncio.get_running_loop().time() - begun

    observation, seconds = asyncio.run(stopped())
    assert seconds < 5
    assert observation.facts["stopped"] == Reason.INTERRUPTED
    assert observation.facts["closed_count"] in range(90, 160)
    assert observation.facts["untold_count"] == 1000 - observation.facts["closed_count"]
    (one,) = judge(
        load().checks["port.undeclared"], observation.target, {"ports.tcp": observation}, {"declared_ports": [80]}
    )
    assert (one.verdict, one.reason) == (Verdict.NOT_TESTED, Reason.INTERRUPTED)


def test_the_audit_has_a_line_before_and_a_line_after_each_grant(listeners: ExitStack, tmp_path: Path) -> None:
    listen(listeners, "127.36.3.8", 4001)

    async def swept() -> None:
        limits = Limits(20, 200, 3, 60, 400, 5000)
        order = ordered("127.36.3.8", limits=limits)
        async with wired(order, audit=tmp_path / "audit.jsonl", ports=range(4000, 4300)) as wire:
            await ask_over(wire, PROBE, host("127.36.3.8"))

    asyncio.run(swept())
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    outcomes = [line["outcome"] for line in lines if line.get("act") == "sweep"]
    assert outcomes == ["granted", "swept"] * (len(outcomes) // 2)
    assert len(outcomes) >= 4
    assert sum(line["closed"] for line in lines if line.get("outcome") == "swept") == 299 + 3
    assert [line["opened"] for line in lines if line.get("opened")] == ["4001"]


def test_many_addresses_of_a_unit_keep_its_ceiling_and_each_its_own() -> None:
    """Short grants one after the other are where a ceiling would leak: each begins with a connect at once."""
    addresses = [f"127.36.4.{number}" for number in range(1, 9)]
    limits = Limits(20, 50, 3, 60, 100, 5000)

    async def swept() -> None:
        async with wired(ordered(*addresses, limits=limits), ports=range(4000, 4030)) as wire:
            await asyncio.gather(*(ask_over(wire, PROBE, host(address)) for address in addresses))

    with arrivals(*addresses) as every, arrivals(addresses[0]) as one:
        asyncio.run(swept())
        together, alone = every.times(), one.times()
    assert len(together) == len(addresses) * 33
    assert most_in_a_second(together) <= 100
    assert most_in_a_second(alone) <= 50


def test_every_port_of_the_list_can_be_asked_in_one_sweep() -> None:
    observation = asyncio.run(ask(PROBE, host("127.36.3.9"), ports=sorted(load_ports().top)))
    assert observation.facts["closed_count"] + observation.facts["open_count"] == len(load_ports().top)
