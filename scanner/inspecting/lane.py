"""The work on one address (or one domain) of one unit: what waits, what was offered, what is known."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.target import Target, TargetKind


@dataclass(slots=True)
class Lane:
    """Lives while anything of it is under way; then it is forgotten, and the store knows."""

    unit: str
    name: str
    waiting: deque[tuple[Probe, Target]] = field(default_factory=deque)
    offered: set[tuple[str, str]] = field(default_factory=set)
    known: dict[tuple[str, str], Observation] = field(default_factory=dict)
    ended: dict[tuple[str, str], datetime] = field(default_factory=dict)
    active: bool = False
    cut: bool = False

    @property
    def host(self) -> Target:
        """The address as an asset."""
        return Target(TargetKind.HOST, self.unit, address=self.name)

    @property
    def felt(self) -> Mapping[str, Any]:
        """How the lane fared in an earlier run that broke off, empty where there was none."""
        earlier = self.known.get(("lane", self.host.key))
        return earlier.facts if earlier is not None else {}

    @property
    def unsettled(self) -> bool:
        """Whether an earlier run broke off before the last heartbeat: what it saw waits for that."""
        return self.felt.get("settled") is False
