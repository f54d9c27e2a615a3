"""One file of newer facts, read and joined with the table in use. Writes nothing; whose word it is was settled before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scanner.catalogue import exploited as exploited_table
from scanner.catalogue import releases as releases_table
from scanner.catalogue.feed import END_OF_LIFE, KNOWN_EXPLOITED, load_releases, table_data
from scanner.feeding import endoflife, exploited
from scanner.model.said import Said


@dataclass(frozen=True, slots=True)
class Taken:
    """The table's name, its data with the new facts, and how many entries the file brought or changed."""

    table: str
    data: Mapping[str, Any]
    changed: int


def take(content: bytes, name: str, today: date) -> Taken:
    """Read a file, whichever of the documented formats it has. InputError says what is wrong and what was wanted."""
    try:
        data = json.loads(content)
        taken = _take(data, name, today)
        if taken is None:
            raise Said("feed-format", name=name, formats=f"{releases_table.FORMAT}, {exploited_table.FORMAT}")
        _whole(taken)
    except RecursionError as error:
        raise Said("feed-deep", name=name) from error
    except KeyError as error:
        raise Said("feed-lacks", name=name, key=error) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise Said("feed-broken", name=name, what=error) from error
    return taken


def _take(data: Any, name: str, today: date) -> Taken | None:
    if endoflife.is_one(data):
        return _branches(data, name, today)
    if exploited.is_records(data):
        return _records(data, name)
    if exploited.is_catalogue(data):
        return _listed(data, name)
    for table, form in ((END_OF_LIFE, releases_table.FORMAT), (KNOWN_EXPLOITED, exploited_table.FORMAT)):
        if isinstance(data, dict) and data.get("format") == form:
            _newer(str(table_data(table)["seen"]), releases_table.day(data["seen"]), name)
            return Taken(table, data, len(data.get("product") or data.get("flaw") or ()))
    return None


def _branches(data: Any, name: str, today: date) -> Taken:
    table = _plain(table_data(END_OF_LIFE))
    product = endoflife.product_of(data) or name.rpartition("/")[2].removesuffix(".json").lower()
    if product not in table["product"]:
        known = ", ".join(sorted(table["product"]))
        raise Said("feed-product", name=name, product=product, known=known)
    own = table["product"][product]
    news = endoflife.ended(data)
    changed = sum(own.get("ended", {}).get(branch) != day for branch, day in news.items())
    own["ended"] = {**own.get("ended", {}), **news}
    seen = endoflife.seen_on(data) or today
    return Taken(END_OF_LIFE, {**table, "seen": max(str(table["seen"]), seen.isoformat())}, changed)


def _records(data: Mapping[str, Any], name: str) -> Taken:
    table = _plain(table_data(KNOWN_EXPLOITED))
    news = list(exploited.flaws(data, table.get("listed", {}), load_releases()))
    kept = {(flaw["cve"], flaw["product"]): flaw for flaw in table["flaw"]}
    changed = 0
    for flaw in news:
        key = (flaw["cve"], flaw["product"])
        joined = {**kept.get(key, {}), **flaw}
        changed += joined != kept.get(key)
        kept[key] = joined
    seen = max(str(table["seen"]), exploited.seen_on(data).isoformat())
    return Taken(KNOWN_EXPLOITED, {**table, "flaw": list(kept.values()), "seen": seen}, changed)


def _listed(data: Mapping[str, Any], name: str) -> Taken:
    """CISA's catalogue names no versions: it says of which flaws the records are to be believed as exploited."""
    table = _plain(table_data(KNOWN_EXPLOITED))
    seen = exploited.seen_on(data)
    _newer(str(table.get("listed_on", "")), seen, name)
    news = exploited.listed(data)
    changed = len(set(news) - set(table.get("listed", {})))
    known = {"listed": dict(news), "listed_on": seen.isoformat()}
    return Taken(KNOWN_EXPLOITED, {**table, **known, "seen": max(str(table["seen"]), seen.isoformat())}, changed)


def _newer(in_use: str, seen: date, name: str) -> None:
    """What is known is never replaced by something older."""
    if seen.isoformat() < in_use:
        raise Said("feed-older", name=name, seen=seen.isoformat(), in_use=in_use)


def _whole(taken: Taken) -> None:
    """What is kept can be read again."""
    read = releases_table.releases_from if taken.table == END_OF_LIFE else exploited_table.exploited_from
    read(taken.data)


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """A copy that JSON can hold: days as ISO text."""
    copied: dict[str, Any] = json.loads(json.dumps(data, default=str))
    return copied
