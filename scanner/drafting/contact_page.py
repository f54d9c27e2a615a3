"""The page that `contact_url` shows to whoever meets us in his logs, in three languages. Names no inspected unit."""

from scanner.drafting.section import Page, Section, html, intensity_lines, window_lines, word
from scanner.model.errors import InputError
from scanner.model.inspection import Inspection
from scanner.model.text import LANGUAGES, Language


def render_contact_page(inspection: Inspection, language: Language) -> str:
    """One static HTML file, `language` first. InputError where nobody could be called, or no address is told."""
    if inspection.stop_contact is None or not inspection.source_addresses:
        raise InputError(word("contact-lacks", language))
    ordered = sorted(LANGUAGES, key=lambda one: one != language)
    return html([_page(inspection, one) for one in ordered])


def _page(inspection: Inspection, language: Language) -> Page:
    def section(key: str, *lines: str) -> Section:
        return Section(word(f"title-{key}", language), lines)

    authority, contact = inspection.authority, inspection.stop_contact
    firm = (word("entrusted", language, name=authority.entrusted.name),) if authority.entrusted else ()
    called = [part for part in (contact.name, contact.phone, contact.email) if part] if contact else []
    sections = (
        section("who", *authority.organs, *firm, word("contact-id", language, id=inspection.id)),
        section("why", inspection.title, word("contact-why", language)),
        section("sources", *(str(address) for address in inspection.source_addresses)),
        section("times", *window_lines(inspection, language)),
        section("gentle", *intensity_lines(inspection, language)),
        section("never", *(word(f"never-{index}", language) for index in range(1, 6))),
        section("stop", " ".join(called), word("stop-any-time", language), word("contact-tell", language)),
    )
    return Page(language, word("contact-title", language), sections)
