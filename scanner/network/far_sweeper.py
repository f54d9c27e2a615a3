"""Sweepers in processes of their own, so that connects and the event loop do not share one interpreter. They decide nothing.

What is sent, and how fast, comes by the gate's grants as it does for the sweeper's thread; an address always goes to
the same process. A process that dies ends its sweeps as a fault; where the scan dies, its processes see the end of
their pipe and end too.
"""

import asyncio
import contextlib
import itertools
import pickle
import socket
import struct
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.model.errors import NetworkError
from scanner.model.verdict import Reason
from scanner.network.connects import Connects, Told

HEAD = struct.Struct("!I")
MOST = 64 * 1024 * 1024
"""Octets of one message: a grant of 8,192 ports is a thousandth of it."""

ENDING = 5.0
"""Seconds that a process may take to end once its pipe is closed."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a process is asked for one address. `number` comes back with the answer."""

    number: int
    address: str
    ports: tuple[int, ...]
    patience: float
    rate: float | None
    half_open: int | None
    seconds: float
    drain: bool


@dataclass(frozen=True, slots=True)
class Forget:
    """Close what is still in flight to an address."""

    address: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an order; `told` is None where the sweeper could not do it."""

    number: int
    told: Told | None
    round_trip: float | None
    deviation: float


class FarSweeper:
    """One process. Enter it inside a running event loop; leaving ends the process."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "FarSweeper":
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "scanner.network.sweep_process", str(theirs.fileno())]
            self._process = await asyncio.create_subprocess_exec(
                *command, pass_fds=[theirs.fileno()], stdin=asyncio.subprocess.DEVNULL
            )
        self._reader, self._writer = await asyncio.open_unix_connection(sock=ours)
        self._reading = asyncio.create_task(self._read(), name="sweep process")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        try:
            async with asyncio.timeout(ENDING):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def send(
        self,
        connects: Connects,
        ports: Sequence[int],
        *,
        rate: float | None = None,
        half_open: int | None = None,
        seconds: float = 1.0,
        drain: bool = False,
    ) -> Told:
        """As `Sweeper.send`; `connects` stands for those of the process, and learns their round trip."""
        if self._reading is None or self._reading.done():
            raise _ended()
        number = next(self._numbers)
        answered = self._waiting[number] = asyncio.get_running_loop().create_future()
        order = Order(number, connects.address, tuple(ports), connects.patience, rate, half_open, seconds, drain)
        try:
            self._writer.write(framed(order))
            answer = await answered
        finally:
            self._waiting.pop(number, None)
        if answer.told is None:
            raise _ended()
        connects.round_trip, connects.deviation = answer.round_trip, answer.deviation
        told: Told = answer.told
        return told

    def forget(self, connects: Connects) -> None:
        """Close what is still in flight to an address, and send it nothing more."""
        if not self._writer.is_closing():
            self._writer.write(framed(Forget(connects.address)))

    async def _read(self) -> None:
        try:
            while (message := await read(self._reader)) is not None:
                waiting = self._waiting.get(message.number) if isinstance(message, Answer) else None
                if isinstance(message, Answer) and waiting is not None and not waiting.done():
                    waiting.set_result(message)
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(_ended())


class FarSweepers:
    """Several processes; an address keeps to one of them. The same face as one sweeper."""

    def __init__(self, processes: int) -> None:
        self._far = [FarSweeper() for _ in range(processes)]
        self._held = contextlib.AsyncExitStack()

    async def __aenter__(self) -> "FarSweepers":
        async with contextlib.AsyncExitStack() as held:
            for far in self._far:
                await held.enter_async_context(far)
            self._held = held.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._held.aclose()

    async def send(
        self,
        connects: Connects,
        ports: Sequence[int],
        *,
        rate: float | None = None,
        half_open: int | None = None,
        seconds: float = 1.0,
        drain: bool = False,
    ) -> Told:
        return await self._of(connects).send(
            connects, ports, rate=rate, half_open=half_open, seconds=seconds, drain=drain
        )

    def forget(self, connects: Connects) -> None:
        self._of(connects).forget(connects)

    def _of(self, connects: Connects) -> FarSweeper:
        return self._far[zlib.crc32(connects.address.encode()) % len(self._far)]


def framed(message: object) -> bytes:
    """A message as it goes over the pipe between two processes of ours: its length, then its pickle."""
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return HEAD.pack(len(content)) + content


async def read(reader: asyncio.StreamReader) -> object | None:
    """The next message; None at the end of the pipe."""
    try:
        (length,) = HEAD.unpack(await reader.readexactly(HEAD.size))
        if length > MOST:
            return None
        return pickle.loads(await reader.readexactly(length))  # type: ignore[no-any-return]  # noqa: S301 (ours at both ends)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


def _ended() -> NetworkError:
    return NetworkError("a sweep's process has ended", Reason.PROBE_FAULT)
