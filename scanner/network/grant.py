"""Leave to sweep some ports of one address for a second at most (R8): one audit line before it, one after."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from scanner.network.audit import AuditLog
from scanner.network.lane import Lane
from scanner.network.question import Question


class Grant:
    """`rate` is in connects per second, None where nothing limits it; `half_open` the unfinished connects at once."""

    def __init__(
        self,
        audit: AuditLog,
        lane: Lane,
        question: Question,
        ports: tuple[int, ...],
        rate: float | None,
        opened: Callable[[int], None],
    ) -> None:
        """`opened` is told each port that accepted."""
        self.ports = ports
        self.rate = rate
        self.half_open = lane.half_open
        self.reported = False
        self._audit = audit
        self._lane = lane
        self._question = question
        self._opened = opened
        self._fields = {
            "class": question.klass.value,
            "unit": question.unit,
            "address": question.address,
            "ports": as_ranges(ports),
            "transport": "tcp",
            "act": question.act.value,
            "probe": question.probe,
        }
        audit.write(**self._fields, outcome="granted", rate=rate)

    def report(
        self,
        opened: Sequence[int],
        closed: Sequence[int],
        filtered: Sequence[int],
        bytes: int = 0,
        note: str | None = None,
    ) -> None:
        """What came of it; the ports may be those of earlier grants whose answers came now."""
        self.reported = True
        for port in opened:
            self._lane.pulse.felt(replace(self._question, port=port))
            self._opened(port)
        self._audit.write(
            **self._fields,
            outcome="swept",
            opened=as_ranges(opened),
            closed=len(closed),
            filtered=len(filtered),
            received=bytes or None,
            note=note,
        )

    def abandoned(self) -> None:
        """The line after a grant that nobody reported on."""
        self._audit.write(**self._fields, outcome="abandoned")


def as_ranges(ports: Sequence[int]) -> str:
    """ "22,80-82" of ports in any order."""
    parts: list[str] = []
    run: list[int] = []
    for port in sorted(set(ports)):
        if run and port == run[-1] + 1:
            run.append(port)
            continue
        if run:
            parts.append(_range(run))
        run = [port]
    if run:
        parts.append(_range(run))
    return ",".join(parts)


def _range(run: list[int]) -> str:
    return str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"
