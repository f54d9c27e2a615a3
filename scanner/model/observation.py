"""What was seen: the typed end of one probe on one target, with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from scanner.model.target import Target
from scanner.model.verdict import Reason

ABSENCE = "absence"
"""The gap of an observation after which nobody vouched for what it did not find: an absence in it tells nothing (R12)."""

Facts = TypeVar("Facts", covariant=True)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The fewest bytes that prove a point, already masked.

    `what` is one technical line ("ServerHello version 0x0301, cipher 0xC013"); `content` the bytes kept
    (at most 4 KiB); `about` names the fact it proves ("open"), or fact and item ("open/6379"), or is
    empty for the whole observation.
    """

    what: str
    content: bytes = b""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Seen(Generic[Facts]):
    """What a probe returns: facts; for each fact left None, why; and the evidence."""

    facts: Facts
    gaps: Mapping[str, Reason] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """One probe's end on one target. `reason` is None where it was observed; else `facts` is empty.

    `facts` is the facts dataclass as plain JSON values. A fact that is None could not be told;
    `gaps` says why. `at` is UTC.
    """

    probe: str
    target: Target
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    gaps: Mapping[str, Reason] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    reason: Reason | None = None
    detail: str = ""

    @property
    def observed(self) -> bool:
        return self.reason is None
