"""A Set-Cookie header read as browsers read it (RFC 6265 section 5.2), its value left out. It judges nothing."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path

from scanner.model.network import Response

MOST = 50
_AGE = re.compile(r"-?\d{1,18}")
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie as it was set. `session` says that its name is one of a session or a log-in."""

    name: str
    session: bool
    secure: bool
    http_only: bool
    same_site: str | None
    over_https: bool
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Names:
    exact: frozenset[str]
    pattern: re.Pattern[str]
    never: tuple[str, ...]


@cache
def _names() -> _Names:
    data = tomllib.loads((Path(__file__).parent / "cookies.toml").read_text(encoding="utf-8"))
    joined = "|".join(f"(?:{pattern})" for pattern in data["patterns"])
    return _Names(frozenset(data["exact"]), re.compile(joined), tuple(data["never"]))


def is_session(name: str) -> bool:
    """Whether a cookie of this name carries a session or a log-in."""
    bare = name.lower()[:80].removeprefix("__host-").removeprefix("__secure-")
    known = _names()
    if any(word in bare for word in known.never):
        return False
    return bare in known.exact or known.pattern.fullmatch(bare) is not None


def cookies_of(answers: Iterable[Response]) -> tuple[Cookie, ...]:
    """The cookies that some answers set, each name once: as weak as its weakest setting. Deletions are none."""
    found: dict[str, Cookie] = {}
    for answer in answers:
        for header in answer.all("set-cookie"):
            cookie = read_cookie(header, https=answer.url.startswith("https:"), at=answer.at)
            if cookie is not None and len(found) < MOST:
                found[cookie.name] = _weaker(found.get(cookie.name), cookie)
    return tuple(found[name] for name in sorted(found))


def read_cookie(header: str, *, https: bool, at: datetime) -> Cookie | None:
    """One Set-Cookie header; None where it is malformed, or takes a cookie back."""
    pair, *attributes = header[:8192].split(";")
    name, equals, value = (part.strip() for part in pair.partition("="))
    if not equals or not name or _UNPRINTABLE.search(name):
        return None
    said = {key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in attributes)}
    if not value.strip('"') or _expired(said, at):
        return None
    return _with_lacks(
        Cookie(
            name=name[:100],
            session=is_session(name),
            secure="secure" in said,
            http_only="httponly" in said,
            same_site=said["samesite"].lower()[:20] if "samesite" in said else None,
            over_https=https,
        )
    )


def masked(header: str) -> str:
    """A Set-Cookie header with its value masked."""
    pair, semicolon, rest = header.partition(";")
    name, equals, _ = pair.partition("=")
    return f"{name[:100]}{equals}***{semicolon}{rest[:300]}"


def _expired(said: dict[str, str], at: datetime) -> bool:
    """Max-Age before Expires (RFC 6265 section 5.3)."""
    if "max-age" in said and _AGE.fullmatch(said["max-age"]):
        return int(said["max-age"]) <= 0
    try:
        expires = parsedate_to_datetime(said["expires"])
    except (KeyError, ValueError, TypeError, IndexError, OverflowError):
        return False
    return (expires if expires.tzinfo else expires.replace(tzinfo=UTC)) <= at


def _weaker(known: Cookie | None, cookie: Cookie) -> Cookie:
    if known is None:
        return cookie
    return _with_lacks(
        replace(
            cookie,
            secure=known.secure and cookie.secure,
            http_only=known.http_only and cookie.http_only,
            same_site=cookie.same_site if known.same_site else None,
            over_https=known.over_https or cookie.over_https,
        )
    )


def _with_lacks(cookie: Cookie) -> Cookie:
    """Secure has a meaning over https only."""
    lacks = ("Secure",) if cookie.over_https and not cookie.secure else ()
    return replace(cookie, lacks=lacks if cookie.http_only else (*lacks, "HttpOnly"))
