"""UDP over the real wire: whose answer counts, what silence, strangers and floods end in, and what is never sent."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SOCK_DGRAM, SOL_SOCKET, socket
from threading import Thread

import pytest

from scanner.model.errors import ConnectionRefused, Malformed, NetworkError, NotAdmitted, OverBudget, TimedOut
from scanner.model.network import Network
from scanner.model.probe import Impact, Probe
from scanner.model.target import Target, TargetKind
from scanner.model.verdict import Reason
from tests.asking import ordered, wired

pytestmark = pytest.mark.lab

ADDRESSES = ("127.36.44.1", "::1")
PORT = 40123
Answers = Callable[[bytes], Iterable[bytes]]


async def _unused(target: Target, net: Network) -> object:
    raise AssertionError("these tests ask by themselves")


PROBE = Probe("test.datagrams", TargetKind.HOST, Impact.ORDINARY, dict, _unused, address_bound=True)  # type: ignore[arg-type]


@contextmanager
def peer(address: str, answers: Answers, *, elsewhere: bool = False) -> Iterator[None]:
    """Answers on PORT, from there or from another port, until it hears "end"."""
    family = AF_INET6 if ":" in address else AF_INET
    with ExitStack() as held:
        own = held.enter_context(socket(family, SOCK_DGRAM))
        own.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        own.bind((address, PORT))
        other = held.enter_context(socket(family, SOCK_DGRAM))
        other.bind((address, 0))

        def serve() -> None:
            while (heard := own.recvfrom(65535))[0] != b"end":
                for answer in answers(heard[0]):
                    (other if elsewhere else own).sendto(answer, heard[1])

        thread = Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            other.sendto(b"end", (address, PORT))
            thread.join(5)


def ask(
    address: str, payload: bytes = b"question", *, any_port: bool = False, port: int = PORT, audit: Path | None = None
) -> bytes:
    """The first answer that begins with "answer"."""

    async def asked() -> bytes:
        async with wired(ordered(address), audit=audit) as wire:
            network = wire.bind(PROBE, Target(TargetKind.HOST, "self", address=address))
            async with network.datagrams(port=port, any_port=any_port) as datagrams:
                return await datagrams.ask(payload, lambda data: data if data[:6] == b"answer" else None, timeout=0.4)

    return asyncio.run(asked())


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("any_port", [False, True])
def test_the_answer_is_heard_among_others(address: str, any_port: bool) -> None:
    with peer(address, lambda _: (b"noise", b"answer 1", b"answer 2")):
        assert ask(address, any_port=any_port) == b"answer 1"


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_answer_from_another_port_counts_only_where_the_protocol_lets_it(address: str) -> None:
    with peer(address, lambda _: (b"answer",), elsewhere=True):
        assert ask(address, any_port=True) == b"answer"
        with pytest.raises(TimedOut):
            ask(address)


@pytest.mark.parametrize("any_port", [False, True])
def test_an_answer_from_another_address_never_counts(any_port: bool) -> None:
    with socket(AF_INET, SOCK_DGRAM) as stranger, socket(AF_INET, SOCK_DGRAM) as silent:
        stranger.bind(("127.36.44.2", PORT))
        silent.bind((ADDRESSES[0], PORT))

        def reflect() -> None:
            _, source = silent.recvfrom(100)
            stranger.sendto(b"answer", source)

        thread = Thread(target=reflect, daemon=True)
        thread.start()
        with pytest.raises(TimedOut):
            ask(ADDRESSES[0], any_port=any_port)
        thread.join(5)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("any_port", [False, True])
def test_a_closed_port_refuses(address: str, any_port: bool) -> None:
    with pytest.raises(ConnectionRefused):
        ask(address, any_port=any_port, port=PORT + 1)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        (lambda _: (), TimedOut),
        (lambda data: (data,), Malformed),
        (lambda _: (b"noise",) * 300, OverBudget),
    ],
)
def test_silence_noise_and_floods_end_each_in_their_own_way(answers: Answers, error: type[NetworkError]) -> None:
    with peer(ADDRESSES[0], answers), pytest.raises(error):
        ask(ADDRESSES[0])


def test_a_fault_of_the_reader_is_raised_where_it_is_waited_for() -> None:
    def broken(data: bytes) -> bytes:
        raise ZeroDivisionError

    async def asked() -> None:
        async with wired(ordered(ADDRESSES[0])) as wire:
            network = wire.bind(PROBE, Target(TargetKind.HOST, "self", address=ADDRESSES[0]))
            async with network.datagrams(port=PORT) as datagrams:
                await datagrams.ask(b"question", broken, timeout=0.4)

    with peer(ADDRESSES[0], lambda data: (data,)), pytest.raises(ZeroDivisionError):
        asyncio.run(asked())


@pytest.mark.parametrize("port", [20000, 44818, 47808, 34964])
def test_no_datagram_goes_where_a_controller_listens(port: int) -> None:
    """R6: BACnet, DNP3, EtherNet/IP and PROFINET live on UDP as well."""
    with pytest.raises(NotAdmitted) as refused:
        ask(ADDRESSES[0], port=port)
    assert refused.value.reason is Reason.NOT_PERMITTED


def test_every_datagram_stands_in_the_audit_log(tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    with peer(ADDRESSES[0], lambda _: (b"answer",)):
        ask(ADDRESSES[0], audit=audit)
    (line,) = [json.loads(line) for line in audit.read_text(encoding="utf-8").splitlines() if '"datagram"' in line]
    assert (line["transport"], line["port"], line["outcome"]) == ("udp", PORT, "answered")
    assert (line["sent"], line["received"]) == (8, 6)
