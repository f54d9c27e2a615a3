"""The shape of one inspected unit in the file: its facts, its systems, its targets."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, model_validator

from scanner.inspection_file.fault import Fault
from scanner.inspection_file.form import ApprovalForm, ContactForm, NoticeForm, Part
from scanner.inspection_file.line import read_line, read_port
from scanner.inspection_file.scalar import (
    CreditCode,
    Day,
    Exclusion,
    Level,
    Line,
    LiteralAddress,
    OneTarget,
    Yes,
    one_of,
    wrong,
)
from scanner.model.inspection import ListedTarget

SERVICE_TYPES = ("access", "idc", "cdn", "dns", "information", "public-access", "user")
WIDEST_PORTS = 65535


def _target(value: Any) -> tuple[ListedTarget, ...]:
    """A line, or the mapping {host, ports, urls}: the host first, then a target for each URL."""
    if isinstance(value, str):
        return (_read(value),)
    if not isinstance(value, dict):
        raise wrong("target-shape")
    if unknown := set(value) - {"host", "ports", "urls"}:
        raise wrong("target-unknown-key", name=min(unknown))
    if not isinstance(value.get("host"), str):
        raise wrong("target-shape")
    host = _read(value["host"])
    if host.url or host.ports:
        raise wrong("target-host", text=host.written)
    if value.get("ports") is not None:
        host = replace(host, ports=_ports(value["ports"]))
    return (host, *_urls(value.get("urls") or []))


def _read(text: str) -> ListedTarget:
    found = read_line(text)
    if isinstance(found, Fault):
        raise wrong(found.code, **found.values)
    return found


def _ports(value: Any) -> tuple[int, ...]:
    """A list of ports and of spans such as 8000-8010, in order, each once."""
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise wrong("ports-shape")
    ports: set[int] = set()
    for part in value:
        first, _, last = part.partition("-")
        ends = [read_port(first.strip()), read_port((last or first).strip())]
        if isinstance(ends[0], Fault) or isinstance(ends[1], Fault) or ends[0] > ends[1]:
            raise wrong("port-malformed", text=part)
        ports.update(range(ends[0], ends[1] + 1))
    return tuple(sorted(ports))


def _urls(value: Any) -> tuple[ListedTarget, ...]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise wrong("urls-shape")
    found = tuple(_read(part) for part in value)
    if plain := next((target for target in found if not target.url), None):
        raise wrong("not-a-web-page", text=plain.written)
    return found


def _telecom(value: Any) -> Any:
    """`basic_telecom`: true, false, or the report to the telecommunications authority."""
    try:
        return ApprovalForm.model_validate(value) if isinstance(value, dict) else _YES.validate_python(value)
    except ValidationError:
        raise wrong("telecom-malformed") from None


_YES: TypeAdapter[bool] = TypeAdapter(Yes)
Targets = list[Annotated[Any, BeforeValidator(_target)]]


class FilingsForm(Part):
    icp: Line | None = None
    police: Line | None = None


class SystemForm(Part):
    name: Line
    mlps_level: Level | None = None
    mlps_filing: Line | None = None
    filings: FilingsForm = FilingsForm()
    maintainer: Line | None = None
    targets: Targets = Field(min_length=1)


class ConfirmedForm(Part):
    address: LiteralAddress
    by: Line
    on: Day


class SuspendedForm(Part):
    target: OneTarget
    start: Day | None = Field(alias="from", default=None)
    end: Day | None = Field(alias="to", default=None)
    by: Line | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "SuspendedForm":
        if self.start and self.end and self.end < self.start:
            raise wrong("window-backwards", first=self.start, last=self.end)
        return self


class UnitForm(Part):
    name: Line
    credit_code: CreditCode | None = None
    service_types: list[Annotated[str, one_of(SERVICE_TYPES)]] = Field(default=[])
    critical_infrastructure: Yes
    approval: ApprovalForm | None = None
    basic_telecom: Annotated[Any, BeforeValidator(_telecom)] = False
    notice: NoticeForm | None = None
    consent: ApprovalForm | None = None
    hosts_informed: Yes = False
    shared_with: list[Line] = Field(default=[])
    contact: ContactForm | None = None
    mainland: Yes = True
    systems: list[SystemForm] = Field(default=[])
    mlps_level: Level | None = None
    filings: FilingsForm = FilingsForm()
    targets: Targets = Field(default=[])
    exclude: list[Exclusion] = Field(default=[])
    confirmed: list[ConfirmedForm] = Field(default=[])
    suspended: list[SuspendedForm] = Field(default=[])

    @property
    def key(self) -> str:
        return self.credit_code or self.name

    @model_validator(mode="after")
    def _has_targets(self) -> "UnitForm":
        if not self.targets and not self.systems:
            raise wrong("unit-without-targets")
        return self
