"""Where the operator's own traffic may go: a list of origins by purpose, from a file of the operator's. It sends nothing."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from scanner.model.said import AllSaid, Said


class Purpose(StrEnum):
    """What the operator may want from outside for himself (R1)."""

    FEED = "feed"
    NOTIFICATION = "notification"
    TIME_STAMP = "time-stamp"
    BOOTSTRAP = "rdap-bootstrap"


@dataclass(frozen=True, slots=True)
class Allowed:
    """`origins` are scheme://host[:port], by purpose; `proxy` is the way there, where the operator has one."""

    origins: Mapping[Purpose, frozenset[str]]
    proxy: str | None = None

    def admits(self, purpose: Purpose, url: str) -> bool:
        """Whether this URL may be asked for this purpose. What cannot be read is not."""
        origin = origin_of(url)
        return origin is not None and origin in self.origins.get(purpose, frozenset())


NOTHING = Allowed({})


def operators_file() -> Path:
    """YUANJIAN_OUTWARD, else outward.toml in the user's configuration folder."""
    if given := os.environ.get("YUANJIAN_OUTWARD"):
        return Path(given)
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "yuanjian" / "outward.toml"


def read_allowed(path: Path) -> Allowed:
    """The list in a TOML file: for each purpose a list of origins, and `proxy`. No file: nothing is allowed.

    Raises InputError, with all that is wrong, for anything else.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return NOTHING
    except (OSError, ValueError) as error:
        raise Said("outward-unreadable", path=path, error=error) from error
    known = ", ".join((*Purpose, "proxy"))
    faults = [Said("outward-unknown", path=path, key=key, known=known) for key in _unknown(data)]
    origins: dict[Purpose, frozenset[str]] = {}
    for purpose in Purpose:
        given = data.get(purpose, [])
        read = (
            [origin_of(one) if isinstance(one, str) else None for one in given] if isinstance(given, list) else [None]
        )
        if None in read:
            faults.append(Said("outward-origins", path=path, key=purpose))
        origins[purpose] = frozenset(one for one in read if one is not None)
    proxy = data.get("proxy")
    if proxy is not None and (not isinstance(proxy, str) or origin_of(proxy) is None):
        faults.append(Said("outward-proxy", path=path))
    if faults:
        raise AllSaid(faults)
    return Allowed(origins, proxy)


def origin_of(url: str) -> str | None:
    """scheme://host:port of an HTTP URL, lower-case; None for anything else, and for one that carries a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port or (443 if parts.scheme == 'https' else 80)}"


def _unknown(data: Mapping[str, object]) -> list[str]:
    return sorted(set(data) - {*Purpose, "proxy"})
