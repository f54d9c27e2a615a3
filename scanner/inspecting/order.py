"""The order as results show it: the inspection and its units as JSON, kept with the facts for re-judging."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from scanner import __version__
from scanner.catalogue.loader import Catalogue
from scanner.model.authority import Approval, Authority, Contact, Notice, Window
from scanner.model.inspection import Inspection, Limits, System, Unit


def order_json(inspection: Inspection, catalogue: Catalogue) -> dict[str, Any]:
    """What stands in results under `inspection`, before anything was asked."""
    objections = inspection.objections_to or inspection.stop_contact
    return {
        "id": inspection.id,
        "title": inspection.title,
        "kind": inspection.kind.value,
        "bare": inspection.bare,
        "stage": "technical-detection",
        "authority": _authority(inspection.authority),
        "basis": [
            {"type": one.type, "number": one.number, "date": one.date.isoformat() if one.date else None}
            for one in inspection.basis
        ],
        "notice": _notice(inspection.notice),
        "window": _window(inspection.window),
        "stop_contact": _contact(inspection.stop_contact),
        "objections_to": _contact(objections),
        "contact_url": inspection.contact_url,
        "limits": _limits(inspection.limits),
        "event": inspection.event
        and {
            "name": inspection.event.name,
            "from": in_zone(inspection.event.start, ZoneInfo(inspection.window.timezone)),
            "to": in_zone(inspection.event.end, ZoneInfo(inspection.window.timezone)),
        },
        "yuanjian": __version__,
        "catalogue": catalogue.release,
        "profile": inspection.profile.value,
        "third_parties": list(inspection.third_parties),
        "warnings": list(inspection.warnings),
    }


def units_json(inspection: Inspection) -> list[dict[str, Any]]:
    """Every unit of the order, the refused ones with the rule that refuses them."""
    refused = {
        one.unit.key: {
            "rule": one.rule_text.to_json() if one.rule_text else one.rule,
            "source": one.source_text.to_json() if one.source_text else one.source,
        }
        for one in inspection.refused
    }
    units = [*inspection.units, *(one.unit for one in inspection.refused)]
    return [{**_unit(unit), "refused": refused.get(unit.key)} for unit in units]


def in_zone(moment: datetime, zone: Any) -> str:
    """ISO 8601 to the second, in the inspection's zone (R21)."""
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _unit(unit: Unit) -> dict[str, Any]:
    return {
        "key": unit.key,
        "name": unit.name,
        "credit_code": unit.credit_code,
        "service_types": list(unit.service_types),
        "critical_infrastructure": unit.critical_infrastructure,
        "basic_telecom": unit.basic_telecom,
        "approval": _approval(unit.approval),
        "consent": _approval(unit.consent),
        "mainland": unit.mainland,
        "hosts_informed": unit.hosts_informed,
        "shared_with": list(unit.shared_with),
        "shares_addresses": bool(unit.shared_with),
        "mlps_level": unit.mlps_level,
        "filings": dict(unit.filings),
        "systems": [_system(system) for system in unit.systems],
        "contact": _contact(unit.contact),
        "notice": _notice(unit.notice),
        "scope": {
            "targets": [target.written for target in unit.targets],
            "systems": [target.system for target in unit.targets],
            "exclude": [target.written for target in unit.exclude],
            "confirmed": [
                {"address": str(one.address), "by": one.by, "on": one.on.isoformat()} for one in unit.confirmed
            ],
            "suspended": [one.target.written for one in unit.suspended],
        },
    }


def _system(system: System) -> dict[str, Any]:
    return {
        "name": system.name,
        "mlps_level": system.mlps_level,
        "mlps_filing": system.mlps_filing,
        "filings": dict(system.filings),
        "maintainer": system.maintainer,
    }


def _authority(authority: Authority) -> dict[str, Any]:
    firm = authority.entrusted
    return {
        "organs": list(authority.organs),
        "persons": [{"name": person.name, "id": person.id} for person in authority.persons],
        "statement": authority.statement,
        "entrusted": firm and {"name": firm.name, "staff": list(firm.staff), "contract": firm.contract},
    }


def _notice(notice: Notice | None) -> dict[str, Any] | None:
    if notice is None:
        return None
    return {
        "number": notice.number,
        "issued": notice.issued.isoformat() if notice.issued else None,
        "form": notice.form,
        "delivered": notice.delivered_at
        and {"at": notice.delivered_at.isoformat(), "to": notice.delivered_to, "how": notice.delivered_how},
    }


def _approval(approval: Approval | None) -> dict[str, Any] | None:
    if approval is None:
        return None
    return {"by": approval.by, "number": approval.number, "date": approval.date.isoformat()}


def _contact(contact: Contact | None) -> dict[str, Any] | None:
    return None if contact is None else {"name": contact.name, "phone": contact.phone, "email": contact.email}


def _window(window: Window) -> dict[str, Any]:
    return {
        "from": in_zone(window.start, ZoneInfo(window.timezone)),
        "to": in_zone(window.end, ZoneInfo(window.timezone)),
        "daily": [f"{start:%H:%M}-{_end(end)}" for start, end in window.daily],
        "timezone": window.timezone,
    }


def _end(end: time) -> str:
    """Midnight as an end is 24:00."""
    return f"{end:%H:%M}" if end != time(0) else "24:00"


def _limits(limits: Limits) -> dict[str, Any]:
    return {name: getattr(limits, name) for name in limits.__dataclass_fields__}
