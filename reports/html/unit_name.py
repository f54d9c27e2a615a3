"""What a report calls a unit: by its name, or as one's own where a bare scan knows no name."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from reports.html.inert import isolated
from reports.html.words import say, words

OWN = "self"
"""The key of the one unit that a scan without an inspection file has (R16)."""


def unit_name(unit: Mapping[str, Any]) -> str | Mapping[str, str]:
    """A unit's name, or a text in all languages; for a sentence."""
    return words()["cover.own_unit"] if unit["key"] == OWN else str(unit["name"])


def shown_unit(unit: Mapping[str, Any]) -> Markup:
    """The same, ready for the page."""
    return say("cover.own_unit") if unit["key"] == OWN else isolated(unit["name"])
