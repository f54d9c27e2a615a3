"""The inspection file's own shape, level by level: which keys there are and what each may hold."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from scanner.inspection_file.scalar import (
    Count,
    Day,
    Digest,
    DomainName,
    Identity,
    Line,
    Listen,
    LiteralAddress,
    Moment,
    Rate,
    Span,
    WebPage,
    Yes,
    Zone,
    one_of,
    wrong,
)
from scanner.model.authority import Kind
from scanner.model.probe import Profile

SCHEMA = "yuanjian/inspection/1"
DOCUMENTS = ("notice", "authorisation", "consent", "contract", "plan")
THIRD_PARTIES = ("dns", "rdap", "ocsp")


class Part(BaseModel):
    """A mapping of the file. Unknown keys are faults; a key left blank is as if it were not there."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _blank_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            raise wrong("not-a-mapping", keys=", ".join(cls.keys()))
        known = cls.keys()
        return {key: value for key, value in data.items() if value is not None or key not in known}

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """The keys as the file writes them."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())

    @classmethod
    def inner(cls) -> list[type["Part"]]:
        """The mappings that stand directly under this one."""
        parts = [
            part for field in cls.model_fields.values() for part in (field.annotation, *get_args(field.annotation))
        ]
        return [part for part in parts if isinstance(part, type) and issubclass(part, Part)]


class ApprovalForm(Part):
    by: Line
    number: Line
    date: Day


class ContactForm(Part):
    name: Line
    phone: Line | None = None
    email: Line | None = None


class PersonForm(Part):
    name: Line
    id: Line | None = None


class OrganForm(Part):
    name: Line


class EntrustedForm(Part):
    name: Line
    staff: list[Line] = []
    contract: Line | None = None


class AuthorityForm(Part):
    organs: list[OrganForm] = []
    persons: list[PersonForm] = []
    statement: Line | None = None
    entrusted: EntrustedForm | None = None


class DocumentForm(Part):
    type: Annotated[str, one_of(DOCUMENTS)]
    number: Line | None = None
    date: Day | None = None
    file: Line | None = None
    sha256: Digest | None = None


class DeliveryForm(Part):
    at: Day
    to: Line | None = None
    how: Line | None = None


class NoticeForm(Part):
    """A notice; a unit's own may leave out what the inspection's says already."""

    number: Line | None = None
    issued: Day | None = None
    form: Annotated[str, one_of(("delivered", "published"))] | None = None
    delivered: DeliveryForm | None = None


class WindowForm(Part):
    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")
    daily: list[Span] = []
    timezone: Zone = "Asia/Shanghai"

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "WindowForm":
        if self.end <= self.start:
            raise wrong("window-backwards", first=self.start.isoformat(), last=self.end.isoformat())
        return self


class EventForm(Part):
    name: Line
    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "EventForm":
        if self.end <= self.start:
            raise wrong("window-backwards", first=self.start.isoformat(), last=self.end.isoformat())
        return self


class LimitsForm(Part):
    requests_per_second: Rate = 20
    connects_per_second: Rate = 200
    connections: Count = 3
    unit_requests_per_second: Rate = 60
    unit_connects_per_second: Rate = 400
    total_per_second: Rate = 5000


class CallbacksForm(Part):
    listen: Listen | None = None
    mail_domain: DomainName | None = None
    probe_zone: DomainName | None = None


class ChecksForm(Part):
    only: list[Line] = []
    skip: list[Line] = []


def _marked(value: Any) -> Any:
    """`allow_marked`: true, false, or a list of check ids."""
    try:
        return tuple(_CHECK_IDS.validate_python(value)) if isinstance(value, list) else _YES.validate_python(value)
    except ValidationError:
        raise wrong("marked-malformed") from None


_YES: TypeAdapter[bool] = TypeAdapter(Yes)
_CHECK_IDS: TypeAdapter[list[str]] = TypeAdapter(list[Line])


class FileForm(Part):
    """The whole file, but for `units`, which are read one by one so that all their faults are told."""

    format: Annotated[Literal["yuanjian/inspection/1"], one_of((SCHEMA,))] = Field(alias="schema")
    id: Identity
    title: Line
    kind: Annotated[Kind, one_of(Kind)]
    authority: AuthorityForm = AuthorityForm()
    basis: list[DocumentForm] = []
    notice: NoticeForm | None = None
    source_addresses: list[LiteralAddress] = []
    stop_contact: ContactForm | None = None
    contact_url: WebPage | None = None
    window: WindowForm
    limits: LimitsForm = LimitsForm()
    allow_marked: Annotated[Any, BeforeValidator(_marked)] = False
    third_parties: list[Annotated[str, one_of(THIRD_PARTIES)]] = ["dns"]
    callbacks: CallbacksForm = CallbacksForm()
    objections_to: ContactForm | None = None
    event: EventForm | None = None
    units: list[Any] = Field(min_length=1)
    profile: Annotated[Profile, one_of(Profile)] = Profile.STANDARD
    checks: ChecksForm = ChecksForm()
