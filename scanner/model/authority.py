"""By what right an inspection runs: organs, persons, documents, notice, window."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """Who inspects whom."""

    SELF = "self"
    ENTRUSTED = "entrusted"
    SUPERVISORY = "supervisory"
    ROUTINE = "routine"
    PRIORITY = "priority"
    SPECIAL = "special"

    @property
    def by_police(self) -> bool:
        """Public-security organs inspect in these kinds; two officers at least."""
        return self in (Kind.ROUTINE, Kind.PRIORITY, Kind.SPECIAL)


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    name: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document that carries the inspection (notice, authorisation, consent, contract, plan)."""

    type: str
    number: str | None
    date: date | None
    file: Path | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """The prior notice: its number, when and how it went out, and the delivery where it is recorded."""

    number: str | None
    issued: date | None
    form: str
    delivered_at: date | None = None
    delivered_to: str | None = None
    delivered_how: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    by: str
    number: str
    date: date


@dataclass(frozen=True, slots=True)
class Entrusted:
    """A firm that gives technical support."""

    name: str
    staff: tuple[str, ...]
    contract: str | None


@dataclass(frozen=True, slots=True)
class Authority:
    organs: tuple[str, ...] = ()
    persons: tuple[Person, ...] = ()
    statement: str | None = None
    entrusted: Entrusted | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """When anything may be sent. `start` and `end` are aware; `daily` spans are local to `timezone`.

    A daily span whose end is not after its start crosses midnight. An empty `daily` means all day.
    """

    start: datetime
    end: datetime
    timezone: str
    daily: tuple[tuple[time, time], ...] = ()
