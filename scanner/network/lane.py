"""Everything that goes to one address: its pace, its connection slots, how it bears us. It decides no scope."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from scanner.model.inspection import Limits
from scanner.network.bucket import Bucket
from scanner.network.pulse import Pulse
from scanner.network.question import Act, Question
from scanner.network.strain import Strain
from scanner.network.tally import Pace

UNLIMITED = 1000
"""Connections, and unfinished connects of a sweep, where `--rate max` lifts the ceilings."""

HALF_OPEN = 64

REMEMBERED = 4096
"""Ports whose accepted connects are counted; where more accept, something answers for all of them."""


class Lane:
    """One address's. Its state lives in the event loop."""

    def __init__(self, address: str, limits: Limits) -> None:
        self.address = address
        self.limits = limits
        self.unlimited = limits.requests_per_second is None
        self.bucket = Bucket(limits.requests_per_second)
        self.slots = asyncio.Semaphore(UNLIMITED if self.unlimited else limits.connections)
        self.sweeping = asyncio.Lock()
        self.beating = asyncio.Lock()
        self.strain = Strain()
        self.pulse = Pulse()
        self.pace = Pace()
        self.waiting = 0
        self.queueing = 0
        self.open = 0
        self.sent = 0
        self.asked: dict[str, datetime] = {}
        self.used_at = time.monotonic()
        self.heard_at = float("-inf")
        self._accepted: dict[int, int] = {}

    @property
    def idle(self) -> bool:
        return not (self.waiting or self.open or self.sweeping.locked() or self.beating.locked())

    @property
    def connects_per_second(self) -> float | None:
        """The sweep's rate now: slowed where the target suffers, halved while questions wait."""
        rate = self.limits.connects_per_second
        if rate is None:
            return None
        return rate * self.strain.factor * (0.5 if self.waiting else 1.0)

    @property
    def half_open(self) -> int:
        return UNLIMITED if self.limits.connects_per_second is None else HALF_OPEN

    def accepted(self, port: int) -> None:
        """A connect was accepted at a port; what lives there may turn out to count them (R6)."""
        if port in self._accepted or len(self._accepted) < REMEMBERED:
            self._accepted[port] = self._accepted.get(port, 0) + 1

    def accepted_at(self, port: int) -> int:
        """How many connects a port has accepted so far."""
        return self._accepted.get(port, 0)

    def answered(self, question: Question, seconds: float | None, lag: float) -> None:
        """A positive answer, and how long it took where that tells something: the baseline, the heartbeat and the pace learn from it."""
        if seconds is not None:
            self.strain.answered(question.act, seconds, lag)
        if question.act is Act.CONNECT:
            self.pulse.felt(question)
        self._adjust()

    def failed(self, question: Question, lag: float) -> None:
        """No answer from a place; it counts where that place accepted a connect before. UDP may be silent beside it."""
        if question.transport == "tcp" and self.pulse.knows(question.port):
            self.strain.failed(lag)
            self._adjust()

    def facts(self) -> Mapping[str, Any] | None:
        """Facts of the pseudo-probe `lane`; None where nothing was sent to the address."""
        if not self.sent:
            return None
        baseline = self.strain.baseline
        return {
            "degraded": self.strain.degraded,
            "baseline_ms": round(baseline * 1000, 1) if baseline is not None else None,
            "worst_ms": round(self.strain.worst * 1000, 1),
            "failures": self.strain.failures,
            "blocked": self.pulse.lost,
            "lost": [[start.isoformat(), end.isoformat()] for start, end in self.pulse.gaps],
            "beat": self.pulse.place.port if self.pulse.place is not None else None,
            "good": self.pulse.good.isoformat(),
            "asked": {probe: at.isoformat() for probe, at in self.asked.items()},
        }

    def _adjust(self) -> None:
        rate = self.limits.requests_per_second
        self.bucket.rate = None if rate is None else rate * self.strain.factor
