"""A check as data: which fact, which predicate, which severity, which duties, and its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from scanner.model.probe import Impact, Profile
from scanner.model.target import TargetKind
from scanner.model.text import Text


class Severity(StrEnum):
    """From worst to least."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for critical, 4 for info."""
        return _RANKS[self]

    def at_least(self, other: "Severity") -> bool:
        return self.rank <= other.rank


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Weight(StrEnum):
    """What a failure amounts to (R19)."""

    ISSUE = "issue"
    OBSERVATION = "observation"
    LEAD = "lead"


class Confidence(StrEnum):
    CONFIRMED = "confirmed"
    INFERRED = "inferred"


CONDITION_TESTS = frozenset(
    [
        "true",
        "false",
        "equal",
        "not-equal",
        "below",
        "above",
        "at-least",
        "at-most",
        "one-of",
        "not-one-of",
        "includes-any",
        "includes-none",
        "includes-all",
        "empty",
        "not-empty",
        "matches",
        "null",
        "not-null",
    ]
)
"""The words that `is` may say; `scanner.judging.condition` gives them their meaning."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A predicate on one fact, or several joined.

    `fact` is a key of the observation's facts, of the item where the check goes over items ("item.key"),
    or of the declared facts of the asset ("declared.key"). Exactly one of `fact`, `all_of`, `any_of`,
    `none_of` is set.
    """

    fact: str | None = None
    test: str = "true"
    value: Any = None
    all_of: tuple["Condition", ...] = ()
    any_of: tuple["Condition", ...] = ()
    none_of: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class SeverityWhen:
    severity: Severity
    condition: Condition


@dataclass(frozen=True, slots=True)
class Check:
    """One entry of the catalogue. The contract fixes id, kind, severity, weight, impact, profile, duties.

    `probe` is the probe whose facts are judged. `each` names a fact that is a list: every item is judged
    by itself, `discriminator` names the item's key that tells its finding from its neighbours', `port`
    the item's key that holds the finding's port. `function` names a pure function of `judging` in place
    of `fails`, for judgements over several observations.
    `also` is "probe.fact" of another probe's list, whose items are whole facts of `probe` seen another way (a second
    certificate of one service): what fails there fails, and nothing else is concluded from them.
    `beside` are the probes that a `function` reads next to `probe`: they run for this check alone too.
    `exhaustive` says that the list is all there is: an item no longer in it is gone, not unasked.
    `protocols` are the services a service check speaks of, and `ports` and `udp_ports` where they usually
    live over TCP and UDP: there a closed port is an answer. `presence` marks the checks of R13, `absence`
    those that fail on what is not there (R12). `identifiers` are the CVE, CNVD and CNNVD numbers of the flaw
    that the check speaks of.
    """

    id: str
    kind: TargetKind
    severity: Severity
    weight: Weight
    impact: Impact
    profile: Profile
    duties: tuple[str, ...]
    title: Text
    seen: Text
    why: Text
    remediation: Text
    probe: str | None = None
    fails: Condition | None = None
    applies: Condition | None = None
    function: str | None = None
    each: str | None = None
    discriminator: str | None = None
    port: str | None = None
    also: str | None = None
    beside: tuple[str, ...] = ()
    exhaustive: bool = False
    severity_when: tuple[SeverityWhen, ...] = ()
    confidence: Confidence = Confidence.CONFIRMED
    inferred_when: Condition | None = None
    presence: bool = False
    absence: bool = False
    protocols: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    udp_ports: tuple[int, ...] = ()
    anchor_name: bool = False
    remediation_for: Mapping[str, Text] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()

    @property
    def places(self) -> frozenset[tuple[str, int]]:
        """Where the check's services usually live: transport and port."""
        return frozenset([*(("tcp", port) for port in self.ports), *(("udp", port) for port in self.udp_ports)])

    @property
    def transports(self) -> frozenset[str]:
        """Over what it speaks of services: the transports of its places; any, where it names none."""
        return frozenset(transport for transport, _ in self.places) or frozenset(["tcp", "udp"])
