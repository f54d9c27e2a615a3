"""By what right an order may be carried out (R3 to R5): which rule bars it, and where the rule comes from."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from scanner.inspection_file.fault import Fault
from scanner.model.authority import Kind, Notice
from scanner.model.errors import Refused
from scanner.model.hours import standing
from scanner.model.inspection import Inspection, RefusedUnit, Unit
from scanner.model.text import LANGUAGES, Language, Text

ORDER_176 = date(2026, 10, 1)
"""From here on Order 151 is no longer in force; no article of Order 176 on procedure is verified yet (R5)."""

CONSENTS = ("consent", "contract", "authorisation")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One rule that bars the whole inspection, or one unit of it."""

    code: str
    source: str
    article: int | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    unit: str | None = None

    def rule(self, language: Language) -> str:
        fault = Fault(self.code, values=self.values)
        return f"{fault.wrong(language)}{' ' if language == 'en' else ''}{fault.mend(language)}"

    def origin(self, language: Language) -> str:
        return _sources()[self.source][language].format(article=self.article)

    def in_language(self, language: Language) -> str:
        opened, closed = (" (", ")") if language == "en" else ("（", "）")
        told = f"{self.rule(language)}{opened}{self.origin(language)}{closed}"
        return f"{self.unit}: {told}" if self.unit else told


class NotEntitled(Refused):
    """A well-formed order without right (exit 3), with every rule that bars it."""

    def __init__(self, refusals: Sequence[Refusal], language: Language = "en") -> None:
        self.refusals = tuple(refusals)
        self.language: Language = language
        super().__init__(self.in_language(language))

    def in_language(self, language: Language) -> str:
        return "\n".join(refusal.in_language(language) for refusal in self.refusals)


def entitled(
    inspection: Inspection, *, now: datetime | None, language: Language = "en", more: Sequence[Refusal] = ()
) -> Inspection:
    """The inspection with the units that may not be asked moved to `refused`.

    Raises NotEntitled where a rule bars the whole, or every unit. With `now` None nothing is about to be
    sent (a plan, the draft of a notice): the window is not looked at, and what bars the whole is a warning.
    `more` are refusals that the reader found already.
    """
    on = _date_of_act(inspection, now)
    whole = [*more, *_whole(inspection, on, now)]
    by_unit = [(unit, _of_unit(inspection, unit, on)) for unit in inspection.units]
    allowed = tuple(unit for unit, refusals in by_unit if not refusals)
    all_refused = [] if allowed else [refusal for _, refusals in by_unit for refusal in refusals]
    if now is not None and (whole or all_refused):
        raise NotEntitled(whole + all_refused, language)
    return replace(
        inspection,
        units=allowed,
        refused=tuple(_refused(unit, refusals, language) for unit, refusals in by_unit if refusals),
        warnings=(*inspection.warnings, *(refusal.in_language(language) for refusal in whole)),
    )


def check_window(inspection: Inspection, now: datetime) -> Refusal | None:
    """What bars asking anything at `now`, an aware moment; None while the window is open."""
    found = standing(inspection.window, now)
    if found == "open":
        return None
    window, zone = inspection.window, ZoneInfo(inspection.window.timezone)
    spans = ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in window.daily)
    values = {
        "now": now.astimezone(zone).isoformat(timespec="seconds"),
        "first": window.start.astimezone(zone).isoformat(timespec="seconds"),
        "last": window.end.astimezone(zone).isoformat(timespec="seconds"),
        "hours": spans,
        "zone": window.timezone,
    }
    return Refusal(f"window-{found}", *_order_151(inspection, _date_of_act(inspection, now), 16), values)


def _whole(inspection: Inspection, on: date, now: datetime | None) -> list[Refusal]:
    kind, found = inspection.kind, []
    if kind is Kind.SELF and not inspection.authority.statement and not inspection.bare:
        found.append(Refusal("statement-missing", "intrusion"))
    officers = {(person.id or person.name) for person in inspection.authority.persons}
    if kind.by_police and len(officers) < 2:
        found.append(Refusal("officers", *_order_151(inspection, on, 18), {"count": len(officers)}))
    if barred := _marked_in_event(inspection, on):
        found.append(barred)
    if now is not None and (closed := check_window(inspection, now)):
        found.append(closed)
    return found


