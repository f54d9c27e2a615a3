"""A gate for tests of the sweep alone: grants what it is asked for, within the limits given, and keeps the reports."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from scanner.model.errors import NotAdmitted
from scanner.model.verdict import Reason


@dataclass
class OpenGrant:
    """One grant, and what was reported under it: opened, closed, filtered."""

    ports: Sequence[int]
    rate: float | None
    half_open: int | None
    reports: list[tuple[list[int], list[int], list[int]]]
    notes: list[str | None]

    def report(
        self, opened: Sequence[int], closed: Sequence[int], filtered: Sequence[int], *, note: str | None = None
    ) -> None:
        self.reports.append((list(opened), list(closed), list(filtered)))
        self.notes.append(note)


@dataclass
class OpenGate:
    """`most` ports in a grant; after `grants` grants it is closed, for `reason`."""

    rate: float | None = None
    half_open: int | None = None
    most: int | None = None
    grants: int | None = None
    reason: Reason = Reason.INTERRUPTED
    asked: list[list[int]] = field(default_factory=list)
    reports: list[tuple[list[int], list[int], list[int]]] = field(default_factory=list)
    notes: list[str | None] = field(default_factory=list)

    @asynccontextmanager
    async def grant(self, unit: str, address: str, ports: Sequence[int], probe: str) -> AsyncIterator[OpenGrant]:
        if self.grants is not None and len(self.asked) >= self.grants:
            raise NotAdmitted("the gate is closed", self.reason)
        granted = list(ports)[: self.most]
        self.asked.append(granted)
        yield OpenGrant(granted, self.rate, self.half_open, self.reports, self.notes)

    async def reassure(self, unit: str, address: str, probe: str) -> None:
        """The address is as it was."""
