"""One datagram and its answer, as the gate admits it. What the answer means is for others to say."""

import asyncio
from collections.abc import Callable
from ipaddress import ip_address
from socket import AF_INET, AF_INET6

from scanner.model.errors import NetworkError, TimedOut
from scanner.network.failure import as_network_error
from scanner.network.gate import Gate
from scanner.network.question import Question


class _Answers(asyncio.DatagramProtocol):
    """The first datagram that is wanted, or the error the kernel reports."""

    def __init__(self, answer: "asyncio.Future[bytes]", wanted: Callable[[bytes], bool]) -> None:
        self._answer = answer
        self._wanted = wanted

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self._answer.done() and self._wanted(data):
            self._answer.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self._answer.done():
            self._answer.set_exception(exc)


def anything(data: bytes) -> bool:
    return True


async def asked(
    gate: Gate,
    question: Question,
    payload: bytes,
    *,
    tries: int,
    timeout: float,
    wanted: Callable[[bytes], bool] = anything,
) -> bytes:
    """Send a datagram until one that is `wanted` comes back, each try from a fresh port and asked of the gate.

    `timeout` is each try's seconds. Raises ConnectionRefused on ICMP port unreachable, TimedOut in silence.
    """
    last: NetworkError = TimedOut("no try was allowed")
    for _ in range(tries):
        try:
            return await _once(gate, question, payload, timeout, wanted)
        except TimedOut as error:
            last = error
    raise last


async def _once(
    gate: Gate, question: Question, payload: bytes, timeout: float, wanted: Callable[[bytes], bool]
) -> bytes:
    what = f"a datagram to {question.address} port {question.port}"
    family = AF_INET if ip_address(question.address).version == 4 else AF_INET6
    async with gate.admit(question) as permit, gate.switch.deadline(question.unit, timeout, what):
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        try:
            # Connected, so that the kernel drops what others send and reports ICMP errors (RFC 1122, 4.1.3.3).
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Answers(answer, wanted), remote_addr=(question.address, question.port), family=family
            )
        except OSError as error:
            raise as_network_error(error, what) from error
        try:
            permit.sent += len(payload)
            transport.sendto(payload)
            data = await answer
        except OSError as error:
            raise as_network_error(error, what) from error
        finally:
            transport.close()
        permit.received += len(data)
        permit.answered()
        return data