def _marked_in_event(inspection: Inspection, on: date) -> Refusal | None:
    if inspection.kind is not Kind.SPECIAL or not inspection.allow_marked:
        return None
    event, window = inspection.event, inspection.window
    if event is None:
        return Refusal("marked-event-unknown", *_order_151(inspection, on, 16))
    if window.start < event.end and event.start < window.end:
        values = {"name": event.name, "first": event.start.isoformat(), "last": event.end.isoformat()}
        return Refusal("marked-event", *_order_151(inspection, on, 16), values)
    return None


def _of_unit(inspection: Inspection, unit: Unit, on: date) -> list[Refusal]:
    found: list[Refusal] = []
    if unit.critical_infrastructure and unit.approval is None:
        found.append(Refusal("approval-missing", "critical-infrastructure"))
    elif unit.critical_infrastructure and unit.approval and unit.approval.date > on:
        found.append(Refusal("approval-late", "critical-infrastructure", None, {"date": unit.approval.date}))
    if unit.basic_telecom and unit.telecom_report is None:
        found.append(Refusal("telecom-report", "basic-telecom"))
    if inspection.kind in (Kind.ENTRUSTED, Kind.SUPERVISORY) and not _agreed(inspection, unit):
        found.append(Refusal("consent-missing", "intrusion"))
    if inspection.kind is not Kind.SELF:
        found += _notice(inspection, unit.notice or inspection.notice, on)
    return [replace(refusal, unit=unit.name) for refusal in found]


def _agreed(inspection: Inspection, unit: Unit) -> bool:
    entrusted = inspection.authority.entrusted
    carried = any(document.type in CONSENTS for document in inspection.basis)
    return unit.consent is not None or carried or bool(entrusted and entrusted.contract)


def _notice(inspection: Inspection, notice: Notice | None, on: date) -> list[Refusal]:
    """Told beforehand: issued, and delivered where the delivery is recorded, before the window opens."""
    origin = _order_151(inspection, on, 16)
    if notice is None:
        return [Refusal("notice-missing", *origin)]
    days = [day for day in (notice.issued, notice.delivered_at) if day is not None]
    if not days:
        return [Refusal("notice-undated", *origin)]
    zone = ZoneInfo(inspection.window.timezone)
    if datetime.combine(max(days), time(), tzinfo=zone) < inspection.window.start:
        return []
    values = {"date": max(days), "first": inspection.window.start.astimezone(zone).isoformat(timespec="seconds")}
    return [Refusal("notice-late", *origin, values)]


def _refused(unit: Unit, refusals: Sequence[Refusal], language: Language) -> RefusedUnit:
    def joined(tongue: Language, part: str) -> str:
        return (" " if tongue == "en" else "").join(dict.fromkeys(getattr(one, part)(tongue) for one in refusals))

    def origins(tongue: Language) -> str:
        return ("; " if tongue == "en" else "；").join(dict.fromkeys(one.origin(tongue) for one in refusals))

    return RefusedUnit(
        unit,
        joined(language, "rule"),
        origins(language),
        rule_text=Text(*(joined(tongue, "rule") for tongue in LANGUAGES)),
        source_text=Text(*(origins(tongue) for tongue in LANGUAGES)),
    )


def _order_151(inspection: Inspection, on: date, article: int) -> tuple[str, int]:
    """The article itself where the police act while it is in force; else our own rule after it."""
    if not inspection.kind.by_police:
        return "order-151-likewise", article
    return ("order-151" if on < ORDER_176 else "order-151-former"), article


def _date_of_act(inspection: Inspection, now: datetime | None) -> date:
    zone = ZoneInfo(inspection.window.timezone)
    return (now or inspection.window.start).astimezone(zone).date()


@cache
def _sources() -> Mapping[str, Mapping[Language, str]]:
    file = Path(__file__).parent / "sources.toml"
    data: dict[str, dict[Language, str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return data
