"""The tables that grow old: those shipped with the product, or newer ones that the operator took in. Reads, and sends nothing."""

import json
import os
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from scanner.catalogue.exploited import Exploited, exploited_from
from scanner.catalogue.releases import Releases, releases_from
from scanner.model.said import Said

END_OF_LIFE, KNOWN_EXPLOITED = "end_of_life", "known_exploited"
Table = TypeVar("Table", Releases, Exploited)


def feed_folder() -> Path:
    """YUANJIAN_FEEDS, else the user's data folder: where `yuanjian feeds update` keeps what it took in."""
    if given := os.environ.get("YUANJIAN_FEEDS"):
        return Path(given)
    home = os.environ.get("XDG_DATA_HOME")
    return (Path(home) if home else Path.home() / ".local" / "share") / "yuanjian" / "feeds"


@cache
def load_releases() -> Releases:
    """The end-of-life table in use: the newer one of what was shipped and what was taken in."""
    return _newest(END_OF_LIFE, releases_from)


@cache
def load_exploited() -> Exploited:
    """The table of known exploited flaws in use, likewise."""
    return _newest(KNOWN_EXPLOITED, exploited_from)


def table_data(name: str) -> Mapping[str, Any]:
    """The data of the table in use, to be added to."""
    taken = feed_folder() / f"{name}.json"
    shipped = _shipped(name)
    if not taken.exists():
        return shipped
    own = _taken(taken)
    return own if str(own.get("seen", "")) >= str(shipped["seen"]) else shipped


def _newest(name: str, read: Callable[[Mapping[str, Any]], Table]) -> Table:
    try:
        return read(table_data(name))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Said("table-broken", path=feed_folder() / f"{name}.json", what=error) from error


def _taken(path: Path) -> Mapping[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Said("table-broken", path=path, what=error) from error
    if not isinstance(data, dict):
        raise Said("table-broken", path=path, what=type(data).__name__)
    return data


def _shipped(name: str) -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "feeds" / f"{name}.toml").read_text(encoding="utf-8"))
