"""What was sent in all, and how fast at most. It limits nothing."""

import time
from collections import Counter, deque

from scanner.model.network import Traffic
from scanner.network.question import Act, TrafficClass


class Pace:
    """The peak of questions in any sliding second, at one address."""

    __slots__ = ("_moments", "peak")

    def __init__(self) -> None:
        self.peak = 0
        self._moments: deque[float] = deque()

    def add(self, at: float) -> None:
        self._moments.append(at)
        while self._moments[0] <= at - 1.0:
            self._moments.popleft()
        self.peak = max(self.peak, len(self._moments))


class Tally:
    """Totals over the inspection."""

    def __init__(self) -> None:
        self.connections = 0
        self.datagrams = 0
        self.requests = 0
        self.sent = 0
        self.received = 0
        self.peak = 0
        self.refused = 0
        self.by_class: Counter[TrafficClass] = Counter()

    def question(self, klass: TrafficClass, act: Act, transport: str, pace: Pace) -> None:
        """One question goes out now."""
        self.by_class[klass] += 1
        if act is Act.REQUEST:
            self.requests += 1
        elif transport == "udp":
            self.datagrams += 1
        else:
            self.connections += 1
        pace.add(time.monotonic())
        if klass is TrafficClass.INSPECTED:
            self.peak = max(self.peak, pace.peak)

    def swept(self, connects: int) -> None:
        self.connections += connects
        self.by_class[TrafficClass.INSPECTED] += connects

    def bytes(self, sent: int, received: int) -> None:
        self.sent += sent
        self.received += received

    def traffic(self) -> Traffic:
        return Traffic(
            connections=self.connections,
            datagrams=self.datagrams,
            requests=self.requests,
            bytes_sent=self.sent,
            bytes_received=self.received,
            peak_requests_per_second_per_address=float(self.peak),
            refused_out_of_scope=self.refused,
            by_class={klass.value: count for klass, count in self.by_class.items()},
        )
