"""Whether a target suffers from being asked: its latency and failures against its first answers. It sends nothing."""

from collections import deque
from dataclasses import dataclass, field
from statistics import median

from scanner.network.lag import TOO_LATE

FIRST = 5
"""Answers that make the baseline."""

LAST = 5
"""Answers that are held against it."""

TIMES = 3.0
MORE = 0.2
"""Slow means more than TIMES the baseline and MORE seconds above it."""

STEPS = 4
"""Halvings of the rate, at most."""

FAILURES = 3
"""Failures in a row, at places that answered before, that count as strain."""

CALM = 20
"""Good answers in a row after which the rate doubles again, up to where it was."""


@dataclass(slots=True)
class _Latency:
    first: list[float] = field(default_factory=list)
    last: deque[float] = field(default_factory=lambda: deque(maxlen=LAST))

    @property
    def baseline(self) -> float | None:
        return median(self.first) if len(self.first) == FIRST else None

    @property
    def strained(self) -> bool:
        baseline = self.baseline
        if baseline is None or len(self.last) < LAST:
            return False
        recent = median(self.last)
        return recent > TIMES * baseline and recent > baseline + MORE


class Strain:
    """One address's. `factor` multiplies its rates: 1, then 1/2 down to 1/16."""

    def __init__(self) -> None:
        self.step = 0
        self.degraded = False
        self.failures = 0
        self.worst = 0.0
        self._kinds: dict[str, _Latency] = {}
        self._failed_in_row = 0
        self._good_in_row = 0

    @property
    def factor(self) -> float:
        return 0.5**self.step

    @property
    def baseline(self) -> float | None:
        """The median of the first connects' seconds; None before there are enough."""
        latency = self._kinds.get("connect")
        return latency.baseline if latency else None

    def answered(self, act: str, seconds: float, lag: float) -> None:
        """An answer came; `lag` is our own, and above its limit the answer's time says nothing (R9)."""
        self._failed_in_row = 0
        if lag > TOO_LATE:
            return
        latency = self._kinds.setdefault(act, _Latency())
        own = max(0.0, seconds - lag)
        if len(latency.first) < FIRST:
            latency.first.append(own)
            return
        latency.last.append(own)
        self.worst = max(self.worst, own)
        if latency.strained:
            latency.last.clear()
            self._slow()
            return
        self._good_in_row += 1
        if self.step and self._good_in_row >= CALM:
            self.step -= 1
            self._good_in_row = 0

    def failed(self, lag: float) -> None:
        """A place that answered before timed out."""
        if lag > TOO_LATE:
            return
        self.failures += 1
        self._failed_in_row += 1
        if self._failed_in_row >= FAILURES:
            self._failed_in_row = 0
            self._slow()

    def _slow(self) -> None:
        self.degraded = True
        self._good_in_row = 0
        self.step = min(STEPS, self.step + 1)
