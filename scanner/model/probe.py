"""What a probe is: a value that says what it accepts, what it weighs, and how it looks."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scanner.model.network import Network
from scanner.model.observation import Seen
from scanner.model.target import Target, TargetKind


class Impact(StrEnum):
    """What a probe weighs on the target."""

    PASSIVE = "passive"  # nothing is sent to it
    ORDINARY = "ordinary"  # what any client does
    MARKED = "marked"  # malformed or unusual: only thorough, and only where the file allows it


class Profile(StrEnum):
    """How deep an inspection looks; each includes the one before."""

    QUICK = "quick"
    STANDARD = "standard"
    THOROUGH = "thorough"

    def includes(self, other: "Profile") -> bool:
        order = list(Profile)
        return order.index(other) <= order.index(self)


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run sends at most, for `plan`: connections (or datagrams, queries) and requests."""

    connections: int = 1
    requests: int = 0
    seconds: float = 60.0  # the probe's own deadline


def _no_leads(target: Target, facts: Mapping[str, Any]) -> Iterable[Target]:
    return ()


def _always(target: Target) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that can be asked of one kind of target.

    `observe` does the asking, and is short; what it heard is described by pure code beside it.
    `leads` is pure and works on the facts as JSON values, so that a resumed scan finds the same leads.
    `wants` says, from the target alone, whether the question makes sense (its protocol, its port).
    `address_bound` probes run only on addresses listed literally or confirmed (R2).
    `leads_to` names the probes that live from its leads, where these alone do: without them it need not run.
    """

    name: str
    accepts: TargetKind
    impact: Impact
    facts: type
    observe: Callable[[Target, Network], Awaitable[Seen[Any]]]
    cost: Cost = Cost()
    profile: Profile = Profile.STANDARD
    wants: Callable[[Target], bool] = _always
    leads: Callable[[Target, Mapping[str, Any]], Iterable[Target]] = _no_leads
    address_bound: bool = False
    leads_to: frozenset[str] = frozenset()

    @property
    def area(self) -> str:
        """The first word of the name: "tls" of "tls.certificate"."""
        return self.name.partition(".")[0]

    @property
    def finds_way(self) -> bool:
        """Whether others live from its leads, so that it runs whatever checks are chosen."""
        return self.leads is not _no_leads
