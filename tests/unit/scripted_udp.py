"""A network on which one peer answers datagrams by a script: bytes, silence, or an error."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from scanner.model.errors import Malformed, NetworkError, TimedOut

Told = TypeVar("Told")
Script = Callable[[int, bytes], Iterable[bytes] | NetworkError]
"""What comes back from a port for a payload, or the error that its asking ends in."""


class ScriptedUdp:
    """The part of a `Network` that UDP's probes use. `sent` is what was sent, as (port, payload)."""

    def __init__(self, script: Script, *, ports: Sequence[int] = (), own: int = 0) -> None:
        self.sent: list[tuple[int, bytes]] = []
        self._script = script
        self._ports = tuple(ports)
        self._own = own

    def udp_ports(self) -> tuple[int, ...]:
        return self._ports

    @asynccontextmanager
    async def datagrams(self, *, port: int | None = None, any_port: bool = False) -> AsyncIterator[Any]:
        yield _Conversation(self, self._own if port is None else port)

    def answers(self, port: int, payload: bytes) -> Iterable[bytes] | NetworkError:
        self.sent.append((port, payload))
        return self._script(port, payload)


class _Conversation:
    def __init__(self, network: ScriptedUdp, port: int) -> None:
        self._network = network
        self._port = port

    async def ask(self, payload: bytes, wanted: Callable[[bytes], Told | None], *, timeout: float = 3.0) -> Told:
        answers = self._network.answers(self._port, payload)
        if isinstance(answers, NetworkError):
            raise answers
        others = 0
        for data in answers:
            if (told := wanted(data)) is not None:
                return told
            others += 1
        raise Malformed("others") if others else TimedOut("silence")
