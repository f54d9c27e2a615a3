"""The draft of the prior notice, a page for each unit. A draft: no official document, no number of its own."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from scanner.catalogue.law import load_law
from scanner.drafting.section import (
    Page,
    Section,
    html,
    intensity_lines,
    target_line,
    text,
    window_lines,
    word,
)
from scanner.model.authority import Contact, Kind
from scanner.model.errors import InputError
from scanner.model.inspection import Inspection, Unit
from scanner.model.text import Language

POLICE_LAW = ("mps151", "mps176")


def render_notice(
    inspection: Inspection, language: Language, *, form: Literal["text", "html"] = "text", unit: str | None = None
) -> str:
    """The draft for every unit, or for the one named by `unit` (name or credit code); InputError if unknown.

    Units that may not be asked yet are drafted too: most lack nothing but this notice.
    """
    units = [*inspection.units, *(refused.unit for refused in inspection.refused)]
    chosen = [one for one in units if unit is None or unit in (one.key, one.name)]
    if not chosen:
        raise InputError(word("unknown-unit", language, unit=unit))
    pages = [_page(inspection, one, language) for one in chosen]
    return html(pages) if form == "html" else text(pages)


def _page(inspection: Inspection, unit: Unit, language: Language) -> Page:
    def section(key: str, *lines: str) -> Section:
        return Section(word(f"title-{key}", language), lines or (word("open", language),))

    notice = unit.notice or inspection.notice
    number = (notice.number if notice else None) or word("number-open", language)
    code = f" ({unit.credit_code})" if unit.credit_code else ""
    sections = (
        section("to", f"{unit.name}{code}", word("number", language, number=number)),
        section("who", *_who(inspection, language)),
        section("basis", *_basis(inspection, language)),
        section("scope", *_scope(unit, language)),
        section("times", *window_lines(inspection, language)),
        section("sources", *(str(address) for address in inspection.source_addresses)),
        section("manner", *_manner(inspection, language)),
        section("never", *(word(f"never-{index}", language) for index in range(1, 6))),
        section("stop", *_contact(inspection.stop_contact), word("stop-any-time", language)),
        section("objections", *_contact(inspection.objections_to), word("objections-how", language)),
        section("please", word("please-hosts", language), word("please-nothing", language)),
        section("signature", word("signature", language)),
    )
    return Page(language, word("notice-title", language), sections, word("notice-hint", language))


def _who(inspection: Inspection, language: Language) -> Iterator[str]:
    """Organs and names; officers' numbers stay in the file."""
    authority = inspection.authority
    yield from authority.organs
    if authority.persons:
        separator = ", " if language == "en" else "、"
        yield word("persons", language, names=separator.join(person.name for person in authority.persons))
    if firm := authority.entrusted:
        yield word("entrusted", language, name=firm.name)


def _basis(inspection: Inspection, language: Language) -> Iterator[str]:
    """Statement and documents as the file has them; of the law what is in force, articles only once verified (R20)."""
    if inspection.authority.statement:
        yield inspection.authority.statement
    for document in (one for one in inspection.basis if one.type != "notice"):
        parts = (word(f"document-{document.type}", language), document.number, document.date)
        yield " ".join(str(part) for part in parts if part)
    if inspection.kind.by_police:
        for name in _police_law(inspection):
            yield word("law", language, name=load_law().statutes[name].name.in_language(language))
    elif inspection.kind is Kind.SUPERVISORY:
        yield word("basis-own", language)


def _police_law(inspection: Inspection) -> list[str]:
    """In force on a day of the window: procedure follows the day of the act."""
    zone = ZoneInfo(inspection.window.timezone)
    last = inspection.window.end - timedelta(microseconds=1)  # the end is exclusive
    days: list[date] = [at.astimezone(zone).date() for at in (inspection.window.start, last)]
    statutes = load_law().statutes
    return [name for name in POLICE_LAW if any(statutes[name].in_force(day) for day in days)]


def _scope(unit: Unit, language: Language) -> Iterator[str]:
    for system in unit.systems:
        listed = [target_line(target) for target in unit.targets if target.system == system.name]
        yield f"{system.name}: {'; '.join(listed)}"
    yield from (target_line(target) for target in unit.targets if target.system is None)
    for confirmed in unit.confirmed:
        yield word("confirmed", language, address=confirmed.address)
    for one in unit.exclude:
        yield word("excluded", language, target=one.written)
    for gone in unit.suspended:
        yield word("suspended", language, target=gone.target.written)
    yield word("scope-only", language)


def _manner(inspection: Inspection, language: Language) -> Iterator[str]:
    yield word("manner-remote", language)
    yield from intensity_lines(inspection, language)
    if inspection.allow_marked:
        yield word("manner-marked", language)
    if inspection.contact_url:
        yield word("manner-agent", language, id=inspection.id, url=inspection.contact_url)
    else:
        yield word("manner-agent-plain", language, id=inspection.id)


def _contact(contact: Contact | None) -> tuple[str, ...]:
    if contact is None:
        return ()
    return (" ".join(part for part in (contact.name, contact.phone, contact.email) if part),)
