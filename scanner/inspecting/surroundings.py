"""What the engine needs of its surroundings: a door to the wire, a place in the order, somebody to tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from scanner.model.network import Network
from scanner.model.observation import Observation
from scanner.model.probe import Probe
from scanner.model.target import Target
from scanner.model.verdict import Reason


class Door(Protocol):
    """What the engine needs of the network: a bound wire per question, and what a lane felt."""

    def bind(self, probe: Probe, target: Target) -> Network: ...

    def turns(self, unit: str) -> int:
        """How often the unit was stopped, paused or continued so far, by itself or with all."""
        ...

    def paused(self, unit: str) -> bool:
        """Whether the unit, or everything, is paused."""
        ...

    def over(self, unit: str) -> bool:
        """Whether the unit is asked nothing more: stopped, or the window has closed."""
        ...

    async def reopened(self, unit: str) -> bool:
        """Wait while the unit is paused; whether it may be asked again then."""
        ...

    def met(self, target: Target) -> None:
        """A service said what it is; some are asked less then."""
        ...

    async def vouch(self, probe: Probe, target: Target) -> Reason | None:
        """None where an absence that the probe saw at the target just now counts; else why it tells nothing (R12)."""
        ...

    async def settle(self, address: str) -> None:
        """Ask once more, at the end of a lane, whether its address still answers what it answered first."""
        ...

    def take_up(self, unit: str, address: str, felt: Mapping[str, Any]) -> None:
        """What an earlier run of this scan felt at an address (`host_facts`): its heartbeat is asked on."""
        ...

    def host_facts(self, address: str) -> Mapping[str, Any] | None:
        """How the lane fared (facts of the pseudo-probe `lane`); None where it was never asked."""
        ...


@dataclass(frozen=True, slots=True)
class Placed:
    """A target as the order knows it (its system filled in), and what the order declares of it."""

    target: Target
    facts: Mapping[str, Any]


class Watcher(Protocol):
    """Who is told as it goes: progress, live verdicts."""

    def lane_found(self, unit: str, lane: str) -> None: ...
    def lane_done(self, unit: str, lane: str) -> None: ...
    def observed(self, observation: Observation) -> None: ...
