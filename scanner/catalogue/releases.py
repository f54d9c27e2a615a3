"""When versions of a product end, and which old ones a distribution still maintains. Facts; what follows is judged elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scanner.catalogue.version import Version, numbers, older

FORMAT = "yuanjian/end-of-life/1"


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution of packages, and the last day on which it is maintained."""

    name: str
    until: date


@dataclass(frozen=True, slots=True)
class Shipped:
    """An old version that a distribution ships and maintains."""

    version: str
    by: Distribution


@dataclass(frozen=True, slots=True)
class Product:
    """One product: `ended` gives the last day of each branch, by the branch's numbers ("1.22")."""

    key: str
    names: tuple[str, ...]
    cpe: str
    source: str
    ended: Mapping[str, date]
    shipped: tuple[Shipped, ...]

    def end_of(self, version: Version) -> date | None:
        """The last day of the branch a version belongs to; of one older than every branch known, the oldest's end.

        None where the branch is not known to end.
        """
        branches = {numbers(branch): end for branch, end in self.ended.items()}
        own = [branch for branch in branches if version[: len(branch)] == branch]
        if own:
            return branches[max(own, key=len)]
        if branches and older(version, min(branches)):
            return min(branches.values())
        return None

    def oldest_maintained(self, on: date) -> Shipped | None:
        """The oldest version that a distribution maintains on that day; None where none ships the product."""
        kept = [one for one in self.shipped if on <= one.by.until]
        return min(kept, key=lambda one: numbers(one.version), default=None)


@dataclass(frozen=True, slots=True)
class Releases:
    """The whole table; `seen` is the day of its facts."""

    seen: date
    products: Mapping[str, Product]

    def named(self, product: str) -> Product | None:
        """The product that a service calls itself, whatever the case; None where the table does not know it."""
        name = product.strip().lower()
        return next((one for one in self.products.values() if name in one.names), None)


def releases_from(data: Mapping[str, Any]) -> Releases:
    """The table of a file's data. Raises ValueError, KeyError or TypeError for what does not fit."""
    if data.get("format") != FORMAT:
        raise ValueError(f"want format = {FORMAT!r}")
    distributions = {
        key: Distribution(str(one["name"]), day(one["until"])) for key, one in data["distribution"].items()
    }
    products = {key: _product(key, one, distributions) for key, one in data["product"].items()}
    taken: dict[str, str] = {}
    for product in products.values():
        for name in product.names:
            if taken.setdefault(name, product.key) != product.key:
                raise ValueError(f"two products are called {name!r}")
    return Releases(day(data["seen"]), products)


def day(value: Any) -> date:
    """A date, or its ISO text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def _product(key: str, data: Mapping[str, Any], distributions: Mapping[str, Distribution]) -> Product:
    if unknown := set(data) - {"names", "cpe", "source", "ended", "shipped"}:
        raise ValueError(f"{key}: unknown keys: {', '.join(sorted(unknown))}")
    ended = {str(branch): day(end) for branch, end in data.get("ended", {}).items()}
    if nameless := [branch for branch in ended if not numbers(branch)]:
        raise ValueError(f"{key}: branches without numbers: {nameless}")
    shipped = tuple(Shipped(str(version), distributions[by]) for version, by in data.get("shipped", ()))
    names = tuple(str(name).lower() for name in data["names"])
    return Product(key, names, str(data["cpe"]), str(data["source"]), ended, shipped)
