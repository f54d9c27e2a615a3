"""An inspection as it was ordered: everything the file says, checked and made definite."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from scanner.model.authority import Approval, Authority, Contact, Document, Kind, Notice, Window
from scanner.model.probe import Profile
from scanner.model.text import Text

Address = IPv4Address | IPv6Address
Block = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class ListedTarget:
    """One line of a target list, read: exactly one of `name` (lower-case A-label) and `blocks` is set.

    A range becomes the fewest blocks; an address a /32 or /128. `ports` are declared ports, None where the
    line has no list. `url` is kept where the line was one (a declared site), with its scheme and port.
    `written` is the line as written, for messages and reports.
    """

    written: str
    name: str | None = None
    blocks: tuple[Block, ...] = ()
    ports: tuple[int, ...] | None = None
    url: str | None = None
    scheme: str | None = None
    url_port: int | None = None
    system: str | None = None


@dataclass(frozen=True, slots=True)
class System:
    """A system as filed: level, filing and marks belong to it."""

    name: str
    mlps_level: int | None = None
    mlps_filing: str | None = None
    filings: Mapping[str, str] = field(default_factory=dict)  # "icp", "police"
    maintainer: str | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An address confirmed to be the unit's own: by whom, when."""

    address: Address
    by: str
    on: date


@dataclass(frozen=True, slots=True)
class Suspended:
    """A target taken off the net on purpose, until when; an answer from it is a finding."""

    target: ListedTarget
    start: date | None
    end: date | None
    by: str | None


@dataclass(frozen=True, slots=True)
class Unit:
    """One inspected unit. `key` is its credit code, else its name ("self" in a bare scan)."""

    key: str
    name: str
    credit_code: str | None = None
    service_types: tuple[str, ...] = ()
    critical_infrastructure: bool = False
    basic_telecom: bool = False
    approval: Approval | None = None
    notice: Notice | None = None
    consent: Approval | None = None
    hosts_informed: bool = False
    shared_with: tuple[str, ...] = ()
    contact: Contact | None = None
    mainland: bool = True
    systems: tuple[System, ...] = ()
    mlps_level: int | None = None
    filings: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[ListedTarget, ...] = ()
    exclude: tuple[ListedTarget, ...] = ()
    confirmed: tuple[Confirmed, ...] = ()
    suspended: tuple[Suspended, ...] = ()
    telecom_report: Approval | None = None

    def system(self, name: str | None) -> System | None:
        return next((system for system in self.systems if system.name == name), None)

    def level(self, system: str | None) -> int | None:
        """The MLPS level that judges a finding: the system's, else the unit's own."""
        found = self.system(system)
        return found.mlps_level if found else self.mlps_level


@dataclass(frozen=True, slots=True)
class Limits:
    """Ceilings (R7). None lifts one: `--rate max`, where every target is loopback or private (R4)."""

    requests_per_second: float | None = 20
    connects_per_second: float | None = 200
    connections: int = 3
    unit_requests_per_second: float | None = 60
    unit_connects_per_second: float | None = 400
    total_per_second: float | None = 5000


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Something of one's own for relay and proxy tests (R27)."""

    listen: str | None = None
    mail_domain: str | None = None
    probe_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class RefusedUnit:
    """A unit that may not be inspected: which rule, and where it comes from (R5).

    `rule` and `source` are in the language of the run; the texts say the same in all three.
    """

    unit: Unit
    rule: str
    source: str
    rule_text: Text | None = None
    source_text: Text | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """The whole order. `units` may be asked; `refused` may not, and nothing is sent to them."""

    id: str
    title: str
    kind: Kind
    authority: Authority
    window: Window
    units: tuple[Unit, ...]
    refused: tuple[RefusedUnit, ...] = ()
    basis: tuple[Document, ...] = ()
    notice: Notice | None = None
    source_addresses: tuple[Address, ...] = ()
    stop_contact: Contact | None = None
    contact_url: str | None = None
    limits: Limits = Limits()
    allow_marked: bool | tuple[str, ...] = False
    third_parties: tuple[str, ...] = ("dns",)
    callbacks: Callbacks = Callbacks()
    objections_to: Contact | None = None
    event: Event | None = None
    profile: Profile = Profile.STANDARD
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    bare: bool = False
    warnings: tuple[str, ...] = ()

    def unit(self, key: str) -> Unit | None:
        return next((unit for unit in self.units if unit.key == key), None)
