"""The sweep against real listeners on loopback, and in a namespace where packets can be dropped."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from scanner.model.errors import NotAdmitted
from scanner.model.network import PortState, Sweep
from scanner.model.verdict import Reason
from scanner.network.connects import Connects
from scanner.network.sweep import CANARIES, choose_canaries, sweep
from scanner.network.sweeper import Sweeper
from scanner.network.tries import OwnTries
from tests.lab.arrivals import arrivals, most_in_a_second
from tests.lab.open_gate import OpenGate
from tests.lab.server import needs

pytestmark = pytest.mark.lab

ADDRESS = "127.36.0.1"
OPEN, CLOSED, FILTERED, UNTOLD = PortState.OPEN, PortState.CLOSED, PortState.FILTERED, PortState.UNTOLD


@pytest.fixture
def listeners() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def listen(stack: ExitStack, address: str, port: int, backlog: int = 128) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return stack.enter_context(socket.create_server((address, port), family=family, backlog=backlog))


def swept(address: str, ports: Sequence[int], gate: OpenGate | None = None) -> Sweep:
    async def ask() -> Sweep:
        with Sweeper() as sweeper:
            return await sweep(gate or OpenGate(), OwnTries(sweeper, address), "self", address, ports, "ports.tcp")

    return asyncio.run(ask())


def test_open_and_closed_ports_are_told_apart(listeners: ExitStack) -> None:
    listen(listeners, ADDRESS, 4001)
    result = swept(ADDRESS, [4000, 4001, 4002])
    assert result.states == {4000: CLOSED, 4001: OPEN, 4002: CLOSED}
    assert (result.canaries_open, result.canaries_asked, result.stopped) == (0, 3, None)


def test_an_ipv6_host_is_swept_alike(listeners: ExitStack) -> None:
    listen(listeners, "::1", 4001)
    assert swept("::1", [4000, 4001]).states == {4000: CLOSED, 4001: OPEN}


def test_every_port_there_is_gets_a_state_and_none_is_invented(listeners: ExitStack) -> None:
    for port in (1, 4001, 65535):
        listen(listeners, "127.36.0.2", port)
    states = swept("127.36.0.2", range(1, 65536)).states
    everywhere = {port for port, state in states.items() if state is OPEN}
    assert len(states) == 65535
    assert {1, 4001, 65535} <= everywhere
    assert all(accepts("127.36.0.2", port) for port in everywhere)


def accepts(address: str, port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex((address, port)) == 0


def test_a_sweep_closed_off_in_the_middle_leaves_the_rest_untold() -> None:
    result = swept(ADDRESS, range(1, 101), OpenGate(most=10, grants=4, reason=Reason.INTERRUPTED))
    states = list(result.states.values())
    assert result.stopped is Reason.INTERRUPTED
    assert states[:37] == [CLOSED] * 37
    assert set(states[37:]) == {UNTOLD}


def test_a_sweep_that_may_not_begin_says_why() -> None:
    with pytest.raises(NotAdmitted) as caught:
        swept(ADDRESS, [80], OpenGate(grants=0, reason=Reason.NOT_CONFIRMED))
    assert caught.value.reason is Reason.NOT_CONFIRMED


def test_every_port_asked_was_granted_and_every_answer_reported(listeners: ExitStack) -> None:
    listen(listeners, ADDRESS, 4001)
    gate = OpenGate(most=7)
    swept(ADDRESS, range(3990, 4010), gate)
    granted = [port for ports in gate.asked for port in ports]
    opened = [port for report in gate.reports for port in report[0]]
    closed = [port for report in gate.reports for port in report[1]]
    assert sorted(granted) == sorted(opened + closed)
    assert opened == [4001]


def test_a_port_that_drops_the_first_try_and_takes_the_second_is_open(listeners: ExitStack) -> None:
    """A full backlog drops SYNs: silence for a while, and no firewall."""
    listener = listen(listeners, "127.36.0.3", 4001, backlog=0)
    fillers = [listeners.enter_context(socket.socket()) for _ in range(3)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(("127.36.0.3", 4001))

    async def ask() -> Sweep:
        async def empty() -> None:
            await asyncio.sleep(1.3)
            for _ in fillers[:2]:
                listener.accept()[0].close()

        with Sweeper() as sweeper:
            emptied = asyncio.create_task(empty())
            result = await sweep(OpenGate(), OwnTries(sweeper, "127.36.0.3"), "self", "127.36.0.3", [4001], "ports.tcp")
            await emptied
            return result

    assert asyncio.run(ask()).states == {4001: OPEN}


@pytest.mark.parametrize("rate", [20, 200])
def test_no_sliding_second_exceeds_the_rate(rate: int, listeners: ExitStack) -> None:
    ports = range(5000, 5000 + int(2.5 * rate))
    address = f"127.36.1.{rate}"
    for port in ports[::2]:
        listen(listeners, address, port)
    with arrivals(address) as arrived:
        swept(address, ports, OpenGate(rate=rate, half_open=64))
        times = arrived.times()
    assert len(times) == len(ports) + CANARIES
    assert 0.9 * rate <= most_in_a_second(times) <= rate


def test_the_half_open_ceiling_holds() -> None:
    """Descriptors in flight are what the ceiling bounds: a silent address shows them all at once."""
    connects = Connects("127.36.0.4")
    with Sweeper() as sweeper, socket.create_server(("127.36.0.4", 4001), backlog=0) as full:
        fillers = [socket.socket() for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())

        async def ask() -> int:
            await sweeper.send(connects, [4001] * 20, half_open=5, seconds=0.3)
            return len(connects.flights)

        assert asyncio.run(ask()) == 5
        sweeper.forget(connects)
        for filler in fillers:
            filler.close()


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_cancelled_sweep_closes_what_it_opened() -> None:
    async def ask(sweeper: Sweeper) -> None:
        with socket.create_server(("127.36.0.5", 4001), backlog=0) as full:
            fillers = [socket.socket() for _ in range(3)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(full.getsockname())
            before = descriptors()
            sweeping = asyncio.create_task(
                sweep(OpenGate(), OwnTries(sweeper, "127.36.0.5"), "self", "127.36.0.5", [4001], "ports.tcp")
            )
            await asyncio.sleep(0.2)
            assert descriptors() == before + 1
            sweeping.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sweeping
            await asyncio.sleep(0.1)
            assert descriptors() == before
            for filler in fillers:
                filler.close()

    with Sweeper() as sweeper:
        asyncio.run(ask(sweeper))


def test_many_addresses_at_once_are_told_like_each_alone(listeners: ExitStack) -> None:
    addresses = [f"127.36.2.{number}" for number in range(1, 101)]
    for number, address in enumerate(addresses):
        listen(listeners, address, 4000 + number % 10)

    async def ask() -> list[Sweep]:
        with Sweeper() as sweeper:
            asked = (
                sweep(OpenGate(), OwnTries(sweeper, address), "self", address, range(4000, 4010), "p")
                for address in addresses
            )
            return await asyncio.gather(*asked)

    for number, result in enumerate(asyncio.run(ask())):
        assert [port for port, state in result.states.items() if state is OPEN] == [4000 + number % 10]


def test_canaries_lie_outside_the_list_where_it_leaves_room() -> None:
    assert not set(choose_canaries(range(1, 60000))) & set(range(1, 60000))
    assert len(set(choose_canaries(range(1, 65536)))) == CANARIES


@pytest.fixture(scope="module")
def told() -> Any:
    """One run, several addresses: dropped, forbidden, bent to one listener, without source ports."""
    if os.geteuid() != 0:
        pytest.skip("laboratory: root is needed for a network namespace")
    needs("nft", "unshare", "ip")
    command = ["unshare", "--net", sys.executable, "-m", "tests.lab.sweep_in_namespace"]
    run = subprocess.run(command, capture_output=True, cwd=Path(__file__).parents[2], timeout=60)
    assert run.returncode == 0, run.stderr.decode()
    return json.loads(run.stdout)


@pytest.mark.namespace
def test_dropped_and_forbidden_ports_are_filtered_and_resets_closed(told: Any) -> None:
    states = told["half"]["states"]
    assert {states[str(port)] for port in range(1000, 1011)} == {"filtered"}
    assert (states["1011"], states["2000"], states["2001"]) == ("closed", "open", "closed")


@pytest.mark.namespace
def test_an_address_that_accepts_every_port_is_a_middlebox_and_told_of_none(told: Any) -> None:
    assert (told["bent"]["stopped"], told["bent"]["canaries_open"]) == ("middlebox", 3)
    assert set(told["bent"]["states"].values()) == {"untold"}


@pytest.mark.namespace
def test_a_silent_address_is_filtered_and_never_closed(told: Any) -> None:
    assert set(told["silent"]["states"].values()) == {"filtered"}


@pytest.mark.namespace
def test_want_of_source_ports_is_waited_out_and_never_reported_as_closed(told: Any) -> None:
    assert told["short"]["states"] == {"7000": "open"}


@pytest.mark.namespace
def test_a_connect_that_meets_itself_is_no_open_port(told: Any) -> None:
    assert told["itself"]["really"]
    assert told["itself"]["states"] == {"50000": "closed"}
