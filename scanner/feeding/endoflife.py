"""The end dates of one product as endoflife.date publishes them (JSON, API versions 0 and 1). It fetches nothing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from scanner.catalogue.version import numbers


def is_one(data: Any) -> bool:
    """A list of cycles (/api/PRODUCT.json), or an object with `result.releases` (/api/v1/products/PRODUCT)."""
    if isinstance(data, list):
        return bool(data) and all(isinstance(one, dict) and "cycle" in one and "eol" in one for one in data)
    result = data.get("result") if isinstance(data, dict) else None
    return isinstance(result, dict) and isinstance(result.get("releases"), list)


def product_of(data: Any) -> str | None:
    """The product's id where the format has it (version 1); else the file's name says it."""
    return str(data["result"].get("name") or "") or None if isinstance(data, dict) else None


def seen_on(data: Any) -> date | None:
    """The day on which the data was generated; None where the format does not say."""
    text = data.get("generated_at") or data.get("last_modified") if isinstance(data, dict) else None
    return date.fromisoformat(str(text)[:10]) if text else None


def ended(data: Any) -> Mapping[str, str]:
    """The last day of each branch that has one, ISO, extended support included where it is told.

    A branch that ended on no known day (`eol: true`) is left out: a day cannot be made up.
    """
    cycles = data if isinstance(data, list) else data["result"]["releases"]
    found = {}
    for cycle in cycles:
        name = str(cycle.get("cycle") or cycle.get("name") or "")
        days = [one for key in ("eol", "eolFrom", "extendedSupport", "eoesFrom") if (one := _day(cycle.get(key)))]
        if numbers(name) and days:
            found[name] = max(days).isoformat()
    return found


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
