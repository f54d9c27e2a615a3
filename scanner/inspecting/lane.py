"""The work on one address (or one domain) of one unit: what waits, what was offered, what is known."""

from collections import deque
from dataclasses import dataclass, field

from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.target import Target


@dataclass(slots=True)
class Lane:
    """Lives while anything of it is under way; then it is forgotten, and the store knows."""

    unit: str
    name: str
    waiting: deque[tuple[Probe, Target]] = field(default_factory=deque)
    offered: set[tuple[str, str]] = field(default_factory=set)
    known: dict[tuple[str, str], Observation] = field(default_factory=dict)
    active: bool = False
