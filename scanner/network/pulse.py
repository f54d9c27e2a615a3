"""The heartbeat of one address (R10): what answered first is asked again. It sends nothing itself."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scanner.network.handshakes import PORTS
from scanner.network.question import Act, Question

EVERY_SECONDS = 60.0
EVERY_CONNECTIONS = 200

PAUSE = 30.0
"""Seconds after a lost heartbeat before the one further try."""

REMEMBERED = 64
"""Ports that answered, kept so that their later silence is told from a filtered port's."""


class Pulse:
    """`place` is the question that the first positive answer came to; None before there is one."""

    def __init__(self) -> None:
        self.place: Question | None = None
        self.lost = False
        self.given_up = False
        self.gaps: list[tuple[datetime, datetime]] = []
        self._ports: set[int] = set()
        self._good_at = 0.0
        self._good = datetime.now(UTC)
        self._lost_at = 0.0
        self._connections = 0

    def felt(self, place: Question) -> None:
        """A connect was accepted there. A place that counts unfinished handshakes is no heartbeat (R6)."""
        if self.place is None and not place.counted and place.port not in PORTS:
            self.place = replace(place, act=Act.HEARTBEAT, probe="heartbeat", opens=True)
            self.beaten()
        if len(self._ports) < REMEMBERED:
            self._ports.add(place.port)

    def spare(self, port: int) -> None:
        """What lives on this port counts unfinished handshakes, as we know by now: it is no heartbeat any more (R6)."""
        if self.place is not None and self.place.port == port:
            self.place = None

    def knows(self, port: int) -> bool:
        return port in self._ports

    def counted(self, connections: int = 1) -> None:
        self._connections += connections

    @property
    def due(self) -> bool:
        """Whether the heartbeat is to be asked before anything else."""
        if self.place is None or self.given_up:
            return False
        now = time.monotonic()
        if self.lost:
            return now - self._lost_at >= PAUSE
        return now - self._good_at >= EVERY_SECONDS or self._connections >= EVERY_CONNECTIONS

    def taken_up(self, place: Question, good: datetime) -> None:
        """A scan that broke off felt this place, and last found it well at `good`."""
        self.felt(place)
        self._good = good

    @property
    def good(self) -> datetime:
        """When the heartbeat was last well."""
        return self._good

    def beaten(self) -> None:
        """The heartbeat answered."""
        if self.lost:
            self.gaps.append(self._gap())
        self.lost = False
        self._good_at, self._good = time.monotonic(), datetime.now(UTC)
        self._connections = 0

    def missed(self) -> None:
        """The heartbeat was asked twice and did not answer: everything since the last good beat is in doubt."""
        if self.lost:
            self.given_up = True
            self.gaps.append(self._gap())
        self.lost = True
        self._lost_at = time.monotonic()

    def _gap(self) -> tuple[datetime, datetime]:
        """From the last good beat to now, by the wall clock and by the time that passed: it may have been set meanwhile."""
        now, passed = datetime.now(UTC), timedelta(seconds=time.monotonic() - self._good_at)
        return min(self._good, now - passed), max(now, self._good + passed)
