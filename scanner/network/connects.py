"""The TCP connects to one address: sent, in flight, answered. Owned by the sweeper's thread; no thread, no loop."""

import contextlib
import errno
import select
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from socket import (
    AF_INET,
    AF_INET6,
    SO_ERROR,
    SOCK_CLOEXEC,
    SOCK_NONBLOCK,
    SOCK_STREAM,
    SOL_SOCKET,
    SocketType,
    if_nametoindex,
)

KIND = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC
WATCHED = select.EPOLLOUT | select.EPOLLONESHOT

SLACK = 1.01
"""How much wider than 1/rate connects are spaced, so that lateness never puts one too many into a second."""

CATCH_UP = 0.005
"""Seconds of lateness that the schedule makes up for; with SLACK, no sliding second exceeds the rate."""

SHORTAGE_PAUSE = 0.05
SHORTAGE_LIMIT = 65.0
"""Seconds without one free source port or descriptor before we give up: longer than TIME_WAIT (60 s) lasts."""

SHORTAGES = frozenset((errno.EADDRNOTAVAIL, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))
"""Ours, not the target's: waited out, never reported as an answer."""

PROHIBITED = frozenset((errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM, errno.ENOPROTOOPT))
"""What Linux makes of ICMP unreachable and prohibited messages (RFC 792, RFC 4443) during a connect."""

ESTABLISHED = frozenset((0, errno.ECONNRESET, errno.EPIPE))
"""A reset after the handshake reads ECONNRESET or EPIPE; one that refuses it reads ECONNREFUSED."""


@dataclass(slots=True)
class Told:
    """What became known since the last hand-over, as lists of ports.

    `unsent` were not asked. `local` is the errno where our own side could not send at all. `note` is for the
    audit log.
    """

    opened: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)
    prohibited: list[int] = field(default_factory=list)
    silent: list[int] = field(default_factory=list)
    unsent: list[int] = field(default_factory=list)
    local: int | None = None
    note: str | None = None


