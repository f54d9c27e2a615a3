"""An inspection file before it is written: every value as text, None where nobody has said it yet."""

from dataclasses import dataclass, field

from scanner.drafting.list_fault import Place


@dataclass(slots=True)
class DraftTarget:
    """One target as it was written, and where in the list."""

    text: str
    place: Place | None = None


@dataclass(slots=True)
class DraftSystem:
    """A system as filed; its name is "" for what belongs to no named system."""

    name: str
    facts: dict[str, str] = field(default_factory=dict)
    """`mlps_level`, `mlps_filing`, `icp`, `police`, `maintainer`."""
    targets: list[DraftTarget] = field(default_factory=list)
    place: Place | None = None


@dataclass(slots=True)
class DraftUnit:
    """One unit. `facts` holds `credit_code`, `critical` ("true", "false"), `contact`, `phone`, `email`, approval."""

    name: str
    facts: dict[str, str] = field(default_factory=dict)
    service_types: list[str] = field(default_factory=list)
    shared_with: list[str] = field(default_factory=list)
    exclude: list[DraftTarget] = field(default_factory=list)
    systems: dict[str, DraftSystem] = field(default_factory=dict)
    place: Place | None = None
    places: dict[str, Place] = field(default_factory=dict)

    @property
    def own(self) -> DraftSystem | None:
        """What belongs to no named system."""
        return self.systems.get("")

    @property
    def named(self) -> list[DraftSystem]:
        return [system for name, system in self.systems.items() if name]


@dataclass(slots=True)
class Draft:
    """The whole file. `persons` are (name, id or None); `start` and `end` are moments in ISO 8601."""

    id: str
    title: str
    units: list[DraftUnit]
    kind: str | None = None
    organs: list[str] = field(default_factory=list)
    persons: list[tuple[str, str | None]] = field(default_factory=list)
    statement: str | None = None
    notice_number: str | None = None
    notice_issued: str | None = None
    source_addresses: list[str] = field(default_factory=list)
    stop_name: str | None = None
    stop_phone: str | None = None
    start: str | None = None
    end: str | None = None
    daily: str | None = None
    timezone: str = "Asia/Shanghai"
