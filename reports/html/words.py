"""The report's own words in three languages, and how a sentence stands in the page in all three."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from reports.html.inert import inert, isolated
from scanner.model.text import LANGUAGES, Language

Words = Mapping[str, Mapping[str, str]]
"""A text in the languages of reports, by language tag; and of such, by key."""


class Count(int):
    """A number in a sentence: `{n}` prints it with separators, `{n:issue|issues}` chooses the English form."""

    def __format__(self, forms: str) -> str:
        if "|" not in forms:
            return f"{int(self):,}"
        one, many = forms.split("|")
        return one if self == 1 else many


@cache
def words() -> Words:
    """Every text of `words/*.toml` by its dotted key. A key that stands twice is an error."""
    found: dict[str, Mapping[str, str]] = {}
    for file in sorted(files("reports.html").joinpath("words").iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            for key, text in _texts(tomllib.loads(file.read_text("utf-8")), ""):
                if key in found:
                    raise ValueError(f"{key} stands twice in the report's words")
                found[key] = text
    return found


Phrase = Mapping[Language, Markup]
"""A sentence with its values filled in, by language: to be shown, or to stand in a longer sentence."""


def phrase(key: str, **values: Any) -> Phrase:
    """The sentence of `key`. A value may be text, a number, markup, a text in three languages, or a list of these."""
    text = words()[key]
    return {language: _sentence(text[language], language, values) for language in LANGUAGES}


def say(key: str, **values: Any) -> Markup:
    """As `phrase`, ready for the page."""
    return in_languages(phrase(key, **values)) if values else _constant(key)


@cache
def _constant(key: str) -> Markup:
    return in_languages(phrase(key))


def has(key: str) -> bool:
    return key in words()


def told(text: Mapping[str, str] | None, limit: int = 4000) -> Markup:
    """A text that came with the results, in all languages: code in back-ticks is set as code."""
    if not text:
        return Markup("")
    return in_languages({language: _with_code(inert(text.get(language, ""), limit, True)) for language in LANGUAGES})


def in_languages(text: Mapping[Language, Markup]) -> Markup:
    """One element a language, of which the page shows one; a text that is the same in all stands once."""
    if len(set(text.values())) == 1:
        return text["en"]
    return Markup("").join(Markup('<span lang="{}">{}</span>').format(tag, text[tag]) for tag in LANGUAGES)


def _sentence(template: str, language: Language, values: Mapping[str, Any]) -> Markup:
    filled = {name: _value(value, language) for name, value in values.items()}
    return Markup(template.format_map(filled))  # noqa: S704 - the template is ours, the values are inert


def _value(value: Any, language: Language) -> Any:
    match value:
        case Markup():
            return value
        case bool() | None:
            raise TypeError("a sentence takes texts and numbers")
        case int():
            return Count(value)
        case Mapping():
            return inert(value[language])
        case list() | tuple():
            joined = (", " if language == "en" else "、").join(str(_value(part, language)) for part in value)
            return Markup(joined)  # noqa: S704 - every part is inert
        case _:
            return isolated(value)


def _with_code(text: Markup) -> Markup:
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return text
    return Markup("").join(Markup("<code>{}</code>").format(part) if at % 2 else part for at, part in enumerate(parts))


def _texts(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if set(value) & set(LANGUAGES):
            yield key, value
        else:
            yield from _texts(value, f"{key}.")
