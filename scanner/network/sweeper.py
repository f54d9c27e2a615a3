"""The thread that sends a sweep's connects and hears their answers. It decides nothing: grants come from the gate."""

import asyncio
import contextlib
import os
import resource
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scanner.model.errors import NetworkError
from scanner.model.verdict import Reason
from scanner.network.connects import Connects, Told

AT_ONCE = 64
"""Connects that one address sends before the answers of all are looked at again."""

DESCRIPTORS = 4096
"""Connects in flight over all addresses, at most; never more than half of what the process may open."""


@dataclass(slots=True)
class _Order:
    """What the event loop asks of the thread for one address, and where the answer goes."""

    connects: Connects
    ports: Sequence[int]
    rate: float | None
    half_open: int
    seconds: float
    drain: bool
    loop: asyncio.AbstractEventLoop
    done: "asyncio.Future[Told]"


class Sweeper:
    """One thread and one epoll for every address. Start it by entering, end it by leaving.

    epoll is Linux's: elsewhere this raises AttributeError on entering, and the command line says what to do.
    """

    def __init__(self) -> None:
        self._inbox: deque[_Order | Connects] = deque()
        self._orders: dict[Connects, _Order] = {}
        self._owners: dict[int, Connects] = {}
        self._thread: threading.Thread | None = None
        self._ending = False

    def __enter__(self) -> "Sweeper":
        self._epoll = select.epoll()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._bell, select.EPOLLIN)
        self._room = min(DESCRIPTORS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        self._thread = threading.Thread(target=self._run, name="sweeper", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending = True
        os.eventfd_write(self._bell, 1)
        if self._thread is not None:
            self._thread.join()
        self._epoll.close()
        os.close(self._bell)

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
        """Send connects to these ports for at most `seconds`; with `drain`, once all are sent, hear them all out.

        Returns what was told meanwhile of these and earlier ports, and which were not sent in time. One call at a
        time for one address. Raises NetworkError (probe-fault) where the thread has died.
        """
        if self._thread is None or not self._thread.is_alive():
            raise NetworkError("the sweep's thread has ended", Reason.PROBE_FAULT)
        loop = asyncio.get_running_loop()
        ceiling = min(half_open or self._room, self._room)
        order = _Order(connects, ports, rate, ceiling, seconds, drain, loop, loop.create_future())
        self._post(order)
        return await order.done

    def forget(self, connects: Connects) -> None:
        """Close what is still in flight to an address, and send it nothing more."""
        self._post(connects)

    def _post(self, what: _Order | Connects) -> None:
        self._inbox.append(what)
        os.eventfd_write(self._bell, 1)

    def _run(self) -> None:
        try:
            while not self._ending:
                self._read_inbox()
                self._send()
                self._expire(self._hear(self._seconds_to_wait()))
                self._answer()
        finally:
            for connects in {*self._orders, *self._owners.values()}:
                connects.abandon()
            for order in self._orders.values():
                _call(order.loop, _fail, order.done)

    def _read_inbox(self) -> None:
        while self._inbox:
            what = self._inbox.popleft()
            if isinstance(what, _Order):
                self._orders[what.connects] = what
                what.connects.order(what.ports, what.rate, what.half_open, time.monotonic(), what.seconds)
            else:
                self._orders.pop(what, None)
                self._disown(what.abandon())

    def _send(self) -> None:
        for connects in self._orders:
            now = time.monotonic()
            room = min(AT_ONCE, self._room - len(self._owners))
            if room > 0 and connects.sending(now):
                for descriptor in connects.send(self._epoll, now, room):
                    self._owners[descriptor] = connects

    def _seconds_to_wait(self) -> float:
        """Until something is due: a connect, a silence, a grant's end; -1 where only answers can come."""
        now = time.monotonic()
        due = []
        for connects, order in self._orders.items():
            sending = connects.sending(now)
            if _ended(order, now):
                return 0.0
            if (silent := connects.silent_at) is not None:
                due.append(silent)
            if not sending and connects.unspent(now):
                due.append(connects.next_at)
            if sending:
                due.append(connects.ends_at)
                if (ready := connects.ready_at) is not None and len(self._owners) < self._room:
                    due.append(ready)
        return max(0.0, min(due) - now) if due else -1.0

    def _hear(self, seconds: float) -> float:
        """Take every answer that has arrived; the moment up to which all of them are heard."""
        answered = self._epoll.poll(seconds, 2 * DESCRIPTORS)
        heard_at = time.monotonic()
        for descriptor, _ in answered:
            if descriptor == self._bell:
                os.eventfd_read(self._bell)
            elif (connects := self._owners.pop(descriptor, None)) is not None:
                connects.settle(descriptor, heard_at)
        return heard_at

    def _expire(self, heard_at: float) -> None:
        """Silence counts up to the moment when all answers were heard: our own lag is not theirs."""
        for connects in self._orders:
            self._disown(connects.expire(heard_at))

    def _answer(self) -> None:
        now = time.monotonic()
        for connects, order in list(self._orders.items()):
            if _ended(order, now):
                del self._orders[connects]
                _call(order.loop, _deliver, order.done, connects.hand_over())

    def _disown(self, descriptors: Iterable[int]) -> None:
        for descriptor in descriptors:
            self._owners.pop(descriptor, None)


def _ended(order: _Order, now: float) -> bool:
    """Whether the grant's time or ports are used up, its pace too, and its answers in where they are waited for."""
    connects = order.connects
    return not (connects.sending(now) or connects.unspent(now) or (order.drain and connects.waiting))


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *arguments: object) -> None:
    """Hand something to the event loop, which may have closed meanwhile: then nobody waits for it."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(function, *arguments)


def _deliver(done: "asyncio.Future[Told]", told: Told) -> None:
    if not done.done():
        done.set_result(told)


def _fail(done: "asyncio.Future[Told]") -> None:
    if not done.done():
        done.set_exception(NetworkError("the sweep's thread has ended", Reason.PROBE_FAULT))
