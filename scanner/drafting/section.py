"""A heading with its lines: the form in which drafts are made before they become text or HTML."""

import base64
import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.html.inert import inert
from scanner.model.inspection import Inspection, ListedTarget
from scanner.model.text import Language

STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:16px/1.7 sans-serif;color:#1c2733}"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:1.6rem}li{overflow-wrap:anywhere}"
    ".draft{border:1px solid #9a6b00;padding:.5rem 1rem}article+article{border-top:2px solid #ccd3da;margin-top:3rem}"
    "@media print{article+article{break-before:page;border:0}}"
)
POLICY = (
    "default-src 'none'; style-src "
    f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One document in one language; `hint` is for the drafter alone."""

    language: Language
    title: str
    sections: tuple[Section, ...]
    hint: str = ""


def word(key: str, language: Language, **values: object) -> str:
    """A sentence of words.toml, filled."""
    return _words()[key][language].format(**values)


def html(pages: list[Page]) -> str:
    """One static file without script or anything loaded; everything from the inspection file made inert."""
    environment = Environment(
        loader=PackageLoader("scanner.drafting"), autoescape=True, undefined=StrictUndefined, finalize=inert
    )
    template = environment.get_template("page.html.j2")
    return template.render(pages=pages, style=Markup(STYLE), policy=Markup(POLICY))  # noqa: S704 (both are ours)


def text(pages: list[Page]) -> str:
    """Plain text, a form feed between pages."""
    parts = []
    for page in pages:
        lines = [page.title, ""]
        lines += [page.hint, ""] if page.hint else []
        for number, section in enumerate(page.sections, 1):
            lines += [f"{number}. {section.title}", *(f"   {visible(line)}" for line in section.lines), ""]
        parts.append("\n".join(lines))
    return "\f\n".join(parts)


def visible(line: str) -> str:
    """The line with everything unseen as its code point."""
    return "".join(one if one.isprintable() else f"<U+{ord(one):04X}>" for one in line)


def target_line(target: ListedTarget) -> str:
    """A target as it was written, with its declared ports."""
    written = target.url or target.written
    return f"{written} ({', '.join(map(str, target.ports))})" if target.ports and not target.url else written


def window_lines(inspection: Inspection, language: Language) -> tuple[str, ...]:
    """From, to and the hours of each day, in the inspection's zone."""
    window = inspection.window
    zone = ZoneInfo(window.timezone)

    def moment(at: datetime) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    spans = ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in window.daily)
    hours = word("window-hours", language, hours=spans) if spans else word("window-all-day", language)
    first = word("window-span", language, start=moment(window.start), end=moment(window.end), zone=window.timezone)
    return first, hours, word("window-closed", language)


def intensity_lines(inspection: Inspection, language: Language) -> tuple[str, ...]:
    """The ceilings in words."""
    limits = inspection.limits
    return (
        word(
            "limits-address",
            language,
            questions=f"{limits.requests_per_second:g}",
            connects=f"{limits.connects_per_second:g}",
            open=limits.connections,
        ),
        word(
            "limits-unit",
            language,
            questions=f"{limits.unit_requests_per_second:g}",
            connects=f"{limits.unit_connects_per_second:g}",
        ),
        word("limits-slower", language),
    )


@cache
def _words() -> Mapping[str, Mapping[Language, str]]:
    file = Path(__file__).parent / "words.toml"
    data: dict[str, dict[Language, str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return data
