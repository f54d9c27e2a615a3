"""What an audit log says was sent, to one address or in all, in a span of time. It sends, judges and prints nothing."""

import json
import math
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from statistics import median
from typing import Any

ENDS = 10
"""Answers that stand for the target's latency before and after."""

LONGEST_LINE = 1 << 20
"""Bytes of a line that are read; a longer one is no line of ours."""

HORIZON = 300.0
"""Seconds by which a line may come late: lines are written when a question ends, and are counted when it began."""

MOST_TOLD = 200
"""Instructions and closings that are kept for the page."""

DIGITS = 3
"""Significant digits to which the latencies between both ends are kept."""


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of one address (canonical form) and of moments from `start` up to, without, `end`; None leaves it open."""

    address: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    def holds(self, address: str, at: datetime) -> bool:
        return (
            (self.address is None or address == self.address)
            and (self.start is None or at >= self.start)
            and (self.end is None or at < self.end)
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What the scan was told while it ran (stop, pause, continue), or its window did (closed, opened), or its clock."""

    at: datetime
    act: str
    unit: str | None
    by: str | None
    detail: str | None

    def to_json(self) -> dict[str, str | None]:
        return {"at": self.at.isoformat(), "act": self.act, "unit": self.unit, "by": self.by, "detail": self.detail}


@dataclass(slots=True)
class Amount:
    """What was sent, as counts and bytes. A question is a connection, a datagram or an HTTP request (R7)."""

    connections: int = 0
    datagrams: int = 0
    requests: int = 0
    sweep_connects: int = 0
    sent: int = 0
    received: int = 0

    @property
    def questions(self) -> int:
        return self.connections + self.datagrams + self.requests

    def to_json(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


class Latency:
    """Milliseconds of answers to one kind of question, in the order in which they came; medians of three parts."""

    def __init__(self) -> None:
        self.answers = 0
        self._first: list[float] = []
        self._middle: Counter[float] = Counter()
        self._last: deque[float] = deque()

    def add(self, ms: float) -> None:
        self.answers += 1
        if len(self._first) < ENDS:
            self._first.append(ms)
            return
        self._last.append(ms)
        if len(self._last) > ENDS:
            self._middle[_rounded(self._last.popleft())] += 1

    @property
    def before(self) -> float | None:
        """The median of the first ten; None where there were none."""
        return median(self._first) if self._first else None

    @property
    def during(self) -> float | None:
        """The median of all between; None where there were not more than twenty."""
        half, count = self._middle.total() / 2, 0
        for ms in sorted(self._middle):
            count += self._middle[ms]
            if count >= half:
                return ms
        return None

    @property
    def after(self) -> float | None:
        """The median of the last ten; None where there were not more than ten."""
        return median(self._last) if self._last else None

    def to_json(self) -> dict[str, Any]:
        return {"answers": self.answers, "before": self.before, "during": self.during, "after": self.after}


class Peak:
    """The most moments in any sliding second. Takes them up to HORIZON late, and keeps no more than that."""

    def __init__(self) -> None:
        self.most = 0
        self._waiting: list[float] = []
        self._second: deque[float] = deque()
        self._newest = -math.inf

    def add(self, moment: float) -> None:
        heappush(self._waiting, moment)
        self._newest = max(self._newest, moment)
        self._settle(self._newest - HORIZON)

    def close(self) -> int:
        self._settle(math.inf)
        return self.most

    def _settle(self, before: float) -> None:
        while self._waiting and self._waiting[0] <= before:
            moment = heappop(self._waiting)
            if self._second and moment < self._second[-1]:  # the clock was set back: a new count
                self._second.clear()
            self._second.append(moment)
            while self._second[0] <= moment - 1.0:
                self._second.popleft()
            self.most = max(self.most, len(self._second))


@dataclass(slots=True)
class Audit:
    """The sum over a span. `peak` is of questions in any sliding second; a sweep's rate is what its grants allowed."""

    total: Amount = field(default_factory=Amount)
    by_class: dict[str, Amount] = field(default_factory=dict)
    by_probe: dict[str, Amount] = field(default_factory=dict)
    grants: int = 0
    fastest_grant: float | None = None
    unlimited_grants: int = 0
    peak: int = 0
    first: datetime | None = None
    last: datetime | None = None
    refused: Counter[str] = field(default_factory=Counter)
    latency: dict[str, Latency] = field(default_factory=dict)
    addresses: set[str] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)
    unread: int = 0

    @property
    def nothing(self) -> bool:
        """Whether nothing at all was sent."""
        return self.total.questions == 0 and self.grants == 0

    def to_json(self) -> dict[str, Any]:
        return {
            "addresses": len(self.addresses),
            "total": self.total.to_json(),
            "by_class": {name: one.to_json() for name, one in sorted(self.by_class.items())},
            "by_probe": {name: one.to_json() for name, one in sorted(self.by_probe.items())},
            "sweep": {
                "grants": self.grants,
                "fastest_per_second": self.fastest_grant,
                "unlimited_grants": self.unlimited_grants,
            },
            "peak_questions_per_second": self.peak,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "refused": dict(sorted(self.refused.items())),
            "told": [one.to_json() for one in self.told],
            "latency_ms": {name: one.to_json() for name, one in sorted(self.latency.items())},
            "unread_lines": self.unread,
        }