class Connects:
    """Every connect to one address. `patience` is how long one may stay silent, in seconds."""

    def __init__(self, address: str) -> None:
        host = ip_address(address)
        self.family = AF_INET if host.version == 4 else AF_INET6
        self.address = address.partition("%")[0]
        self.scope = if_nametoindex(host.scope_id) if isinstance(host, IPv6Address) and host.scope_id else 0
        self.near = host.is_loopback
        self.patience = 1.0
        self.round_trip: float | None = None
        self.deviation = 0.0
        self.next_at = 0.0
        self.half_open = 1
        self.flights: dict[int, tuple[SocketType, int, float]] = {}
        self.told = Told()
        self._interval = 0.0
        self._until = 0.0
        self._queue: deque[int] = deque()
        self._sent: deque[tuple[float, int, SocketType]] = deque()
        self._short_since: float | None = None

    def order(self, ports: Sequence[int], rate: float | None, half_open: int, now: float, seconds: float) -> None:
        """Take what one grant allows: these ports, at this rate, for this long from now."""
        self._queue.extend(ports)
        self._interval = SLACK / rate if rate else 0.0
        self.half_open = half_open
        self._until = now + seconds

    @property
    def ready_at(self) -> float | None:
        """When the next connect may go out; None while it must wait for an answer."""
        return self.next_at if len(self.flights) < self.half_open else None

    def sending(self, now: float) -> bool:
        """Whether the grant in hand still has ports and time."""
        return bool(self._queue) and now < self._until and self.told.local is None

    def unspent(self, now: float) -> bool:
        """Whether the last connect has not used up its share of the pace: the next grant's first would come early."""
        return self._interval > 0 and self.next_at > now and self.told.local is None

    @property
    def waiting(self) -> bool:
        """Whether all is sent, and not all of it answered."""
        return not self._queue and bool(self.flights)

    @property
    def ends_at(self) -> float:
        """When the grant in hand ends, whatever is left of it."""
        return self._until

    def send(self, epoll: select.epoll, now: float, most: int) -> list[int]:
        """Send what is due, at most `most` connects; the descriptors that wait for an answer.

        On loopback the answer is there when connect returns.
        """
        waiting: list[int] = []
        family, address, scope, near = self.family, self.address, self.scope, self.near
        queue, closed = self._queue, self.told.closed
        for _ in range(min(most, self.half_open - len(self.flights), len(queue))):
            if self.next_at > now:
                break
            port = queue.popleft()
            try:
                sock = SocketType(family, KIND, 0)
            except OSError as error:
                self._fail(port, error.errno or errno.EMFILE, now)
                return waiting
            code = sock.connect_ex((address, port, 0, scope) if scope else (address, port))
            if self._interval:
                self.next_at = max(self.next_at + self._interval, now + self._interval - CATCH_UP)
            if code == errno.EINPROGRESS:
                code = sock.getsockopt(SOL_SOCKET, SO_ERROR) if near else 0
                if code == errno.ECONNREFUSED:
                    closed.append(port)
                    sock.close()
                elif code:
                    self._answer(sock, port, code)
                else:
                    descriptor = sock.fileno()
                    epoll.register(descriptor, WATCHED)
                    self.flights[descriptor] = (sock, port, now)
                    self._sent.append((now, descriptor, sock))
                    waiting.append(descriptor)
            elif code in (0, errno.ECONNREFUSED):
                self._answer(sock, port, code)
            else:
                sock.close()
                self._fail(port, code, now)
                return waiting
        self._short_since = None
        return waiting

    def settle(self, descriptor: int, now: float) -> None:
        """A socket has an answer: take it, and learn the round trip from it."""
        sock, port, at = self.flights.pop(descriptor)
        self._learn(now - at)
        self._answer(sock, port, sock.getsockopt(SOL_SOCKET, SO_ERROR))

    def expire(self, now: float) -> list[int]:
        """Close what stayed silent beyond patience; its descriptors."""
        gone = []
        latest = now - self.patience
        while self._sent and (self._sent[0][0] <= latest or self._sent[0][1] not in self.flights):
            _, descriptor, sock = self._sent.popleft()
            if self.flights.get(descriptor, (None,))[0] is sock:
                self.told.silent.append(self.flights.pop(descriptor)[1])
                sock.close()
                gone.append(descriptor)
        return gone

    @property
    def silent_at(self) -> float | None:
        """When the oldest connect in flight counts as silent."""
        return self._sent[0][0] + self.patience if self._sent else None

    def hand_over(self) -> Told:
        """What was told since the last time, with what of the grant was not sent."""
        told, self.told = self.told, Told()
        told.unsent.extend(self._queue)
        self._queue.clear()
        return told

    def abandon(self) -> list[int]:
        """Close everything in flight, unanswered; its descriptors."""
        gone = list(self.flights)
        for sock, _, _ in self.flights.values():
            sock.close()
        self.flights.clear()
        self._sent.clear()
        self._queue.clear()
        return gone

    def _answer(self, sock: SocketType, port: int, code: int) -> None:
        told = self.told
        if code in ESTABLISHED:
            (told.closed if self.near and _met_itself(sock) else told.opened).append(port)
        elif code == errno.ECONNREFUSED:
            told.closed.append(port)
        elif code in PROHIBITED:
            told.prohibited.append(port)
        else:
            told.silent.append(port)
        sock.close()  # in the ordinary way, FIN: a reset would stand in the logs of many servers as an error

    def _fail(self, port: int, code: int, now: float) -> None:
        """Nothing went out: wait where we are short of something, else say that we cannot send."""
        self._queue.appendleft(port)
        if code in SHORTAGES:
            self._short_since = self._short_since or now
            if now - self._short_since < SHORTAGE_LIMIT:
                self.next_at = now + SHORTAGE_PAUSE
                return
        self.told.local = code

    def _learn(self, seconds: float) -> None:
        """Smoothed round trip and its deviation, as RFC 6298 section 2 has them."""
        if self.round_trip is None:
            self.round_trip, self.deviation = seconds, seconds / 2
            return
        self.deviation += (abs(self.round_trip - seconds) - self.deviation) / 4
        self.round_trip += (seconds - self.round_trip) / 8


def _met_itself(sock: SocketType) -> bool:
    """A connect to our own address may get its own port as its source, and open it from both ends at once."""
    with contextlib.suppress(OSError):
        return bool(sock.getsockname()[:2] == sock.getpeername()[:2])
    return False
