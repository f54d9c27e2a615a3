"""What can be asked: a domain, a host, a service, a site. One immutable value for all four."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class TargetKind(StrEnum):
    """Leads go down this list, never up."""

    DOMAIN = "domain"
    HOST = "host"
    SERVICE = "service"
    SITE = "site"

    def may_lead_to(self, other: "TargetKind") -> bool:
        order = list(TargetKind)
        return order.index(self) <= order.index(other)


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to ask.

    domain:  `name` is the registrable domain or listed zone apex (lower-case A-label).
    host:    `address`.
    service: `address`, `port`, `transport`; `name` where it is asked by name (SNI, Host).
             `protocol` is None until the service said what it is ("http", "redis", "ssh" ...;
             "unknown" where no dialogue knew it); `tls` says whether it speaks TLS from the first byte.
    site:    `scheme`, `name` (an address literal where it has no name), `port`, and the `address` asked.

    `unit` is the unit's key in the inspection (its credit code, else its name); `system` the name of
    the system it belongs to, or None.
    """

    kind: TargetKind
    unit: str
    system: str | None = None
    name: str | None = None
    address: str | None = None
    port: int | None = None
    transport: str = "tcp"
    scheme: str | None = None
    protocol: str | None = None
    tls: bool | None = None

    @property
    def key(self) -> str:
        """Identity within an inspection: what it is, not what has been learnt about it."""
        parts = (self.kind, self.unit, self.scheme, self.name, self.address, self.port, self.transport)
        return "|".join("" if part is None else str(part) for part in parts)

    @property
    def url(self) -> str | None:
        """The origin's URL, for sites only: default ports left out, IPv6 in brackets."""
        if self.kind is not TargetKind.SITE or self.scheme is None:
            return None
        host = self.name or self.address or ""
        host = f"[{host}]" if ":" in host else host
        usual = {"http": 80, "https": 443}[self.scheme] == self.port
        return f"{self.scheme}://{host}/" if usual else f"{self.scheme}://{host}:{self.port}/"

    def identified(self, protocol: str, *, tls: bool) -> "Target":
        """The same service once it has said what it is."""
        return replace(self, protocol=protocol, tls=tls)

    def to_json(self) -> dict[str, Any]:
        """A flat object for the store; `from_json` reads it back."""
        return {field: getattr(self, field) for field in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Target":
        return cls(**{**data, "kind": TargetKind(data["kind"])})