def summed(lines: Iterable[bytes], span: Span) -> Audit:
    """Add up the lines that the span holds. What cannot be read as a line of ours is counted in `unread`.

    Memory grows with addresses, probes and the questions of HORIZON seconds, not with the lines.
    """
    audit, peak = Audit(), Peak()
    for fields in _read(lines, audit):
        try:
            _add(audit, peak, span, fields)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            audit.unread += 1
    audit.peak = peak.close()
    return audit


def lines_of(file: Any) -> Iterator[bytes]:
    """The lines of a binary file, none longer than LONGEST_LINE."""
    while line := file.readline(LONGEST_LINE):
        yield line


def _read(lines: Iterable[bytes], audit: Audit) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            audit.unread += 1
            continue
        if isinstance(fields, dict):
            yield fields
        else:
            audit.unread += 1


def _add_told(audit: Audit, span: Span, fields: dict[str, Any]) -> None:
    """Who stopped, paused or continued what, and when the window closed or opened: told whatever the address."""
    at = _moment(fields["at"])
    if Span(None, span.start, span.end).holds("", at) and len(audit.told) < MOST_TOLD:
        parts = (str(fields[name]) if name in fields else None for name in ("unit", "by", "detail"))
        audit.told.append(Told(at, str(fields["act"]), *parts))


def _add(audit: Audit, peak: Peak, span: Span, fields: dict[str, Any]) -> None:
    """One line; raises where a member has another type than ours."""
    if fields.get("class") == "control":
        _add_told(audit, span, fields)
        return
    act, outcome, address = str(fields["act"]), str(fields["outcome"]), fields.get("address")
    at = _moment(fields["at"])
    began = _moment(fields["began"]) if "began" in fields else at
    sent, received = int(fields.get("sent", 0)), int(fields.get("received", 0))
    if address is None or not span.holds(str(address), began):
        return
    if outcome.startswith("refused: "):
        audit.refused[outcome.removeprefix("refused: ")] += 1
        return
    granted = outcome == "granted"
    connects = _count(str(fields["ports"])) if granted else 0
    rate = float(fields["rate"]) if granted and "rate" in fields else None
    ms = float(fields["ms"]) if "ms" in fields else None
    probe, klass = str(fields["probe"]), str(fields["class"])
    # Nothing is counted above this line, so that a line of which a part cannot be read counts for nothing.
    audit.addresses.add(str(address))
    audit.first = min(audit.first or began, began)
    audit.last = max(audit.last or at, at)
    for amount in (
        audit.total,
        audit.by_class.setdefault(klass, Amount()),
        audit.by_probe.setdefault(probe, Amount()),
    ):
        amount.sent += sent
        amount.received += received
        amount.sweep_connects += connects
        if act == "request":
            amount.requests += 1
        elif fields.get("transport") == "udp":
            amount.datagrams += 1
        elif act != "sweep":
            amount.connections += 1
    if granted:
        audit.grants += 1
        if rate is None:
            audit.unlimited_grants += 1
        else:
            audit.fastest_grant = max(audit.fastest_grant or 0.0, rate)
    if act != "sweep":
        peak.add(began.timestamp())
        kind = _kind(act, str(fields.get("transport")))
        if ms is not None and (outcome.isdigit() or outcome.startswith(("connected", "answered"))):
            audit.latency.setdefault(kind, Latency()).add(ms)


def _kind(act: str, transport: str) -> str:
    """What may be compared: a connect's time is the network's, a request's the application's."""
    if act == "request":
        return "request"
    return "datagram" if transport == "udp" else "connect"


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _count(ranges: str) -> int:
    """How many ports "22,80-82" are."""
    total = 0
    for part in filter(None, ranges.split(",")):
        first, _, last = part.partition("-")
        total += int(last or first) - int(first) + 1
    return total


def _rounded(ms: float) -> float:
    """To DIGITS significant digits, so that the middle is kept in bounded memory."""
    return float(f"{ms:.{DIGITS - 1}e}")
